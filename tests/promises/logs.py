"""What the checker holds together: the plan that was printed before, what a platform accepted, what the ledger says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Promise = Literal[
    "ends",
    "lost",
    "repeated",
    "unnamed",
    "unpressed",
    "unheard",
    "quiet",
    "unplanned",
    "nagged",
    "accused",
    "untold",
    "mute",
    "untrue",
    "recalled",
]

Key = tuple[str, str]
"""An occurrence and the chat that it goes to."""


@dataclass(frozen=True)
class Ladder:
    """What the silence of an ask's offices brings, as it is written. `then`: after how long which chats are told, by
    office; `helpers`: in which chats help is fetched for it. At `ends` nobody is reminded any more (the same reminder's
    next occurrence, the campaign's end), at `over` (the campaign's end) nothing at all begins.
    """

    expects: Literal["received", "done"]
    within: timedelta
    remind_every: timedelta | None = None
    then: tuple[tuple[timedelta, Mapping[str, frozenset[str]]], ...] = ()
    helpers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    urgent: bool = False
    ends: datetime | None = None
    over: datetime | None = None


@dataclass(frozen=True)
class Planned:
    """An occurrence in one chat as it was planned. By `by` it has ended (due + late). `repeats` in doubt, or is held
    then. `offices` are all that are asked, `here` those whom this chat carries. `text` is what stands in the chat as it
    was shown before, without markup, and `card` the same laid out as a card of WeCom; None: not known. `ladder` is what
    an ask's silence brings; None: not known.
    """

    occurrence: str
    chat: str
    due: datetime
    by: datetime
    broadcast: bool
    repeats: bool
    offices: tuple[str, ...] = ()
    text: str | None = None
    here: tuple[str, ...] = ()
    ladder: Ladder | None = None
    card: str | None = None


@dataclass(frozen=True)
class Called:
    """What a message says that follows an ask: whom it names, and of which of them that their time is over."""

    kind: Literal["remind", "late", "escalate", "help"]
    of: str
    offices: tuple[str, ...]
    overdue: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What a message says that goes with another: the offices that it calls by name as owing (none where it calls those
    who are told), or where each office `stands`; `whole` where it says that all have given what they owe.
    """

    kind: Literal["mention", "status"]
    of: str
    offices: tuple[str, ...] = ()
    stands: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True)
class Accepted:
    """A message that a platform took: the occurrences that it says it is, or what it says that follows them. One that
    tells the end of a campaign or phase is its `farewell`. Not every platform says by which id (`message_id`) it keeps
    it. `mentions` are whom it calls by name; `ways` what it can be answered by, buttons and links; None: not known.
    `voids` is the occurrence of which it says that it was recalled.
    """

    at: datetime
    chat: str
    message_id: str | None
    text: str
    occurrences: tuple[str, ...]
    calls: tuple[Called, ...] = ()
    farewell: str | None = None
    platform: str = "telegram"
    is_card: bool = False
    mentions: frozenset[str] = frozenset()
    ways: tuple[str, ...] | None = None
    beside: Beside | None = None
    voids: str | None = None


@dataclass(frozen=True)
class Pressed:
    """Somebody pressed a button, typed a word or used a link: an answer to an occurrence; `at` where it is known. One
    that is not `sure` may have been lost on its way: nobody was told that it was heard, and nothing keeps it.
    """

    by: str
    occurrence: str
    answer: str
    at: datetime | None = None
    sure: bool = True


@dataclass(frozen=True)
class Noted:
    """A line of the ledger. `to` is where a correction puts an office, `call` which message it was reminded by, told of
    or asked for help with; `in_doubt` whether nobody knows that it arrived. `on_behalf`: an admin answered;
    `recalled`: an admin took it back.
    """

    at: datetime
    kind: str
    occurrence: str | None = None
    chat: str | None = None
    office: str | None = None
    by: str | None = None
    message_id: str | None = None
    to: str | None = None
    call: str | None = None
    in_doubt: bool = False
    on_behalf: bool = False
    recalled: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that is held together. `states` are the deliveries as they were left; `may` says of each office who answers
    for it; `admins` are who may answer for each of them; `quiet` whether nobody is to be woken at a moment. What should
    have ended by `until` must have; everything must where it is None. A request takes up to `way` to be accepted, a
    press as long to be heard. With `slack` each reminder must have come so soon after its time; without, the bot was
    away for who knows how long, and only who was late must have been named, and told of upwards, at last.
    """

    plan: tuple[Planned, ...]
    accepted: tuple[Accepted, ...]
    ledger: tuple[Noted, ...]
    states: Mapping[Key, str]
    presses: tuple[Pressed, ...] = ()
    may: Mapping[str, frozenset[str]] = field(default_factory=dict)
    quiet: Callable[[datetime], bool] = lambda _: False
    until: datetime | None = None
    admins: frozenset[str] = frozenset()
    way: timedelta = timedelta(seconds=10)
    slack: timedelta | None = None
    closings: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """A promise that was broken, and by what."""

    promise: Promise
    occurrence: str
    chat: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.occurrence} in {self.chat}: {self.what}"
