"""The season as one ribbon: where its phases, watches, months and sends stand along it, in percent of its length."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.app.view.season import Band, Rail, ShownSeason

_SIGN_NARROW, _SIGN_WIDE = 4.2, 1.4
"""What one sign of a label takes of the ribbon on a telephone, and from 64rem on, where labels say more."""


@dataclass(frozen=True)
class Label:
    """Where the name of a stretch stands: in `row` of the rows that keep names apart, from the stretch's begin on or,
    where it would run out of the ribbon otherwise, up to its end.
    """

    row: int
    from_its_end: bool


@dataclass(frozen=True)
class Stretch:
    """A phase or a watch, its name as it stands on a telephone (`narrow`) and on a wide screen."""

    name: str
    first: date
    last: date
    x: float
    width: float
    provisional: bool
    narrow: Label
    wide: Label


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

    def stretches(bands: Sequence[Rail | Band], more: int) -> tuple[Stretch, ...]:
        """Those that reach into the season; on a wide screen so many `more` signs follow a name."""
        narrow, wide = _rows(), _rows()
        found = []
        for each in bands:
            first, last = max(each.first, season.first), min(each.last, season.last)
            if first > last:
                continue
            begin, end = x(first), x(last + timedelta(days=1))
            provisional = isinstance(each, Band) and each.provisional
            signs = len(each.name) + (3 if provisional else 0.5)
            labels = narrow(begin, end, signs * _SIGN_NARROW), wide(begin, end, (signs + more) * _SIGN_WIDE)
            found.append(Stretch(each.name, first, last, begin, round(end - begin, 3), provisional, *labels))
        return tuple(found)

    return Ribbon(
        season=season,
        phases=stretches(season.phases, more=8),
        watches=stretches(season.watches, more=0),
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


def _rows() -> Callable[[float, float, float], Label]:
    """What gives each label, of a stretch from here to there and of this size, the first row where it touches none."""
    taken: list[float] = []

    def place(first: float, last: float, size: float) -> Label:
        from_its_end = first + size > 100
        begin = last - size if from_its_end else first
        row = next((number for number, end in enumerate(taken) if end <= begin), len(taken))
        taken[row : row + 1] = [begin + size]
        return Label(row, from_its_end)

    return place
