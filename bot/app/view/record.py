"""The record as a page: the figures of a campaign and a span of days."""

from dataclasses import dataclass
from datetime import date

from bot.app.view.season import ShownSeason
from bot.reports.record import Record


@dataclass(frozen=True)
class Asked:
    """Which record somebody wants: of a campaign (None: the one that is on), from `first` to `last`, both included
    (None: as far as there is anything).
    """

    campaign: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ShownRecord:
    """The figures of what was `asked` for, and the season that they are of. `season` is None where the town has no
    campaign; the record is then of all that is on record.
    """

    asked: Asked
    season: ShownSeason | None
    record: Record
