"""How long it takes to be back with everything open, and to show a press while messages go out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from random import Random

from bot.clock import SystemClock
from bot.store.tinydb import open_reader
from tests.acceptance.process import AFRESH, Gengfu, now, settings, soon
from tests.fakes import until
from tests.promises.evidence import occurrences_in
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import stalled
from tests.servers.telegram_messages import Posted
from tests.torture.lives import killed
from tests.torture.town import BigTown, a_big_town
from tests.torture.trouble import Trouble

_CLOCK = SystemClock()
_PRESSES = 50
_APART = 0.5
"""Seconds from one press to the next."""

_CHATS = 500


@dataclass(frozen=True)
class Back:
    """Seconds from the start of the process to its first request and to its first message, and its memory then."""

    first_request: float
    first_message: float
    megabytes: float


async def back_with_all_open(folder: Path, deliveries: int) -> Back:
    """So many deliveries are open, none of which the platform took; kill -9, and start again at Telegram's own pace."""
    waves, due = max(deliveries // _CHATS, 1), soon(15)
    town = a_big_town(
        folder, rooms=_CHATS // 5, homes=_CHATS - _CHATS // 5, alerts=[due] * waves, warnings=[due] * waves
    )
    async with TelegramServer() as telegram:
        town.on(telegram)
        environment = settings(telegram, **AFRESH)
        telegram.order(stalled(), times=inf)
        async with killed(await Gengfu.run(folder, environment)):
            assert now() < due, "this machine is too slow for a beginning in 15 s"
            await until(partial(_all_open, folder, waves * _CHATS), within=60)
        telegram.heal()
        requests, messages, since = telegram.calls.total(), telegram.calls["sendMessage"], _CLOCK.monotonic()
        async with killed(await Gengfu.begin(folder, environment)) as bot:
            first = await _since(since, lambda: telegram.calls.total() > requests)
            message = await _since(since, lambda: telegram.calls["sendMessage"] > messages)
            return Back(first, message, _memory(bot.pid))


async def shown_after_a_press(folder: Path, seed: int) -> list[float]:
    """Seconds from each of some presses until the message shows it, while warnings go out at Telegram's own pace."""
    alert, load = soon(6), soon(12)
    town = a_big_town(folder, rooms=20, homes=_CHATS, alerts=[alert] * 3, warnings=[load] * 3)
    async with TelegramServer() as telegram:
        town.on(telegram)
        async with killed(await Gengfu.run(folder, settings(telegram))):
            await until(lambda: len(telegram.accepted) == 3 * len(town.rooms), within=60)
            alerts, trouble = list(telegram.accepted), Trouble(telegram, town, Random(seed))
            await until(lambda: len(telegram.accepted) > len(alerts), within=60)
            pressing = []
            for posted in Random(seed).sample(alerts, _PRESSES):
                pressing.append(asyncio.create_task(_pressed(telegram, town, trouble, posted)))
                await _CLOCK.sleep(_APART)
            took = await asyncio.gather(*pressing)
            assert len(telegram.accepted) < len(alerts) + 3 * _CHATS, "the load ended before the presses did"
            return took


async def _pressed(telegram: TelegramServer, town: BigTown, trouble: Trouble, posted: Posted) -> float:
    since, occurrence = _CLOCK.monotonic(), occurrences_in(posted.text)[0]
    trouble.press(town.rooms[posted.chat], posted.chat, posted.message_id, occurrence, posted.data("已落实"))
    return await _since(since, partial(_shows, telegram, (posted.chat, posted.message_id)))


def _shows(telegram: TelegramServer, where: tuple[int, int]) -> bool:
    return any((each.chat, each.message_id) == where and "已落实" in each.text for each in telegram.edited)


async def _since(since: float, holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> float:
    await until(holds, within=60)
    return _CLOCK.monotonic() - since


async def _all_open(folder: Path, deliveries: int) -> bool:
    await asyncio.sleep(0.2)  # noqa: TID251 - reading so much each time would slow down what is measured
    store = await open_reader(folder / "data")
    return len([each for each in await store.deliveries(unfinished=True) if not each.is_notice]) >= deliveries


def _memory(pid: int) -> float:
    """Resident, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
