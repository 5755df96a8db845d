"""The page of one ask: what was sent, under which plan, what comes next, and each office's whole history."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.live.asks import TOLD
from bot.app.view.occurrence import Evidence, Line
from bot.channels.board import Told
from bot.language import Lang
from tests.web.conftest import ELSEWHERE, browser
from tests.web.live import InMemory, a_line, a_town, an_answer, an_ask, an_occurrence, the_occurrence

ASK = "/asks/token-d2"


async def page_of(live: InMemory, path: str = ASK) -> str:
    answer = await browser(live).get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def part(page: str, name: str) -> str:
    """All that stands of an office, without tags."""
    found = next(each for each in page.split('<li class="part ')[1:] if f'class="office">{name}<' in each)
    return words('<li class="' + found.partition("</ol>")[0])


async def test_the_list_of_asks_leads_to_each_and_each_back() -> None:
    live = a_town()
    assert f'<a href="{ASK}">' in await page_of(live, "/asks")
    page = await page_of(live)
    assert '<a class="back" href="/asks">回到回执</a>' in page
    assert 'href="/calendar/2027-01-30#send-' in page


async def test_it_tells_what_was_sent_to_which_chats_by_when_and_under_which_plan() -> None:
    text = words(await page_of(a_town()))
    assert "【消防安全值守】烟花爆竹存储、销售、燃放安全管理（九.4）" in text
    assert "2027年1月30日 周六 09:00 春节高等级防范期第 1 天" in text
    assert "金龙镇今冬明春消防安全防范工作 · 组织实施阶段" in text
    assert "任务 九.4 烟花爆竹存储、销售、燃放安全管理" in text
    assert "须回执 11:00 前回执 · 须回“已落实”" in text
    assert "依据的日程 版本 3f9d2c17" in text
    assert "此后日程改过" not in text
    assert "在禁放、限放区域和集中燃放区域安排现场监护" in text
    assert "消防安全工作群 09:00 已发" in text


async def test_one_that_began_under_an_older_plan_or_was_withdrawn_says_so() -> None:
    live = a_town()
    live.occurrences["token-d2"] = replace(the_occurrence(), in_force=False, withdrawn=True)
    text = words(await page_of(live))
    assert "版本 3f9d2c17 · 此后日程改过，这一次仍按发出时的执行" in text
    assert "已撤回" in text


async def test_what_comes_next_of_the_ladder_and_when() -> None:
    page = await page_of(a_town())
    ladder = words(page[page.index('id="ladder"') : page.index('id="parts"')])
    assert "09:42 催办仍未回执的单位，此后每 30 分钟一次" in ladder
    assert "11:00 截止，仍未回执的记为逾期 11:00 在群里说明哪些单位已逾期" in ladder
    assert "13:00 告知镇消防安全委员会哪些单位仍未回执" in ladder


async def test_each_office_has_its_whole_history() -> None:
    page = await page_of(a_town())
    assert part(page, "派出所").endswith("待回执 09:00 发出，11:00 前回执 09:04 起催办了 3 次，最近一次 09:12")
    assert part(page, "应急办").endswith(
        "已落实 09:07 09:00 发出，11:00 前回执 09:01 收到 李明 · 消防安全工作群 "
        "09:07 已落实 管理员代为回执 逾期 3 分钟 电话报告 李明 09:08 交来佐证 现场.jpg 李明"
    )
    assert part(page, "综合执法大队").endswith(
        "09:03 需协助 王强 09:04 说明需要什么 需要两名消防员现场监护 王强 09:05 有人跟进了 赵主任 "
        "09:06 已办结 已派人到场 赵主任 09:07 更正为“已落实” 现场核实 管理员"
    )
    assert part(page, "市监所").endswith("09:05 截止时还没有回执，记为逾期 09:06 已上报 09:07 已落实 周燕")


async def test_offices_stand_in_the_towns_order_and_what_did_not_count_apart() -> None:
    page = await page_of(a_town())
    assert re.findall(r'class="office">([^<]+)<', page)[:3] == ["派出所", "应急办", "综合执法大队"]
    assert "没有算数的回执 09:09 回执没有算数：不是这个单位的人 telegram:77" in words(page)


async def test_whom_nothing_has_reached_is_not_called_late() -> None:
    live = InMemory()
    shown = an_occurrence(an_ask("a1", "值守", an_answer("police", late=True)))
    unasked = replace(shown.offices[0], reached=False, asked=None)
    live.occurrences["token-a1"] = replace(shown, offices=(unasked,))
    assert part(await page_of(live, "/asks/token-a1"), "派出所").endswith("待回执 没有送到")


async def test_what_people_wrote_cannot_bring_tags() -> None:
    live = InMemory()
    evil = "<script>alert(1)</script>"
    shown = an_occurrence(an_ask("a1", evil, an_answer("police", "help", 5, name=evil)), evil)
    line = replace(shown.offices[0].lines[0], words=evil, by=evil, file=evil)
    live.occurrences["token-a1"] = replace(shown, offices=(replace(shown.offices[0], lines=(line,)),))
    page = await page_of(live, "/asks/token-a1")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") >= 5


async def test_a_token_that_nothing_has_is_not_found() -> None:
    for token in ("token-none", "x", "a" * 40, "..%2f..%2fetc", "%E5%80%BC"):
        assert (await browser(a_town()).get(f"/asks/{token}")).status_code == 404


async def test_in_english_no_chinese_is_left_but_names_and_what_people_wrote() -> None:
    live = InMemory(lang="en")
    live.occurrences = a_town().occurrences
    page = await page_of(live)
    main = words(page[page.index("<main") : page.index('id="sent"')])
    for line in ("who still owes is reminded, then every 30 min", "by an admin on its behalf", "3 min late"):
        assert line in main


async def test_from_this_machine_an_admin_answers_for_an_office_or_corrects_it_with_a_reason() -> None:
    live = a_town()
    live.reply = Told("已记下：派出所 已落实")
    given = {"office": "police", "to": "done", "reason": "电话报告", "how": "answer"}
    async with browser(live) as admin:
        assert '<button name="how" value="correct">更正</button>' in (await admin.get(ASK)).text
        answer = await admin.post(f"{ASK}/amend", data=given)
        assert answer.status_code == 303
        assert "已记下：派出所 已落实" in (await admin.get(answer.headers["location"])).text
        piece = await admin.post(
            f"{ASK}/amend", data={**given, "how": "correct", "to": "open"}, headers={"Gengfu-Fragment": "1"}
        )
        assert piece.text.lstrip().startswith('<div class="answer"')
    assert live.amended == [
        ("answer", "token-d2", "police", "done", "电话报告"),
        ("correct", "token-d2", "police", "open", "电话报告"),
    ]


async def test_what_makes_no_sense_changes_nothing() -> None:
    live = a_town()
    given = {"office": "police", "to": "done", "reason": "电话报告", "how": "answer"}
    async with browser(live) as admin:
        assert (await admin.post(f"{ASK}/amend", data={**given, "to": "withdrawn"})).status_code == 400
        assert (await admin.post(f"{ASK}/amend", data={**given, "how": "delete"})).status_code == 400
        assert (await admin.post(f"{ASK}/amend", data={**given, "reason": "长" * 501})).status_code == 413
        taken_back = await admin.post(f"{ASK}/amend", data={**given, "to": "open"}, headers={"Gengfu-Fragment": "1"})
        assert "要撤回回执，请按“更正”" in taken_back.text
        foreign = await admin.post(f"{ASK}/amend", data=given, headers={"origin": "http://evil.example"})
        assert foreign.status_code == 403
    assert live.amended == []


async def test_an_admin_at_this_machine_takes_back_what_was_sent_and_says_that_it_is_meant() -> None:
    live = a_town()
    live.occurrences["token-d2"] = replace(the_occurrence(), recallable=True)
    live.reply = Told("已撤回")
    async with browser(live) as admin:
        page = words((await admin.get(ASK)).text)
        assert "确定撤回“【消防安全值守】烟花爆竹存储、销售、燃放安全管理（九.4）”，1 个群" in page
        assert (await admin.post(f"{ASK}/recall", data={"reason": "写错了"})).status_code == 400
        assert (await admin.post(f"{ASK}/recall", data={"sure": "yes", "reason": "长" * 501})).status_code == 413
        foreign = await admin.post(f"{ASK}/recall", data={"sure": "yes"}, headers={"origin": "http://evil.example"})
        assert foreign.status_code == 403
        assert live.amended == []
        answer = await admin.post(f"{ASK}/recall", data={"sure": "yes", "reason": "写错了"})
        assert answer.status_code == 303
        gone = Line(9, the_occurrence().send.due, "withdrawn", by="管理员", words="写错了")
        live.occurrences["token-d2"] = replace(the_occurrence(), withdrawn=True, recalled=gone)
        page = (await admin.get(answer.headers["location"])).text
        assert "已撤回" in words(page)
        assert "已由 管理员 在 09:00 撤回。 原因：写错了" in words(page)
        assert "/recall" not in page
    assert live.amended == [("recall", "token-d2", "写错了")]
    assert "/recall" not in await page_of(a_town()), "what went out long ago is not taken back"


async def test_from_elsewhere_one_only_reads() -> None:
    live = a_town()
    live.occurrences["token-d2"] = replace(the_occurrence(), recallable=True)
    async with browser(live, client=ELSEWHERE) as somebody:
        page = (await somebody.get(ASK)).text
        assert "/amend" not in page
        assert "/recall" not in page
        assert (await somebody.post(f"{ASK}/recall", data={"sure": "yes"})).status_code == 403
        assert (await somebody.post(f"{ASK}/amend", data={"office": "police"})).status_code == 403
    assert live.amended == []


async def test_evidence_is_saved_and_never_shown_whatever_it_calls_itself(tmp_path: Path) -> None:
    live = a_town()
    file = tmp_path / "0.bin"
    file.write_bytes(b"<html><script>alert(1)</script>")
    live.files = {("token-d2", 7): Evidence('现场"\r\nX: 1.html', file)}
    assert f'href="{ASK}/files/7" download>现场.jpg</a>' in await page_of(live)
    answer = await browser(live).get(f"{ASK}/files/7")
    assert answer.content == b"<html><script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E7%8E%B0%E5%9C%BA%22%0D%0A")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x" not in answer.headers
    for path in (f"{ASK}/files/8", f"{ASK}/files/x", "/asks/token-none/files/7"):
        assert (await browser(live).get(path)).status_code == 404


async def test_links_to_answer_by_are_seen_at_this_machine_alone() -> None:
    live = a_town()
    live.links = {"龙门村工作群": "https://gengfu.example/answer/secret"}
    page = await page_of(live)
    assert '<input type="text" readonly value="https://gengfu.example/answer/secret">' in page
    assert "只发给该单位的人" in page
    elsewhere = (await browser(live, client=ELSEWHERE).get(ASK)).text
    assert "secret" not in elsewhere
    live.links = {}
    assert "回执链接" not in await page_of(live)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_whatever_is_told_of_an_office_has_words(lang: Lang) -> None:
    live = InMemory(lang=lang)
    shown = an_occurrence(an_ask("a1", "值守", an_answer("police")))
    lines = (*(a_line(kind, 5) for kind in sorted(TOLD)), a_line("reminded", 4, naming=True), a_line("corrected", 3))
    live.occurrences["token-a1"] = replace(shown, offices=(replace(shown.offices[0], lines=lines),))
    page = await page_of(live, "/asks/token-a1")
    told = re.findall(r"<li class=\"line-\w+\">.*?<span>([^<]+)", page)
    assert len(told) == len(lines)
    assert len({each.strip() for each in told}) == len(lines) - 1, "each its own"
