"""A town's files judged good, for commands that show what the bot would do with them."""

from collections.abc import Iterable

from bot.app.check import Judged, judge
from bot.app.in_force import InForce
from bot.app.sources import Sources, read_sources
from bot.campaign.problems import Problem
from bot.cli.check import progress_bar
from bot.cli.options import Call
from bot.clock import SystemClock
from bot.errors import ScheduleRefused
from bot.language import sentence
from bot.settings import Settings


def in_force_of(call: Call) -> InForce:
    """What the bot would go by. Raises `ScheduleRefused` with all that is wrong with it."""
    found = judged(read_sources(call.folder), call.settings)
    if found.in_force is None:
        raise refused(found.errors)
    return found.in_force


def judged(sources: Sources, settings: Settings) -> Judged:
    """The judgement that the bot itself would come to; a progress bar shows where it takes long."""
    clock = SystemClock()
    with progress_bar(clock) as progress:
        return judge(sources, settings, clock.now(), {}, progress)


def refused(errors: Iterable[Problem]) -> ScheduleRefused:
    """These errors, to be told one by one."""
    problems = tuple(errors)
    return ScheduleRefused(sentence("cli.check-failed", errors=len(problems), warnings=0), problems)
