"""Which chats are to be looked at, which may be sent to and who is next. It holds no delivery: the store does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush


@dataclass(frozen=True, order=True)
class Turn:
    """A chat's place in its platform's queue: duty alerts before the rest; then who was served longest ago, so that
    none is starved by another's backlog; then what was due first.
    """

    leisurely: bool
    served: float
    due: datetime
    delivery: str
    chat: str = field(compare=False)


_SPARE = 100
"""So many entries that count no more may lie about, besides as many as there are that do."""


class Agenda:
    """Moments are monotonic seconds. A chat that is queued anew loses its former place.

    What is left of former places goes when it comes to the front, or as soon as it is the greater part: what waits for
    weeks is looked at four times a minute.
    """

    def __init__(self) -> None:
        self._stale: dict[str, None] = {}
        self._later: list[tuple[float, str]] = []
        self._moments: dict[str, float] = {}
        self._queues: dict[str, list[Turn]] = defaultdict(list)
        self._turns: dict[str, Turn] = {}

    def look_at(self, chats: Iterable[str]) -> None:
        """Something may have changed for these chats."""
        self._stale.update(dict.fromkeys(chats))

    def look_later(self, chat: str, at: float) -> None:
        """Nothing can be done for this chat before then."""
        self._moments[chat] = at
        heappush(self._later, (at, chat))
        if len(self._later) > 2 * len(self._moments) + _SPARE:
            self._later = [(moment, each) for each, moment in self._moments.items()]
            heapify(self._later)

    def to_look_at(self, now: float) -> tuple[str, ...]:
        """The chats to be looked at now, which lose their places in the queues."""
        while (moment := self.next_moment()) is not None and moment <= now:
            self._stale[heappop(self._later)[1]] = None
        found = tuple(self._stale)
        self._stale.clear()
        for chat in found:
            self._turns.pop(chat, None)
            self._moments.pop(chat, None)
        return found

    def queue(self, platform: str, turn: Turn) -> None:
        """This chat may be sent to as far as it alone is concerned."""
        self._turns[turn.chat] = turn
        queue = self._queues[platform]
        heappush(queue, turn)
        if len(queue) > 2 * len(self._turns) + _SPARE:
            queue[:] = [each for each in queue if self._turns.get(each.chat) is each]
            heapify(queue)

    def platforms(self) -> tuple[str, ...]:
        """The platforms that have a queue."""
        return tuple(self._queues)

    def next(self, platform: str) -> Turn | None:
        """Who is next; it stays so until it is taken."""
        queue = self._queues[platform]
        while queue and self._turns.get(queue[0].chat) is not queue[0]:
            heappop(queue)
        return queue[0] if queue else None

    def take(self, platform: str) -> None:
        """The next one has had its turn."""
        self._turns.pop(heappop(self._queues[platform]).chat, None)

    def next_moment(self) -> float | None:
        """When a chat is to be looked at again."""
        while self._later and self._moments.get(self._later[0][1]) != self._later[0][0]:
            heappop(self._later)
        return self._later[0][0] if self._later else None
