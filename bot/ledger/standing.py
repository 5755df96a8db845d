"""Who was told, who answered, who still owes: a fold over the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ledger.entries import ANSWERS, AnswerState, Entry

StandingState = Literal["open", "received", "done", "help"]

_DECISIVE = frozenset({"done", "help"})


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
    came before it. What came before is what was said before (`in_order`), not what arrived before.
    """
    found = {office: Standing(office) for office in offices}
    for entry in in_order(entries):
        if entry.office in found:
            found[entry.office] = found[entry.office].after(entry)
    return tuple(found.values())


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """An ask's entries by the moment at which each was said, those of one moment in the order of the ledger, without
    what somebody only said again: so they tell the same whichever of them arrived first. 需协助 after a problem was
    closed is no repetition.
    """
    said: dict[tuple[str | None, str | None], str] = {}
    found: list[Entry] = []
    for entry in sorted(entries, key=lambda each: each.at):
        if entry.kind == "corrected":
            said = {key: kind for key, kind in said.items() if key[0] != entry.office}
        elif entry.kind == "closed":
            said = {key: kind for key, kind in said.items() if (key[0], kind) != (entry.office, "help")}
        elif entry.kind in _DECISIVE and entry.by:
            key = (entry.office, entry.by)
            if said.get(key) == entry.kind:
                continue
            said[key] = entry.kind
        found.append(entry)
    return tuple(found)


def has_said(person: str, office: str, answer: AnswerState, at: datetime, entries: Iterable[Entry]) -> bool:
    """Whether this answer of theirs only says again what they had said for the office by then. Of 已落实 and 需协助 the
    last one counts; after a correction everything is new, and 需协助 after a problem was closed.
    """
    own: list[str] = []
    for entry in sorted(
        (each for each in entries if each.office == office and each.at <= at), key=lambda each: each.at
    ):
        if entry.kind == "corrected":
            own = []
        elif entry.kind == "closed":
            own = [each for each in own if each != "help"]
        elif entry.kind in ANSWERS and entry.by == person:
            own.append(entry.kind)
    if answer == "received":
        return "received" in own
    return [each for each in own if each in _DECISIVE][-1:] == [answer]


def _corrected(office: str, entry: Entry) -> Standing:
    match (entry.detail or {}).get("to"):
        case "received" | "done" | "help" as state:
            return Standing(office, state, entry.at, entry.by)
        case _:
            return Standing(office)
