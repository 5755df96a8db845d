"""How fast Telegram lets a bot speak (Bot API FAQ, "My bot is hitting limits"), and what it answers beyond that."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from tests.servers.telegram_messages import No

COUNTED = frozenset({"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup", "sendChatAction"})
"""The methods that are counted. Answers to presses have no figure."""


@dataclass(frozen=True)
class Rates:
    """So many at once and then so many a second in all, so many within a minute to a group, seconds between two to
    one person.
    """

    at_once: int = 30
    per_second: float = 30.0
    group_per_minute: int = 20
    private_gap: float = 1.0


class Gauge:
    """What was let through, on a monotonic clock. A request that is too early is told for how long to wait, and counts
    for nothing.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._free, self._as_of = float(rates.at_once), -math.inf
        self._lately: dict[int, deque[float]] = defaultdict(deque)

    def let_through(self, chat: int, now: float) -> None:
        """Count a request for this chat. Raises No where it is too early."""
        rates, lately = self._rates, self._lately[chat]
        most, span = (rates.group_per_minute, 60.0) if chat < 0 else (1, rates.private_gap)
        while lately and lately[0] <= now - span:
            lately.popleft()
        free = min(self._free + (now - self._as_of) * rates.per_second, float(rates.at_once))
        wait = max((1 - free) / rates.per_second, lately[0] + span - now if len(lately) >= most else 0.0)
        if wait > 0:
            seconds = math.ceil(wait)
            raise No(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        lately.append(now)
        self._free, self._as_of = free - 1, now
