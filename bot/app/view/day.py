"""One day in full: what goes out or went out, when, to whom, word for word."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.app.view.season import KeyDay
from bot.ledger.deliveries import State

Came = State | Literal["ahead", "past", "recalled"]
"""What became of a send in one chat: a delivery's state; `ahead` before it is due; `past` where it lay in the past
already when the schedule that has it was taken, so that it was neither sent nor missed; `recalled` where it was sent
and deleted again."""


@dataclass(frozen=True)
class SentTo:
    """One chat of a send; `at` is when it went out, `why` what went wrong."""

    chat: str
    title: str
    came: Came
    at: datetime | None
    why: str | None


@dataclass(frozen=True)
class Wording:
    """The same words in several chats. `text` is Markdown: as it stands there with its answers, or will go out."""

    text: str
    chats: tuple[SentTo, ...]


@dataclass(frozen=True)
class ShownSend:
    """One occurrence: why then, what it says first (`subject`, plain words), and its words chat by chat.

    `offices` are the names of those addressed; they owe an answer by `deadline` where there is one.
    """

    occurrence: str
    reminder: str
    due: datetime
    reason: str
    subject: str
    provisional: bool
    offices: tuple[str, ...]
    deadline: datetime | None
    wordings: tuple[Wording, ...]


@dataclass(frozen=True)
class ShownDay:
    """A day of the town. `before` and `after` are the nearest days on which something goes out."""

    day: date
    sends: tuple[ShownSend, ...]
    key_days: tuple[KeyDay, ...]
    watches: tuple[str, ...]
    phases: tuple[str, ...]
    before: date | None
    after: date | None
