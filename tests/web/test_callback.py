"""Where WeCom tells the app what people say: reached from outside, by who can sign, and answered when it is on disk."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.channels.board import BoardChannel
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.clock import ManualClock
from bot.errors import CallbackRefused, StoreUnwritable
from bot.language import sentence
from bot.web.callback import CallbackPage, callback_of
from bot.web.server import pages
from tests.channels.wecom_app.conftest import Ear, ear
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import Corp

__all__ = ["ear"]

PUBLIC = "https://huo.jinlong.example"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, 1, 0, tzinfo=UTC))


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    corp = Corp(clock, [])
    corp.person("PoliceDuty")
    return corp


@pytest.fixture
async def channel(corp: Corp, clock: ManualClock) -> AsyncIterator[WecomAppChannel]:
    callback = SecretStr(corp.callback_token), SecretStr(corp.callback_aes_key)
    keys = Keys(corp.corp_id, corp.agent_id, SecretStr(corp.secret), *callback)
    channel = WecomAppChannel(keys, clock, "zh", api_base="http://127.0.0.1:9", oauth_url="http://127.0.0.1:9")
    yield channel
    await channel.close()


@pytest.fixture
def outsider(channel: WecomAppChannel) -> httpx.AsyncClient:
    app = pages(None, "127.0.0.1", CallbackPage(channel).routes(), PUBLIC)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.5", 4_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC)


@pytest.fixture
def phones(corp: Corp, outsider: httpx.AsyncClient) -> Speaker:
    async def ask(method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = await outsider.request(method, "/wecom/callback", params=query, content=body)
        return answer.status_code, answer.content

    return Speaker(corp, ask)


async def test_the_url_is_checked_from_outside(phones: Speaker) -> None:
    assert await phones.check()


async def test_what_somebody_types_is_answered_by_an_empty_200(phones: Speaker, ear: Ear) -> None:
    sealed = phones.sealed(phones.text_from("PoliceDuty", "收到"))
    assert await phones.once(*sealed) == 200
    assert [(each.person, each.text) for each in ear.heard] == [("wecom:policeduty", "收到")]


async def test_what_nobody_keeps_is_to_be_told_again(phones: Speaker, clock: ManualClock) -> None:
    telling = asyncio.create_task(phones.once(*phones.sealed(phones.text_from("PoliceDuty", "收到"))))
    await clock.settle(200)
    await clock.advance(4)
    assert await telling == 503


async def test_who_cannot_sign_learns_nothing_and_the_log_says_what_to_look_at(
    outsider: httpx.AsyncClient, phones: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    query, body = phones.sealed(phones.text_from("PoliceDuty", "收到"))
    with caplog.at_level(logging.WARNING):
        for method in ("GET", "POST"):
            answer = await outsider.request(method, "/wecom/callback", params={**query, "nonce": "0"}, content=body)
            assert (answer.status_code, answer.content) == (403, b"")
    assert "GENGFU_WECOM__CALLBACK_TOKEN" in caplog.text
    assert query["msg_signature"] not in caplog.text


async def test_whoever_keeps_the_page_is_told_of_what_is_refused(
    channel: WecomAppChannel, corp: Corp, clock: ManualClock
) -> None:
    told: list[str] = []

    async def tell(error: CallbackRefused) -> None:
        told.append(error.sentence.key)
        raise StoreUnwritable(sentence("store.hold-lost", folder=""))

    page = callback_of({"wecom-app": channel}, tell)
    assert page is not None
    transport = httpx.ASGITransport(app=Starlette(routes=page.routes()))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        sealed, body = Speaker(corp, _unused).sealed("<xml/>")
        for query in ({**sealed, "nonce": "0"}, {}):
            assert (await client.post("/wecom/callback", params=query, content=body)).status_code == 403
    assert told == ["wecom.callback-wrong-token", "wecom.callback-unsigned"]


async def _unused(_method: str, _query: dict[str, str], _body: bytes) -> tuple[int, bytes]:
    raise AssertionError


async def test_more_than_wecom_ever_tells_is_not_read(outsider: httpx.AsyncClient) -> None:
    answer = await outsider.post("/wecom/callback", content=b"x" * 200_000)
    assert answer.status_code == 413


async def test_nothing_else_can_be_done_there(outsider: httpx.AsyncClient) -> None:
    assert (await outsider.put("/wecom/callback")).status_code == 405
    assert (await outsider.get("/wecom/callback/x")).status_code == 404


def test_a_bot_without_an_app_has_no_such_page(channel: WecomAppChannel, clock: ManualClock) -> None:
    board = BoardChannel(clock)
    assert callback_of({"board": board}) is None
    assert callback_of({"board": board, "wecom-app": channel}) is not None


@pytest.mark.parametrize("body", [b"", b"<a>", b'<?xml version="1.0" encoding="foo"?><xml/>', b"\xff\xfe<"])
async def test_what_is_no_xml_is_refused_like_any_stranger(phones: Speaker, body: bytes) -> None:
    query, _ = phones.sealed(phones.text_from("PoliceDuty", "收到"))
    assert await phones.once(query, body) == 403


async def test_what_another_app_of_the_corp_is_told_is_refused(phones: Speaker, corp: Corp, ear: Ear) -> None:
    """An admin may have given two apps one token and one key."""
    said = phones.text_from("PoliceDuty", "收到")
    another = said.replace(f"<AgentID>{corp.agent_id}</AgentID>", "<AgentID>1000099</AgentID>")
    assert await phones.once(*phones.sealed(another)) == 403
    assert await phones.once(*phones.sealed(said)) == 200
    assert len(ear.heard) == 1
