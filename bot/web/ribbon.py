"""The season as one ribbon: where its phases, watches, months and sends stand along it, in percent of its length."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.app.view.season import ShownSeason

_SIGN_NARROW, _SIGN_WIDE = 4.2, 1.4
"""What one sign of a label takes of the ribbon on a telephone, and from 64rem on, where labels say more."""


@dataclass(frozen=True)
class Stretch:
    """A phase or a watch. Its label stands in `row` of the rows that keep labels apart, and ends at `x + width` where
    it would run out of the ribbon otherwise.
    """

    name: str
    first: date
    last: date
    x: float
    width: float
    row: int
    from_its_end: bool
    provisional: bool = False


@dataclass(frozen=True)
class Bar:
    """A day on which something goes out."""

    day: date
    x: float
    broadcasts: int
    duty_alerts: int
    trouble: bool


@dataclass(frozen=True)
class Tick:
    """The first day of a month."""

    day: date
    x: float


@dataclass(frozen=True)
class Ribbon:
    """What there is to draw. `day_width` is one day's, `most` the most that one day has of either kind; `today` is
    None where it lies outside the season.
    """

    season: ShownSeason
    phases: tuple[Stretch, ...]
    watches: tuple[Stretch, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    day_width: float
    most: int
    today: float | None

    @property
    def broadcasts(self) -> int:
        """How many go out in the whole season that nobody has to answer."""
        return sum(each.broadcasts for each in self.bars)

    @property
    def duty_alerts(self) -> int:
        """How many go out in the whole season that offices have to answer."""
        return sum(each.duty_alerts for each in self.bars)


def ribbon(season: ShownSeason) -> Ribbon:
    """Lay a season out."""
    length = (season.last - season.first).days + 1

    def x(day: date) -> float:
        return round(100 * (day - season.first).days / length, 3)

    def stretch(name: str, first: date, last: date, *, provisional: bool = False) -> Stretch:
        first, last = max(first, season.first), min(last, season.last)
        begin, end = x(first), x(last + timedelta(days=1))
        return Stretch(name, first, last, begin, round(end - begin, 3), 0, False, provisional)

    within = [each for each in season.watches if each.last >= season.first and each.first <= season.last]
    return Ribbon(
        season=season,
        phases=_apart([stretch(each.name, each.first, each.last) for each in season.phases], more=8),
        watches=_apart(
            [stretch(each.name, each.first, each.last, provisional=each.provisional) for each in within], more=0
        ),
        bars=tuple(
            Bar(each.day, x(each.day), each.broadcasts, each.duty_alerts, each.trouble)
            for each in season.days
            if each.sends or each.trouble
        ),
        ticks=tuple(Tick(each.day, x(each.day)) for each in season.days if each.day.day == 1),
        day_width=round(100 / length, 3),
        most=max((max(each.broadcasts, each.duty_alerts) for each in season.days), default=0) or 1,
        today=x(season.today) if season.first <= season.today <= season.last else None,
    )


def place(season: ShownSeason, moment: datetime) -> float:
    """Where along the ribbon a moment stands, in percent; one outside the season stands at its end."""
    begin = datetime.combine(season.first, time(), moment.tzinfo)
    length = timedelta(days=(season.last - season.first).days + 1)
    return round(100 * min(max((moment - begin) / length, 0.0), 1.0), 3)


def _apart(stretches: Sequence[Stretch], *, more: int) -> tuple[Stretch, ...]:
    """Give each label the first row in which it touches no other, on a telephone and, with so many `more` signs, on a
    wide screen.
    """
    ends: list[float] = []
    placed = []
    for each in stretches:
        signs = len(each.name) + (3 if each.provisional else 0.5)
        size = max(signs * _SIGN_NARROW, (signs + more) * _SIGN_WIDE)
        from_its_end = each.x + size > 100
        begin = each.x + each.width - size if from_its_end else each.x
        row = next((number for number, end in enumerate(ends) if end <= begin), len(ends))
        ends[row : row + 1] = [begin + size]
        placed.append(replace(each, row=row, from_its_end=from_its_end))
    return tuple(placed)
