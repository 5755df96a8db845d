import re
from collections.abc import AsyncIterator

import httpx
import pytest
from markupsafe import Markup
from starlette.routing import Mount

from bot.app.view.record import Asked
from bot.channels.board import Told
from bot.web.server import pages
from bot.web.site import Site
from tests.web.conftest import HERE
from tests.web.live import InMemory, a_chat, a_message, a_town
from tests.web.records import a_small_record

PATHS = ["/", "/chats/duty-room", "/calendar", "/asks", "/asks/token-d2", "/problems", "/record", "/health"]
PLACES = ["群聊", "群聊", "日历", "回执", "回执", "问题", "台账", "群状况"]
BACK = "回到实际"


@pytest.fixture
def played() -> InMemory:
    return a_town()


@pytest.fixture
async def client(live: InMemory, played: InMemory) -> AsyncIterator[httpx.AsyncClient]:
    """A town's pages, and beside them those over another bot, at /rehearsal."""
    other = Site(played, "/rehearsal", bar=lambda: Markup('<p id="bar">走到 09:12</p>'), scripts=("player.js",))
    live.occurrences = played.occurrences
    for each in (live, played):
        each.records = {Asked(): a_small_record()}
    app = pages(Site(live), "127.0.0.1", [Mount("/rehearsal", other)])
    transport = httpx.ASGITransport(app=app, client=HERE, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_every_link_and_form_of_a_site_stays_below_its_root(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(f"/rehearsal{path}")).text
    leading = set(re.findall(r'(?:href|action|data-events)="(/[^"]*)"', page))
    out = {each for each in leading if not each.startswith(("/rehearsal/", "/static/"))}
    assert out == {"/"}, "back to the town alone"
    assert len(leading) > 5
    assert f'<a href="/">{BACK}</a>' in page


@pytest.mark.parametrize("path", PATHS)
async def test_a_rehearsal_is_seen_to_be_one_on_each_page(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(f"/rehearsal{path}")).text
    assert re.search(r"<title>【演练】", page)
    assert '<body class="rehearsing ' in page
    assert '<p id="bar">走到 09:12</p>' in page
    assert "/static/player.js" in page
    real = (await client.get(path)).text
    assert "【演练】" not in real
    assert "rehearsing" not in real
    assert BACK not in real


async def test_each_site_shows_and_presses_its_own_bot(
    client: httpx.AsyncClient, live: InMemory, played: InMemory
) -> None:
    assert "龙门村居民群" in (await client.get("/rehearsal/")).text
    assert "龙门村居民群" not in (await client.get("/")).text
    played.reply = Told("演练里记下了")
    form = {"message": "d2", "data": "r:token"}
    referer = {"Referer": "http://127.0.0.1:8765/rehearsal/chats/duty-room"}
    pressed = await client.post("/rehearsal/chats/duty-room/press", data=form, headers=referer)
    assert re.fullmatch(r"/rehearsal/chats/duty-room\?told=[\w-]+#told", pressed.headers["location"])
    assert "演练里记下了" in (await client.get(pressed.headers["location"])).text
    assert played.asked == [("duty-room", "d2", "r:token", None)]
    assert live.asked == []


async def test_who_one_is_holds_in_the_town_and_in_a_rehearsal(client: httpx.AsyncClient) -> None:
    referer = {"Referer": "http://127.0.0.1:8765/rehearsal/asks"}
    picked = await client.post("/rehearsal/speaker", data={"office": "police"}, headers=referer)
    assert picked.headers["location"] == "/rehearsal/asks"
    assert 'value="police" selected' in (await client.get("/")).text


@pytest.mark.parametrize(
    ("referer", "where"),
    [
        ("/asks", "/asks"),
        ("/health", "/health"),
        ("/calendar/2027-02-03?told=x", "/calendar/2027-02-03"),
        ("/calendar?campaign=winter-2026", "/calendar?campaign=winter-2026"),
        ("/?page=2&told=x", "/?page=2"),
        ("/chats/telegram%3A1001", "/chats/telegram%3A1001"),
        ("/rehearsal/asks", "/"),
        ("/nowhere", "/"),
        ("//evil.example/asks", "/"),
    ],
)
async def test_a_form_leads_back_to_the_page_that_it_stands_on(live: InMemory, referer: str, where: str) -> None:
    transport = httpx.ASGITransport(app=pages(Site(live), "127.0.0.1"), client=HERE)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
        headers = {"Referer": f"http://127.0.0.1:8765{referer}"}
        picked = await client.post("/speaker", data={"office": "police"}, headers=headers)
        assert picked.headers["location"] == where


async def test_an_error_below_a_root_is_said_in_its_site(client: httpx.AsyncClient) -> None:
    answer = await client.get("/rehearsal/nowhere")
    assert answer.status_code == 404
    assert "【演练】" in answer.text
    assert '<a class="back" href="/rehearsal/">' in answer.text
    assert "【演练】" not in (await client.get("/nowhere")).text


@pytest.mark.parametrize(("path", "here"), [*zip(PATHS, PLACES, strict=True)])
async def test_every_page_tells_where_one_is(client: httpx.AsyncClient, path: str, here: str) -> None:
    page = (await client.get(path)).text
    places = page.partition('<nav class="places"')[2].partition("</nav>")[0]
    assert re.findall(r">([^<]+)</a>", places) == ["群聊", "日历", "回执", "问题", "台账", "群状况", "演练"]
    assert re.findall(r'aria-current="page">([^<]+)<', places) == [here]


async def test_a_site_that_is_taken_down_has_its_open_pages_load_themselves_anew() -> None:
    site = Site(InMemory(a_chat("duty-room", "群", a_message())), "/rehearsal")
    stream = site.updates.stream(site.updates.version, {"state"}, may_press=True)
    await anext(stream)
    site.close()
    assert ["event: reload" in chunk.decode() for chunk in [chunk async for chunk in stream]] == [True]
    assert [chunk async for chunk in site.updates.stream("any", {"state"}, may_press=True)] == []
