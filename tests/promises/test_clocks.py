"""Whatever is done to the wall clock: nothing twice, nothing skipped, the next send in time (fault 10).

A real process on a clock that is set while it runs; the monotonic clock goes on as the kernel has it.
"""

import os
import signal
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from tests.acceptance.faketime import WallClock, needs_faketime
from tests.acceptance.process import (
    DUTY_ROOM,
    Gengfu,
    a_folder,
    alert,
    edit,
    jinlong,
    ledger,
    save,
    settings,
    soon,
    texts,
)
from tests.fakes import until
from tests.servers.telegram import TelegramServer

HOUR = timedelta(hours=1)
TICK = 15.0
NAMED = b"**{{ occurrence.id }}**"


def sent_for(server: TelegramServer, name: str) -> int:
    """In how many messages of the duty room a reminder was read."""
    return sum(f"/{name}/" in text for text in texts(server, DUTY_ROOM))


async def went_out(server: TelegramServer, *names: str, within: float = TICK) -> None:
    """Each of these has gone out, once."""
    await until(lambda: all(sent_for(server, name) for name in names), within)
    assert [sent_for(server, name) for name in names] == [1] * len(names)


async def gone_out(folder: Path, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each reminder with what the ledger says became of it, as often as it says so."""
    rows = await ledger(folder, environment)
    return [(each["occurrence"].split("/")[1], each["kind"]) for each in rows if each["occurrence"]]


def seconds_after(due: datetime, wall: WallClock) -> float:
    return (wall.now() - due).total_seconds()


@needs_faketime
async def test_set_back_an_hour_then_forward_three_over_ten_due_moments(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        wall = WallClock(tmp_path)
        first = soon(5)
        past = first - HOUR + timedelta(seconds=3)
        ten = [alert(first + HOUR + timedelta(minutes=5 * each), f"leapt-{each}") for each in range(10)]
        known = [alert(past, "past"), alert(first, "first"), *ten]
        folder = a_folder(tmp_path, *known)
        save(folder, "messages/duty-alert.j2", NAMED)
        environment = settings(telegram)
        bot = await Gengfu.run(folder, wall.environment(environment))
        await went_out(telegram, "first")

        wall.set(-HOUR)
        added, after = soon(4) - HOUR, soon(8) + 2 * HOUR
        edit(folder, *known, alert(added, "added"), alert(after, "after"))
        await went_out(telegram, "added")
        assert seconds_after(added, wall) < 8

        wall.set(2 * HOUR)
        leap = SystemClock().monotonic()
        await went_out(telegram, *(f"leapt-{each}" for each in range(10)))
        assert SystemClock().monotonic() - leap < TICK
        await went_out(telegram, "after")
        assert 0 <= seconds_after(after, wall) < TICK
        await bot.terminate()

        assert sent_for(telegram, "past") == 0
        told = await gone_out(folder, environment)
        expected = ["first", "added", "after", *(f"leapt-{each}" for each in range(10))]
        assert Counter(name for name, _ in told) == Counter(expected)
        assert "Traceback" not in bot.err


@needs_faketime
async def test_a_machine_that_slept_for_eight_hours_sends_what_is_useful_and_goes_on_in_time(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        wall = WallClock(tmp_path)
        start = soon(4)
        after = start + 8 * HOUR
        folder = a_folder(
            tmp_path, alert(start + HOUR, "stale"), alert(start + 5 * HOUR, "useful"), alert(after, "after")
        )
        save(folder, "messages/duty-alert.j2", NAMED)
        environment = settings(telegram)
        bot = await Gengfu.run(folder, wall.environment(environment))
        await until(lambda: telegram.calls["getUpdates"] > 0, within=20)

        os.kill(bot.pid, signal.SIGSTOP)
        wall.set(8 * HOUR)
        os.kill(bot.pid, signal.SIGCONT)
        await went_out(telegram, "useful", "after")
        assert 0 <= seconds_after(after, wall) < TICK
        await bot.terminate()

        told = await gone_out(folder, environment)
        assert sorted(told) == [("after", "sent"), ("stale", "missed"), ("useful", "sent")]
        assert sent_for(telegram, "stale") == 0
