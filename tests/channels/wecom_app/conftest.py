"""A local WeCom with a corp of three, and the requests of its app."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.wecom.wire import Patience, Wire
from bot.channels.wecom_app.api import Api, Keys
from bot.clock import ManualClock
from tests.servers.wecom import WeComServer
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
