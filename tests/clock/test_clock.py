"""A clock that is moved by hand wakes its sleepers in order; one that is set moves no sleeper."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock, SystemClock, sleep_until, turn

NOON = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)


async def test_sleepers_wake_at_their_moments_and_in_order() -> None:
    clock, woken = ManualClock(NOON), list[tuple[str, datetime]]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    tasks = [asyncio.create_task(sleeper(name, seconds)) for name, seconds in (("late", 30), ("soon", 10))]
    await clock.settle()
    await clock.advance(29)
    assert woken == [("soon", NOON + timedelta(seconds=10))]
    await clock.advance(1)
    await asyncio.gather(*tasks)
    assert [name for name, _ in woken] == ["soon", "late"]
    assert clock.now() == NOON + timedelta(seconds=30)


async def test_a_sleeper_that_sleeps_again_within_an_advance_wakes_again() -> None:
    clock, woken = ManualClock(NOON), list[float]()

    async def often() -> None:
        for _ in range(3):
            await clock.sleep(10)
            woken.append(clock.monotonic())

    task = asyncio.create_task(often())
    await clock.settle()
    await clock.advance(35)
    await task
    assert woken == [10, 20, 30]


async def test_it_settles_once_nothing_goes_on_by_itself_and_waits_for_none_who_goes_on_for_ever() -> None:
    seen = list[int]()

    async def going_on(times: int) -> None:
        for each in range(times):
            seen.append(each)
            await turn()

    few = asyncio.create_task(going_on(30))
    await ManualClock.settle()
    assert few.done()
    seen.clear()
    many = asyncio.create_task(going_on(1_000))
    await ManualClock.settle(20)
    assert 19 <= len(seen) <= 21
    many.cancel()


async def test_a_jump_of_the_wall_clock_leaves_the_monotonic_one_and_its_sleepers() -> None:
    clock = ManualClock(NOON)
    sleeping = asyncio.create_task(clock.sleep(5))
    await clock.settle()
    clock.jump(NOON - timedelta(hours=1))
    await clock.settle()
    assert (clock.now(), clock.monotonic(), sleeping.done()) == (NOON - timedelta(hours=1), 0.0, False)
    await clock.advance(5)
    assert sleeping.done()


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = ManualClock(NOON)
    sleeping = asyncio.create_task(clock.sleep(5))
    await clock.settle()
    sleeping.cancel()
    await clock.advance(10)
    assert sleeping.cancelled()


async def test_an_event_ends_a_sleep_early_and_is_cleared() -> None:
    clock, event = ManualClock(NOON), asyncio.Event()
    waiting = asyncio.create_task(sleep_until(event, clock, 60))
    await clock.settle()
    assert not waiting.done()
    event.set()
    await waiting
    assert not event.is_set()
    assert clock.monotonic() == 0


async def test_without_an_event_it_sleeps_its_time() -> None:
    clock = ManualClock(NOON)
    waiting = asyncio.create_task(sleep_until(asyncio.Event(), clock, 60))
    await clock.settle()
    await clock.advance(60)
    assert waiting.done()


async def test_the_machine_s_clock_is_aware_and_moves() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.009
    assert clock.now().tzinfo is UTC


async def test_a_leap_wakes_everybody_whom_it_passes_once_and_at_the_later_moment() -> None:
    clock = ManualClock(NOON)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    sleepers = [asyncio.create_task(sleeper(*each)) for each in (("b", 20), ("a", 10), ("c", 3_601))]
    await clock.settle()
    clock.leap(NOON + timedelta(hours=1))
    await clock.settle()
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(hours=1), 3_600)
    assert woken == [("a", 3_600), ("b", 3_600)]
    clock.leap(NOON)
    assert clock.now() == NOON + timedelta(hours=1)
    clock.leap(NOON + timedelta(hours=2))
    await asyncio.gather(*sleepers)


async def test_a_leap_past_a_cancelled_sleeper_wakes_the_others() -> None:
    clock = ManualClock(NOON)
    one, other = (asyncio.create_task(clock.sleep(5)) for _ in range(2))
    await clock.settle()
    one.cancel()
    clock.leap(NOON + timedelta(seconds=5))
    await other
    assert one.cancelled()


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60), st.integers(1, 10**8))
def test_who_sleeps_until_a_moment_wakes_at_it_however_the_clock_came_there(steps: list[int], ahead: int) -> None:
    """A season is played in thousands of odd steps: no rounding may add up."""

    async def play() -> None:
        clock = ManualClock(NOON)
        target = NOON + timedelta(microseconds=sum(steps) + ahead)
        sleeping = asyncio.create_task(clock.sleep((target - clock.now()).total_seconds()))
        await clock.settle(2)
        for step in steps:
            clock.leap(clock.now() + timedelta(microseconds=step))
        assert not sleeping.done()
        clock.leap(target)
        await clock.settle(3)
        assert sleeping.done()
        assert clock.monotonic() == (target - NOON).total_seconds()

    asyncio.run(play())


async def test_any_time_at_all_is_waited_for_so_that_who_asks_again_and_again_comes_to_an_end() -> None:
    clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
    waiting = asyncio.create_task(clock.sleep(1e-9))
    await clock.settle()
    assert not waiting.done()
    await clock.advance(1e-6)
    assert waiting.done()
