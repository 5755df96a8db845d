"""The board in a real Chromium: what only a browser can tell."""

import asyncio
from dataclasses import replace

import pytest
from playwright.async_api import Browser, expect

from bot.app.view.protocol import Changed
from bot.channels.board import HandedIn, Told
from bot.channels.protocol import Button
from bot.web.listen import listen
from bot.web.server import serve
from tests.web.browsing import looking
from tests.web.conftest import served
from tests.web.live import NOW, a_big_town, a_chat, a_message, a_town

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_one_picks_an_office_presses_and_sees_the_answer_arrive(chromium: Browser) -> None:
    async with looking(chromium) as it:
        await it.page.evaluate("window.neverReloaded = true")
        room = it.page.locator("section.chat", has_text="责任单位总群")
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        await it.page.get_by_label("我是").select_option("派出所")
        await room.get_by_role("button", name="收到").click()
        await expect(room.locator(".sign-received", has_text="派出所 收到（09:12）")).to_be_visible()
        assert it.live.asked == [("duty-room", "d2", "r:token", "police")]
        assert await it.page.evaluate("window.neverReloaded")
        await it.page.reload()
        assert await it.page.get_by_label("我是").input_value() == "police"


async def test_the_keyboard_alone_is_enough(chromium: Browser) -> None:
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        await it.page.get_by_label("我是").focus()
        await it.page.keyboard.press("ArrowDown")
        button = it.page.locator("#main section.chat").first.get_by_role("button", name="收到")
        for _ in range(40):
            await it.page.keyboard.press("Tab")
            if await button.evaluate("button => button === document.activeElement"):
                break
        await it.page.keyboard.press("Enter")
        await expect(it.page.get_by_text("派出所 收到（09:12）")).to_be_visible()
        assert it.live.asked[0][3] == "police"
        assert await button.evaluate("button => button === document.activeElement")


async def test_what_the_bot_asks_back_is_answered_beside_the_message(chromium: Browser) -> None:
    async with looking(chromium) as it:
        it.live.reply = Told("回答哪一条？", ((Button("上午那条", "r:one"), Button("下午那条", "r:two")),))
        room = it.page.locator("section.chat").first
        await room.get_by_role("button", name="需协助").click()
        await expect(room.get_by_text("回答哪一条？")).to_be_visible()
        it.live.reply = Told("已记下")
        await room.get_by_role("button", name="下午那条").click()
        await expect(room.get_by_text("已记下")).to_be_visible()
        await expect(room.get_by_text("回答哪一条？")).to_have_count(0)
        assert [asked[1:3] for asked in it.live.asked] == [("d2", "h:token"), ("d2", "r:two")]


async def test_what_arrives_disturbs_neither_a_draft_nor_a_reader(chromium: Browser) -> None:
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        room = it.page.locator("section.chat").first
        draft = room.get_by_placeholder("打字回执")
        await draft.fill("收到，正在")
        scroller = room.locator(".past")
        await scroller.evaluate("it => { it.scrollTop = -300 }")
        seen = room.locator("li.message").nth(1)
        place = "it => it.getBoundingClientRect().bottom - it.closest('.past').getBoundingClientRect().bottom"
        top = await seen.evaluate(place)
        it.live.arrive("duty-room", a_message("d3", "**请再检查一次**消防通道"))
        await expect(room.get_by_text("请再检查一次")).to_be_attached()
        assert abs(await seen.evaluate(place) - top) < 2
        assert await draft.input_value() == "收到，正在"
        assert await draft.evaluate("it => it === document.activeElement")
        await expect(it.page.get_by_role("status").get_by_text("有新消息：消防安全工作群")).to_be_attached()
        await draft.press("Enter")
        await expect(draft).to_have_value("")
        assert it.live.asked[-1][2] == "收到，正在"


