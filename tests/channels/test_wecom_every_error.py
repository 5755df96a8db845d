"""Each code of WeCom's, and each error of the client under it, becomes one of ours: none is forgotten."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.channels.wecom import codes
from bot.channels.wecom.wire import Patience, Wire
from bot.errors import ChannelDown, ChatGone, NotSent, Refused, SendError, SettingsError, Throttled, Uncertain
from bot.language import say
from tests.channels.conftest import NO_TLS
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_faults import Fault
from tests.servers.wire import Reply

KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
SEND = "/cgi-bin/webhook/send"
TEXT = {"msgtype": "text", "text": {"content": "值守"}}

CODES: Mapping[int, type[SendError]] = {
    -1: Uncertain,
    40001: ChannelDown,
    40008: Refused,
    40013: ChannelDown,
    40014: NotSent,
    40029: Refused,
    40056: ChannelDown,
    40058: Refused,
    42001: NotSent,
    42014: Refused,
    42045: Refused,
    44004: Refused,
    45009: Throttled,
    45033: Throttled,
    60011: ChatGone,
    60020: ChannelDown,
    60140: Refused,
    81013: ChatGone,
    86003: ChatGone,
    93000: ChatGone,
    93001: ChatGone,
    93004: ChatGone,
    93006: ChatGone,
    301002: ChannelDown,
    846605: Refused,
    846607: Throttled,
    846609: NotSent,
    853000: ChannelDown,
}
"""Every code that facts: wecom names, and what it means."""

UNKNOWN_BY_NAME = {40006, 40007, 45001}
"""Codes of the local WeCom's about files, for which WeCom's own words do."""


class TestEachCode:
    def test_has_its_row(self) -> None:
        assert set(CODES) == codes.KNOWN

    def test_that_the_local_wecoms_webhook_can_say_is_known(self) -> None:
        said = set()
        for path in (Path(__file__).parents[1] / "servers").glob("wecom_*.py"):
            said |= {int(each) for each in re.findall(r"(?<!\d)(4\d{4}|93\d{3})(?!\d)", path.read_text("utf-8"))}
        assert said - UNKNOWN_BY_NAME <= codes.KNOWN

    @pytest.mark.parametrize("code", CODES)
    def test_becomes_what_it_means_in_both_languages(self, code: int) -> None:
        met = codes.problem(code, "not today")
        assert type(met) is CODES[code]
        assert say(met.sentence, "zh") != say(met.sentence, "en")

    def test_that_nobody_knows_refuses_one_message_and_is_shown(self) -> None:
        met = codes.problem(99_999, "something new")
        assert type(met) is Refused
        assert "99999 something new" in str(met)

    @pytest.mark.parametrize("code", [45009, 846607])
    def test_that_asks_to_slow_down_asks_for_a_minute(self, code: int) -> None:
        met = codes.problem(code, "")
        assert isinstance(met, Throttled)
        assert met.retry_after == timedelta(seconds=60)


UNDERNEATH: Mapping[type[Exception], type[SendError]] = {
    httpx.ConnectError: NotSent,
    httpx.ConnectTimeout: NotSent,
    httpx.PoolTimeout: NotSent,
    httpx.ProxyError: NotSent,
    httpx.UnsupportedProtocol: NotSent,
    httpx.InvalidURL: NotSent,
    httpx.ReadTimeout: Uncertain,
    httpx.WriteTimeout: Uncertain,
    httpx.ReadError: Uncertain,
    httpx.WriteError: Uncertain,
    httpx.CloseError: Uncertain,
    httpx.RemoteProtocolError: Uncertain,
    httpx.LocalProtocolError: Uncertain,
    httpx.DecodingError: Uncertain,
    httpx.TooManyRedirects: Uncertain,
    httpx.TimeoutException: Uncertain,
    httpx.NetworkError: Uncertain,
    httpx.ProtocolError: Uncertain,
    httpx.TransportError: Uncertain,
    httpx.RequestError: Uncertain,
    httpx.HTTPError: Uncertain,
    httpx.CookieConflict: Uncertain,
    OSError: Uncertain,
    RuntimeError: Uncertain,
}
"""What the client underneath can raise: only what for sure never left is said not to be sent."""
RESPONSES_ONLY = {
    httpx.HTTPStatusError,
    httpx.StreamError,
    httpx.StreamConsumed,
    httpx.StreamClosed,
    httpx.ResponseNotRead,
    httpx.RequestNotRead,
}
"""Raised by what we do not do: `raise_for_status`, streams."""


class Raises(httpx.AsyncBaseTransport):
    """A transport that meets the same error at each request, and tells where that was going."""

    def __init__(self, kind: type[Exception]) -> None:
        self._kind = kind

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise self._kind(f"for {request.url}")


class TestEachErrorOfTheClientUnderneath:
    def test_has_its_row(self) -> None:
        kinds = {each for each in vars(httpx).values() if isinstance(each, type) and issubclass(each, Exception)}
        assert kinds - RESPONSES_ONLY == {kind for kind in UNDERNEATH if kind.__module__ == "httpx"}

    @pytest.mark.parametrize("kind", UNDERNEATH, ids=lambda kind: kind.__name__)
    async def test_becomes_what_it_means_and_shows_no_url(self, kind: type[Exception]) -> None:
        wire = Wire("http://127.0.0.1:9", httpx_kwargs={"transport": Raises(kind)})
        with pytest.raises(SendError) as caught:
            await wire.post(SEND, {"key": KEY}, TEXT)
        await wire.close()
        assert type(caught.value) is UNDERNEATH[kind]
        assert KEY not in f"{caught.value} {caught.value!r} {caught.value.in_words('en')}"
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


@pytest.fixture
async def wecom() -> AsyncIterator[WeComServer]:
    async with WeComServer() as server:
        server.robots.robot(KEY)
        yield server


@pytest.fixture
async def wire(wecom: WeComServer) -> AsyncIterator[Wire]:
    patience = Patience(connect=timedelta(seconds=2), answer=timedelta(milliseconds=200))
    client = Wire(wecom.api_base, patience=patience, httpx_kwargs=NO_TLS)
    yield client
    await client.close()


PROVOKED: Mapping[str, tuple[Fault, type[SendError], int]] = {
    "no answer": (fault.held(), Uncertain, 1),
    "nothing done, nothing answered": (fault.stalled(), Uncertain, 0),
    **{f"reset after {after} bytes": (fault.reset(after), Uncertain, 1) for after in (0, 1, 17, 60, 90)},
    "reset before it was done": (fault.reset(0, accepts=False), Uncertain, 0),
    "hung up in the head": (fault.hung_up(40), Uncertain, 1),
    "hung up in the body": (fault.hung_up(90), Uncertain, 1),
    "cut off while it was asked": (fault.cut_off(5), Uncertain, 0),
    "garbage": (fault.garbage(), Uncertain, 1),
    "no object": (Fault(True, Reply(200, b"[]")), Uncertain, 1),
    "no code": (Fault(True, Reply(200, b'{"errmsg": "ok"}')), Uncertain, 1),
    "a code that is none": (Fault(True, Reply(200, b'{"errcode": "0"}')), Uncertain, 1),
    "nothing": (Fault(True, Reply(204, b"")), Uncertain, 1),
    "an answer that cannot be unpacked": (
        Fault(True, Reply(200, b"no gzip", "application/json\r\nContent-Encoding: gzip")),
        Uncertain,
        1,
    ),
    "no HTTP at all": (Fault(True, Reply(99, b"")), Uncertain, 1),
    **{f"a page with {status}": (fault.page(status), Uncertain, 0) for status in (200, 500, 502, 503, 504)},
    "a page after it was done": (fault.page(502, accepts=True), Uncertain, 1),
    **{f"a portal's {status}": (fault.page(status), NotSent, 0) for status in (302, 401, 403, 404, 407, 413, 429)},
}


class TestWhatAServerCanProvoke:
    @pytest.mark.parametrize("name", PROVOKED)
    async def test_is_asked_once_and_told_for_what_it_is(self, wecom: WeComServer, wire: Wire, name: str) -> None:
        misbehaviour, ours, sent = PROVOKED[name]
        wecom.order(misbehaviour)
        with pytest.raises(SendError) as caught:
            await wire.post(SEND, {"key": KEY}, TEXT)
        assert type(caught.value) is ours
        assert wecom.calls[SEND] == 1
        assert len(wecom.robots.accepted) == sent
        wecom.release()
        assert (await wire.post(SEND, {"key": KEY}, TEXT)).errcode == 0

    async def test_nobody_listens_and_then_somebody_does(self, wecom: WeComServer, wire: Wire) -> None:
        await wecom.stop()
        with pytest.raises(NotSent):
            await wire.post(SEND, {"key": KEY}, TEXT)
        await wecom.start()
        assert (await wire.post(SEND, {"key": KEY}, TEXT)).errcode == 0

    async def test_a_connection_that_nobody_takes(self) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            waiting = [_begun(full.getsockname()) for _ in range(4)]
            patience = Patience(connect=timedelta(milliseconds=200))
            wire = Wire(f"http://127.0.0.1:{full.getsockname()[1]}", patience=patience, httpx_kwargs=NO_TLS)
            with pytest.raises(NotSent):
                await wire.post(SEND, {"key": KEY}, TEXT)
            await wire.close()
            for each in waiting:
                each.close()

    async def test_one_that_is_cancelled_is_let_go(self, wecom: WeComServer, wire: Wire) -> None:
        wecom.order(fault.held())
        asking = asyncio.ensure_future(wire.post(SEND, {"key": KEY}, TEXT))
        while not wecom.robots.accepted:
            await asyncio.wait([asking], timeout=0.01)
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        assert (await wire.post(SEND, {"key": KEY}, TEXT)).errcode == 0

    async def test_what_is_asked_of_a_client_that_was_closed_never_left(self, wire: Wire) -> None:
        await wire.close()
        with pytest.raises(NotSent):
            await wire.post(SEND, {"key": KEY}, TEXT)


async def test_wecoms_own_words_are_shown_without_key_hint_or_url(wecom: WeComServer, wire: Wire) -> None:
    said = f"not allow to access from your ip, hint: [17_d4], from ip: 203.0.113.9, key {KEY}, more info at https://x.y/?k={KEY}"
    wecom.order(fault.says(60020, said))
    answer = await wire.post(SEND, {"key": KEY}, TEXT)
    assert answer.errmsg == "not allow to access from your ip, from ip: 203.0.113.9, key …"
    with pytest.raises(ChannelDown, match=r"203\.0\.113\.9"):
        answer.prove()


@pytest.mark.parametrize("written", ["", "qyapi.weixin.qq.com", "ftp://x", "http://", "http://127.0.0.1:99999"])
def test_an_address_that_is_no_url_is_named_as_such(written: str) -> None:
    with pytest.raises(SettingsError, match="GENGFU_WECOM__API_BASE"):
        Wire(written)


async def test_what_changes_nothing_may_be_asked_again(wecom: WeComServer, wire: Wire) -> None:
    for met in (codes.problem(-1, "busy"), codes.in_our_words(httpx.ReadTimeout("x"))):
        assert type(codes.harmless_to_repeat(met)) is NotSent
    assert type(codes.harmless_to_repeat(codes.problem(93000, ""))) is ChatGone


def _begun(address: tuple[str, int]) -> socket.socket:
    """A connection that takes a place in the queue of those that wait to be taken."""
    begun = socket.socket()
    begun.setblocking(False)
    begun.connect_ex(address)
    return begun
