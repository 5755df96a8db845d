"""How soon the next message may go, by platform and chat. Edits count as messages."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.channels.protocol import Limits

_HOUR = 3600.0
_KEPT_FREE = 3


@dataclass
class Bucket:
    """So many places that fill again one after the other; more than there are may be taken, and is owed."""

    limits: Limits
    _free: float = field(init=False)
    _as_of: float | None = None

    def __post_init__(self) -> None:
        self._free = float(self.limits.at_once)

    def wait(self, now: float, *, urgent: bool) -> float:
        """Seconds until there is a place; 0 means now. What is not urgent leaves a few free."""
        kept = 0 if urgent else min(_KEPT_FREE, self.limits.at_once // 4)
        lacking = 1 + kept - self._free_at(now)
        return lacking / self.limits.per_second if lacking > 1e-9 else 0.0

    def take(self, now: float) -> None:
        """Take a place."""
        self._free = self._free_at(now) - 1
        self._as_of = now

    def _free_at(self, now: float) -> float:
        passed = 0.0 if self._as_of is None else max(now - self._as_of, 0.0)
        return min(self._free + passed * self.limits.per_second, float(self.limits.at_once))


@dataclass
class Pace:
    """One platform's limits, kept on a monotonic clock: a bucket that fills again in all, a window of a minute a group,
    and of an hour a place where the platform has that.

    Broadcasts leave a few places in the bucket free, so that a duty alert or an edit never queues behind them. There
    are two buckets, for between the beginning of a message and its leaving lies the disk: what a slow one has held up
    must not leave all at once.
    """

    limits: Limits
    _begun: Bucket = field(init=False)
    _left: Bucket = field(init=False)
    _by_place: dict[str, deque[float]] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)
    _held_all: float = 0.0
    begun: int = 0
    """How many were begun since the start of this process."""

    def __post_init__(self) -> None:
        self._begun, self._left = Bucket(self.limits), Bucket(self.limits)

    def wait_in_all(self, now: float, *, urgent: bool) -> float:
        """Seconds until the platform takes another message at all; 0 means now."""
        return max(self._held_all - now, self._begun.wait(now, urgent=urgent), 0.0)

    def wait_to_leave(self, now: float, *, urgent: bool) -> float:
        """Seconds until a message that was begun may leave; 0 means now."""
        return self._left.wait(now, urgent=urgent)

    def wait_at(self, place: str, group: bool, now: float) -> float:
        """Seconds until the platform takes another message to this place; 0 means now."""
        earliest = self._held.get(place, 0.0)
        recent = self._by_place.get(place, ())
        windows = [(self.limits.group_per_minute, self.limits.minute) if group else (1, self.limits.private_gap)]
        if self.limits.per_hour:
            windows.append((self.limits.per_hour, _HOUR))
        for most, span in windows:
            if len(recent) >= most:
                earliest = max(earliest, recent[-most] + span)
        return max(earliest - now, 0.0)

    def wait(self, place: str, group: bool, now: float, *, urgent: bool = True) -> float:
        """Seconds until a message to this place may go; 0 means now."""
        return max(self.wait_in_all(now, urgent=urgent), self.wait_at(place, group, now))

    def took(self, place: str, now: float) -> None:
        """A message is begun, and leaves at once where nothing is written before."""
        self.began(place, now)
        self.leaves(now)

    def began(self, place: str, now: float) -> None:
        """A message is begun."""
        self._begun.take(now)
        self.begun += 1
        recent = self._by_place.setdefault(place, deque())
        recent.append(now)
        while len(recent) > max(self.limits.group_per_minute, self.limits.per_hour or 0):
            recent.popleft()

    def leaves(self, now: float) -> None:
        """A message that was begun leaves now."""
        self._left.take(now)

    def remember(self, left: Iterable[tuple[float, str]]) -> None:
        """Messages that left before a restart, by moment (may be below zero) and place: they count still."""
        for moment, place in sorted(left):
            self.took(place, moment)
            self.begun -= 1

    def fullest(self, now: float) -> int:
        """How many of the last minute are the most that any one place got."""
        return max((sum(each > now - 60.0 for each in recent) for recent in self._by_place.values()), default=0)

    def hold(self, place: str | None, until: float) -> None:
        """The platform asked to wait, for one place or (None) altogether."""
        if place is None:
            self._held_all = max(self._held_all, until)
        else:
            self._held[place] = max(self._held.get(place, 0.0), until)
