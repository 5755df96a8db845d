"""report: who was asked what, and who answered when."""

import asyncio
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, NoReturn

import click

from bot.campaign.model import Schedule
from bot.campaign.names import nearest
from bot.cli.options import (
    Call,
    Format,
    common,
    days_options,
    format_option,
    local,
    print_json,
    print_table,
    rehearsal_option,
    short,
)
from bot.cli.towns import schedule_at_hand, span_of
from bot.cli.usage import in_this_call, told
from bot.clock import SystemClock
from bot.language import sentence
from bot.ledger.entries import ANSWERS
from bot.planner.plan import season
from bot.reports.answers import OwedAnswer
from bot.reports.record import Record
from bot.reports.record import record as recorded
from bot.store.protocol import Reader
from bot.store.tinydb import open_reader

_COLUMNS = ("occurrence", "office", "owed", "deadline", "state", "answered_at", "by", "reminders")


@click.command(help=told("help-report"))
@common
@rehearsal_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "text", "xlsx"]),
    default="table",
    help=in_this_call(sentence("report.help-format")),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help=in_this_call(sentence("report.help-out")),
)
@click.option("--campaign", default=None, help=told("help-campaign"))
@click.option("--occurrence", default=None, help=told("help-occurrence"))
@days_options
def report(
    call: Call,
    form: Form,
    out: Path | None,
    campaign: str | None,
    occurrence: str | None,
    first: date | None,
    last: date | None,
) -> int:
    """The record of a span of days: each owed answer, and what all comes to."""
    if form in FILES and out is None:
        raise click.UsageError(in_this_call(sentence("report.out-needed", form=form)))
    schedule, found = asyncio.run(_record(call, first, last, campaign, occurrence))
    match form:
        case "table":
            content = _as_table(call, found)
        case "json":
            content = json_text([_as_json(each, found) for each in found.answers])
        case "text":
            content = draft(found, schedule.town, call.lang)
        case _:
            content = FILES[form](found, schedule.town, call.lang)
    if out is None:
        click.echo(content)
        return 0
    write_out(out, content)
    click.echo(call.say("report.written", file=str(out)))
    return 0


def _as_table(call: Call, found: Record) -> str:
    headings = [call.say(f"cli.{name}") for name in _COLUMNS]
    rows = [_row(call, each, found) for each in found.answers]
    table = table_text(headings, rows, call.say("cli.nothing-owed"))
    totals = "".join(call.say(each.key, **each.values) for each in totals_of(found.total))
    return f"{table}\n{totals}" if rows else table


async def _record(
    call: Call, first: date | None, last: date | None, campaign: str | None, occurrence: str | None
) -> Record:
    store = await open_reader(call.settings.data)
    schedule = await schedule_at_hand(call, store)
    span = span_of(schedule, first, last)
    await _prove_known(store, schedule, campaign, occurrence)
    return await recorded(store, schedule, *span, campaign, occurrence, now=SystemClock().now())


async def _prove_known(store: Reader, schedule: Schedule, campaign: str | None, occurrence: str | None) -> None:
    """A name that neither the record nor the plan has is wrong use: nothing is not what became of it."""
    if campaign is not None:
        campaigns = {each.id for each in schedule.campaigns} | {each.campaign for each in await store.all_issued()}
        if campaign not in campaigns:
            _unknown("campaign", campaign, campaigns)
    if occurrence is not None and await store.issued(occurrence) is None:
        known = {each.id for each in season(schedule)} | {each.occurrence for each in await store.all_issued()}
        if occurrence not in known:
            _unknown("occurrence", occurrence, known)


def _unknown(what: str, word: str, known: Iterable[str]) -> NoReturn:
    if near := nearest(word, known):
        why = sentence(f"report.no-such-{what}-nearest", word=word, nearest=near)
    else:
        why = sentence(f"report.no-such-{what}", word=word)
    raise click.BadParameter(in_this_call(why), param_hint=f"--{what}")


def _as_json(each: OwedAnswer, found: Record) -> dict[str, Any]:
    """An owed answer as programs read it; `took` and `late` in seconds, `duties` by their ids."""
    row = local({field.name: getattr(each, field.name) for field in fields(each)}, found.zone)
    return {name: _plain(value) for name, value in row.items()} | {"duties": list(each.duties)}


def _plain(value: object) -> object:
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


def _row(call: Call, each: OwedAnswer, found: Record) -> tuple[str, ...]:
    return (
        each.occurrence,
        found.offices[each.office],
        call.say(f"cli.kind-{each.owed}"),
        short(each.deadline.astimezone(found.zone)),
        _state(call, each),
        short(each.answered_at.astimezone(found.zone) if each.answered_at else None),
        each.name or each.by or "",
        str(each.reminders),
    )


def _state(call: Call, each: OwedAnswer) -> str:
    """The state in words, and by how much it is late."""
    words = call.say(f"cli.{'kind' if each.state in ANSWERS else 'state'}-{each.state}")
    return call.say("report.late", state=words, late=each.late) if each.late else words


def _totals(call: Call, found: Record) -> str:
    total = found.total
    words = call.say(
        "report.totals",
        asked=total.asked,
        in_time=total.in_time,
        late=total.late,
        help=total.help,
        open=total.open,
        overdue=total.overdue,
    )
    if total.withdrawn:
        words += call.say("report.totals-withdrawn", withdrawn=total.withdrawn)
    words += call.say("report.totals-rest", reminders=total.reminders, escalated=total.escalated)
    return words + (call.say("report.totals-took", took=total.took) if total.took else "")
