"""When to look: every few seconds, at the planner's next due moment, and at once when the clock was set.

APScheduler's defaults would drop a late job silently (a grace of 1 s), and all its jobs wait by the wall clock: one
that is set back stops them for as long, one that is set forward leaves them late, and so does a machine that slept. So
nothing is ever dropped, its jobs do no more than tell that it is time, each look asks the planner afresh, and a watch
that waits by the monotonic clock sets the jobs anew, and looks, when the two clocks part.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock

_EVERY = 15.0
_WATCH = 1.0
_PARTED = 0.5
_log = logging.getLogger(__name__)
Look = Callable[[], Awaitable[datetime | None]]


class Looks(Protocol):
    """Who calls `look` when something may be due."""

    def start(self) -> None:
        """Begin to look, the first time at once."""

    def stop(self) -> None:
        """Look no more."""

    def look_now(self) -> None:
        """Look at once: what is due may have changed."""


class Timer:
    """Calls `look` every 15 s and at the moment that it names for the next look; one look at a time."""

    def __init__(self, clock: Clock, look: Look) -> None:
        self._clock, self._look = clock, look
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look, the first time at once."""
        self._every_so_often()
        self._scheduler.start()
        self._told.set()
        self._tasks = [
            asyncio.create_task(self._run(), name="timer"),
            asyncio.create_task(self._watch(), name="watch on the clocks"),
        ]

    def stop(self) -> None:
        """Look no more; a look that is under way is let go of."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()

    def look_now(self) -> None:
        """Look at once: what is due may have changed."""
        self._told.set()

    async def _run(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            try:
                self._aim_at(await self._look())
            except Exception:  # noqa: BLE001 - a bug in one look must not end them all
                _log.exception("a look at what is due broke; the next one comes all the same")

    async def _watch(self) -> None:
        """Waits by the monotonic clock, which nobody sets."""
        before = self._parting()
        while True:
            await self._clock.sleep(_WATCH)
            now = self._parting()
            if abs(now - before) > _PARTED:
                _log.warning("the clock was set, or the machine slept (%+.1f s): looking at what is due", now - before)
                before = now
                self._every_so_often()
                self._told.set()

    def _every_so_often(self) -> None:
        self._scheduler.add_job(self._tell, "interval", seconds=_EVERY, id="tick", replace_existing=True)

    def _aim_at(self, due: datetime | None) -> None:
        """One more look at this moment; what was aimed at before was so by a clock that may have been set."""
        if due is not None:
            self._scheduler.add_job(self._tell, "date", run_date=due, id="due", replace_existing=True)
        elif self._scheduler.get_job("due"):
            self._scheduler.remove_job("due")

    async def _tell(self) -> None:
        self._told.set()

    def _parting(self) -> float:
        """How far the wall clock is from the monotonic one."""
        return self._clock.now().timestamp() - self._clock.monotonic()
