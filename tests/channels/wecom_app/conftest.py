"""A local WeCom with a corp of three, its app's requests, and a channel that hears its people."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.wecom.wire import Patience, Wire
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.channels.wecom_app.api import Api
from bot.channels.wecom_app.repeats import INTERVAL
from bot.clock import ManualClock
from bot.errors import CallbackRefused
from bot.ledger.inbound import Inbound
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker, Way
from tests.servers.wecom_corp import Corp

NO_TLS: dict[str, object] = {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Spares each client the reading of the machine's certificates."""

PATIENCE = Patience(connect=timedelta(seconds=2), answer=timedelta(milliseconds=300))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, 1, 0, tzinfo=UTC))


@pytest.fixture
async def wecom(clock: ManualClock) -> AsyncIterator[WeComServer]:
    async with WeComServer(clock) as server:
        yield server


@pytest.fixture
def corp(wecom: WeComServer) -> Corp:
    corp = Corp(wecom.clock, wecom.violations, limits=True)
    wecom.take_in(corp)
    corp.person("PoliceDuty", parties=(2,), tags=(7,))
    corp.person("LiuWei", parties=(2,))
    corp.person("ZhaiBan", parties=(3,))
    corp.callback_url = "https://town.example.org/wecom/callback"
    return corp


@pytest.fixture
def keys(corp: Corp) -> Keys:
    callback = SecretStr(corp.callback_token), SecretStr(corp.callback_aes_key)
    return Keys(corp.corp_id, corp.agent_id, SecretStr(corp.secret), *callback)


@pytest.fixture
async def api(wecom: WeComServer, keys: Keys, clock: ManualClock) -> AsyncIterator[Api]:
    wire = Wire(wecom.api_base, patience=PATIENCE, httpx_kwargs=NO_TLS)
    yield Api(wire, keys, clock)
    await wire.close()


@pytest.fixture
async def channel(wecom: WeComServer, keys: Keys, clock: ManualClock) -> AsyncIterator[WecomAppChannel]:
    app = a_channel(wecom, keys, clock)
    await app.open()
    await clock.advance(INTERVAL)
    yield app
    await app.close()


def a_channel(wecom: WeComServer, keys: Keys, clock: ManualClock) -> WecomAppChannel:
    """A bot's channel, as after its start."""
    return WecomAppChannel(
        keys,
        clock,
        "zh",
        api_base=wecom.api_base,
        oauth_url=f"{wecom.api_base}/connect/oauth2/authorize",
        patience=PATIENCE,
        httpx_kwargs=NO_TLS,
    )


def straight_to(channel: WecomAppChannel) -> Way:
    """Asks a channel's callback without a page between."""

    async def ask(method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            if method == "GET":
                return 200, channel.greeted(query)
            return (200 if await channel.called(query, body) else 503), b""
        except CallbackRefused:
            return 403, b""

    return ask


class Ear:
    """Hears as a bot does: what it has kept it confirms with the next question."""

    def __init__(self, channel: WecomAppChannel) -> None:
        self._channel = channel
        self._offset: str | None = None
        self.heard: list[Inbound] = []

    async def listen(self) -> None:
        while True:
            batch = await self._channel.receive(self._offset)
            self.heard += batch.inbound
            self._offset = batch.offset


@pytest.fixture
async def ear(channel: WecomAppChannel) -> AsyncIterator[Ear]:
    ear = Ear(channel)
    listening = asyncio.create_task(ear.listen())
    yield ear
    listening.cancel()


@pytest.fixture
def phones(corp: Corp, channel: WecomAppChannel) -> Speaker:
    return Speaker(corp, straight_to(channel))
