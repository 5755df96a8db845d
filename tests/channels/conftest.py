"""A local Telegram with Jinlong's groups, and a bot that is open to it."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.telegram import Patience, TelegramChannel
from bot.clock import ManualClock
from tests.servers.telegram import TelegramServer

GROUP = -1001001
FORUM = -1001003
POLICE = 2001
NO_TLS: dict[str, object] = {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Spares each client the reading of the machine's certificates."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, 1, 0, tzinfo=UTC))


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock) as server:
        server.person(POLICE, "王强")
        server.group(GROUP, "消防安全工作群", members=[POLICE])
        server.group(FORUM, "龙门村", members=[POLICE], topics=[7])
        yield server


@pytest.fixture
async def channel(telegram: TelegramServer, clock: ManualClock) -> AsyncIterator[TelegramChannel]:
    patience = Patience(connect=timedelta(seconds=2), answer=timedelta(milliseconds=300), poll=timedelta(seconds=1))
    bot = TelegramChannel(
        SecretStr(telegram.token), clock, api_base=telegram.api_base, patience=patience, httpx_kwargs=NO_TLS
    )
    await bot.open()
    yield bot
    await bot.close()
