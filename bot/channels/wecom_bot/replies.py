"""What came in and can still be replied to: each reply serves what asked for it, once, and in time (facts: wecom,
section 2); and how often a chat is told something that the outbox does not count.
"""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from bot.channels.wecom_bot.frames import REPLY, UPDATE, Came, Reply
from bot.clock import Clock

IN_TIME = 4.5
"""Seconds within which a press, or who opens the chat, is replied to: WeCom takes it for five."""

_TO_GIVE = 1.0
"""Seconds that are kept for giving it."""

_A_DAY = 24 * 3600.0
_MOST = 2_000
_MOST_WORDS = ((7, 61.0), (110, 3600.0))
"""So many words to who presses within so many seconds go to one chat: what `limits` leave of what a chat gets."""


@dataclass
class Open:
    """A reply that may still be given."""

    req_id: str
    by: Reply
    task_id: str | None
    came: float
    until: float
    spent: asyncio.Event = field(default_factory=asyncio.Event)


class Replies:
    """Those of one bot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[str, Open] = OrderedDict()
        self._words: dict[str, deque[float]] = {}

    def add(self, came: Came) -> None:
        """Somebody did something that can be replied to."""
        inbound = came.inbound
        if inbound.reply_to is None:
            return
        now = self._clock.monotonic()
        until = now + (_A_DAY if came.replied_by == REPLY else IN_TIME)
        self._open[inbound.reply_to] = Open(inbound.reply_to, came.replied_by, inbound.message_id, now, until)
        while len(self._open) > _MOST:
            self._open.popitem(last=False)

    def to(self, req_id: str | None) -> Open | None:
        """The reply to what came with this id, None where it was given, or is too late."""
        found = self._open.get(req_id or "")
        return found if found and not found.spent.is_set() and self._clock.monotonic() < found.until else None

    def under(self, task_id: str) -> Open | None:
        """The reply to the last press of this card that may still be replied to: by it the card is changed."""
        pressed = (
            each.req_id for each in reversed(self._open.values()) if (each.by, each.task_id) == (UPDATE, task_id)
        )
        return next((found for req_id in pressed if (found := self.to(req_id))), None)

    async def is_spent(self, req_id: str | None, seconds: float) -> bool:
        """Whether it is given within so many seconds, of which as many are waited as leave time to give it."""
        if (found := self._open.get(req_id or "")) is None:
            return False
        seconds = min(seconds, found.until - _TO_GIVE - self._clock.monotonic())
        if seconds <= 0 or found.spent.is_set():
            return found.spent.is_set()
        spent, waited = asyncio.ensure_future(found.spent.wait()), asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((spent, waited), return_when=asyncio.FIRST_COMPLETED)
        finally:
            spent.cancel()
            waited.cancel()
        return found.spent.is_set()

    def may_say(self, address: str) -> bool:
        """Whether one more word to who presses there stays below what a chat gets; it counts as said then."""
        now, said = self._clock.monotonic(), self._words.setdefault(address, deque(maxlen=_MOST_WORDS[-1][0]))
        if any(len(said) >= most and now - said[-most] < span for most, span in _MOST_WORDS):
            return False
        said.append(now)
        return True
