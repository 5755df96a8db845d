"""Requests to WeCom over HTTP. Keys and tokens stand in query strings, so no URL leaves this module: not in an error,
which names its kind alone, and not in a log of the library's.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from bot.channels.urls import is_loopback, read_base
from bot.channels.wecom import codes
from bot.language import sentence

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_HINT = re.compile(r",?\s*hint:\s*\[[^\]]*\]|,?\s*more info at\s*$", re.IGNORECASE)
_SHOWN = 160
_CONNECTIONS = 64
"""Requests at once; others wait before the library sees them: each that waits in its pool costs all that travel."""


@dataclass(frozen=True)
class Patience:
    """For how long to wait: for a connection, and for an answer."""

    connect: timedelta = timedelta(seconds=10)
    answer: timedelta = timedelta(seconds=20)


PATIENCE = Patience()


@dataclass(frozen=True)
class Answer:
    """WeCom's word: its code, what it says to it (free of secrets), and all that it gave."""

    errcode: int
    errmsg: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def prove(self) -> None:
        """Raises the `SendError` that the code means, unless it is 0."""
        if self.errcode != 0:
            raise codes.problem(self.errcode, self.errmsg)


class Wire:
    """One pool of connections to one WeCom. Every request returns WeCom's word, whatever that is, or raises a
    `SendError`: `NotSent` for what never left or was refused on its way, `Uncertain` for what left and has no answer
    that can be read.
    """

    def __init__(
        self, api_base: str, *, patience: Patience = PATIENCE, httpx_kwargs: Mapping[str, Any] | None = None
    ) -> None:
        """A loopback `api_base` obeys no proxy of the environment. Raises `SettingsError` for one that is no URL."""
        quieten()
        base = read_base(api_base, ("http", "https"), sentence("wecom.api-base"))
        wait, connect = patience.answer.total_seconds(), patience.connect.total_seconds()
        self._settings: dict[str, Any] = {
            "timeout": httpx.Timeout(wait, connect=connect),
            "limits": httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            "trust_env": not is_loopback(base),
            **(httpx_kwargs or {}),
        }
        self._base, self._closed = base, False
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Let go of connections; what is asked afterwards is `NotSent`."""
        self._closed = True
        if self._client is not None:
            await self._client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        """The client, made when it is first needed: it reads the machine's certificates, and most towns speak to few
        platforms. Raises `NotSent` where it is closed, or a proxy of the environment cannot be used.
        """
        if self._client is None and not self._closed:
            with suppress(ValueError, RuntimeError, ImportError, httpx.InvalidURL):
                self._client = httpx.AsyncClient(**self._settings)
        if self._client is None or self._closed:
            raise codes.in_our_words(httpx.ConnectError(""))
        return self._client

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask for something. Raises `SendError`."""
        return await self._asked("GET", path, query)

    async def post(self, path: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        """Hand over JSON. Raises `SendError`."""
        return await self._asked("POST", path, query, json=body)

    async def upload(self, path: str, query: Mapping[str, str], name: str, content: bytes) -> Answer:
        """Hand over a file by this name, in the field `media`. Raises `SendError`."""
        return await self._asked("POST", path, query, files={"media": (name, content)})

    async def load(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask for a file, which is `content` of what is given. Raises `SendError`."""
        return await self._asked("GET", path, query, is_file=True)

    async def _asked(
        self, method: str, path: str, query: Mapping[str, str], *, is_file: bool = False, **what: Any
    ) -> Answer:
        client = self._opened()
        try:
            async with self._places:
                reply = await client.request(method, f"{self._base}{path}", params=dict(query), **what)
            answer = _read(reply.content, query)
            if answer is None and is_file and reply.is_success:
                answer = Answer(0, "", {"content": reply.content})
        except Exception as error:  # noqa: BLE001 - once a request may have left, whatever happens is a result
            met = codes.in_our_words(error)
        else:
            if answer is not None:
                return answer
            met = codes.no_answer_of_wecoms(reply.status_code)
        raise met


def quieten() -> None:
    """Let the libraries log no URL."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _read(payload: bytes, query: Mapping[str, str]) -> Answer | None:
    """WeCom's word, None for what is in no form of its own."""
    try:
        given = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(given, dict) or type(given.get("errcode")) is not int:
        return None
    said = str(given.get("errmsg", ""))
    for secret in sorted(filter(None, query.values()), key=len, reverse=True):
        said = said.replace(secret, "…")
    return Answer(given["errcode"], _HINT.sub("", _URL.sub("", said)).strip(" ,")[:_SHOWN], given)
