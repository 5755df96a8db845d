"""The admins' own chat on the pages of a real bot: its id is one that no chat of a town can have."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from bot.app.routing import ADMINS
from bot.web.server import pages
from bot.web.site import Site
from tests.app.stage import Stage
from tests.builders import a_chat, a_town


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    stage = Stage(tmp_path, token=None)
    stage.write(town=a_town(chats=[*a_town()["chats"], a_chat("admins", name="管理员群", address=-1009)]))
    await stage.run()
    app = pages(Site(stage.live), "127.0.0.1")
    yield httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8765")
    await stage.end()


async def test_it_is_found_by_its_link_beside_a_chat_of_the_same_name(browser: httpx.AsyncClient) -> None:
    links = dict(re.findall(r'<h2 id="title-\w+"><a href="([^"]+)">([^<]+)</a></h2>', (await browser.get("/")).text))
    assert links["/chats/admins"] == "管理员群"
    assert links[f"/chats/{quote(ADMINS)}"] == "管理员"
    own = (await browser.get(f"/chats/{quote(ADMINS)}")).text
    assert "排程已启用" in own
    assert "排程已启用" not in (await browser.get("/chats/admins")).text
    assert (await browser.get(f"/chats/{ADMINS}")).status_code == 200, "typed as it is"
