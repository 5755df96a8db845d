"""The owed answers: office by office who has answered, since when, and who owes."""

from dataclasses import dataclass
from datetime import datetime

from bot.ledger.standing import StandingState
from bot.planner.occurrence import Owed


@dataclass(frozen=True)
class OfficeAnswer:
    """Where one office stands with one ask. `owes` tells whether what is owed has not been given; `late` whether that
    is past the deadline (or the answer came after it).
    """

    office: str
    name: str
    state: StandingState
    at: datetime | None
    owes: bool
    late: bool


@dataclass(frozen=True)
class ShownAsk:
    """One ask: what it says first (`subject`, plain words), when it was due, by when it is owed, and its offices in
    the town's order, whom nobody ranks. `unreached` are the names of those whom no message has reached: they owe
    nothing, and nobody may take their silence for an answer. `token` stands for it in a page's address.
    """

    occurrence: str
    token: str
    subject: str
    due: datetime
    expects: Owed
    deadline: datetime
    offices: tuple[OfficeAnswer, ...]
    unreached: tuple[str, ...] = ()

    @property
    def owing(self) -> int:
        """How many offices owe an answer."""
        return sum(each.owes for each in self.offices)


@dataclass(frozen=True)
class ShownAsks:
    """Asks to which an answer is owed, or that have not reached all, the nearest deadline first, and those lately
    answered in full, newest first.

    `more` is how many open ones are not among `open`, where there are very many.
    """

    open: tuple[ShownAsk, ...]
    answered: tuple[ShownAsk, ...]
    more: int
