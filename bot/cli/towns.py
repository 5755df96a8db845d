"""The schedule in a town's folder, for commands that need a good one."""

from pathlib import Path

from bot.campaign.load import load
from bot.campaign.model import Schedule
from bot.errors import ScheduleRefused
from bot.language import sentence


def schedule_of(folder: Path) -> Schedule:
    """The schedule in a town's folder. Raises `ScheduleRefused` with all that is wrong with it."""
    loaded = load(folder)
    if loaded.schedule is None:
        raise ScheduleRefused(sentence("cli.check-failed", errors=len(loaded.errors), warnings=0), loaded.errors)
    return loaded.schedule
