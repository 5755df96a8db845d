"""report: who was asked what, and who answered when."""

import asyncio
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NoReturn

import click

from bot.app.rehearsal.records import is_rehearsal
from bot.campaign.model import Schedule
from bot.campaign.names import nearest
from bot.channels.protocol import File, Message
from bot.cli.options import (
    Call,
    as_json,
    common,
    days_options,
    local,
    rehearsal_option,
    short,
)
from bot.cli.out import write_out
from bot.cli.tables import print_table, table_as_text
from bot.cli.towns import schedule_at_hand, span_of
from bot.cli.usage import in_this_call, told
from bot.cli.ways import hand_over, way_to
from bot.clock import SystemClock
from bot.errors import Refused
from bot.language import say, sentence
from bot.planner.plan import season
from bot.renderer.templates import escaped
from bot.reports import forms
from bot.reports.answers import OwedAnswer
from bot.reports.record import Record
from bot.reports.record import record as recorded
from bot.reports.text import draft
from bot.reports.words import burden_of, person_of, state_of, totals_of
from bot.store.protocol import Reader
from bot.store.tinydb import open_reader

Form = Literal["table", "json", "text"] | forms.Form

_COLUMNS = ("occurrence", "office", "owed", "deadline", "state", "answered_at", "by", "reminders")


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """The garbage collector looks through a year's record again and again as it is read, and finds nothing: a quarter
    of the time, for a process that ends when it has answered.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command(help=told("help-report"))
@common
@rehearsal_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "text", *forms.MEDIA]),
    default=None,
    help=in_this_call(sentence("report.help-format")),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help=in_this_call(sentence("report.help-out")),
)
@click.option("--to", "chat", default=None, metavar="CHAT", help=told("help-report-to"))
@click.option("--campaign", default=None, help=told("help-campaign"))
@click.option("--occurrence", default=None, help=told("help-occurrence"))
@days_options
@_nothing_collected()
def report(
    call: Call,
    form: Form | None,
    out: Path | None,
    chat: str | None,
    campaign: str | None,
    occurrence: str | None,
    first: date | None,
    last: date | None,
) -> int:
    """The record of a span of days: each owed answer, and what all comes to; or the 通报 of it, sent to one chat."""
    form = form or ("table" if chat is None else "docx")
    if chat is not None and (form in {"table", "json"} or is_rehearsal(call.settings)):
        raise click.UsageError(in_this_call(sentence("report.not-for-a-chat")))
    if form in forms.MEDIA and out is None and chat is None:
        raise click.UsageError(in_this_call(sentence("report.out-needed", form=form)))
    found = asyncio.run(_record(call, first, last, campaign, occurrence))
    if out is not None:
        write_out(out, _content(call, form, found))
        click.echo(call.say("report.written", file=str(out)))
    if chat is not None:
        asyncio.run(_send(call, form, chat, found))
        click.echo(call.say("report.sent-to", chat=found.schedule.chats[chat].title))
    elif out is not None:
        return 0
    elif form == "table":
        print_table(_headings(call), _rows(call, found.record), call.say("cli.nothing-owed"))
        if found.record.answers:
            click.echo(_totals(call, found.record))
    else:
        click.echo(_content(call, form, found))
    return 0


async def _send(call: Call, form: Form, chat: str, found: "_Found") -> None:
    """A file by the name that pages give it, or the draft as a message."""
    content, store = _content(call, form, found), await open_reader(call.settings.data)
    what: Message | File = (
        Message(escaped(content.decode())) if form == "text" else File(_name(call, form, found), content)
    )
    way = await way_to(call, store, found.schedule, chat)
    match way.through:
        case "board":
            raise Refused(sentence("board.takes-no-files"))
        case "bot":
            raise Refused(sentence("cli.one-connection", chat=chat, platform=way.route.channel.name))
        case "us":
            await hand_over(call, way, found.schedule, what)


def _name(call: Call, form: Form, found: "_Found") -> str:
    day = SystemClock().now().astimezone(found.schedule.town.zone)
    return call.say(f"pages.file-{form}", town=found.schedule.town.name, day=f"{day:%Y-%m-%d}")


def _content(call: Call, form: Form, found: "_Found") -> bytes:
    match form:
        case "table":
            table = table_as_text(_headings(call), _rows(call, found.record))
            return f"{table}\n{_totals(call, found.record)}\n".encode()
        case "json":
            return as_json([_as_json(each, found.record) for each in found.record.answers]).encode()
        case "text":
            return draft(found.record, found.schedule, call.lang).encode()
        case _:
            return forms.written(form, found.record, found.schedule, call.lang)


@dataclass(frozen=True, repr=False)
class _Found:
    """What was read. It has no words of its own, for `asyncio.run` asks for them and throws them away
    (signal.signal makes an enum of its former handler): of a big record that took a quarter of a second.
    """

    schedule: Schedule
    record: Record


async def _record(
    call: Call, first: date | None, last: date | None, campaign: str | None, occurrence: str | None
) -> _Found:
    store = await open_reader(call.settings.data)
    schedule = await schedule_at_hand(call, store)
    span = span_of(schedule, first, last)
    await _prove_known(store, schedule, campaign, occurrence)
    found = await recorded(store, schedule, *span, campaign, occurrence, now=await _now(call, store))
    return _Found(schedule, found)


async def _now(call: Call, store: Reader) -> datetime:
    """As of when it is told. A rehearsal ended at its own hour: what it left open was not owed until today."""
    entries = await store.entries() if is_rehearsal(call.settings) else ()
    return entries[-1].at if entries else SystemClock().now()


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


def _headings(call: Call) -> list[str]:
    return [call.say(f"cli.{name}") for name in _COLUMNS]


def _rows(call: Call, found: Record) -> list[tuple[str, ...]]:
    return [_row(call, each, found) for each in found.answers]


def _row(call: Call, each: OwedAnswer, found: Record) -> tuple[str, ...]:
    state = say(state_of(each), call.lang)
    return (
        each.occurrence,
        found.offices[each.office],
        call.say(f"cli.kind-{each.owed}"),
        short(each.deadline.astimezone(found.zone)),
        call.say("report.late", state=state, late=each.late) if each.late else state,
        short(each.answered_at.astimezone(found.zone) if each.answered_at else None),
        person_of(each, found.chats, call.lang) or "",
        str(each.reminders),
    )


def _totals(call: Call, found: Record) -> str:
    total = "".join(say(each, call.lang) for each in totals_of(found.total))
    return "\n".join([total, *(say(each, call.lang) for each in burden_of(found))])
