"""What waited for a disk that stood still does not leave all at once: Telegram would ask to wait, at a greater cost."""

import asyncio

import pytest

from bot.channels.protocol import Message, Receipt
from bot.store.protocol import Change
from tests.promises.test_no_chat_blocks import CHATS, Telegram, Town, two_to
from tests.servers.telegram_rates import Gauge, Rates

STANDS_STILL, EACH = 3.0, 10.0


class Strict(Telegram):
    """It keeps count, and fails on a request that comes too early."""

    gauge = Gauge(Rates())

    async def send(self, address: str, message: Message) -> Receipt:
        self.gauge.let_through(int(address), self._hands.monotonic())
        return await super().send(address, message)


async def test_a_disk_that_stands_still_now_and_then_lets_no_burst_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.promises.test_no_chat_blocks.Telegram", Strict)
    town, stood, goes = Town(), 0.0, asyncio.Event()
    goes.set()

    async def stands_still(change: Change) -> None:
        nonlocal stood
        if goes.is_set() and town.clock.monotonic() - stood >= EACH:
            stood = town.clock.monotonic()
            goes.clear()
            await town.clock.sleep(STANDS_STILL)
            goes.set()
        await goes.wait()

    town.store.before_commit = stands_still
    await town.run()
    await town.issue(*two_to(CHATS[:200]))
    await town.advance(60)
    assert all(len(moments) == 2 for moments in town.taken(CHATS[:200]).values())
    await town.end()
