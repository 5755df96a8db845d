"""When a rehearsing bot looks: by its own clock, of which APScheduler knows nothing."""

import asyncio
import logging
from datetime import timedelta

from bot.app.timer import Look
from bot.clock import Clock, sleep_until

_LONG = 366 * 86_400.0
_AGAIN = timedelta(seconds=15)
_log = logging.getLogger(__name__)


class PlayedTimer:
    """Calls `look` at once, at the moment that it names for the next look, and whenever it is told to."""

    def __init__(self, clock: Clock, look: Look) -> None:
        self._clock, self._look = clock, look
        self._told = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, the first time at once."""
        self._looking = asyncio.create_task(self._run(), name="played timer")

    def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    def look_now(self) -> None:
        """Look at once: what is due may have changed."""
        self._told.set()

    async def _run(self) -> None:
        while True:
            try:
                due = await self._look()
            except Exception:  # noqa: BLE001 - a bug in one look must not end them all
                _log.exception("a look at what is due broke")
                due = self._clock.now() + _AGAIN
            wait = (due - self._clock.now()).total_seconds() if due else _LONG
            await sleep_until(self._told, self._clock, wait)
