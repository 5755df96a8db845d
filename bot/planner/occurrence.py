"""One reminder at one moment, with everything that it takes to send it and to explain it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from bot.language import Sentence

Doubt = Literal["resend", "hold"]
Owed = Literal["received", "done"]


@dataclass(frozen=True)
class Step:
    """The next one up: so long after the due moment, these offices are told."""

    after: timedelta
    tell: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The answer that is owed and what its absence brings; a running ask keeps the plan it began with."""

    within: timedelta
    expects: Owed
    remind_every: timedelta | None
    then: tuple[Step, ...]


@dataclass(frozen=True)
class Occurrence:
    """One reminder at one moment. `id` is `campaign/reminder/anchor/offset` and survives restarts and edits.

    `nominal` is the moment that the rule gives, `due` the one at which it goes out: the end of quiet hours for
    a broadcast that falls in them. Both bear the town's zone. `offices` are those addressed; they owe an answer
    where `answer` is given. `chats` says, in the town's order, in which chats it appears and which of its
    offices each of them carries. `phase` is the one in which it is due, `phase_named` the one whose edge the rule
    counts from. `helpers` (`with` in the YAML) are named and owe nothing. `key_date_days` are the
    key date's first and last day where one is concerned.
    """

    id: str
    campaign: str
    reminder: str
    nominal: datetime
    due: datetime
    reason: Sentence
    key_date: str | None
    key_date_days: tuple[date, date] | None
    phase: str | None
    phase_named: str | None
    audiences: tuple[str, ...]
    offices: tuple[str, ...]
    chats: tuple[tuple[str, tuple[str, ...]], ...]
    helpers: tuple[str, ...]
    duties: tuple[str, ...]
    message: str
    answer: Plan | None
    days_left: int | None
    late: timedelta
    on_doubt: Doubt
    urgent: bool
    provisional: bool

    @property
    def deadline(self) -> datetime | None:
        """By when an answer is owed, counted from the due moment."""
        return (self.due.astimezone(UTC) + self.answer.within).astimezone(self.due.tzinfo) if self.answer else None

    @property
    def is_duty_alert(self) -> bool:
        """Whether an answer is owed."""
        return self.answer is not None
