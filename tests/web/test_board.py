import asyncio
import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from bot.app.view.chats import ShownFile
from bot.channels.board import HandedIn, Told
from bot.channels.protocol import Button
from bot.language import sentences
from bot.web.templating import Templating
from tests.web.conftest import browser
from tests.web.live import NOW, InMemory, a_big_town, a_chat, a_message, a_town, an_upcoming, owing

PRESS = {"message": "m1", "data": "r:token"}


def tidy(html: str) -> str:
    return re.sub(r"\s+", " ", html)


async def test_the_towns_chats_stand_beside_each_other_in_its_order() -> None:
    page = (await browser(a_town()).get("/")).text
    titles = re.findall(r'<h2 id="title-\w+"><a href="([^"]+)">([^<]+)</a></h2>', page)
    assert titles[:3] == [
        ("/chats/duty-room", "消防安全工作群"),
        ("/chats/fire-committee-office", "消安委办公室"),
        ("/chats/longmen-office", "龙门村工作群"),
    ]
    assert titles[-1] == ("/chats/telegram%3A1001", "管理员 1001")
    assert page.index("<h1") < page.index("<h2")
    assert '<html lang="zh-CN">' in page


async def test_a_message_shows_its_hour_its_day_and_its_answers() -> None:
    message = a_message("m1", owing("police"))
    page = (await browser(InMemory(a_chat("duty-room", "群", message))).get("/")).text
    assert '<time datetime="2027-01-30">1月30日 周六</time>' in page
    assert '<time datetime="2027-01-30T09:00:00+08:00">09:00</time>' in page
    assert '<li class="sign-done">派出所 已落实（09:00）</li>' in page
    assert re.findall(r'name="data" value="([^"]+)"', page) == ["r:token", "d:token", "h:token"]


async def test_each_day_has_one_divider() -> None:
    messages = [a_message(f"m{number}", ago=number * 60 * 8) for number in (6, 5, 4, 3, 2, 1)]
    page = (await browser(InMemory(a_chat("duty-room", "群", *messages))).get("/")).text
    assert re.findall(r'data-key="day-([\d-]+)"', page) == ["2027-01-28", "2027-01-29", "2027-01-30"]


async def test_the_next_one_stands_in_full_with_its_day_its_hour_and_why() -> None:
    chat = a_chat(upcoming=an_upcoming("**春节提醒**\n\n请做到“三清三关”。"))
    page = tidy((await browser(InMemory(chat)).get("/")).text)
    assert (
        '<time datetime="2027-02-03T09:00:00+08:00">2月3日 周三 09:00</time> <span class="ahead">4 天后</span>' in page
    )
    assert '<span class="why">春节前 3 天</span>' in page
    assert "<p><strong>春节提醒</strong></p><p>请做到“三清三关”。</p>" in page
    assert "下一次发送：2月3日 周三 09:00（4 天后），1 个群" in page
    assert "暂定" not in page


async def test_a_date_that_is_not_announced_is_marked_provisional() -> None:
    page = (await browser(InMemory(a_chat(upcoming=an_upcoming(provisional=True)))).get("/")).text
    assert 'class="bubble future provisional"' in page
    assert '<span class="label provisional">暂定</span>' in page


async def test_an_empty_chat_says_that_it_is_empty() -> None:
    page = (await browser(InMemory(a_chat())).get("/")).text
    assert "还没有发过消息" in page
    assert "没有排定下一条" in page
    assert "没有待发的提醒" in page


async def test_what_was_taken_back_shows_as_such() -> None:
    message = a_message(state="recalled", buttons=())
    page = (await browser(InMemory(a_chat("duty-room", "群", message))).get("/chats/duty-room")).text
    assert re.search(r'class="bubble[a-z ]* recalled"', page)
    assert '<span class="label overdue">已撤回</span>' in page
    assert '<span class="label owed">' not in page


async def test_what_is_uncertain_or_failed_is_said_and_cannot_be_pressed() -> None:
    doubtful = a_message(state="uncertain", message_id=None)
    page = (await browser(InMemory(a_chat("duty-room", "群", doubtful, trouble="群机器人已被移出"))).get("/")).text
    assert "不确定送达" in page
    assert "最近一条没有发出：群机器人已被移出" in page
    assert 'name="data"' not in page


async def test_what_the_bot_says_of_itself_stands_on_every_page(live: InMemory) -> None:
    live.said = ("没有设置 Telegram 令牌，Telegram 的群暂由本页代替",)
    for path in ("/", "/chats/duty-room"):
        assert "没有设置 Telegram 令牌" in (await browser(live).get(path)).text


