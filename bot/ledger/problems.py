"""问题清单: what an office could not do alone, what it needs, who sees to it, how it ended: a fold over the ledger.

A problem stays on the list until somebody closes it (the notice, 四: 问题清单、闭环管理), and one named person sees to
it (二: “一对一”跟踪督办).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.ledger.entries import Entry
from bot.ledger.standing import standings


@dataclass(frozen=True)
class Who:
    """A person as the ledger has them, by name where that is known, and when they did it."""

    person: str
    name: str | None
    at: datetime


@dataclass(frozen=True)
class Problem:
    """One office's 需协助 with one ask; `number` counts this office's with that ask, from 1.

    `need` is the line that says what is needed. `taken` is who sees to it, the last one where it was handed on.
    `closed` is who ended it, `how` in which words.
    """

    occurrence: str
    office: str
    number: int
    opened: Who
    need: str | None = None
    taken: Who | None = None
    closed: Who | None = None
    how: str | None = None

    @property
    def state(self) -> Literal["open", "taken", "closed"]:
        """Where it stands."""
        return "closed" if self.closed else "taken" if self.taken else "open"


def problems(occurrence: str, offices: Iterable[str], entries: Iterable[Entry]) -> tuple[Problem, ...]:
    """The problems of one ask, from its entries in the order of the ledger, in the order in which they came up.

    One begins when an office comes to stand at 需协助. It ends when somebody closes it, and when the office itself says
    已落实 or corrects its word. Another member's 需协助 is the same problem.
    """
    found: dict[tuple[str, int], Problem] = {}
    current: dict[str, Problem] = {}
    known, before = frozenset(offices), list[Entry]()
    for entry in entries:
        if (office := entry.office) is None or office not in known:
            continue
        (was,) = standings([office], before)
        before.append(entry)
        (now,) = standings([office], before)
        problem, who = current.get(office), _who(entry)
        open_ = problem if problem and not problem.closed else None
        if now.state == "help" and open_ is None and (was.state != "help" or entry.kind == "help"):
            number = problem.number + 1 if problem else 1
            open_ = Problem(occurrence, office, number, who)
        elif open_ is None:
            continue
        elif now.state != "help":
            open_ = replace(open_, closed=who)
        elif entry.kind in {"need", "taken", "closed"}:
            open_ = _after(open_, entry, who)
        current[office] = found[office, open_.number] = open_
    return tuple(found.values())


def _after(problem: Problem, entry: Entry, who: Who) -> Problem:
    text = str((entry.detail or {}).get("text") or "") or None
    match entry.kind:
        case "need":
            return replace(problem, need=text)
        case "taken":
            return replace(problem, taken=who)
        case _:
            return replace(problem, closed=who, how=text)


def _who(entry: Entry) -> Who:
    name = (entry.detail or {}).get("name")
    return Who(entry.by or "", str(name) if name else None, entry.at)
