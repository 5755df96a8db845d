"""The pages of a big town over HTTP, and a broadcast to 300 chats while a hundred boards are open."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from statistics import median
from time import perf_counter

import httpx

from bot.clock import SystemClock
from bot.outbox.issue import deliveries_of
from bot.store.protocol import Change
from bot.web.listen import listen
from bot.web.server import pages, serve
from bot.web.site import Site
from tests.bench.big_town import CHATS, BigTown, big_town
from tests.bench.line import Line
from tests.bench.pages import BOUND, a_broadcast, one_answer, p95

PATHS = {
    "/": "the board, 24 of 300 chats",
    "/?page=5": "its fifth page",
    "/chats/duty-room": "one chat, 200 messages",
    "/calendar": "the calendar of a year",
    "/calendar/2026-05-11": "a Monday of last year",
    "/calendar/2027-02-08": "a day to come",
    "/asks": "the owed answers",
    "/health": "health of 300 chats",
}
CALLS = 60
BOARDS = 100
ROUNDS = 5
TICK = 1_000.0
"""Milliseconds within which what is due at one moment should be out."""


def served() -> Iterator[Line]:
    """Server time of each page, at the 95th percentile; then the broadcasts."""
    yield from asyncio.run(_pages())
    yield from asyncio.run(_broadcasts())


async def _pages() -> list[Line]:
    town = await big_town()
    site = Site(town.open_live())
    transport = httpx.ASGITransport(app=pages(site, "127.0.0.1"), client=("127.0.0.1", 50_000))
    lines = []
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        for happens, when in ((one_answer, "after one answer each"), (a_broadcast, "after 250 sends each")):
            for path, name in PATHS.items():
                took = []
                await browser.get(path)
                for number in range(CALLS):
                    await happens(town, number)
                    since = perf_counter()
                    answer = await browser.get(path)
                    took.append((perf_counter() - since) * 1_000)
                    assert answer.status_code == 200
                lines.append(Line(f"{path}: {name}, p95 {when}", p95(took), "bound", BOUND))
    return lines


async def _broadcasts() -> list[Line]:
    town = await big_town()
    live, stop, numbers = town.open_live(), asyncio.Event(), count()
    listener = listen("127.0.0.1:0")
    working = [asyncio.create_task(serve(live, listener, stop)), asyncio.create_task(town.bot.sender.run())]
    alone = median([await _broadcast(town, next(numbers)) for _ in range(ROUNDS)])
    boards = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.boards", listener.url, str(BOARDS), stdout=PIPE
    )
    assert boards.stdout is not None
    assert await asyncio.wait_for(boards.stdout.readline(), 60) == b"ready\n"
    watched = [await _broadcast(town, next(numbers)) for _ in range(ROUNDS)]
    boards.kill()
    await boards.wait()
    stop.set()
    await town.bot.sender.stop()
    for task in working:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return [
        Line(f"a broadcast to {CHATS} chats, to the last send", alone, "bound", TICK),
        Line(f"the same with {BOARDS} open boards", median(watched), "without them", alone),
        Line("  its slowest", max(watched), "bound", TICK),
    ]


async def _broadcast(town: BigTown, number: int) -> float:
    """Milliseconds until a message that is due now in every chat has gone out to the last of them."""
    before = next(each for each in await town.store.all_issued() if len(each.chats) > CHATS // 2)
    chats = dict.fromkeys(town.bot.in_force.schedule.chats, ())
    id_ = f"year-2027/drill/date/{number}"
    given = {"occurrence": id_, "token": f"drill-{number}", "due": town.clock.now(), "chats": chats}
    issued = before.model_copy(update=given)
    sent, left = asyncio.Event(), len(chats)

    def heard(change: Change) -> None:
        nonlocal left
        left -= sum(each.occurrence == id_ and each.state == "sent" for each in change.deliveries)
        if not left:
            sent.set()

    town.store.on_commit(heard)
    since = perf_counter()
    await town.store.commit(Change(issued=(issued,), planned=deliveries_of(issued)))
    await sent.wait()
    took = (perf_counter() - since) * 1_000
    await SystemClock().sleep(1.0)
    town.clock.leap(town.clock.now() + timedelta(minutes=2))
    return took
