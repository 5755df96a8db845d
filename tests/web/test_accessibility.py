"""Every page is sound at every width by day and by night: nothing runs out sideways, fingers find every control, and by
axe-core's rules there is no serious fault.
"""

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from bot.app.view.record import Asked
from tests.web.browsing import is_sound, looking
from tests.web.live import InMemory, a_town
from tests.web.records import a_small_record

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
async def test_the_pages_of_a_busy_town(chromium: Browser, scheme: Literal["light", "dark"], width: int) -> None:
    live = a_town()
    live.records = {Asked(): a_small_record()}
    async with looking(chromium, live=live, scheme=scheme, moves=False) as it:
        for path in ("/", "/chats/duty-room", "/asks", "/asks/token-d2", "/problems", "/record", "/health"):
            await it.page.goto(path)
            await expect(it.page.get_by_text("实时更新")).to_be_visible()
            await is_sound(it.page, width, path)


async def test_the_pages_of_an_empty_town_and_one_that_is_not_there(chromium: Browser) -> None:
    async with looking(chromium, live=InMemory(), moves=False) as it:
        for path in ("/", "/asks", "/health", "/nowhere"):
            await it.page.goto(path)
            await is_sound(it.page, 1440, path)
        (not_found,) = it.complaints
        assert "404" in not_found
        it.complaints.clear()
