"""What came in and is not yet on disk. WeCom hands out everything once, or a few times within seconds, and keeps none
of it for later; so it waits here until the next question for more confirms it.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Iterator

from bot.channels.protocol import Batch
from bot.clock import Clock, sleep_until
from bot.ledger.inbound import Inbound

PRESENT = 30.0
"""Seconds after which a question for more is answered with nothing, so that who asks knows that we are there."""

_MOST_KNOWN = 5_000
"""So many of what was confirmed last are known when they come again."""


class Inbox:
    """One channel's. Offsets are of this process: after a restart nothing waits, whatever was confirmed before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of = secrets.token_hex(4)
        self._held: dict[str, tuple[int, Inbound]] = {}
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._lately: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self._count = 0
        self._came = asyncio.Event()

    def put(self, inbound: Inbound) -> asyncio.Future[None]:
        """Hold it until it is confirmed, which the future tells; the same thing once more, also soon after it was
        confirmed, is the same future.
        """
        if inbound.key in self._lately:
            return self._lately[inbound.key]
        if inbound.key not in self._held:
            self._count += 1
            self._held[inbound.key] = self._count, inbound
            self._confirmed[inbound.key] = asyncio.get_running_loop().create_future()
            self._came.set()
        return self._confirmed[inbound.key]

    async def take(self, offset: str | None) -> Batch:
        """Confirm all up to an offset; wait for what comes behind it, or `PRESENT` seconds."""
        for key in list(self._up_to(offset)):
            del self._held[key]
            told = self._lately[key] = self._confirmed.pop(key)
            if not told.done():
                told.set_result(None)
        while len(self._lately) > _MOST_KNOWN:
            self._lately.popitem(last=False)
        if not self._held:
            self._came.clear()
            await sleep_until(self._came, self._clock, PRESENT)
        return Batch(tuple(inbound for _, inbound in self._held.values()), f"{self._of}/{self._count}")

    def _up_to(self, offset: str | None) -> Iterator[str]:
        of, _, written = (offset or "").partition("/")
        if of == self._of and written.isdecimal():
            yield from (key for key, (number, _) in self._held.items() if number <= int(written))
