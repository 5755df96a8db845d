"""No page has a serious fault by axe-core's rules, whatever the width and the light."""

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.web.browsing import axe_of, looking
from tests.web.live import InMemory

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

Scheme = Literal["light", "dark"]
PAGES = ["/", "/chats/duty-room", "/asks", "/health"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_pages_of_a_busy_town_have_no_serious_fault(chromium: Browser, width: int, scheme: Scheme) -> None:
    async with looking(chromium, width, scheme=scheme, moves=False) as it:
        for path in PAGES:
            await it.page.goto(path)
            await expect(it.page.get_by_text("实时更新")).to_be_visible()
            assert await axe_of(it.page) == [], path


async def test_the_pages_of_an_empty_town_have_none_either(chromium: Browser) -> None:
    async with looking(chromium, live=InMemory(), moves=False) as it:
        for path in ("/", "/asks", "/health"):
            await it.page.goto(path)
            assert await axe_of(it.page) == [], path


async def test_neither_has_a_page_that_is_not_there(chromium: Browser) -> None:
    async with looking(chromium, moves=False) as it:
        await it.page.goto("/nowhere")
        assert await axe_of(it.page) == []
        (not_found,) = it.complaints
        assert "404" in not_found
        it.complaints.clear()
