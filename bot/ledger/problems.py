"""问题清单: what an office could not do alone, what it needs, who sees to it, how it ended: a fold over the ledger.

A problem stays on the list until somebody closes it (the notice, 四: 问题清单、闭环管理), and one named person sees to
it (二: “一对一”跟踪督办).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.ledger.deliveries import Issued
from bot.ledger.entries import Entry
from bot.ledger.standing import Standing, StandingState, in_order


@dataclass(frozen=True)
class Who:
    """A person as the ledger has them, by name where that is known, and when they did it; `office` is the name of the
    office for which they did it, where it is another than the one with the problem.
    """

    person: str
    name: str | None
    at: datetime
    office: str | None = None


@dataclass(frozen=True)
class Problem:
    """One office's 需协助 with one ask; `number` counts this office's with that ask, from 1.

    `chat` is where it was said. `need` is the line that says what is needed. `taken` is who sees to it, the last one
    where it was handed on. `closed` is who ended it, `how` in which words.
    """

    occurrence: str
    office: str
    number: int
    opened: Who
    need: str | None = None
    taken: Who | None = None
    closed: Who | None = None
    how: str | None = None
    chat: str | None = None

    @property
    def state(self) -> Literal["open", "taken", "closed"]:
        """Where it stands."""
        return "closed" if self.closed else "taken" if self.taken else "open"


def problems(occurrence: str, offices: Iterable[str], entries: Iterable[Entry]) -> tuple[Problem, ...]:
    """The problems of one ask, from its entries in the order of the ledger, in the order in which they came up
    (`bot.ledger.standing.in_order`).

    One begins when an office comes to stand at 需协助. It ends when somebody closes it, and when the office itself says
    已落实 or corrects its word. Another member's 需协助 is the same problem; one after it was closed is the next.
    """
    stands = {office: Standing(office) for office in offices}
    found: dict[tuple[str, int], Problem] = {}
    last: dict[str, Problem] = {}
    for entry in in_order(entries):
        if (office := entry.office) is None or office not in stands:
            continue
        was = stands[office].state
        stands[office] = stands[office].after(entry)
        problem, now = last.get(office), stands[office].state
        if problem is not None and not problem.closed:
            problem = _after(problem, entry, now)
        elif now == "help" and (was != "help" or entry.kind == "help"):
            problem = Problem(occurrence, office, problem.number + 1 if problem else 1, who_did(entry), chat=entry.chat)
        else:
            continue
        last[office] = found[office, problem.number] = problem
    return tuple(found.values())


def latest(issued: Issued, office: str, entries: Iterable[Entry]) -> Problem | None:
    """An office's last problem with an ask, open or closed; None where it never had one."""
    return next(iter(problems(issued.occurrence, [office], entries)[-1:]), None)


def _after(problem: Problem, entry: Entry, state: StandingState) -> Problem:
    if state != "help":
        return replace(problem, closed=who_did(entry))
    match entry.kind:
        case "need":
            return replace(problem, need=_said(entry, "text"))
        case "taken":
            return replace(problem, taken=who_did(entry))
        case "closed":
            return replace(problem, closed=who_did(entry), how=_said(entry, "text"))
        case _:
            return problem


def who_did(entry: Entry) -> Who:
    """Whoever an entry is by."""
    return Who(entry.by or "", _said(entry, "name"), entry.at, _said(entry, "office"))


def _said(entry: Entry, what: str) -> str | None:
    return str((entry.detail or {}).get(what) or "") or None
