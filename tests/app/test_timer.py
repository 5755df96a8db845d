"""When the bot looks: at once, at the next due moment, and soon after somebody set the clock (fault 10)."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.app import timer
from bot.app.timer import Timer
from bot.clock import SystemClock
from tests.fakes import until


class Settable(SystemClock):
    """The machine's clock, and somebody who sets it."""

    shift = timedelta()

    def now(self) -> datetime:
        return super().now() + self.shift


class Looking:
    """Keeps the moments at which it was asked to look; `next_due` is what it answers."""

    def __init__(self, clock: Settable) -> None:
        self.clock = clock
        self.looks: list[datetime] = []
        self.next_due: datetime | None = None

    async def __call__(self) -> datetime | None:
        self.looks.append(self.clock.now())
        return self.next_due


async def test_it_looks_at_once() -> None:
    looking = Looking(Settable())
    running = Timer(looking.clock, looking)
    running.start()
    await until(lambda: len(looking.looks) == 1)
    running.stop()


async def test_it_looks_at_the_next_due_moment_and_not_before() -> None:
    looking = Looking(Settable())
    looking.next_due = looking.clock.now() + timedelta(seconds=0.3)
    running = Timer(looking.clock, looking)
    running.start()
    await until(lambda: len(looking.looks) >= 2)
    assert looking.next_due <= looking.looks[1] < looking.next_due + timedelta(seconds=0.5)
    running.stop()


@pytest.mark.parametrize("hours", [3, -1])
async def test_it_looks_soon_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    monkeypatch.setattr(timer, "_WATCH", 0.05)
    looking = Looking(Settable())
    running = Timer(looking.clock, looking)
    running.start()
    await until(lambda: len(looking.looks) == 1)
    looking.clock.shift = timedelta(hours=hours)
    await until(lambda: len(looking.looks) >= 2, within=2)
    running.stop()


async def test_a_look_that_breaks_does_not_end_them_all(caplog: pytest.LogCaptureFixture) -> None:
    looks: list[int] = []

    async def look() -> datetime | None:
        looks.append(1)
        if len(looks) == 1:
            raise ZeroDivisionError
        return None

    running = Timer(SystemClock(), look)
    running.start()
    await until(lambda: "broke" in caplog.text)
    running.look_now()
    await until(lambda: len(looks) == 2)
    running.stop()


async def test_a_look_that_is_cut_off_by_the_end_is_no_trouble_for_anybody(caplog: pytest.LogCaptureFixture) -> None:
    begun, cut = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    running = Timer(SystemClock(), look)
    running.start()
    await begun.wait()
    running.stop()
    await cut.wait()
    assert [each.message for each in caplog.records if each.levelname in {"WARNING", "ERROR"}] == []


async def test_a_stopped_timer_may_be_stopped_again() -> None:
    looking = Looking(Settable())
    running = Timer(looking.clock, looking)
    running.stop()
    running.start()
    running.stop()
    running.stop()
