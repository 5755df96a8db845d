"""The local Telegram's limits, by the real client."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.protocol import Message
from bot.channels.telegram import TelegramChannel
from bot.clock import ManualClock
from bot.errors import Throttled
from tests.channels.conftest import NO_TLS
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_rates import Rates

PERSON, GROUP, MANY = 2001, -1001001, [-5_000 - number for number in range(35)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, tzinfo=UTC))


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock, limits=Rates()) as server:
        server.person(PERSON, "王强")
        for chat in (GROUP, *MANY):
            server.group(chat, f"{chat}")
        yield server


@pytest.fixture
async def channel(telegram: TelegramServer, clock: ManualClock) -> AsyncIterator[TelegramChannel]:
    bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base, httpx_kwargs=NO_TLS)
    yield bot
    await bot.close()


async def taken(channel: TelegramChannel, chat: int, most: int = 40) -> tuple[int, timedelta]:
    """How many messages go through at once, and the wait that is asked for then."""
    for count in range(most):
        try:
            await channel.send(str(chat), Message(f"{count}"))
        except Throttled as error:
            return count, error.retry_after
    return most, timedelta(0)


async def test_a_group_takes_twenty_a_minute(channel: TelegramChannel, clock: ManualClock) -> None:
    assert await taken(channel, GROUP) == (20, timedelta(seconds=60))
    await clock.advance(59)
    assert await taken(channel, GROUP) == (0, timedelta(seconds=1))
    await clock.advance(1)
    assert await taken(channel, GROUP) == (20, timedelta(seconds=60))


async def test_a_person_takes_one_a_second_and_an_edit_is_one(channel: TelegramChannel, clock: ManualClock) -> None:
    receipt = await channel.send(str(PERSON), Message("值守"))
    with pytest.raises(Throttled):
        await channel.edit(str(PERSON), receipt.message_id or "", Message("已落实"))
    await clock.advance(1)
    await channel.edit(str(PERSON), receipt.message_id or "", Message("已落实"))
    assert await taken(channel, PERSON) == (0, timedelta(seconds=1))


async def test_all_chats_together_take_thirty_and_then_thirty_a_second(
    channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
) -> None:
    for chat in MANY[:30]:
        await channel.send(str(chat), Message("值守"))
    assert await taken(channel, MANY[30]) == (0, timedelta(seconds=1))
    await clock.advance(0.1)
    assert [(await taken(channel, chat, 1))[0] for chat in MANY[30:]] == [1, 1, 1, 0, 0]
    assert len(telegram.accepted) == 33


async def test_the_limits_are_there_only_on_order(clock: ManualClock) -> None:
    async with TelegramServer(clock=clock) as telegram:
        telegram.group(GROUP, "消防安全工作群")
        bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base, httpx_kwargs=NO_TLS)
        assert await taken(bot, GROUP) == (40, timedelta(0))
        await bot.close()
