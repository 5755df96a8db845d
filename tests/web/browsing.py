"""Pages in a real Chromium: what it complains of, and what axe-core finds in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.web.conftest import served
from tests.web.live import InMemory, a_town

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
WIDTHS = (360, 768, 1024, 1440, 2560)
_SMALL = """() => [...document.querySelectorAll(
        "button, select, input:not([type=hidden]), summary, nav a, h2 a, h3 a, .back"
    )]
    .filter((it) => it.checkVisibility() && (it.closest("label") || it).getBoundingClientRect().height < 44)
    .map((it) => it.outerHTML)"""


@dataclass
class Looking:
    """A page, the town behind it, where it is served, and what the browser complained of."""

    page: Page
    live: InMemory
    url: str
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def opened(
    chromium: Browser,
    url: str,
    width: int = 1280,
    *,
    scripts: bool = True,
    scheme: Literal["light", "dark"] = "light",
    moves: bool = True,
) -> AsyncIterator[tuple[BrowserContext, list[str]]]:
    """A browser at this address, and what it complains of: errors on the console and of scripts."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
        base_url=url,
        color_scheme=scheme,
        reduced_motion="no-preference" if moves else "reduce",
    )
    context.set_default_timeout(5_000)
    complaints: list[str] = []
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    try:
        yield context, complaints
    finally:
        await context.close()


@asynccontextmanager
async def looking(
    chromium: Browser,
    width: int = 1280,
    live: InMemory | None = None,
    *,
    path: str = "/",
    scripts: bool = True,
    scheme: Literal["light", "dark"] = "light",
    moves: bool = True,
) -> AsyncIterator[Looking]:
    """Somebody who looks at a town's page; nothing that the browser complains of may be left at the end."""
    live = live or a_town()
    async with (
        served(live) as at,
        opened(chromium, at.url, width, scripts=scripts, scheme=scheme, moves=moves) as (
            context,
            complaints,
        ),
    ):
        it = Looking(await context.new_page(), live, at.url, complaints)
        await it.page.goto(path)
        yield it
    assert it.complaints == []


@cache
def _rules() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed here: make axe (it needs npm), then these tests run")
    return AXE.read_text(encoding="utf-8")


async def is_sound(page: Page, looked_at: int, where: str) -> None:
    """At every width nothing runs out sideways and fingers find every control; at this one axe-core finds no fault."""
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (where, width)
        assert await page.evaluate(_SMALL) == [], (where, width)
    await page.set_viewport_size({"width": looked_at, "height": 800})
    assert await axe_of(page) == [], (where, looked_at)


async def axe_of(page: Page) -> list[str]:
    """The serious and critical faults that axe-core finds in a page as it stands: each rule with its elements.

    Skips the test where axe-core is not installed.
    """
    await page.evaluate(_rules())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']} ({fault['help']}): {node['html']} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
