"""One ask in full: what was sent, under which plan it runs, what comes next, and each office's part on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from bot.app.view.asks import OfficeAnswer
from bot.app.view.day import ShownSend
from bot.ledger.entries import Kind
from bot.ledger.standing import StandingState
from bot.planner.occurrence import Owed


@dataclass(frozen=True)
class Line:
    """One thing that is on record: `by` is a person's name; `chat` the title of the chat that they said it in.

    `to` is where a correction put the office; `words` is the line that goes with it: the reason of a correction or of
    an answer on behalf of the office (`on_behalf`), what is needed, how a problem ended. `late` is by how much an
    answer came after its deadline. `file` is the name of the evidence, which is fetched by `seq`. `again` are the
    moments of more of the same that followed at once: reminders that nobody answered. `naming` marks the one that named
    the office as late in its chats.
    """

    seq: int
    at: datetime
    kind: Kind
    by: str | None = None
    chat: str | None = None
    to: StandingState | None = None
    words: str | None = None
    on_behalf: bool = False
    late: timedelta | None = None
    file: str | None = None
    again: tuple[datetime, ...] = ()
    naming: bool = False


@dataclass(frozen=True)
class Evidence:
    """A photo or a file that came with an answer: what it came as, and where it is kept. Nothing is known of what is in
    it.
    """

    name: str
    path: Path


@dataclass(frozen=True)
class OfficeRecord:
    """One office's part in an ask: where it stands, by when it owes its answer, and its whole history in order.

    `reached` tells whether any message of the ask may have been read by it: without that it owes nothing. `asked` is
    when the first one went out.
    """

    answer: OfficeAnswer
    deadline: datetime
    reached: bool
    asked: datetime | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class NextStep:
    """What comes next of the ladder, should nobody answer until then. `offices` are the names of those concerned,
    `tells` of those who are told (none: the admins); `every` is how often a reminder comes again from then on.
    """

    kind: Literal["overdue", "remind", "late", "escalate"]
    at: datetime
    offices: tuple[str, ...]
    tells: tuple[str, ...] = ()
    every: timedelta | None = None


@dataclass(frozen=True)
class ShownOccurrence:
    """One occurrence that fell due. `send` is what went out, to which chats. `version` names the schedule under which
    it runs, `in_force` whether that is still the town's. `expects` is None where nothing is owed; `beside` are refused
    answers that name none of its offices; `ahead` is what comes next of the ladder. `recallable` tells whether an admin
    may still take it back, `recalled` who did, when and why.
    """

    token: str
    send: ShownSend
    title: str
    phase: str | None
    duties: tuple[str, ...]
    version: str
    in_force: bool
    withdrawn: bool
    expects: Owed | None
    offices: tuple[OfficeRecord, ...] = ()
    beside: tuple[Line, ...] = ()
    ahead: tuple[NextStep, ...] = ()
    recallable: bool = False
    recalled: Line | None = None

    @property
    def owing(self) -> int:
        """How many offices owe an answer."""
        return sum(each.answer.owes and each.reached for each in self.offices)
