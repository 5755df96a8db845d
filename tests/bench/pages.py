"""What pages ask of the bot of a big town: each question after one answer, and after a broadcast to all residents."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from itertools import cycle
from statistics import quantiles
from time import perf_counter

from bot.app.live import LiveBot
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.bench.big_town import OFFICES, BigTown, big_town
from tests.bench.line import Line

BOUND = 50.0
CALLS = 100
Question = Callable[[LiveBot], Awaitable[object]]

DAYS = (date(2026, 2, 17), date(2026, 5, 11), date(2027, 2, 6), date(2027, 2, 8), date(2027, 3, 5))
"""The festival a year ago, a Monday in May, today, the day after tomorrow, an opening with its dates 暂定."""


def pages() -> Iterator[Line]:
    """What the pages' questions take, at the 95th percentile."""
    yield from asyncio.run(_asked())


async def _asked() -> list[Line]:
    town = await big_town()
    live = town.open_live()
    lines = [await _first(live)]
    for name, ask in _questions(town).items():
        calls = await _timed(town, live, ask, one_answer)
        lines.append(Line(f"{name}, p95 after one answer each", p95(calls), "bound", BOUND))
    for name, ask in _questions(town).items():
        calls = await _timed(town, live, ask, a_broadcast)
        lines.append(Line(f"{name}, p95 after 250 sends each", p95(calls), "bound", BOUND))
    return lines


def _questions(town: BigTown) -> dict[str, Question]:
    """Each method of `Live` that reads, about now this and now that chat, day and campaign."""
    schedule = town.bot.in_force.schedule
    chats = cycle(schedule.chats)
    days, campaigns = cycle(DAYS), cycle(each.id for each in schedule.campaigns)
    residents = [each for each in schedule.chats if each.startswith("residents")]
    ids = cycle(f"year-2026/every-friday/every/2026-05-15@16:00@{chat}" for chat in residents)

    async def message(live: LiveBot) -> object:
        id_ = next(ids)
        found = await live.message(id_.rpartition("@")[2], id_)
        assert found is not None
        return found

    async def season(live: LiveBot) -> object:
        return live.season(next(campaigns))

    return {
        "heads of 300 chats": lambda live: live.heads(),
        "one chat of them": lambda live: live.chat(next(chats)),
        "one message": message,
        "a season of 365 days": season,
        "one day": lambda live: live.day(next(days)),
        "the owed answers": lambda live: live.asks(),
        "health of 300 chats": lambda live: live.health(),
    }


async def _first(live: LiveBot) -> Line:
    """All of it for the first time after a start: the longest that anybody else had to wait for the loop."""
    waits: list[float] = []

    async def others() -> None:
        while True:
            since = perf_counter()
            await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=0)
            waits.append((perf_counter() - since) * 1_000)

    waiting = asyncio.create_task(others())
    since = perf_counter()
    await live.heads()
    await live.asks()
    await live.health()
    took = (perf_counter() - since) * 1_000
    waiting.cancel()
    return Line(f"the first look after a start ({took:,.0f} ms): longest turn", max(waits), "bound", BOUND)


async def _timed(
    town: BigTown, live: LiveBot, ask: Question, happens: Callable[[BigTown, int], Awaitable[None]]
) -> list[float]:
    """How long each of many calls takes, something having happened before it."""
    took = []
    for number in range(CALLS):
        await happens(town, number)
        since = perf_counter()
        await ask(live)
        took.append((perf_counter() - since) * 1_000)
    return took


async def one_answer(town: BigTown, number: int) -> None:
    """An office answers one of the last asks, and the message in its chat is edited."""
    asks = [each for each in reversed(await town.store.all_issued()) if each.owing][:20]
    issued = asks[number % len(asks)]
    office = list(issued.offices)[number % len(issued.offices)]
    given = {"at": town.clock.now(), "occurrence": issued.occurrence, "office": office, "by": "telegram:2001"}
    entry = Entry.model_validate({**given, "kind": "help" if number % 2 else "done"})
    edited = (await town.store.deliveries(occurrence=issued.occurrence))[0]
    text = f"{issued.bodies['']}\n\n{number}"
    await town.store.commit(Change(entries=(entry,), deliveries=(edited.model_copy(update={"text": text}),)))


async def a_broadcast(town: BigTown, number: int) -> None:
    """A warning has just gone out to every chat in which residents read."""
    now = town.clock.now()
    last = next(each for each in reversed(await town.store.all_issued()) if len(each.chats) > OFFICES)
    sent = [
        each.model_copy(update={"state": "sent", "sent_at": now, "message_id": f"{number}"})
        for each in await town.store.deliveries(occurrence=last.occurrence)
    ]
    entries = tuple(
        Entry(at=now, kind="sent", occurrence=last.occurrence, chat=each.chat, detail={"text": each.text})
        for each in sent
    )
    await town.store.commit(Change(entries=entries, issued=(last,), deliveries=tuple(sent)))


def p95(took: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(took, n=20)[-1]
