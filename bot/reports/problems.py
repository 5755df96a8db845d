"""The list of problems (问题清单): every 需协助 on record, those first that nobody has closed."""

from collections import defaultdict
from dataclasses import dataclass

from bot.ledger.deliveries import Issued
from bot.ledger.entries import Entry
from bot.ledger.problems import Problem, problems
from bot.renderer.headline import headline
from bot.store.protocol import Reader


@dataclass(frozen=True)
class Listed:
    """A problem with what a reader needs to know of its ask: the ask as it fell due, what that says first (`ask`, plain
    words), and the office's name.
    """

    problem: Problem
    issued: Issued
    ask: str
    office: str

    @property
    def is_open(self) -> bool:
        """Whether it still stands on the list."""
        return self.problem.closed is None


async def problem_list(store: Reader) -> tuple[Listed, ...]:
    """Every problem that is on record at hand: the open ones first, and of each the oldest first."""
    said: dict[str, list[Entry]] = defaultdict(list)
    for entry in await store.entries():
        if entry.occurrence and entry.office:
            said[entry.occurrence].append(entry)
    found: list[Listed] = []
    for occurrence, entries in said.items():
        if not any(each.kind in {"help", "corrected"} for each in entries):
            continue
        if (issued := await store.issued(occurrence)) is None:
            continue
        found += [
            Listed(each, issued, headline(issued), issued.offices[each.office])
            for each in problems(occurrence, issued.offices, entries)
        ]
    return tuple(sorted(found, key=lambda each: (not each.is_open, each.problem.opened.at)))
