"""The schedule that a command goes by: the one in the folder, or where that is bad the one last in force."""

from pathlib import Path

import click

from bot.app.adopt import adopted
from bot.app.in_force import once_in_force
from bot.campaign.load import load
from bot.campaign.model import Schedule, Town
from bot.cli.options import Call
from bot.errors import ScheduleRefused
from bot.language import sentence
from bot.store.protocol import Reader


def schedule_of(folder: Path) -> Schedule:
    """The schedule in a town's folder. Raises `ScheduleRefused` with all that is wrong with it."""
    loaded = load(folder)
    if loaded.schedule is None:
        raise ScheduleRefused(sentence("cli.check-failed", errors=len(loaded.errors), warnings=0), loaded.errors)
    return loaded.schedule


async def schedule_for_the_record(call: Call, store: Reader) -> Schedule:
    """The schedule for zone and names alone. Where the one in the folder is bad, which is said on standard error, it
    is the one last in force; a town that never had a good one has no chats and no offices yet.
    """
    try:
        return schedule_of(call.folder)
    except ScheduleRefused as error:
        click.echo(call.say("cli.using-version-in-force", errors=len(error.problems)), err=True)
    sources = await adopted(store, call.settings.data)
    before = once_in_force(sources, call.lang) if sources else None
    return before.schedule if before else Schedule(_unknown(call.folder), (), {}, ())


def _unknown(folder: Path) -> Town:
    return Town.model_validate({"town": "town", "name": folder.name or "town", "offices": [], "chats": []})
