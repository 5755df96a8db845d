"""The season as a calendar: phases, watches, and what each day brings."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rail:
    """A phase: its days, both included; its last day is its deadline."""

    id: str
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Band:
    """A watch (高等级防范期) round a key date, both ends included; `provisional` where its date is 暂定."""

    key_date: str
    name: str
    first: date
    last: date
    provisional: bool


@dataclass(frozen=True)
class KeyDay:
    """A day of a key date itself; `provisional` where it is 暂定."""

    name: str
    provisional: bool


@dataclass(frozen=True)
class CalendarDay:
    """What a day brings: so many occurrences without (`broadcasts`) and with (`duty_alerts`) an owed answer,
    `provisional` where the date of any is 暂定. `watches` are the names of the watches that it lies in, `deadlines`
    those of the phases that end on it. `off` is a day on which nobody works. `trouble`: something of it was missed,
    failed, or may not have arrived.
    """

    day: date
    broadcasts: int
    duty_alerts: int
    provisional: bool
    key_days: tuple[KeyDay, ...]
    watches: tuple[str, ...]
    deadlines: tuple[str, ...]
    off: bool
    trouble: bool

    @property
    def sends(self) -> int:
        """How many occurrences fall due on it."""
        return self.broadcasts + self.duty_alerts


@dataclass(frozen=True)
class ShownSeason:
    """One campaign's season. `campaigns` are all of the town's, id and title, in the order of their first days;
    `days` is every day from `first` to `last`.
    """

    campaign: str
    title: str
    campaigns: tuple[tuple[str, str], ...]
    first: date
    last: date
    today: date
    phases: tuple[Rail, ...]
    watches: tuple[Band, ...]
    days: tuple[CalendarDay, ...]
