"""Each error that the library can raise becomes one of ours: none is forgotten, also not one of a later release.

What httpx can raise is raised inside the real client, by its transport; what a server can provoke is provoked.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import telegram as library
from pydantic import SecretStr
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram import Patience, TelegramChannel, failures
from bot.channels.telegram.wire import quieten
from bot.clock import ManualClock
from bot.errors import ChannelDown, ChatGone, Moved, NotSent, Refused, SendError, Throttled, Uncertain
from bot.language import say
from tests.channels.conftest import GROUP, NO_TLS
from tests.contracts.channels import ASK
from tests.servers import telegram_faults as fault
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import Fault, refused
from tests.servers.wire import Reply

ROWS: list[tuple[type[TelegramError], object, Exception | None, type[SendError]]] = [
    (TelegramError, "Invalid server response", None, Uncertain),
    (BadRequest, "Bad Request: chat not found", None, ChatGone),
    (BadRequest, "Bad Request: message is too long", None, Refused),
    (BadRequest, "Bad Request (400)", TelegramError("Invalid server response"), NotSent),
    (Forbidden, "Forbidden: bot was blocked by the user", None, ChatGone),
    (Forbidden, "Forbidden (403)", TelegramError("Invalid server response"), NotSent),
    (ChatMigrated, -1004001, None, Moved),
    (Conflict, "terminated by other getUpdates request", None, NotSent),
    (Conflict, "can't use getUpdates method while webhook is active", None, NotSent),
    (Conflict, "Conflict (409)", TelegramError("Invalid server response"), NotSent),
    (EndPointNotFound, "Endpoint not found", None, ChannelDown),
    (InvalidToken, "Unauthorized", None, ChannelDown),
    (InvalidToken, "Unauthorized", TelegramError("Invalid server response"), NotSent),
    (NetworkError, "Bad Gateway", None, Uncertain),
    (NetworkError, "Bad Gateway", TelegramError("Invalid server response"), Uncertain),
    (NetworkError, "Too Many Requests (429)", TelegramError("Invalid server response"), Throttled),
    (PassportDecryptionError, "x", None, Uncertain),
    (RetryAfter, 30, None, Throttled),
    (RetryAfter, timedelta(seconds=30), None, Throttled),
    (TimedOut, None, None, Uncertain),
]


class TestEachClassOfTheLibrary:
    def test_has_its_row(self) -> None:
        known = {each for each in vars(library.error).values() if isinstance(each, type)}
        assert {each for each in known if issubclass(each, Exception)} == {kind for kind, *_ in ROWS}

    @pytest.mark.parametrize("row", ROWS, ids=(f"{at}-{row[0].__name__}" for at, row in enumerate(ROWS)))
    def test_becomes_one_of_ours_with_a_sentence_in_both_languages(
        self, row: tuple[type[TelegramError], str, Exception | None, type[SendError]]
    ) -> None:
        quieten()
        kind, said, cause, ours = row
        error = kind(said)
        error.__cause__ = cause
        problem = failures.in_our_words(error, str)
        assert type(problem) is ours
        assert say(problem.sentence, "zh") != say(problem.sentence, "en")


UNDERNEATH: Mapping[type[Exception], tuple[type[TelegramError], type[SendError]]] = {
    httpx.ConnectError: (NetworkError, NotSent),
    httpx.ConnectTimeout: (TimedOut, NotSent),
    httpx.PoolTimeout: (TimedOut, NotSent),
    httpx.ProxyError: (NetworkError, NotSent),
    httpx.UnsupportedProtocol: (NetworkError, NotSent),
    httpx.InvalidURL: (NetworkError, NotSent),
    httpx.ReadTimeout: (TimedOut, Uncertain),
    httpx.WriteTimeout: (TimedOut, Uncertain),
    httpx.ReadError: (NetworkError, Uncertain),
    httpx.WriteError: (NetworkError, Uncertain),
    httpx.CloseError: (NetworkError, Uncertain),
    httpx.RemoteProtocolError: (NetworkError, Uncertain),
    httpx.LocalProtocolError: (NetworkError, Uncertain),
    httpx.DecodingError: (NetworkError, Uncertain),
    httpx.TooManyRedirects: (NetworkError, Uncertain),
    httpx.TimeoutException: (TimedOut, Uncertain),
    httpx.NetworkError: (NetworkError, Uncertain),
    httpx.ProtocolError: (NetworkError, Uncertain),
    httpx.TransportError: (NetworkError, Uncertain),
    httpx.RequestError: (NetworkError, Uncertain),
    httpx.HTTPError: (NetworkError, Uncertain),
    httpx.CookieConflict: (NetworkError, Uncertain),
    OSError: (NetworkError, Uncertain),
    RuntimeError: (NetworkError, Uncertain),
}
"""What the client underneath can raise, what the library makes of it, and we: only what for sure never left is said not
to be sent.
"""
RESPONSES_ONLY = {
    httpx.HTTPStatusError,
    httpx.StreamError,
    httpx.StreamConsumed,
    httpx.StreamClosed,
    httpx.ResponseNotRead,
    httpx.RequestNotRead,
}
"""Raised by what the library does not do: `raise_for_status`, streams."""


class Raises(httpx.AsyncBaseTransport):
    """A transport that meets the same error at each request."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise self._error


