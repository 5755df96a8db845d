"""What waits for an admin's word stands on the page of the chats' health, and is decided there from this machine."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from bot.app.view.protocol import Changed
from bot.app.view.questions import ShownQuestion, ShownQuestions
from bot.channels.board import Told
from bot.channels.buttons import reviving_buttons, settling_buttons
from tests.web.browsing import is_sound, looking
from tests.web.conftest import ELSEWHERE, browser
from tests.web.live import NOW, InMemory, a_chat, a_town

WARNING = "winter-2026/warning/spring-festival-2027/-7@09:00@longmen-residents"


def in_doubt(of: str = WARNING, title: str = "龙门村居民群") -> ShownQuestion:
    return ShownQuestion(
        kind="settle",
        of=of,
        title=title,
        why="Telegram 没有回答，不知道收到没有",
        press_in=":admins",
        buttons=settling_buttons(of, "zh"),
        subject="春节消防安全提醒",
        due=NOW - timedelta(minutes=12),
        since=NOW - timedelta(minutes=11),
    )


def given_up() -> ShownQuestion:
    return ShownQuestion(
        kind="revive",
        of="qingxi-residents",
        title="清溪村居民群",
        why="bot was kicked from the supergroup chat",
        press_in=":admins",
        buttons=reviving_buttons("qingxi-residents", "zh"),
    )


@pytest.fixture
def live() -> InMemory:
    town = a_town()
    town.shown[":admins"] = a_chat(":admins", "管理员", kind="admins")
    town.open_questions = ShownQuestions((in_doubt(), given_up()))
    return town


async def text_of(live: InMemory, **where: object) -> str:
    answer = await browser(live, **where).get("/health")  # type: ignore[arg-type]
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<(?!button|form)[^>]+>", " ", answer.text))


async def test_each_tells_what_to_whom_why_and_since_when(live: InMemory) -> None:
    page = await text_of(live)
    assert "有 2 件事等管理员决定" in page
    assert "龙门村居民群：这一条送到了没有？ 春节消防安全提醒" in page
    assert "原定 09:00 发出，09:01 起不能确定 · Telegram 没有回答，不知道收到没有" in page
    assert "清溪村居民群：已失联，不再尝试" in page
    assert "bot was kicked from the supergroup chat" in page
    for label in ("已送到", "没送到，再发", "没送到，不再发", "再试这个群"):
        assert re.search(rf">{label} ", page), label


async def test_where_nothing_waits_nothing_is_said(live: InMemory) -> None:
    live.open_questions = ShownQuestions()
    assert "等管理员决定" not in await text_of(live)


async def test_from_elsewhere_one_reads_and_decides_nothing(live: InMemory) -> None:
    page = await text_of(live, host="0.0.0.0", client=ELSEWHERE, base_url="http://192.168.1.5:8765")
    assert "龙门村居民群：这一条送到了没有？" in page
    assert "已送到" not in page
    data = {"message": "", "data": in_doubt().buttons[0][0].data}
    away = browser(live, host="0.0.0.0", client=ELSEWHERE, base_url="http://192.168.1.5:8765")
    assert (await away.post("/chats/:admins/press", data=data)).status_code == 403
    assert live.asked == []


async def test_without_a_script_the_answer_stands_on_the_page_that_follows(live: InMemory) -> None:
    live.reply = Told("已记下：已送到")
    here = browser(live)
    data = {"message": "", "data": in_doubt().buttons[0][0].data}
    answer = await here.post("/chats/:admins/press", data=data, headers={"referer": "http://127.0.0.1:8765/health"})
    assert answer.status_code == 303
    assert "已记下：已送到" in (await here.get(answer.headers["location"])).text
    assert live.asked == [(":admins", "", data["data"], None)]


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_one_decides_and_it_goes_while_the_answer_stays(chromium: Browser, live: InMemory) -> None:
    async with looking(chromium, 390, live, path="/health") as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        live.reply = Told("已记下：龙门村居民群 的这一条已送到")
        await it.page.get_by_role("button", name="已送到").click()
        await expect(it.page.get_by_text("已记下")).to_be_visible()
        live.open_questions = ShownQuestions((given_up(),))
        live.tell(Changed({"longmen-residents": frozenset()}))
        await expect(it.page.get_by_text("这一条送到了没有")).to_have_count(0)
        await expect(it.page.get_by_role("heading", name="有 1 件事等管理员决定")).to_be_visible()
        await expect(it.page.get_by_text("已记下")).to_be_visible()
        live.open_questions = ShownQuestions(
            (in_doubt(title="很长很长很长很长很长很长很长的群名" * 2), given_up()), more=7
        )
        live.tell(Changed({"longmen-residents": frozenset()}))
        await expect(it.page.get_by_role("button", name="没送到，不再发")).to_be_visible()
        await expect(it.page.get_by_text("还有 7 件")).to_be_visible()
        await is_sound(it.page, 390, "/health")
