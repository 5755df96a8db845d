"""A season at a glance: asks and answers week by week, below its phases and watches, in percent of its length."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.app.view.season import ShownSeason
from bot.reports.figures import Figures
from bot.web.season.ribbon import Ribbon, ribbon

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Part:
    """One piece of a week's column, from the axis up: how many answers of a kind, where it begins and how high it is in
    percent of the highest column.
    """

    kind: str
    count: int
    base: float
    height: float


@dataclass(frozen=True)
class Week:
    """What became of the asks of one week; `monday` begins it. `counted` are all of its answers."""

    monday: date
    x: float
    width: float
    counted: Figures
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Glance:
    """The season's own ribbon, and the columns of the weeks on it; `most` is the most asks of a week."""

    drawn: Ribbon
    weeks: tuple[Week, ...]
    most: int


def glance(season: ShownSeason, days: Mapping[date, Mapping[str, Figures]]) -> Glance:
    """Lay out what became of each day's asks, gathered by week; days outside the season have no place on it."""
    length = (season.last - season.first).days + 1
    weeks: dict[date, list[Figures]] = {}
    for day, came in days.items():
        if season.first <= day <= season.last:
            weeks.setdefault(day - timedelta(days=day.weekday()), []).extend(came.values())
    summed = {monday: together(found) for monday, found in sorted(weeks.items())}
    most = max((each.asked for each in summed.values()), default=0) or 1

    def x(day: date) -> float:
        return round(
            100 * (min(max(day, season.first), season.last + timedelta(days=1)) - season.first).days / length, 3
        )

    return Glance(
        drawn=ribbon(season),
        weeks=tuple(
            Week(monday, x(monday), round(x(monday + _WEEK) - x(monday), 3), counted, _parts(counted, most))
            for monday, counted in summed.items()
            if counted.asked
        ),
        most=most,
    )


def together(found: Iterable[Figures]) -> Figures:
    """Several groups counted as one; a median of medians would mean nothing, so there is none."""
    every = tuple(found)
    names = (
        "asked",
        "in_time",
        "late",
        "help",
        "open",
        "overdue",
        "withdrawn",
        "unanswered",
        "received",
        "done",
        "reminders",
        "escalated",
    )
    return Figures(**{name: sum(getattr(each, name) for each in every) for name in names})


def _parts(counted: Figures, most: int) -> tuple[Part, ...]:
    kinds = {
        "in-time": counted.in_time,
        "late": counted.late,
        "help": counted.help,
        "open": counted.open,
        "withdrawn": counted.withdrawn,
    }
    parts, base = list[Part](), 0.0
    for kind, count in kinds.items():
        if count:
            height = round(100 * count / most, 2)
            parts.append(Part(kind, count, round(base, 2), height))
            base += height
    return tuple(parts)
