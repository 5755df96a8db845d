"""What came in and can still be replied to: each reply serves what asked for it, once, and in time (facts: wecom)."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.channels.wecom_bot.frames import UPDATE, Came, Reply
from bot.clock import Clock

IN_TIME = 4.5
"""Seconds within which a press, or who opens the chat, is replied to: WeCom takes it for five."""

_A_DAY = 24 * 3600.0
_MOST = 2_000


@dataclass
class Open:
    """A reply that may still be given."""

    req_id: str
    by: Reply
    task_id: str | None
    until: float
    spent: asyncio.Event = field(default_factory=asyncio.Event)


class Replies:
    """Those of one connection."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[str, Open] = OrderedDict()

    def add(self, came: Came) -> None:
        """Somebody did something that can be replied to."""
        inbound = came.inbound
        if inbound.reply_to is None:
            return
        lasts = _A_DAY if came.replied_by == "aibot_respond_msg" else IN_TIME
        until = self._clock.monotonic() + lasts
        self._open[inbound.reply_to] = Open(inbound.reply_to, came.replied_by, inbound.message_id, until)
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

    def spend(self, reply: Open) -> None:
        """It is given."""
        reply.spent.set()

    async def is_spent(self, req_id: str | None, seconds: float) -> bool:
        """Whether it is given within so many seconds."""
        if (found := self._open.get(req_id or "")) is None:
            return False
        spent, waited = asyncio.ensure_future(found.spent.wait()), asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((spent, waited), return_when=asyncio.FIRST_COMPLETED)
        finally:
            spent.cancel()
            waited.cancel()
        return found.spent.is_set()
