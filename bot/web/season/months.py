"""A season as months of weeks: which cell stands where, and how a watch runs through a week."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from bot.app.view.season import Band, CalendarDay, KeyDay, ShownSeason


@dataclass(frozen=True)
class Run:
    """A watch in one week: it covers `span` cells, in the `lane` that keeps watches of the same days apart."""

    name: str
    span: int
    lane: int
    begins: bool
    ends: bool
    provisional: bool


@dataclass(frozen=True)
class Cell:
    """A place in a week: a day of the season, a day of the same month outside it (`shown` is None), or none at all.

    `named` are the key dates that begin on it (each is named once in a row of days), `runs` the watches that begin
    here or go on here after a week's end. `swapped` tells a day off in the week, or a weekend that is worked.
    """

    day: date | None = None
    shown: CalendarDay | None = None
    named: tuple[KeyDay, ...] = ()
    runs: tuple[Run, ...] = ()
    swapped: Literal["off", "worked"] | None = None


@dataclass(frozen=True)
class Month:
    """A month's weeks from Monday to Sunday; `lanes` is how many watches run beside each other in it at most."""

    first: date
    weeks: tuple[tuple[Cell, ...], ...]
    lanes: int


def months(season: ShownSeason) -> tuple[Month, ...]:
    """Each month that the season touches."""
    lanes = _lanes(season)
    return tuple(
        _month(list(days), lanes) for _, days in groupby(season.days, lambda each: (each.day.year, each.day.month))
    )


def _month(days: list[CalendarDay], lanes: dict[Band, int]) -> Month:
    shown = {each.day: each for each in days}
    first = days[0].day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    blank = (Cell(),) * first.weekday()
    cells = [*blank, *(_cell(first + timedelta(days=number), shown, lanes) for number in range((after - first).days))]
    cells += [Cell()] * (-len(cells) % 7)
    here = [lane for band, lane in lanes.items() if band.first < after and band.last >= first]
    weeks = tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7))
    return Month(first, weeks, max(here, default=-1) + 1)


def _cell(day: date, shown: dict[date, CalendarDay], lanes: dict[Band, int]) -> Cell:
    it = shown.get(day)
    if it is None:
        return Cell(day)
    before = shown.get(day - timedelta(days=1))
    begun = {each.name for each in before.key_days} if before else set()
    weekend = day.weekday() >= 5
    return Cell(
        day=day,
        shown=it,
        named=tuple(each for each in it.key_days if each.name not in begun),
        runs=tuple(_run(band, day, lane, shown) for band, lane in lanes.items() if _stands(band, day, before is None)),
        swapped=None if it.off == weekend else "off" if it.off else "worked",
    )


def _stands(band: Band, day: date, month_begins: bool) -> bool:
    """Whether a watch is drawn from this cell on: it begins, or it comes from another week or month."""
    return band.first == day or (band.first < day <= band.last and (month_begins or day.weekday() == 0))


def _run(band: Band, day: date, lane: int, shown: dict[date, CalendarDay]) -> Run:
    last = min(band.last, day + timedelta(days=6 - day.weekday()), max(shown))
    return Run(band.name, (last - day).days + 1, lane, band.first == day, band.last == last, band.provisional)


def _lanes(season: ShownSeason) -> dict[Band, int]:
    """The first lane that is free on a watch's first day, for each watch of the season."""
    free: list[date] = []
    lanes = {}
    for band in sorted(season.watches, key=lambda each: each.first):
        if band.last < season.first or band.first > season.last:
            continue
        lane = next((number for number, until in enumerate(free) if until < band.first), len(free))
        free[lane : lane + 1] = [band.last]
        lanes[band] = lane
    return lanes
