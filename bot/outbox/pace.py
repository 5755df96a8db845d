"""How soon the next message may go, by platform and chat. Edits count as messages."""

from collections import deque
from dataclasses import dataclass, field

from bot.channels.protocol import Limits

_MINUTE = 60.0


@dataclass
class Pace:
    """One platform's limits, kept on a monotonic clock: a bucket of one second in all, a window a group."""

    limits: Limits
    _all: deque[float] = field(default_factory=deque)
    _by_chat: dict[str, deque[float]] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)
    _held_all: float = 0.0

    def wait(self, address: str, group: bool, now: float) -> float:
        """Seconds until a message to this address may go; 0 means now."""
        earliest = max(self._held_all, self._held.get(address, 0.0))
        if len(self._all) >= max(int(self.limits.per_second), 1):
            earliest = max(earliest, self._all[0] + 1.0)
        recent = self._by_chat.get(address)
        if recent and group and len(recent) >= self.limits.group_per_minute:
            earliest = max(earliest, recent[0] + _MINUTE)
        if recent and not group:
            earliest = max(earliest, recent[-1] + self.limits.private_gap)
        return max(earliest - now, 0.0)

    def took(self, address: str, now: float) -> None:
        """A message leaves now."""
        self._all.append(now)
        while len(self._all) > max(int(self.limits.per_second), 1):
            self._all.popleft()
        recent = self._by_chat.setdefault(address, deque())
        recent.append(now)
        while len(recent) > self.limits.group_per_minute:
            recent.popleft()

    def hold(self, address: str | None, until: float) -> None:
        """The platform asked to wait, for one address or (None) altogether."""
        if address is None:
            self._held_all = max(self._held_all, until)
        else:
            self._held[address] = max(self._held.get(address, 0.0), until)
