"""plan: what the schedule will send."""

from datetime import date, timedelta

import click

from bot.campaign.model import Schedule
from bot.cli.options import Call, Format, common, days_options, format_option, print_json, short
from bot.cli.tables import print_table
from bot.cli.towns import schedule_of
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.language import Lang, say, sentence
from bot.planner.occurrence import Occurrence
from bot.planner.plan import days_between
from bot.planner.plan import plan as planned

_A_MONTH = timedelta(days=30)


@click.command(help=told("help-plan"))
@common
@format_option
@days_options
def plan(call: Call, form: Format, first: date | None, last: date | None) -> int:
    """List what falls due in a span of days."""
    schedule = schedule_of(call.folder)
    first, last = span(schedule, first, last)
    occurrences = planned(schedule, *days_between(schedule, first, last))
    if form == "json":
        print_json([as_json(each, call.lang) for each in occurrences])
    else:
        headings = [call.say(f"cli.{name}") for name in ("due", "reminder", "reason", "to", "chats", "deadline")]
        print_table(
            headings, [_row(schedule, each, call.lang) for each in occurrences], call.say("cli.nothing-planned")
        )
    return 0


def span(schedule: Schedule, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are asked for, else a month from today or from the first one. Fails as wrong use where they end
    before they begin.
    """
    first = first or SystemClock().now().astimezone(schedule.town.zone).date()
    last = last or first + _A_MONTH
    if last < first:
        raise click.BadParameter(f"{last} < {first}", param_hint="--until")
    return first, last


def as_json(each: Occurrence, lang: Lang) -> dict[str, object]:
    """An occurrence as programs read it."""
    return {
        "id": each.id,
        "campaign": each.campaign,
        "reminder": each.reminder,
        "due": each.due,
        "reason": say(each.reason, lang),
        "key_date": each.key_date,
        "phase": each.phase,
        "audiences": each.audiences,
        "offices": each.offices,
        "chats": [chat for chat, _ in each.chats],
        "message": each.message,
        "deadline": each.deadline,
        "provisional": each.provisional,
    }


def _row(schedule: Schedule, each: Occurrence, lang: Lang) -> tuple[str, ...]:
    weekday = say(sentence(f"plan.{each.due:%a}".lower()), lang)
    names = [*each.audiences, *(schedule.offices[office].name for office in each.offices)]
    shown = names if len(names) <= 4 else [*names[:3], f"… {len(names)}"]
    mark = f"（{say(sentence('plan.provisional'), lang)}）" if each.provisional else ""
    return (
        f"{short(each.due)} {weekday}",
        each.reminder,
        f"{say(each.reason, lang)}{mark}",
        "、".join(shown),
        str(len(each.chats)),
        short(each.deadline),
    )
