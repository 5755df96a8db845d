"""What owed answers come to: counts, and medians of a group. Nobody is ranked: groups stand in the order of the town
and of the plan, whatever their figures are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.reports.answers import OwedAnswer

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Figures:
    """A group of owed answers, counted.

    `asked` is how many, which is `in_time` + `late` (what is owed was given by the deadline, or after it) + `help`
    (asked for help) + `open` (still owed; `overdue` of them past the deadline) + `withdrawn`. By the answers as
    they stand, `unanswered` + `received` + `done` + `help` are as many. `reminders` counts each office that a
    reminder named, `escalated` the answers for want of which, or for help with which, somebody was told. `took`
    is the median time in which what is owed was given, None where nobody gave it.
    """

    asked: int = 0
    in_time: int = 0
    late: int = 0
    help: int = 0
    open: int = 0
    overdue: int = 0
    withdrawn: int = 0
    unanswered: int = 0
    received: int = 0
    done: int = 0
    reminders: int = 0
    escalated: int = 0
    took: timedelta | None = None

    @property
    def given(self) -> int:
        """How many gave what is owed."""
        return self.in_time + self.late


def figures(answers: Iterable[OwedAnswer]) -> Figures:
    """Count a group."""
    counted = [each for each in answers if each.was_asked]
    came, states = Counter(each.outcome for each in counted), Counter(each.state for each in counted)
    took = [each.took.total_seconds() for each in counted if each.took is not None]
    return Figures(
        asked=len(counted),
        in_time=came["in_time"],
        late=came["late"],
        help=came["help"],
        open=came["open"] + came["overdue"],
        overdue=came["overdue"],
        withdrawn=came["withdrawn"],
        unanswered=states["open"] + states["withdrawn"],
        received=states["received"],
        done=states["done"],
        reminders=sum(each.reminders for each in counted),
        escalated=sum(each.escalated for each in counted),
        took=timedelta(seconds=median(took)) if took else None,
    )


def by(key: Callable[[OwedAnswer], K], answers: Iterable[OwedAnswer]) -> dict[K, Figures]:
    """The figures of each group, the groups in the order in which they first come."""
    return {each: figures(found) for each, found in _grouped(key, answers).items()}


def by_week(answers: Iterable[OwedAnswer], zone: ZoneInfo) -> dict[date, Mapping[str, int]]:
    """How often each office was asked in a week, by the week's Monday in the town: asks alone, reminders are none."""
    weeks = defaultdict[date, Counter[str]](Counter)
    for each in answers:
        if each.was_asked:
            day = each.due.astimezone(zone).date()
            weeks[day - timedelta(days=day.weekday())][each.office] += 1
    return dict(sorted(weeks.items()))


def by_day(answers: Iterable[OwedAnswer], zone: ZoneInfo) -> dict[date, Mapping[str, Figures]]:
    """A season at a glance: what became of each day's asks (the day on which they were due), office by office."""
    days = _grouped(lambda each: each.due.astimezone(zone).date(), answers)
    return {day: by(lambda each: each.office, found) for day, found in sorted(days.items())}


def _grouped(key: Callable[[OwedAnswer], K], answers: Iterable[OwedAnswer]) -> dict[K, list[OwedAnswer]]:
    groups = defaultdict[K, list[OwedAnswer]](list)
    for each in answers:
        groups[key(each)].append(each)
    return groups
