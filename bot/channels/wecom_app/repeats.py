"""Which messages WeCom is to take for the same: its duplicate check shows the same JSON once (facts: wecom, section 3).

What goes again because no answer came must be the same to the byte, also when somebody sends it anew minutes later;
what is said again on purpose must not, or WeCom drops it without a word. What was said before a restart is not known,
so nothing may look like it: a card bears this process's mark, and plain words go unchecked for the first half hour.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from bot.channels.protocol import Message
from bot.clock import Clock

INTERVAL = 1800
"""Seconds for which WeCom is told to look back."""

_MOST = 10_000


@dataclass
class _Said:
    times: int
    turn: str
    at: float
    in_doubt: bool


class Repeats:
    """What was sent within the interval."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._began, self._mark = clock, clock.monotonic(), secrets.token_hex(4)
        self._said: OrderedDict[tuple[str, Message], _Said] = OrderedDict()

    def turn(self, address: str, message: Message) -> str:
        """What tells this sending from one of the same message on purpose; the same as long as that is in doubt."""
        said = self._lately(address, message)
        if said is not None and said.in_doubt:
            return said.turn
        return f"{self._mark}.{said.times if said else 0}.{int(self._clock.monotonic()) // INTERVAL}"

    def is_new(self, address: str, message: Message) -> bool:
        """Whether for sure nothing of the same words has arrived within the interval."""
        said = self._lately(address, message)
        return self._clock.monotonic() - self._began >= INTERVAL and (said is None or said.times == 0)

    def ended(self, address: str, message: Message, turn: str, *, in_doubt: bool) -> None:
        """A sending arrived, or perhaps did."""
        before = self._lately(address, message)
        times = before.times if before else 0
        self._said[address, message] = _Said(times + (not in_doubt), turn, self._clock.monotonic(), in_doubt)
        self._said.move_to_end((address, message))
        while len(self._said) > _MOST:
            self._said.popitem(last=False)

    def _lately(self, address: str, message: Message) -> _Said | None:
        said = self._said.get((address, message))
        return said if said and self._clock.monotonic() - said.at < INTERVAL else None
