"""When to look: every few seconds, at the planner's next due moment, and at once when the clock was set.

APScheduler's defaults would drop a late job silently (a grace of 1 s), and its date jobs keep wall time: a clock
that is set back or forward leaves them late. So nothing is ever dropped, each look asks the planner afresh, and a
watch on the monotonic clock brings the next look forward when the two clocks part.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock

_EVERY = 15.0
_WATCH = 2.0
_PARTED = 1.5
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
    """Calls `look` every 15 s and at the moment that it names for the next look."""

    def __init__(self, clock: Clock, look: Look) -> None:
        self._clock, self._look = clock, look
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
        self._offset = self._parting()

    def start(self) -> None:
        """Begin to look, the first time at once."""
        self._scheduler.add_job(self._tick, "interval", seconds=_EVERY, id="tick", next_run_time=self._clock.now())
        self._scheduler.add_job(self._compare, "interval", seconds=_WATCH, id="watch")
        self._scheduler.start()

    def stop(self) -> None:
        """Look no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def look_now(self) -> None:
        """Look at once: what is due may have changed."""
        if self._scheduler.running:
            self._scheduler.modify_job("tick", next_run_time=self._clock.now())

    async def _tick(self) -> None:
        next_due = await self._look()
        soon = self._clock.now() + timedelta(seconds=_EVERY)
        if next_due is not None and next_due < soon:
            self._scheduler.add_job(self._tick, "date", run_date=next_due, id="due", replace_existing=True)

    async def _compare(self) -> None:
        now = self._parting()
        if abs(now - self._offset) > _PARTED:
            self._offset = now
            await self._tick()

    def _parting(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
