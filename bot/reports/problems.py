"""The list of problems (问题清单): every 需协助 on record, those first that nobody has closed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.ledger.deliveries import Issued
from bot.ledger.entries import Entry
from bot.ledger.problems import Problem, problems
from bot.renderer.headline import headline
from bot.store.protocol import Reader

_BRING_UP = frozenset({"help", "corrected"})


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
    issued = [each for occurrence in said if (each := await store.issued(occurrence))]
    return listed(issued, said)


def listed(issued: Iterable[Issued], said: Mapping[str, Sequence[Entry]]) -> tuple[Listed, ...]:
    """The problems of these asks, from their entries by occurrence in the order of the ledger; in the order of
    `problem_list`.
    """
    found: list[Listed] = []
    for each in issued:
        entries = said.get(each.occurrence, ())
        if asking := {entry.office for entry in entries if entry.kind in _BRING_UP and entry.office in each.offices}:
            concerned = (entry for entry in entries if entry.office in asking)
            found += [
                Listed(problem, each, headline(each), each.offices[problem.office])
                for problem in problems(each.occurrence, each.offices, concerned)
            ]
    return tuple(sorted(found, key=lambda each: (not each.is_open, each.problem.opened.at)))
