"""A town on pages: without a socket for what HTTP says, and served for what takes a connection."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.app.view.protocol import Live
from bot.web.listen import Listener, listen
from bot.web.server import pages, serve
from bot.web.site import Site
from tests.web.live import InMemory, a_chat, a_message

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.168.1.20", 50_000)
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The same engine without windows first: a page costs it a quarter."""
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser(
    live: InMemory, host: str = "127.0.0.1", client: tuple[str, int] = HERE, base_url: str = "http://127.0.0.1:8765"
) -> httpx.AsyncClient:
    """Somebody who opens the pages, from this machine or from elsewhere; failures reach them as pages."""
    app = pages(Site(live), host)
    transport = httpx.ASGITransport(app=app, client=client, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base_url)


@asynccontextmanager
async def served(live: Live) -> AsyncIterator[Listener]:
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


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or pytest.skip("no Chromium here: apt-get install chromium, then these tests run")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    """One browser for all tests that look, which run in one loop: `pytest.mark.asyncio(loop_scope="session")`."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
        yield launched
        await launched.close()