async def test_a_chat_on_a_platform_is_read_only_and_one_that_is_replaced_says_so() -> None:
    there = a_chat("there", "在那边", a_message(), platform="telegram", on_board=False)
    page = (await browser(InMemory(there)).get("/")).text
    assert "Telegram · 只读" in page
    assert 'name="data"' not in page
    assert 'name="text"' not in page
    page = (await browser(InMemory(replace(there, on_board=True))).get("/")).text
    assert "代替 Telegram" in page
    assert 'name="text"' in page


async def test_one_chat_alone_shows_more_of_its_past() -> None:
    messages = [a_message(f"m{number}", f"第 {number} 条", ago=300 - number) for number in range(50)]
    client = browser(InMemory(a_chat("工作群", "群", *messages), a_chat("other", "另一个群")))
    assert "第 29 条" not in (await client.get("/")).text
    alone = (await client.get("/chats/%E5%B7%A5%E4%BD%9C%E7%BE%A4")).text
    assert "第 0 条" in alone
    assert "第 49 条" in alone
    assert 'aria-current="page"' in alone


async def test_very_many_chats_stand_on_pages_and_all_are_in_reach() -> None:
    client = browser(a_big_town(50, 1))
    titles = re.compile(r'<h2 id="title-\w+"><a href="/chats/chat-(\d+)">')
    assert titles.findall((await client.get("/")).text) == [str(number) for number in range(24)]
    last = (await client.get("/?page=3")).text
    assert titles.findall(last) == ["48", "49"]
    assert '<a class="turn" rel="prev" href="/?page=2">上一页</a>' in last
    assert 'rel="next"' not in last
    assert 'rel="prev" href="/">' in (await client.get("/?page=2")).text
    everyone = tidy(last).partition("<details")[2].partition("</details>")[0]
    assert "全部 50 个群" in everyone
    assert len(re.findall('<a href="/#chat-', everyone)) == 24
    assert len(re.findall(r'<a href="/\?page=2#chat-', everyone)) == 24
    assert "<details" not in (await browser(a_town()).get("/")).text


@pytest.mark.parametrize("page", ["0", "4", "-1", "x", "", "１", "9" * 99])
async def test_a_page_that_there_is_not_is_not_found(page: str) -> None:
    assert (await browser(a_big_town(50, 0)).get(f"/?page={page}")).status_code == 404


async def test_a_chat_that_fails_is_told_on_every_page_and_of_very_many_only_some() -> None:
    live = a_big_town(50, 0)
    for id_ in list(live.shown)[30:40]:
        live.shown[id_] = replace(live.shown[id_], trouble="连不上")
    page = tidy((await browser(live).get("/asks")).text)
    assert re.search(r'<a href="/\?page=2#chat-\w+">第 34 村工作群</a> 最近一条没有发出：连不上', page)
    assert "第 35 村工作群" not in page
    assert '<a href="/health">还有 5 个群没有发出，见群状况</a>' in page


async def test_a_message_is_rendered_once_however_often_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    render = Templating.piece

    def counting(self: Templating, name: str, **values: object) -> Markup:
        rendered.append(name)
        return render(self, name, **values)

    monkeypatch.setattr(Templating, "piece", counting)
    live = InMemory(a_chat("duty-room", "群", a_message("m1", ago=2), a_message("m2", ago=1)))
    client = browser(live)
    for path in ("/", "/", "/chats/duty-room"):
        await client.get(path)
    assert rendered.count("message.html") == 2
    live.reword("duty-room", "m2", "请检查", "请再检查")
    assert "请再检查" in (await client.get("/")).text
    assert rendered.count("message.html") == 3


async def test_names_and_messages_cannot_bring_tags() -> None:
    evil = "<script>alert(1)</script>"
    chat = a_chat(
        "duty-room",
        evil,
        a_message("m1", evil, buttons=((Button(evil, evil),),)),
        upcoming=an_upcoming(evil, reason=evil),
        trouble=evil,
        platform=evil,
    )
    live = InMemory(chat)
    live.said = (evil,)
    live.reply = Told(evil, ((Button(evil, evil),),))
    client = browser(live)
    for page in (await client.get("/"), await client.get("/chats/duty-room")):
        assert "<script>" not in page.text
        assert page.text.count("&lt;script&gt;") > 5
    told = await client.post("/chats/duty-room/press", data=PRESS, follow_redirects=True)
    assert told.status_code == 200
    assert "<script>" not in told.text


async def test_nothing_on_a_page_is_inline(live: InMemory) -> None:
    page = (await browser(live).get("/")).text
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


