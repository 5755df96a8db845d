"""The list of problems: who needs what since when, who sees to it, how it ended; closed from this machine alone."""

import re
from dataclasses import replace

from bot.channels.board import Told
from tests.web.conftest import ELSEWHERE, HERE, browser
from tests.web.live import InMemory, a_chat, a_town


def a_town_with_admins() -> InMemory:
    town = a_town()
    town.shown[":admins"] = a_chat(":admins", "管理员", kind="admins")
    return town


async def page_of(live: InMemory, client: tuple[str, int] = HERE, office: str = "") -> str:
    async with browser(live, client=client) as somebody:
        somebody.cookies.set("gengfu_speaker", office)
        answer = await somebody.get("/problems")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def items(page: str) -> list[str]:
    """Each problem, without tags."""
    return [
        " ".join(re.sub("<[^>]+>", " ", "<" + each.partition("</li>")[0]).split())
        for each in page.split('<li class="problem')[1:]
    ]


async def test_open_ones_come_first_and_tell_who_needs_what_since_when_and_who_sees_to_it() -> None:
    page = await page_of(a_town_with_admins(), ELSEWHERE)
    waiting, seen_to, over = items(page)
    assert (
        "综合执法大队 烟花爆竹安全管理 昨天 13:12 提出（王强） 需要 需要两名消防员现场监护 跟进 还没有人跟进" in waiting
    )
    assert "市监所 烟花爆竹安全管理 09:03 提出（周燕） 需要 还没有说明需要什么 跟进 赵主任，09:07 起" in seen_to
    assert "办结 09:09，赵主任：已派人到场" in over
    assert page.index("待办结 2 件") < page.index("综合执法大队") < page.index("30 天内已办结")
    assert '<a class="back" href="/asks/token-d2">' in page


async def test_from_this_machine_an_admin_sees_to_one_and_closes_it() -> None:
    live = a_town_with_admins()
    live.reply = Told("已记下：由您跟进")
    page = await page_of(live)
    assert page.count('action="/chats/%3Aadmins/press"') == 2, "none on what was closed"
    assert '<button name="data" value="t:token-d2:2">我来跟进</button>' in page
    async with browser(live) as admin:
        answer = await admin.post(
            "/chats/%3Aadmins/press",
            data={"message": "", "data": "t:token-d2:2"},
            headers={"referer": "http://127.0.0.1:8765/problems"},
        )
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/problems?told=")
        assert "已记下：由您跟进" in (await admin.get(answer.headers["location"])).text
    assert live.asked == [(":admins", "", "t:token-d2:2", None)]


async def test_the_office_that_may_see_to_it_does_so_in_a_chat_of_its_own() -> None:
    page = await page_of(a_town_with_admins(), office="fire-committee")
    assert page.count('action="/chats/fire-committee-office/press"') == 2
    assert "以镇消防安全委员会的身份" in page
    page = await page_of(a_town_with_admins(), office="police")
    assert "fire-committee-office/press" not in page


async def test_from_elsewhere_one_only_reads() -> None:
    page = await page_of(a_town_with_admins(), ELSEWHERE)
    assert "/press" not in page
    assert "以管理员身份" not in page


async def test_where_there_is_none_it_says_so() -> None:
    assert "没有待办结的问题" in await page_of(InMemory())


async def test_what_people_wrote_cannot_bring_tags() -> None:
    live = a_town_with_admins()
    evil = "<script>alert(1)</script>"
    one = live.problem_list.open[0]
    live.problem_list = replace(live.problem_list, open=(replace(one, need=evil, name=evil, ask=evil, how=evil),))
    page = await page_of(live)
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 3