class TestEachErrorOfTheClientUnderneath:
    def test_has_its_row(self) -> None:
        kinds = {each for each in vars(httpx).values() if isinstance(each, type) and issubclass(each, Exception)}
        assert kinds - RESPONSES_ONLY == {kind for kind in UNDERNEATH if kind.__module__ == "httpx"}

    @pytest.mark.parametrize("kind", UNDERNEATH, ids=lambda kind: kind.__name__)
    async def test_becomes_what_it_means_through_the_library(
        self, kind: type[Exception], clock: ManualClock, met: list[Exception]
    ) -> None:
        given = {"transport": Raises(kind("as ordered"))}
        bot = TelegramChannel(SecretStr("10001:AAx"), clock, httpx_kwargs=given)
        theirs, ours = UNDERNEATH[kind]
        with pytest.raises(SendError) as caught:
            await bot.send(str(GROUP), ASK)
        await bot.close()
        assert type(caught.value) is ours
        assert [type(each) for each in met] == [theirs]
        assert type(met[0].__cause__) is kind


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The library's errors, as they came."""
    found: list[Exception] = []
    truly = failures.in_our_words

    def and_note(error: Exception, redact: Callable[[str], str]) -> SendError:
        found.append(error)
        return truly(error, redact)

    monkeypatch.setattr(failures, "in_our_words", and_note)
    return found


Provoke = Callable[[TelegramServer], Awaitable[None]]


def by(misbehaviour: Fault) -> Provoke:
    async def provoke(telegram: TelegramServer) -> None:
        telegram.order(misbehaviour)

    return provoke


async def migrated(telegram: TelegramServer) -> None:
    telegram.migrate(GROUP, -1009001)


async def revoked(telegram: TelegramServer) -> None:
    telegram.revoke()


