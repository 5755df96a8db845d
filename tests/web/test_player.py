"""The player: a rehearsal that one begins, plays, pauses, steps through and ends on pages."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from typing import Literal

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from bot.app.view.asks import OfficeAnswer, ShownAsk, ShownAsks
from bot.errors import RehearsalRefused
from bot.language import sentence
from bot.web.listen import Listener, listen
from bot.web.player.player import Player
from bot.web.server import pages, serve
from bot.web.site import Site
from tests.web.browsing import is_sound
from tests.web.browsing import opened as looked_at
from tests.web.conftest import ELSEWHERE, HERE
from tests.web.live import NOW, InMemory, a_chat, a_message, a_town
from tests.web.seasons import FakeStage, with_winter

EVE = {"first": "2027-02-05T08:55", "last": "2027-02-06T12:00", "speed": "60"}
FRAGMENT = {"gengfu-fragment": "1"}


def tidy(html: str) -> str:
    return unescape(re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)))


def visitor(
    stage: FakeStage, live: InMemory | None = None, client: tuple[str, int] = HERE, *, town: bool = True
) -> httpx.AsyncClient:
    """Somebody who opens the pages of a town in which one may rehearse, or those of a rehearsal alone."""
    live = live or with_winter(a_town())
    site = Site(live) if town else None
    app = pages(site, "127.0.0.1", Player(stage, (live, site) if site else None).routes())
    transport = httpx.ASGITransport(app=app, client=client, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765")


async def playing() -> FakeStage:
    stage = FakeStage()
    await stage.begin(NOW.replace(day=29, hour=8, minute=55), NOW.replace(month=2, day=13), 3600)
    stage.moves.clear()
    return stage


async def page_of(client: httpx.AsyncClient, path: str = "/rehearsal/") -> str:
    answer = await client.get(path)
    assert answer.status_code == 200
    return tidy(answer.text)


class TestBeforeOneBegins:
    async def test_says_what_a_rehearsal_is_and_that_nobody_gets_anything(self) -> None:
        page = await page_of(visitor(FakeStage()))
        assert "镇上的群谁也不会收到，台账也不会动" in page
        assert '<a href="/rehearsal" aria-current="page">' in page

    async def test_its_short_name_leads_to_it(self) -> None:
        answer = await visitor(FakeStage()).get("/rehearsal")
        assert (answer.status_code, answer.headers["location"]) == (307, "/rehearsal/")

    async def test_offers_the_coming_watch_the_coming_week_and_the_season_at_one_tap(self) -> None:
        page = await page_of(visitor(FakeStage()))
        assert re.findall(r'name="span" value="([^"]+)"', page) == [
            "2027-01-29T00:00/2027-02-13T23:59",
            "2027-01-30T00:00/2027-02-05T23:59",
            "2026-11-01T00:00/2027-03-31T23:59",
        ]
        assert "春节高等级防范期<small>1月29日–2月13日</small>" in page
        assert 'name="first" value="2027-01-29T00:00"' in page
        assert re.findall(r'value="([^"]+)" checked', page) == ["3600"]

    async def test_offers_a_week_where_there_is_no_season(self) -> None:
        page = await page_of(visitor(FakeStage(), a_town()))
        assert re.findall(r'name="span" value="([^"]+)"', page) == ["2027-01-30T00:00/2027-02-05T23:59"]

    async def test_offers_the_season_alone_once_it_is_over(self) -> None:
        live = with_winter(a_town())
        live.time.jump(NOW.replace(month=6))
        page = await page_of(visitor(FakeStage(), live))
        assert re.findall(r'name="span" value="([^"]+)"', page) == ["2026-11-01T00:00/2027-03-31T23:59"]

    async def test_begins_at_one_tap(self) -> None:
        stage = FakeStage()
        tap = {**EVE, "span": "2027-01-29T00:00/2027-02-13T23:59", "speed": "max"}
        answer = await visitor(stage).post("/rehearsal/begin", data=tap)
        assert (answer.status_code, answer.headers["location"]) == (303, "/rehearsal/")
        assert stage.moves == ["begin 2027-01-29T00:00 2027-02-13T23:59 None"]

    async def test_begins_with_a_span_of_ones_own_in_the_towns_zone(self) -> None:
        stage = FakeStage()
        await visitor(stage).post("/rehearsal/begin", data=EVE)
        assert stage.moves == ["begin 2027-02-05T08:55 2027-02-06T12:00 60.0"]
        assert stage.at
        assert stage.at.first.isoformat() == "2027-02-05T08:55:00+08:00"

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"last": "2027-02-01T00:00"}, "结束要晚于开始"),
            ({"last": "2027-02-05T08:55"}, "结束要晚于开始"),
            ({"first": ""}, "请把开始和结束的日期、时间都填上"),
            ({"first": "2027-02-30T08:55"}, "请把开始和结束的日期、时间都填上"),
            ({"first": "0001-01-01T00:00"}, "请把开始和结束的日期、时间都填上"),
            ({"span": "2027"}, "请把开始和结束的日期、时间都填上"),
            ({"speed": "-1"}, "没有“-1”这个速度"),
        ],
    )
    async def test_says_in_place_what_cannot_be_played_and_keeps_what_was_typed(
        self, wrong: dict[str, str], words: str
    ) -> None:
        stage = FakeStage()
        answer = await visitor(stage).post("/rehearsal/begin", data={**EVE, **wrong})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'name="last" value="{ {**EVE, **wrong}["last"] }"' in answer.text
        assert stage.moves == []

    async def test_says_in_place_why_the_stage_refuses(self) -> None:
        stage = FakeStage()
        stage.refuses = RehearsalRefused(sentence("board.span-backwards"))
        answer = await visitor(stage).post("/rehearsal/begin", data=EVE)
        assert answer.status_code == 422
        assert '<p class="notice trouble" role="alert">结束要晚于开始，请改一下时间</p>' in tidy(answer.text)
        assert 'value="60" checked' in answer.text

    async def test_leads_who_looks_again_at_what_was_refused_back_to_the_form(self) -> None:
        for stage in (FakeStage(), await playing()):
            answer = await visitor(stage).get("/rehearsal/begin")
            assert (answer.status_code, answer.headers["location"]) == (303, "/rehearsal/")

    async def test_leads_back_from_pages_of_a_rehearsal_that_is_over(self) -> None:
        client = visitor(FakeStage())
        for answer in (
            await client.get("/rehearsal/calendar"),
            await client.get("/rehearsal/chats/duty-room"),
            await client.post("/rehearsal/step"),
        ):
            assert (answer.status_code, answer.headers["location"]) == (303, "/rehearsal/")

    async def test_tells_such_pages_to_load_themselves_anew(self) -> None:
        answer = await visitor(FakeStage()).get("/rehearsal/events?version=old&sees=state")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text == "event: reload\ndata:\n\n"

    async def test_is_only_looked_at_from_elsewhere(self) -> None:
        stage = FakeStage()
        client = visitor(stage, client=ELSEWHERE)
        assert "<form" not in await page_of(client)
        assert (await client.post("/rehearsal/begin", data=EVE)).status_code == 403
        assert stage.moves == []


class TestWhileItPlays:
    async def test_its_hour_its_counts_and_what_comes_next_are_said(self) -> None:
        stage = await playing()
        stage.step()
        page = await page_of(visitor(stage))
        bar = page.partition("data-transport")[2].partition("</section>")[0]
        assert '<span class="clock">09:00</span><span class="date">1月29日 周五</span>' in bar
        assert "已发 3 条，要回执 0 项，已回执 0 项" in bar
        assert "第 1 次，共 16 次" in bar
        assert "下一次发送：1月30日 周六 09:00" in bar
        assert '<progress max="1000" value="0"' in bar

    async def test_the_playhead_stands_on_the_seasons_ribbon(self) -> None:
        stage = await playing()
        page = await page_of(visitor(stage))
        assert '<svg class="playhead" x="59.186%" data-part="player-head"' in page
        assert "ribbon-now" not in page

    async def test_chats_and_owed_answers_stand_beside_each_other(self) -> None:
        stage = await playing()
        assert stage.live
        owing = OfficeAnswer("police", "派出所", "open", None, owes=True, late=False)
        stage.live.owed = ShownAsks(
            (ShownAsk("w/x", "token-x", "值守", NOW, "done", NOW.replace(hour=17), (owing,)),), (), 0
        )
        page = await page_of(visitor(stage))
        assert "消防安全工作群" in page
        asks = page.partition('class="player-asks"')[2]
        assert "值守" in asks
        assert "派出所" in asks
        assert 'data-sees="state asks chat-' in page

    @pytest.mark.parametrize("path", ["calendar", "calendar/2027-02-03", "asks", "health", "chats/duty-room"])
    async def test_the_bar_stands_on_each_of_its_pages(self, path: str) -> None:
        stage = await playing()
        page = await page_of(visitor(stage), f"/rehearsal/{path}")
        assert 'formaction="/rehearsal/step"' in page
        assert "player.js" in page
        assert "【演练】" in page

    async def test_the_towns_own_pages_have_no_bar(self) -> None:
        page = await page_of(visitor(await playing()), "/")
        assert "data-transport" not in page
        assert "player.js" not in page

    @pytest.mark.parametrize(
        ("path", "data", "move"),
        [
            ("play", {}, "play"),
            ("pause", {}, "pause"),
            ("step", {}, "step"),
            ("speed", {"speed": "600"}, "speed 600.0"),
            ("speed", {"speed": "max"}, "speed None"),
        ],
    )
    async def test_each_button_moves_it_and_leads_back_to_the_page_it_stands_on(
        self, path: str, data: dict[str, str], move: str
    ) -> None:
        stage = await playing()
        referer = {"referer": "http://127.0.0.1:8765/rehearsal/calendar"}
        answer = await visitor(stage).post(f"/rehearsal/{path}", data=data, headers=referer)
        assert stage.moves == [move]
        assert (answer.status_code, answer.headers["location"]) == (303, "/rehearsal/calendar")

    @pytest.mark.parametrize("referer", ["", "http://evil.example/rehearsal", "http://127.0.0.1:8765/asks"])
    async def test_a_button_leads_nowhere_else(self, referer: str) -> None:
        answer = await visitor(await playing()).post("/rehearsal/play", headers={"referer": referer})
        assert answer.headers["location"] == "/rehearsal/"

    async def test_the_pages_script_gets_the_bar_as_it_stands_by_now(self) -> None:
        stage = await playing()
        answer = await visitor(stage).post("/rehearsal/pause", headers=FRAGMENT)
        html = tidy(answer.text)
        assert re.findall(r'data-part="([\w-]+)"', html) == ["player-now", "player-moves", "player-head"]
        assert 'action="/rehearsal/play"' in html
        assert "停在这里" in html

    async def test_the_chosen_speed_is_marked(self) -> None:
        stage = await playing()
        client = visitor(stage)
        assert re.findall(r'value="(\w+)" title="[^"]+" aria-pressed="true"', await page_of(client)) == ["3600"]
        stage.set_speed(None)
        assert re.findall(r'value="(\w+)" title="[^"]+" aria-pressed="true"', await page_of(client)) == ["max"]
        stage.set_speed(17)
        assert 'aria-pressed="true"' not in await page_of(client)

    async def test_a_speed_that_is_not_offered_makes_no_sense(self) -> None:
        stage = await playing()
        answer = await visitor(stage).post("/rehearsal/speed", data={"speed": "1e9"}, headers=FRAGMENT)
        assert answer.status_code == 400
        assert stage.moves == []

    async def test_one_presses_in_the_rehearsal_and_not_in_the_town(self) -> None:
        stage, town = await playing(), with_winter(a_town())
        press = {"message": "d2", "data": "r:token"}
        answer = await visitor(stage, town).post("/rehearsal/chats/duty-room/press", data=press)
        assert answer.headers["location"].startswith("/rehearsal/")
        assert stage.live
        assert [asked[:3] for asked in stage.live.asked] == [("duty-room", "d2", "r:token")]
        assert town.asked == []

    @pytest.mark.parametrize("move", ["play", "pause", "step", "speed", "begin", "end"])
    async def test_nobody_moves_it_from_elsewhere_or_from_a_foreign_page(self, move: str) -> None:
        stage = await playing()
        data = {**EVE, "speed": "60"}
        answer = await visitor(stage, client=ELSEWHERE).post(f"/rehearsal/{move}", data=data)
        assert answer.status_code == 403
        foreign = {"origin": "http://evil.example"}
        assert (await visitor(stage).post(f"/rehearsal/{move}", data=data, headers=foreign)).status_code == 403
        assert stage.moves == []

    async def test_another_one_takes_its_place(self) -> None:
        stage = await playing()
        client = visitor(stage)
        await page_of(client)
        await client.post("/rehearsal/begin", data=EVE)
        assert '<span class="date">2月5日 周五</span>' in await page_of(client)

    async def test_a_season_that_the_town_has_not_leaves_the_ribbon_out(self) -> None:
        stage = await playing()
        assert stage.live
        stage.live.seasons = {}
        page = await page_of(visitor(stage))
        assert "ribbon" not in page
        assert "data-transport" in page


class TestOnceItIsOver:
    async def test_at_the_end_of_its_span_its_chats_may_be_read_and_it_may_be_played_again(self) -> None:
        stage = await playing()
        stage.run_out()
        client = visitor(stage)
        page = await page_of(client)
        assert "演完了" in page
        assert "data/rehearsals/20270129-0855" in page
        assert "消防安全工作群" in page
        assert 'value="step"' not in page
        again = dict(re.findall(r'type="hidden" name="(first|last|speed)" value="([^"]+)"', page))
        await client.post("/rehearsal/begin", data=again)
        assert stage.moves[-1] == "begin 2027-01-29T08:55 2027-02-13T09:12 3600.0"

    async def test_what_would_be_missed_is_counted_while_it_plays_and_at_the_end(self) -> None:
        stage = await playing()
        async with visitor(stage) as client:
            assert "会漏掉" not in await page_of(client)
            assert stage.at
            stage.at = replace(stage.at, lost=2)
            assert "2 条会漏掉或出错" in await page_of(client)
            await client.post("/rehearsal/end", headers={"Origin": "http://127.0.0.1:8765"})
            assert "2 条会漏掉或出错" in await page_of(client)

    async def test_a_span_that_has_a_name_is_offered_once_by_its_name(self) -> None:
        stage = FakeStage()
        client = visitor(stage)
        await client.post("/rehearsal/begin", data={"span": "2027-01-29T00:00/2027-02-13T23:59", "speed": "60"})
        await client.post("/rehearsal/end")
        taps = (await page_of(client)).partition("begin-taps")[2].partition("begin-own")[0]
        assert re.findall(r'value="([^"]+)"', taps) == [
            "2027-01-29T00:00/2027-02-13T23:59",
            "2027-01-30T00:00/2027-02-05T23:59",
            "2026-11-01T00:00/2027-03-31T23:59",
        ]
        assert "再演一次" not in taps

    async def test_once_ended_it_is_summed_up_where_the_next_one_begins(self) -> None:
        stage = await playing()
        stage.step()
        client = visitor(stage)
        answer = await client.post("/rehearsal/end")
        assert (answer.status_code, answer.headers["location"]) == (303, "/rehearsal/")
        page = await page_of(client)
        assert "1月29日 08:55–1月29日 09:00 · 第 1 次，共 16 次" in page
        assert "已发 3 条，要回执 0 项，已回执 0 项" in page
        assert "gengfu report --rehearsal 20270129-0855" in page
        assert 'name="span" value="2027-01-29T08:55/2027-02-13T09:12"' in page
        await client.post("/rehearsal/begin", data=EVE)
        await stage.end()
        assert "上一次演练" not in await page_of(client)


class TestWithoutATown:
    async def test_one_comes_to_the_rehearsal_at_once(self) -> None:
        client = visitor(await playing(), town=False)
        assert (await client.get("/")).headers["location"] == "/rehearsal/"
        assert "data-transport" in await page_of(client)
        assert "data-transport" in await page_of(client, "/rehearsal/calendar")

    async def test_before_it_begins_the_page_says_that_it_will_look_again(self) -> None:
        answer = await visitor(FakeStage(), town=False).get("/rehearsal/")
        assert answer.status_code == 503
        assert answer.headers["refresh"] == "2"
        assert "现在没有在演练" in answer.text

    async def test_it_may_be_played_again_and_what_is_wrong_is_said(self) -> None:
        stage = await playing()
        client = visitor(stage, town=False)
        assert (await client.post("/rehearsal/begin", data=EVE)).status_code == 303
        stage.refuses = RehearsalRefused(sentence("board.span-backwards"))
        answer = await client.post("/rehearsal/begin", data=EVE)
        assert "结束要晚于开始" in answer.text
        await stage.end()
        assert (await client.post("/rehearsal/begin", data=EVE)).status_code == 503

    async def test_what_is_not_there_is_said_in_both_languages(self) -> None:
        answer = await visitor(FakeStage(), town=False).get("/nowhere")
        assert answer.status_code == 404
        assert answer.text == "没有这一页\nThere is no such page\n"


@asynccontextmanager
async def staged(stage: FakeStage, live: InMemory | None = None) -> AsyncIterator[Listener]:
    """A town and its stage on a real socket."""
    listener, stop = listen("127.0.0.1:0"), asyncio.Event()
    serving = asyncio.create_task(serve(live or with_winter(a_town()), listener, stop, stage))
    try:
        yield listener
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await serving


@asynccontextmanager
async def told(url: str) -> AsyncIterator[AsyncIterator[str]]:
    """What an open page of the rehearsal is told, line by line."""
    async with httpx.AsyncClient(base_url=url, timeout=3) as client:
        version = (await client.get("/rehearsal/")).text.partition('data-version="')[2].partition('"')[0]
        query = {"version": version, "sees": "state asks"}
        async with client.stream("GET", "/rehearsal/events", params=query) as answer:
            yield answer.aiter_lines()


async def until(lines: AsyncIterator[str], words: str) -> str:
    async for line in lines:
        if words in line:
            return line
    raise AssertionError(f"the stream ended without {words}")


class TestOpenPages:
    async def test_are_told_how_far_it_has_come(self) -> None:
        stage = await playing()
        async with staged(stage) as at, told(at.url) as lines:
            await until(lines, "08:55")
            stage.step()
            await until(lines, '<span class="clock">09:00</span>')
            await until(lines, 'data-part="player-head"')

    async def test_load_themselves_anew_when_it_ends_or_another_one_begins(self) -> None:
        stage = await playing()
        async with staged(stage) as at:
            async with told(at.url) as lines:
                await stage.begin(NOW, NOW.replace(month=3), None)
                await until(lines, "event: reload")
            async with told(at.url) as lines:
                await stage.end()
                await until(lines, "event: reload")

    async def test_are_told_the_bar_again_after_a_move_that_left_it_as_it_was(self) -> None:
        stage = await playing()
        stage.pause()
        async with staged(stage) as at, told(at.url) as lines:
            await until(lines, 'data-part="player-moves"')
            async with httpx.AsyncClient(base_url=at.url) as client:
                await client.post("/rehearsal/pause", headers=FRAGMENT)
            await until(lines, 'data-part="player-moves"')

    async def test_where_one_begins_load_themselves_anew_once_somebody_did(self) -> None:
        stage = FakeStage()
        async with staged(stage) as at, httpx.AsyncClient(base_url=at.url, timeout=3) as client:
            page = (await client.get("/rehearsal/")).text
            version, sees = (page.partition(f'data-{name}="')[2].partition('"')[0] for name in ("version", "sees"))
            async with client.stream("GET", "/events", params={"version": version, "sees": sees}) as answer:
                lines = answer.aiter_lines()
                await until(lines, "event: pieces")
                await stage.begin(NOW, NOW.replace(month=3), None)
                await until(lines, "event: reload")

    async def test_do_not_hold_the_process(self) -> None:
        async with staged(await playing()) as at, told(at.url) as lines:
            await until(lines, "event: pieces")

    async def test_of_the_town_go_on_meanwhile(self) -> None:
        live, stage = InMemory(a_chat("duty-room", "群", a_message("m1"))), await playing()
        async with staged(stage, live) as at, httpx.AsyncClient(base_url=at.url, timeout=3) as client:
            version = (await client.get("/")).text.partition('data-version="')[2].partition('"')[0]
            async with client.stream("GET", "/events", params={"version": version, "sees": "state"}) as answer:
                live.change("duty-room")
                await until(answer.aiter_lines(), version.partition("-")[0] + "-1")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
class TestInABrowser:
    @asynccontextmanager
    async def at(
        self,
        chromium: Browser,
        stage: FakeStage,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        *,
        scripts: bool = True,
    ) -> AsyncIterator[Page]:
        """Somebody at the page where one rehearses; nothing that the browser complains of may be left."""
        async with (
            staged(stage) as listened,
            looked_at(chromium, listened.url, width, scheme=scheme, moves=False, scripts=scripts) as (
                context,
                complaints,
            ),
        ):
            page = await context.new_page()
            await page.goto("/rehearsal/")
            yield page
            assert complaints == []

    async def test_one_begins_plays_steps_and_ends(self, chromium: Browser) -> None:
        stage = FakeStage()
        async with self.at(chromium, stage) as page:
            await page.get_by_text("600×", exact=True).check()
            await page.get_by_role("button", name="春节高等级防范期").click()
            await expect(page.get_by_role("button", name="暂停")).to_be_visible()
            await page.evaluate("window.neverReloaded = true")
            await page.get_by_role("button", name="暂停").click()
            await expect(page.get_by_role("button", name="播放")).to_be_focused()
            await page.get_by_role("button", name="下一条").click()
            await expect(page.get_by_text("【演练】第 1 条")).to_be_visible()
            await expect(page.locator(".player-clock")).to_contain_text("09:00")
            await page.get_by_role("button", name="最快").click()
            await expect(page.get_by_role("button", name="最快")).to_have_attribute("aria-pressed", "true")
            assert await page.evaluate("window.neverReloaded")
            await page.get_by_role("button", name="结束").click()
            await expect(page.get_by_text("上一次演练")).to_be_visible()
            assert stage.moves == [
                "begin 2027-01-29T00:00 2027-02-13T23:59 600.0",
                "pause",
                "step",
                "speed None",
                "end",
            ]

    async def test_the_keyboard_plays_where_no_field_has_it(self, chromium: Browser) -> None:
        stage = await playing()
        async with self.at(chromium, stage) as page:
            await expect(page.get_by_text("键盘：空格")).to_be_visible()
            await page.keyboard.press("Space")
            await expect(page.get_by_role("button", name="播放")).to_be_visible()
            await page.keyboard.press("ArrowRight")
            await expect(page.get_by_text("【演练】第 1 条")).to_be_attached()
            await page.keyboard.press("-")
            await expect(page.get_by_role("button", name="600×", exact=True)).to_have_attribute("aria-pressed", "true")
            await page.keyboard.press("Space")
            await expect(page.get_by_role("button", name="暂停")).to_be_visible()
            assert stage.moves == ["pause", "step", "speed 600.0", "play"]
            field = page.get_by_placeholder("打字回执").first
            await field.fill("收到")
            await field.press("ArrowLeft")
            await field.press("ArrowRight")
            await field.press("Space")
            await field.press("-")
            assert await field.input_value() == "收到 -"
            assert len(stage.moves) == 4

    async def test_calendar_asks_and_chats_keep_the_bar_and_move_with_it(self, chromium: Browser) -> None:
        stage = await playing()
        async with self.at(chromium, stage) as page:
            head = page.locator(".playhead")
            before = await head.get_attribute("x")
            await page.get_by_role("button", name="下一条").click()
            await page.get_by_role("button", name="下一条").click()
            await expect(page.locator(".player-clock")).to_contain_text("1月30日")
            assert await head.get_attribute("x") != before
            await page.get_by_role("link", name="日历").click()
            await expect(page.locator(".player-clock")).to_contain_text("1月30日")
            await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            await expect(page.get_by_role("button", name="下一条")).to_be_in_viewport()

    async def test_what_other_hands_begin_and_end_the_page_follows_and_mixes_nothing(self, chromium: Browser) -> None:
        stage = await playing()
        async with self.at(chromium, stage) as page:
            await page.get_by_role("button", name="下一条").click()
            await expect(page.get_by_text("【演练】第 1 条")).to_be_visible()
            await stage.begin(NOW, NOW.replace(month=3), 60)
            await expect(page.locator(".player-clock")).to_contain_text("09:12")
            await expect(page.get_by_text("【演练】第 1 条")).to_have_count(0)
            await stage.end()
            await expect(page.get_by_text("先演一遍")).to_be_visible()
            await stage.begin(NOW, NOW.replace(month=3), 60)
            await expect(page.get_by_role("button", name="暂停")).to_be_visible()

    async def test_without_scripts_the_buttons_work_too(self, chromium: Browser) -> None:
        stage = await playing()
        async with self.at(chromium, stage, scripts=False) as page:
            await page.goto("/rehearsal/calendar")
            await page.get_by_role("button", name="下一条").click()
            await expect(page.locator(".player-clock")).to_contain_text("09:00")
            assert page.url.endswith("/rehearsal/calendar")

    @pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1024)])
    async def test_its_pages_are_sound_at_every_width_and_the_bar_keeps_its_height(
        self, chromium: Browser, scheme: Literal["light", "dark"], width: int
    ) -> None:
        stage = FakeStage()
        async with self.at(chromium, stage, scheme=scheme) as page:
            await is_sound(page, width, "where one begins")
            await page.get_by_role("button", name="春节高等级防范期").click()
            await expect(page.get_by_role("button", name="暂停")).to_be_visible()
            await is_sound(page, width, "while it plays")
            bar = page.locator(".transport")
            height = await bar.evaluate("it => it.offsetHeight")
            await page.get_by_role("button", name="下一条").click()
            await expect(page.get_by_role("button", name="播放")).to_be_visible()
            assert await bar.evaluate("it => it.offsetHeight") == height
            stage.run_out()
            await expect(page.get_by_role("button", name="再演一次")).to_be_visible()
            await is_sound(page, width, "once it is over")