async def test_one_picks_who_one_is_and_stays_so(live: InMemory) -> None:
    client = browser(live)
    assert 'value="" selected' in (await client.get("/")).text
    picked = await client.post("/speaker", data={"office": "police"})
    assert picked.status_code == 303
    assert picked.headers["location"] == "/"
    cookie = picked.headers["set-cookie"].lower()
    assert "samesite=strict" in cookie
    assert "httponly" in cookie
    assert 'value="police" selected' in (await client.get("/chats/duty-room")).text
    await client.post("/chats/duty-room/press", data=PRESS)
    assert live.asked == [("duty-room", "m1", "r:token", "police")]


async def test_an_office_that_does_not_exist_cannot_be_picked_nor_kept(live: InMemory) -> None:
    client = browser(live)
    assert (await client.post("/speaker", data={"office": "nobody"})).status_code == 404
    client.cookies.set("gengfu_speaker", "nobody")
    await client.post("/chats/duty-room/press", data=PRESS)
    assert live.asked[0][3] is None


async def test_a_press_leads_back_to_the_page_and_shows_what_the_bot_told_just_once(live: InMemory) -> None:
    live.reply = Told("已记下：**派出所** 收到")
    client = browser(live)
    client.cookies.set("gengfu_speaker", "police")
    pressed = await client.post(
        "/chats/duty-room/press", data=PRESS, headers={"Referer": "http://127.0.0.1:8765/chats/duty-room"}
    )
    assert pressed.status_code == 303
    assert re.fullmatch(r"/chats/duty-room\?told=[\w-]+#told", pressed.headers["location"])
    page = (await client.get(pressed.headers["location"])).text
    assert "已记下：<strong>派出所</strong> 收到" in page
    assert "派出所 收到（09:12）" in page
    assert "已记下" not in (await client.get(pressed.headers["location"])).text


async def test_a_foreign_referer_leads_to_the_board(live: InMemory) -> None:
    for referer in ("http://127.0.0.1:8765/chats/a/../../x", "https://evil.example/", "//evil.example/chats/x/y"):
        pressed = await browser(live).post("/chats/duty-room/press", data=PRESS, headers={"Referer": referer})
        assert pressed.headers["location"].startswith("/#")


async def test_where_the_bot_asks_which_its_buttons_press_on(live: InMemory) -> None:
    live.reply = Told("回答哪一条？", ((Button("上午那条", "r:one"), Button("下午那条", "r:two")),))
    client = browser(live)
    page = tidy((await client.post("/chats/duty-room/press", data=PRESS, follow_redirects=True)).text)
    answer = page[page.index('class="answer"') :]
    assert '<form method="post" action="/chats/duty-room/press"' in answer
    assert '<input type="hidden" name="message" value="m1">' in answer
    assert '<button name="data" value="r:two">下午那条</button>' in answer


async def test_what_was_typed_is_said_in_the_chat(live: InMemory) -> None:
    live.reply = Told("没有要你回执的提醒")
    client = browser(live)
    client.cookies.set("gengfu_speaker", "police")
    page = await client.post("/chats/duty-room/say", data={"text": " 收到 "}, follow_redirects=True)
    assert live.asked == [("duty-room", None, "收到", "police")]
    assert "没有要你回执的提醒" in page.text


async def test_nothing_and_too_much_are_not_said(live: InMemory) -> None:
    client = browser(live)
    assert (await client.post("/chats/duty-room/say", data={"text": "  "})).status_code == 303
    assert (await client.post("/chats/duty-room/say", data={"text": "长" * 4001})).status_code == 413
    assert live.asked == []


async def test_the_pages_own_script_gets_the_answer_alone(live: InMemory) -> None:
    client = browser(live)
    answer = await client.post("/chats/duty-room/press", data=PRESS, headers={"Gengfu-Fragment": "1"})
    assert (answer.status_code, answer.text) == (200, "")
    live.reply = Told("已记下")
    answer = await client.post("/chats/duty-room/press", data=PRESS, headers={"Gengfu-Fragment": "1"})
    assert answer.text.startswith('<div class="answer"')
    answer = await client.post("/chats/nowhere/press", data=PRESS, headers={"Gengfu-Fragment": "1"})
    assert answer.status_code == 404
    assert answer.text.startswith('<div class="answer"')


async def test_a_bot_that_is_being_stopped_says_so_instead_of_breaking(live: InMemory) -> None:
    async def let_go(*_: object) -> Told:
        waiting: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        waiting.cancel()
        return await waiting

    live.press = let_go  # type: ignore[assignment]
    answer = await browser(live).post("/chats/duty-room/press", data=PRESS, follow_redirects=True)
    assert answer.status_code == 200
    assert "更夫正在停下" in answer.text


