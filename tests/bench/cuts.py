"""The smart bot's long connection is cut, over and over: how soon it is back and sends."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from statistics import median

from pydantic import SecretStr

from bot.channels.protocol import Message
from bot.channels.wecom_bot import WecomBotChannel
from bot.clock import SystemClock
from bot.errors import SendError
from tests.bench.line import Line
from tests.servers.wecom_socket import SmartBotServer

CUTS = 30
BOUND = 5_000.0
"""Milliseconds from a cut to the next message that WeCom takes."""
_AGAIN = 2.0
"""Seconds after which a bot whose hearing failed listens again (`bot.app.hearing.hear`)."""
_GROUP = "wrGroup1"


def cuts() -> Iterator[Line]:
    """Half of them without a word, half closed in order."""
    took = sorted(asyncio.run(_taken()))
    yield Line(f"{CUTS} cuts of the smart bot's connection: cut to a message taken", median(took), "bound", BOUND)
    yield Line("  the slowest of them", took[-1], "bound", BOUND)


async def _taken() -> list[float]:
    clock = SystemClock()
    async with SmartBotServer() as wecom:
        wecom.group(_GROUP, ["policeduty"])
        channel = WecomBotChannel(wecom.bot_id, SecretStr(wecom.secret), clock, ws_url=wecom.ws_url)
        await channel.open()
        listening = asyncio.create_task(_listen(channel))
        took = []
        for number in range(CUTS):
            await _sent(channel, f"之前 {number}")
            since = clock.monotonic()
            if number % 2:
                wecom.cut()
            else:
                await wecom.hang_up()
            before = wecom.subscribed
            while wecom.subscribed == before:
                await clock.sleep(0.005)
            await _sent(channel, f"之后 {number}")
            took.append((clock.monotonic() - since) * 1_000)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await channel.close()
    return took


async def _listen(channel: WecomBotChannel) -> None:
    offset: str | None = None
    while True:
        try:
            offset = (await channel.receive(offset)).offset
        except SendError:
            await SystemClock().sleep(_AGAIN)


async def _sent(channel: WecomBotChannel, text: str) -> None:
    while True:
        try:
            await channel.send(f"chat:{_GROUP}", Message(text))
        except SendError:
            await SystemClock().sleep(0.01)
        else:
            return
