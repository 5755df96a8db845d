"""Plans of one reminder, written as short lines: the day and hour it is due, and the end of its id."""

from collections.abc import Iterable
from typing import Any

from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from tests.builders import Written, a_phase, a_reminder, a_schedule

WINTER = [
    a_phase("mobilise", name="部署发动", **{"from": "2026-11-01", "until": "2026-11-30"}),
    a_phase("carry-out", name="组织实施", **{"from": "2026-12-01", "until": "2027-03-25"}),
    a_phase("sum-up", name="总结提升", **{"from": "2027-03-26", "until": "2027-03-31"}),
]
"""The three phases of interface.md's example."""


def planned(*reminders: Written, **given: Any) -> tuple[Occurrence, ...]:
    """The whole season of these reminders, in the winter of 2026 unless other phases are given."""
    return season(a_schedule(**{"phases": WINTER, "reminders": list(reminders), **given}))


def on(rule: Written, **given: Any) -> tuple[Occurrence, ...]:
    """The season of one broadcast on this rule; `campaign` and `reminder` overrule the rest of it."""
    return planned(a_reminder(on=rule, **given.pop("reminder", {})), **given)


def days(found: Iterable[Occurrence]) -> list[str]:
    """The days on which they are due, each as `02-06`."""
    return [f"{each.due:%m-%d}" for each in found]


def moments(found: Iterable[Occurrence]) -> list[str]:
    """Day and hour of each."""
    return [f"{each.due:%m-%d %H:%M}" for each in found]


def anchors(found: Iterable[Occurrence]) -> list[str]:
    """What follows campaign and reminder in each id."""
    return [each.id.split("/", 2)[2] for each in found]
