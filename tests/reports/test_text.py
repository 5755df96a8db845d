"""The draft of a 通报 that can be pasted into a chat."""

from datetime import timedelta
from typing import Any

from bot.ledger.deliveries import Delivery
from bot.reports.record import Record
from bot.reports.text import MOST_LINES, draft
from bot.store.protocol import Change
from tests.reports.shelf import DUE, TOWN, a_shelf, an_ask, put, said, the_record

FIREWORKS = {"fireworks": "九.4 烟花爆竹安全管理"}
TITLE: Any = {"title": "金龙镇今冬明春消防安全防范工作", "bodies": {"": "**请落实** 现场监护"}}


async def a_day() -> Record:
    """派出所 gave what it owed, 综合执法大队 owes one answer and asked for help with another."""
    first, second = an_ask("w/a", duties=FIREWORKS, **TITLE), an_ask("w/b", **TITLE)
    entries = (
        said("done", "w/a", 10),
        said("done", "w/b", 180),
        said("help", "w/b", 30, "enforcement"),
        said("need", "w/b", 31, "enforcement", text="缺一台发电机"),
        said("taken", "w/b", 40, "enforcement", name="赵主任"),
        said("reminded", "w/a", 60, "enforcement", number=1),
    )
    store = await a_shelf(first, second, entries=entries)
    failed = Delivery(occurrence="w/b", chat="longmen-office", due=DUE, state="failed", why="机器人已被移出群")
    await store.commit(Change(deliveries=(failed,)))
    return await put(store, now=DUE + timedelta(hours=5))


async def test_it_tells_what_is_on_record_in_short_lines() -> None:
    assert draft(await a_day(), TOWN, "zh").splitlines() == [
        "金龙镇今冬明春消防安全防范工作回执情况（草稿）",
        "2027-02-06 至 2027-02-06，截至 2027-02-06 14:00",
        "",
        "一、总体情况",
        "要回执的提醒 2 次，其他提醒 0 次，共发出 2 条消息。",
        "应回执 4 件：按时 1，逾期后回 1，需协助 1，未回 1（其中已逾期 1）。"
        "催办 1 次，上报 0 件；办理用时中位数 1 小时 35 分钟",
        "一个单位一周最多被要求回执 2 次（上限 10 次）。",
        "",
        "二、按事项",
        "九.4 烟花爆竹安全管理：应回执 2，按时 1，未回 1",
        "未列入：应回执 2，逾期后回 1，需协助 1",
        "",
        "三、按单位",
        "派出所：应回执 2，按时 1，逾期后回 1",
        "综合执法大队：应回执 2，需协助 1，未回 1",
        "",
        "四、未回",
        "综合执法大队：02-06 09:00 请落实 现场监护，已逾期 3 小时",
        "",
        "五、问题清单",
        "综合执法大队：缺一台发电机（请落实 现场监护），赵主任 办理中",
        "",
        "六、未送达",
        "02-06 09:00 请落实 现场监护，longmen-office：发送失败（机器人已被移出群）",
    ]


async def test_parts_of_which_there_is_nothing_are_left_out_and_leave_no_gap() -> None:
    found = await the_record(an_ask("w/a"), entries=(said("done", "w/a"), said("done", "w/a", 2, "enforcement")))
    headings = [each for each in draft(found, TOWN, "zh").splitlines() if each[1:2] == "、"]
    assert headings == ["一、总体情况", "二、按事项", "三、按单位"]


async def test_with_nothing_on_record_it_says_so() -> None:
    lines = draft(await the_record(), TOWN, "en").splitlines()
    assert lines == [
        "金龙镇: fire-safety reminders, who answered (draft)",
        "as of 2027-02-06 09:00",
        "",
        "1. In all",
        "No answers were owed in these days.",
    ]


async def test_a_list_too_long_for_a_chat_is_cut_and_says_by_how_much() -> None:
    found = await the_record(*(an_ask(f"w/{number:02}") for number in range(20)))
    lines = draft(found, TOWN, "zh").splitlines()
    assert lines[-1] == f"……另有 {40 - MOST_LINES + 1} 条，见 gengfu report"


async def test_a_week_that_asked_too_much_is_named() -> None:
    found = await the_record(*(an_ask(f"w/{number:02}", chats={"duty-room": ("police",)}) for number in range(11)))
    line = "一周被要求回执超过 10 次的：派出所 2027-02-01 起一周 11 次。"
    assert line in draft(found, TOWN, "zh").splitlines()


async def test_the_long_name_of_a_duty_item_is_told_in_short() -> None:
    crowds = {"crowds": "一.1 农贸市场、商场、敬老院等人员密集场所违规易燃可燃装修、占堵疏散通道、锁闭安全出口整治"}
    lines = draft(await the_record(an_ask("w/a", duties=crowds)), TOWN, "zh").splitlines()
    assert "一.1 农贸市场、商场、敬老院等人员密集场所违…：应回执 2，未回 2" in lines
