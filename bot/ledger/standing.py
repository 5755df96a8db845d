"""Who was told, who answered, who still owes: a fold over the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ledger.entries import ANSWERS, AnswerState, Entry

StandingState = Literal["open", "received", "done", "help"]


@dataclass(frozen=True)
class Standing:
    """Where one office stands with one ask: its state, and which answer brought it there."""

    office: str
    state: StandingState = "open"
    answered_at: datetime | None = None
    by: str | None = None

    def has_given(self, expects: Literal["received", "done"]) -> bool:
        """Whether what is owed has been given; who asked for help has not given it."""
        return self.state == "done" or (self.state == "received" and expects == "received")

    def may_be_asked(self, expects: Literal["received", "done"], *, overdue: bool) -> bool:
        """Whether this office may be asked again: 收到 silences reminders until the deadline, what is owed and 需协助
        for good (interface.md, "Answers").
        """
        return self.state == "open" or (self.state == "received" and expects == "done" and overdue)

    def after(self, entry: Entry) -> "Standing":
        """Where the office stands once this entry of its own follows all before (`standings` tells by which rules)."""
        if entry.kind == "corrected":
            return _corrected(self.office, entry)
        if entry.kind not in ANSWERS or entry.kind == self.state:
            return self
        if entry.kind == "received" and self.state != "open":
            return self
        return Standing(self.office, entry.kind, entry.at, entry.by)

    def lacks(self, answer: AnswerState) -> bool:
        """Whether this answer would change where the office stands; of 已落实 and 需协助 the other always would."""
        match self.state:
            case "open":
                return True
            case "received":
                return answer != "received"
            case "help":
                return answer == "done"
            case "done":
                return answer == "help"


def standings(offices: Iterable[str], entries: Iterable[Entry]) -> tuple[Standing, ...]:
    """Where each of these offices stands, from the entries of one ask in the order of the ledger.

    收到 comes first and lowers nothing that came before it. Of 已落实 and 需协助 the later one holds: a problem that
    comes after 已落实 is a problem, and 已落实 after 需协助 says that it was solved. A correction holds over all that
    came before it.
    """
    found = {office: Standing(office) for office in offices}
    for entry in entries:
        if entry.office in found:
            found[entry.office] = found[entry.office].after(entry)
    return tuple(found.values())


def _corrected(office: str, entry: Entry) -> Standing:
    match (entry.detail or {}).get("to"):
        case "received" | "done" | "help" as state:
            return Standing(office, state, entry.at, entry.by)
        case _:
            return Standing(office)


def answers_of(person: str, office: str, entries: Iterable[Entry]) -> list[AnswerState]:
    """What this person has answered for this office among an ask's entries, in that order."""
    return [each.kind for each in entries if (each.by, each.office) == (person, office) and each.kind in ANSWERS]