async def test_a_bot_that_does_not_answer_is_not_waited_for_forever(
    live: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> Told:
        waiting: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        return await waiting

    monkeypatch.setattr("bot.web.board.PATIENCE", 0.01)
    live.press = silent  # type: ignore[assignment]
    answer = await browser(live).post("/chats/duty-room/press", data=PRESS, follow_redirects=True)
    assert "更夫还没有回应" in answer.text


async def test_a_test_message_is_sent_for_the_command_line(live: InMemory) -> None:
    client = browser(live)
    assert (await client.post("/chats/duty-room/test")).json() == {"ok": True, "chat": "duty-room", "message": None}
    assert live.asked == [("duty-room", None, "test", None)]
    missing = await client.post("/chats/nowhere/test")
    assert missing.status_code == 404
    assert missing.json() == {"ok": False, "chat": "nowhere", "message": "没有这一页"}


@pytest.mark.parametrize(("lang", "words"), [("zh", "没有这一页"), ("en", "There is no such page")])
async def test_an_unknown_page_is_said_in_the_readers_language(lang: str, words: str) -> None:
    client = browser(InMemory(a_chat(), lang=lang))  # type: ignore[arg-type]
    for path in ("/nowhere", "/chats/nowhere"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert words in answer.text


async def test_an_english_town_has_english_pages() -> None:
    live = InMemory(a_chat("duty-room", "Duty room", a_message("m1", "Check")), lang="en")
    page = (await browser(live).get("/")).text
    assert '<html lang="en">' in page
    assert "Saturday 2027-01-30" in page
    chinese = set(re.findall("[\u4e00-\u9fff]+", re.sub(r"<(select|form).*?</\1>", "", page, flags=re.DOTALL)))
    assert chinese == {"重庆市永川区金龙镇"}


def test_every_sentence_of_the_board_stands_in_both_languages() -> None:
    ours = {key: words for key, words in sentences().items() if key.startswith("board.")}
    assert ours
    for key, words in ours.items():
        assert set(words) == {"zh", "en"}, key
        assert set(re.findall(r"\{\w+\}", words["zh"])) >= set(re.findall(r"\{\w+\}", words["en"])) - {"{date}"}, key


async def test_a_button_that_opens_an_ask_leads_to_its_page_and_the_others_are_pressed() -> None:
    message = a_message("m1", buttons=((Button("查看回执情况", "w:token-d2"), Button("我来跟进", "t:token-d2:0")),))
    page = tidy((await browser(InMemory(a_chat("duty-room", "群", message))).get("/")).text)
    assert '<a class="as-button" href="/asks/token-d2">查看回执情况</a>' in page
    assert '<button name="data" value="t:token-d2:0">我来跟进</button>' in page
    assert 'value="w:' not in page


async def test_a_photo_is_handed_in_with_what_one_types(live: InMemory) -> None:
    live.reply = Told("已记下。附件已留存")
    async with browser(live) as somebody:
        somebody.cookies.set("gengfu_speaker", "police")
        answer = await somebody.post(
            "/chats/duty-room/say",
            data={"text": "已落实"},
            files={"file": ("C:\\照片\\现场.jpg", b"\xff\xd8", "image/jpeg")},
            headers={"Gengfu-Fragment": "1"},
        )
        assert "附件已留存" in answer.text
        await somebody.post("/chats/duty-room/say", data={"text": "收到"}, files={"file": ("", b"")})
        await somebody.post("/chats/duty-room/say", data={"text": ""}, files={"file": ("台账.pdf", b"%PDF")})
    assert live.asked[0] == ("duty-room", None, "已落实", "police")
    assert live.handed_in == [
        HandedIn("photo", "现场.jpg", b"\xff\xd8"),
        None,
        HandedIn("file", "台账.pdf", b"%PDF"),
    ]


async def test_a_file_that_is_too_big_is_said_so_in_the_chat_before_it_is_read(live: InMemory) -> None:
    answer = await browser(live).post(
        "/chats/duty-room/say", content=b"", headers={"content-length": "20100000", "Gengfu-Fragment": "1"}
    )
    assert "文件超过 20 MB" in answer.text
    assert live.asked == []


async def test_what_was_handed_in_for_an_ask_stands_below_it_as_a_line() -> None:
    file = ShownFile("派出所", NOW, "现场<1>.jpg", "token-d2", 7)
    chat = a_chat("duty-room", "群", a_message("m1", files=(file,)))
    page = tidy((await browser(InMemory(chat)).get("/")).text)
    assert '派出所 09:12 交来 <a class="back" href="/asks/token-d2/files/7" download>现场&lt;1&gt;.jpg</a>' in page
