"""The only now and the only sleep. Everything that needs time is handed a `Clock`."""

import asyncio
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from types import coroutine
from typing import Protocol


class Clock(Protocol):
    """What the time is, and how to let some pass."""

    def now(self) -> datetime:
        """The moment it is, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that nobody sets."""

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds of this clock pass."""


@coroutine
def turn() -> Generator[None]:
    """Give everything else that can go on, a send above all, its turn. No time passes, on whatever clock."""
    yield


async def sleep_until(event: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Sleep until the event is set or so many seconds of this clock have passed; clears the event."""
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(seconds))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        event.clear()


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The machine's idea of now."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place

    def monotonic(self) -> float:
        """The machine's monotonic clock."""
        return time.monotonic()  # noqa: TID251

    async def sleep(self, seconds: float) -> None:
        """Sleep for real."""
        await asyncio.sleep(seconds)  # noqa: TID251


class ManualClock:
    """A clock that moves only when told to; sleepers wake in order as it passes them.

    It counts in whole microseconds, so that whoever sleeps until a moment wakes at that moment and not a hair after it.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._passed = timedelta()
        self._sleepers: list[tuple[timedelta, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Where the clock was moved to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds it has been advanced by in all."""
        return self._passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by so many seconds, a microsecond at least where it is any time."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self._passed + max(timedelta(seconds=seconds), timedelta(microseconds=seconds > 0)), woken)
        self._sleepers.append(sleeper)
        try:
            await woken
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its moment and giving it the loop to act."""
        end = self._passed + timedelta(seconds=seconds)
        while due := self._until(end):
            self._move(due[0][0])
            self._wake(due[0])
            await self.settle()
        self._move(end)
        await self.settle()

    def leap(self, to: datetime) -> None:
        """Be at a later moment at once; who slept until then or less wakes, each one time."""
        self._move(self._passed + max(to - self._now, timedelta()))
        for each in self._until(self._passed):
            self._wake(each)

    def jump(self, now: datetime) -> None:
        """Set the wall clock, as an administrator or a time server does; the monotonic clock stays."""
        self._now = now.astimezone(UTC)

    @staticmethod
    async def settle(turns: int = 50) -> None:
        """Give every task that can run its turn, so many times at most, until none can go on by itself."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        for _ in range(turns):
            await turn()
            if not ready:
                return

    def _until(self, end: timedelta) -> list[tuple[timedelta, asyncio.Future[None]]]:
        """Who sleeps until then or less, in the order of waking."""
        return sorted((each for each in self._sleepers if each[0] <= end), key=lambda each: each[0])

    def _wake(self, sleeper: tuple[timedelta, asyncio.Future[None]]) -> None:
        self._sleepers.remove(sleeper)
        if not sleeper[1].done():
            sleeper[1].set_result(None)

    def _move(self, to: timedelta) -> None:
        self._now += to - self._passed
        self._passed = to