async def test_a_lost_connection_is_said_in_words_and_what_was_missed_is_caught_up(chromium: Browser) -> None:
    live = a_town()
    context = await chromium.new_context()
    async with served(live) as at:
        page = await context.new_page()
        await page.goto(at.url)
        await expect(page.get_by_text("实时更新")).to_be_visible()
    await expect(page.get_by_text("连接断了，正在重连")).to_be_visible()
    live.arrive("duty-room", a_message("d3", "断线时发出的一条"))
    again, stop = listen(f"127.0.0.1:{at.port}"), asyncio.Event()
    serving = asyncio.create_task(serve(live, again, stop))
    await expect(page.get_by_text("断线时发出的一条")).to_be_visible(timeout=8_000)
    await expect(page.get_by_text("实时更新")).to_be_visible()
    await context.close()
    stop.set()
    await serving


async def test_without_scripts_everything_but_live_news_works(chromium: Browser) -> None:
    async with looking(chromium, scripts=False) as it:
        it.live.reply = Told("已记下：派出所 收到")
        await expect(it.page.get_by_text("浏览器没有运行脚本")).to_be_visible()
        await expect(it.page.get_by_text("会期临近，请加强巡查。").first).to_be_visible()
        await it.page.get_by_label("我是").select_option("派出所")
        await it.page.get_by_role("button", name="换").click()
        await it.page.locator("section.chat").first.get_by_role("button", name="收到").click()
        await expect(it.page.get_by_text("已记下：派出所 收到")).to_be_in_viewport()
        await expect(it.page.get_by_text("派出所 收到（09:12）")).to_be_attached()
        assert it.live.asked == [("duty-room", "d2", "r:token", "police")]


async def test_owed_answers_move_under_the_readers_eyes_and_what_is_unfolded_stays_so(chromium: Browser) -> None:
    async with looking(chromium, path="/asks") as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        morning = it.page.get_by_role("article", name="烟花爆竹").first
        await expect(morning.get_by_text("还差 15 个")).to_be_visible()
        folded = it.page.get_by_role("article", name="小年前消防安全检查")
        await folded.get_by_text("各单位的回执").click()
        report, alert = it.live.owed.open
        link = morning.get_by_role("link")
        await link.focus()
        answered = [replace(each, state="done", owes=False, at=NOW) for each in alert.offices]
        it.live.owed = replace(it.live.owed, open=(report, replace(alert, offices=(*answered[:1], *alert.offices[1:]))))
        it.live.tell(Changed(asks=True))
        await expect(morning.get_by_text("还差 14 个")).to_be_visible()
        await expect(folded.get_by_text("应急办")).to_have_count(0)
        await expect(folded.get_by_text("派出所")).to_be_visible()
        assert await link.evaluate("it => it === document.activeElement")
        done = replace(alert, offices=tuple(answered))
        it.live.owed = replace(it.live.owed, open=(report,), answered=(done, *it.live.owed.answered))
        it.live.tell(Changed(asks=True))
        await expect(it.page.get_by_role("heading", name="等待回执 1 件")).to_be_visible()
        await expect(folded.get_by_text("派出所")).to_be_visible()


async def test_a_page_that_could_not_be_loaded_anew_tries_again(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.5)
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        await it.page.route(it.url + "/", lambda route: route.abort())
        it.live.said = ("连不上企业微信",)
        it.live.change()
        await expect(it.page.get_by_text("连接断了，正在重连")).to_be_visible()
        await it.page.unroute(it.url + "/")
        await expect(it.page.get_by_text("连不上企业微信")).to_be_visible(timeout=8_000)
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        assert all("ERR_FAILED" in each for each in it.complaints)
        it.complaints.clear()


async def test_a_chat_that_comes_later_appears(chromium: Browser) -> None:
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        it.live.shown["new"] = a_chat("new", "新建的群")
        it.live.change()
        await expect(it.page.get_by_role("heading", name="新建的群")).to_be_visible()