PROVOKED: Mapping[str, tuple[Provoke, type[Exception], type[Exception] | None, type[SendError]]] = {
    "nobody listens": (TelegramServer.stop, NetworkError, httpx.ConnectError, NotSent),
    "no answer": (by(fault.held()), TimedOut, httpx.ReadTimeout, Uncertain),
    "reset in mid-answer": (by(fault.reset(17)), NetworkError, httpx.ReadError, Uncertain),
    "an answer that cannot be unpacked": (
        by(Fault(True, Reply(200, b"no gzip", "application/json\r\nContent-Encoding: gzip"))),
        NetworkError,
        httpx.DecodingError,
        Uncertain,
    ),
    "no HTTP at all": (by(Fault(True, Reply(99, b""))), NetworkError, httpx.RemoteProtocolError, Uncertain),
    "a page for a failure": (by(fault.page(502)), NetworkError, TelegramError, Uncertain),
    "Telegram's own failure": (by(refused(500, "Internal Server Error")), NetworkError, None, Uncertain),
    "garbage": (by(fault.garbage()), TelegramError, None, Uncertain),
    "no message in it": (by(Fault(True, Reply(200, b'{"ok": true, "result": 5}'))), AttributeError, None, Uncertain),
    "a wait": (by(fault.too_many(7)), RetryAfter, None, Throttled),
    "a wait without its length": (by(refused(429, "Too Many Requests")), NetworkError, None, Throttled),
    "a refusal": (by(refused(400, "Bad Request: BUTTON_DATA_INVALID")), BadRequest, None, Refused),
    "a refusal of a kind that the library does not know": (by(refused(413, "Too Large")), BadRequest, None, Refused),
    "a page for a refusal": (by(fault.page(400)), BadRequest, TelegramError, NotSent),
    "a portal": (by(fault.page(302)), BadRequest, TelegramError, NotSent),
    "a chat that is gone": (by(refused(403, "Forbidden: bot was blocked by the user")), Forbidden, None, ChatGone),
    "a conflict": (by(refused(409, "Conflict: terminated")), Conflict, None, NotSent),
    "a chat that moved": (migrated, ChatMigrated, None, Moved),
    "a token that is none any more": (revoked, InvalidToken, None, ChannelDown),
}


class TestWhatAServerCanProvoke:
    @pytest.mark.parametrize("name", PROVOKED)
    async def test_is_met_as_the_tables_above_say(
        self, channel: TelegramChannel, telegram: TelegramServer, met: list[Exception], name: str
    ) -> None:
        provoke, theirs, cause, ours = PROVOKED[name]
        await provoke(telegram)
        with pytest.raises(SendError) as caught:
            await channel.send(str(GROUP), ASK)
        assert [type(each) for each in met] == [theirs]
        assert type(met[0].__cause__) is (cause or type(None))
        assert type(caught.value) is ours

    async def test_a_connection_that_nobody_takes(self, clock: ManualClock, met: list[Exception]) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            waiting = [_begun(full.getsockname()) for _ in range(4)]
            await self._meets(clock, met, httpx.ConnectTimeout, api_base=f"http://127.0.0.1:{full.getsockname()[1]}")
            for each in waiting:
                each.close()

    async def test_a_proxy_that_refuses(self, clock: ManualClock, met: list[Exception]) -> None:
        async with _proxy_that_wants_a_password() as proxy:
            await self._meets(clock, met, httpx.ProxyError, api_base="https://telegram.invalid", proxy=proxy)

    async def test_a_name_that_nobody_knows(
        self, clock: ManualClock, met: list[Exception], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        await self._meets(clock, met, httpx.ConnectError, api_base="http://telegram.invalid")

    @staticmethod
    async def _meets(clock: ManualClock, met: list[Exception], cause: type[Exception], **where: str) -> None:
        patience, given = Patience(connect=timedelta(milliseconds=200)), {**NO_TLS, "trust_env": False}
        bot = TelegramChannel(SecretStr("10001:AAx"), clock, patience=patience, httpx_kwargs=given, **where)
        with pytest.raises(NotSent):
            await bot.send(str(GROUP), ASK)
        await bot.close()
        assert [type(each.__cause__) for each in met] == [cause]


def _begun(address: tuple[str, int]) -> socket.socket:
    """A connection that takes a place in the queue of those that wait to be taken."""
    begun = socket.socket()
    begun.setblocking(False)
    begun.connect_ex(address)
    return begun


@asynccontextmanager
async def _proxy_that_wants_a_password() -> AsyncIterator[str]:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        address: Any = server.sockets[0].getsockname()
        yield f"http://127.0.0.1:{address[1]}"
