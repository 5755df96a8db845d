"""A town on pages: without a socket for what HTTP says, and served for what takes a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.web.listen import Listener, listen
from bot.web.server import pages, serve
from bot.web.site import Site
from tests.web.live import InMemory, a_chat, a_message

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.168.1.20", 50_000)


def browser(
    live: InMemory, host: str = "127.0.0.1", client: tuple[str, int] = HERE, base_url: str = "http://127.0.0.1:8765"
) -> httpx.AsyncClient:
    """Somebody who opens the pages, from this machine or from elsewhere; failures reach them as pages."""
    app = pages(Site(live), host)
    transport = httpx.ASGITransport(app=app, client=client, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base_url)


@asynccontextmanager
async def served(live: InMemory) -> AsyncIterator[Listener]:
    """The pages on a real socket, ended with everything that is still open."""
    listener, stop = listen("127.0.0.1:0"), asyncio.Event()
    serving = asyncio.create_task(serve(live, listener, stop))
    try:
        yield listener
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await serving


@pytest.fixture
def live() -> InMemory:
    return InMemory(a_chat("duty-room", "消防安全工作群", a_message("m1", "**请检查**\n\n- ▫️ 派出所 待回执")))
