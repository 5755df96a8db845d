"""The schedule in a town's folder: a good one where a command needs that, else the one by which the record is named."""

from datetime import date, datetime
from pathlib import Path

import click

from bot.app.adopt import adopted
from bot.app.in_force import once_in_force
from bot.campaign.load import load
from bot.campaign.model import Schedule, Town
from bot.cli.options import Call
from bot.errors import ScheduleRefused
from bot.language import sentence
from bot.planner.plan import days_between
from bot.store.protocol import Reader

_UNKNOWN = {"town": "town", "name": "town", "offices": [], "chats": []}


def schedule_of(folder: Path) -> Schedule:
    """The schedule in a town's folder. Raises `ScheduleRefused` with all that is wrong with it."""
    loaded = load(folder)
    if loaded.schedule is None:
        raise ScheduleRefused(sentence("cli.check-failed", errors=len(loaded.errors), warnings=0), loaded.errors)
    return loaded.schedule


async def schedule_at_hand(call: Call, store: Reader) -> Schedule:
    """The schedule for zone and names alone. Where the one in the folder is bad, which is said on standard error, it
    is the one last in force; a town that never had a good one has no chats and no offices yet.
    """
    try:
        return schedule_of(call.folder)
    except ScheduleRefused as error:
        click.echo(call.say("cli.using-version-in-force", errors=len(error.problems)), err=True)
    sources = await adopted(store, call.settings.data)
    before = once_in_force(sources, call.lang) if sources else None
    return before.schedule if before else Schedule(Town.model_validate(_UNKNOWN), (), {}, ())


def span_of(schedule: Schedule, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Whole days of the town as two moments, unbounded where nothing is said. Fails as wrong use where they end before
    they begin.
    """
    if first and last and last < first:
        raise click.BadParameter(f"{last} < {first}", param_hint="--until")
    return (
        days_between(schedule, first, first)[0] if first else None,
        days_between(schedule, last, last)[1] if last else None,
    )
