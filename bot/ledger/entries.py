"""What happened, as frozen entries. A correction is a new entry; none is ever changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

Kind = Literal[
    "sent",
    "failed",
    "uncertain",
    "settled",
    "missed",
    "merged",
    "withdrawn",
    "received",
    "done",
    "help",
    "refused",
    "reminded",
    "late",
    "escalated",
    "corrected",
    "evidence",
    "need",
    "taken",
    "closed",
    "schedule",
    "started",
    "stopped",
    "paused",
    "resumed",
    "deaf",
    "restored",
]
AnswerState = Literal["received", "done", "help"]
ANSWERS: tuple[AnswerState, ...] = ("received", "done", "help")

_Of = TypeVar("_Of", bound="Entry")
Detail = Mapping[str, str | int | float | bool | None]


class Entry(BaseModel):
    """One line of the ledger (台账).

    `at` is when it happened; `by` is who did it, as `telegram:11`; `detail` is what else there is to know
    (the text that was sent, why it failed). Of an answer: `name` of who gave it, `late` by how many seconds, `for` the
    reason where an admin gave it for the office. `corrected` has in `to` where the office stands from then on
    (`open`, `received`, `done`, `help`) and why in `reason`. `evidence` has the `file` in the data folder, its
    `title` (what it came as), its `size` in bytes and its `kind` (`photo`, `file`). Of a
    problem: `need` has in `text` what is needed, `taken` in `name` who sees to it, `closed` in `text` how it ended; of
    both, `office` is the name of the office for which they do so. `withdrawn` is an admin's recall where it says
    `recalled`, with `name` and `reason` where they are known, else what an edit dropped.
    """

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    kind: Kind
    occurrence: str | None = None
    chat: str | None = None
    office: str | None = None
    by: str | None = None
    detail: Detail | None = None


class Numbered(Entry):
    """An entry as the store keeps it; `seq` rises by one from 1 and orders the ledger."""

    seq: int


def numbered(entry: Entry, seq: int) -> Numbered:
    """Give an entry its place in the ledger."""
    return Numbered(seq=seq, **{name: getattr(entry, name) for name in Entry.model_fields})


def recall_in(entries: Iterable[_Of]) -> _Of | None:
    """By which of an occurrence's entries an admin took it back; None where nobody did."""
    return next((each for each in entries if each.kind == "withdrawn" and (each.detail or {}).get("recalled")), None)


def within(entries: tuple[Numbered, ...], since: datetime, until: datetime) -> tuple[Numbered, ...]:
    """The entries of a span, its end excluded."""
    return tuple(entry for entry in entries if since <= entry.at < until)
