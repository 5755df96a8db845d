"""A strict local smart bot's server with a group and a person, and a bot that is open to it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.protocol import Button, Message
from bot.channels.wecom_bot import Patience, WecomBotChannel
from bot.clock import ManualClock
from bot.ledger.inbound import Inbound
from tests.servers.wecom_socket import BOT_ID, SECRET, SmartBotServer

NOW = datetime(2027, 2, 5, 1, 0, tzinfo=UTC)
PATIENCE = Patience(connect=timedelta(seconds=2))
GROUP, PERSON = "wrDutyRoom", "PoliceDuty"
HERE, ALONE = f"chat:{GROUP}", "user:policeduty"
ROW = ((Button("收到", "r:abcdefgh"), Button("需协助", "h:abcdefgh")),)
DUTY = Message("**值班**\n\n请落实今晚值守。\n\n**请于 17:00 前回执：**\n\n- ▫️ 派出所 待回执", ROW)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def wecom(clock: ManualClock) -> AsyncIterator[SmartBotServer]:
    async with SmartBotServer(clock, limits=True) as server:
        server.group(GROUP, [PERSON, "li"])
        server.person(PERSON)
        yield server


def a_bot(
    wecom: SmartBotServer, clock: ManualClock, secret: str = SECRET, patience: Patience = PATIENCE
) -> WecomBotChannel:
    return WecomBotChannel(BOT_ID, SecretStr(secret), clock, ws_url=wecom.ws_url, patience=patience)


@pytest.fixture
async def bot(wecom: SmartBotServer, clock: ManualClock) -> AsyncIterator[WecomBotChannel]:
    channel = a_bot(wecom, clock)
    await channel.open()
    yield channel
    await channel.close()


async def heard_of(kind: str, bot: WecomBotChannel) -> Inbound:
    """The next thing of this kind, which is confirmed."""
    offset: str | None = None
    while True:
        batch = await asyncio.wait_for(bot.receive(offset), 5)
        offset = batch.offset
        if found := [each for each in batch.inbound if each.kind == kind]:
            confirming = asyncio.ensure_future(bot.receive(offset))
            await ManualClock.settle()
            confirming.cancel()
            return found[0]


async def advanced(clock: ManualClock, seconds: float) -> None:
    """Let time pass once whoever waits for it does."""
    await clock.settle()
    await clock.advance(seconds)