async def test_messages_that_arrive_out_of_order_stand_by_their_moment(chromium: Browser) -> None:
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        it.live.arrive("units-office", a_message("u2", "第二条", ago=60))
        it.live.arrive("units-office", a_message("u3", "第三条", ago=30))
        room = it.page.locator("section.chat", has_text="企业和社会单位消防群")
        await expect(room.get_by_text("第三条")).to_be_visible()
        it.live.arrive("units-office", a_message("u1", "第一条", ago=60 * 30))
        await expect(room.get_by_text("第一条")).to_be_attached()
        assert await room.locator("li.divider time").all_inner_texts() == ["1月29日 周五", "1月30日 周六"]
        assert await room.locator("li.message .words").all_inner_texts() == ["第一条", "第二条", "第三条"]
        await expect(room.get_by_text("还没有发过消息")).to_have_count(0)


async def test_of_very_many_chats_all_are_found_by_the_keyboard(chromium: Browser) -> None:
    async with looking(chromium, 360, a_big_town(50, 1)) as it:
        assert await it.page.evaluate("document.documentElement.scrollWidth") <= 360
        await it.page.get_by_text("全部 50 个群").focus()
        await it.page.keyboard.press("Enter")
        await it.page.get_by_role("link", name="第 49 村工作群").press("Enter")
        await expect(it.page.get_by_role("heading", name="第 49 村工作群")).to_be_in_viewport()
        assert it.page.url.startswith(f"{it.url}/?page=3#chat-")


async def test_on_paper_every_message_stands_in_full_and_nothing_to_press(chromium: Browser) -> None:
    async with looking(chromium, 800) as it:
        await it.page.emulate_media(media="print")
        cut_off = """() => [...document.querySelectorAll(".past, .next, .chat")]
            .filter((it) => it.scrollHeight > it.clientHeight + 1).map((it) => it.outerHTML)"""
        assert await it.page.evaluate(cut_off) == []
        for control in await it.page.locator("button, input, select, nav").all():
            await expect(control).to_be_hidden()


async def test_a_telephone_shows_one_chat_and_jumps_to_the_next(chromium: Browser) -> None:
    async with looking(chromium, 360) as it:
        await it.page.get_by_role("navigation").get_by_text("龙门村居民群").click()
        await expect(it.page.get_by_role("heading", name="龙门村居民群")).to_be_in_viewport(ratio=1)
        await expect(it.page.get_by_role("heading", name="消防安全工作群")).not_to_be_in_viewport()


async def test_one_hands_in_a_photo_and_an_admin_puts_an_answer_right_without_leaving_the_page(
    chromium: Browser,
) -> None:
    async with looking(chromium) as it:
        await expect(it.page.get_by_text("实时更新")).to_be_visible()
        it.live.reply = Told("已记下")
        room = it.page.locator("section.chat", has_text="责任单位总群")
        photo = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8"}
        await room.get_by_label("附上照片或文件").set_input_files(photo)  # type: ignore[arg-type]
        await expect(room.get_by_title("现场.jpg")).to_have_count(1)
        await room.get_by_role("textbox").fill("已落实")
        await room.get_by_role("button", name="发送").click()
        await expect(room.get_by_text("已记下")).to_be_visible()
        assert it.live.handed_in == [HandedIn("photo", "现场.jpg", b"\xff\xd8")]
        await expect(room.get_by_title("现场.jpg")).to_have_count(0)
        gone = it.live.shown["duty-room"].messages[-1]
        it.live.shown["duty-room"] = replace(
            it.live.shown["duty-room"], messages=it.live.shown["duty-room"].messages[:-1]
        )
        it.live.change(**{"duty-room": gone.id})
        await expect(room.get_by_role("button", name="收到")).to_have_count(0)
        await it.page.goto("/asks/token-d2")
        await it.page.locator("select[name=office]").last.select_option("经发办")
        await it.page.get_by_label("原因").fill("电话报告")
        await it.page.get_by_role("button", name="代为回执").click()
        await expect(it.page.get_by_text("已记下")).to_be_visible()
        assert it.live.amended == [("answer", "token-d2", "economy", "received", "电话报告")]
