"""The heartbeat (`GENGFU_HEARTBEAT_URL`): somebody outside hears each minute that all is well, or that it is not.

As healthchecks' pinging API has it (healthchecks.io/docs/http_api, 2026): a request to the URL says that all is well,
one to the URL with `/fail` behind its path that something is wrong, with up to 100 kB of text; whoever falls silent is
missed after the period and grace that are set there. More than five pings a minute are refused (429).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import SecretStr

from bot.clock import Clock

_log = logging.getLogger(__name__)
_FIRST = 5.0
_EVERY = 60.0
_PATIENCE = 10.0
_SECOND_LOOK = 5.0
"""A machine that has slept finds everything late, and a moment after nothing."""

Wrong = Callable[[], Awaitable[tuple[str, ...]]]
"""What is wrong at this moment, in words without secrets; nothing where all is well."""


class Heartbeat:
    """Pings; whatever the network does costs nothing but the ping. The URL is a secret: who has it can ping too."""

    def __init__(self, url: SecretStr, clock: Clock, wrong: Wrong) -> None:
        self._clock, self._wrong = clock, wrong
        self._url = url.get_secret_value()
        self._is_heard: bool | None = None

    async def run(self) -> None:
        """Ping each minute, the first time once the bot has had a moment to begin."""
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            await self._clock.sleep(_FIRST)
            while True:
                await self._beat(client)
                await self._clock.sleep(_EVERY)

    async def _beat(self, client: httpx.AsyncClient) -> None:
        wrong = await self._wrong()
        if wrong:
            await self._clock.sleep(_SECOND_LOOK)
            wrong = await self._wrong()
        try:
            async with asyncio.timeout(_PATIENCE):
                if wrong:
                    reply = await client.post(_fail(self._url), content="\n".join(wrong).encode())
                else:
                    reply = await client.get(self._url)
            self._note(None if reply.is_success else f"HTTP {reply.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self._note(type(error).__name__)

    def _note(self, why: str | None) -> None:
        """Log that nobody hears it, or does again: once."""
        if why and self._is_heard is not False:
            _log.warning("the heartbeat is not heard (%s): nobody outside would notice if the bot stopped", why)
        elif why is None and self._is_heard is not True:
            _log.info("the heartbeat is heard")
        self._is_heard = why is None


def _fail(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))
