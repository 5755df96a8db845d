"""The weeks for the wall of the duty room: what they say, and that each of them prints on one page."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from playwright.async_api import Browser

from bot.app.in_force import InForce
from bot.app.simulate import simulate
from bot.app.sources import Sources, read_sources
from bot.app.weeks import weeks_of, whole_weeks
from bot.language import Lang
from bot.renderer.templates import Messages
from bot.settings import Settings
from bot.web.sheets.sheets import sheets
from tests.builders import a_chat, a_duty_alert, a_phase, a_reminder, a_schedule, a_town
from tests.seasons.timetable import TOWN, shipped

FESTIVAL = date(2027, 2, 6)
MESSAGES = {"sanqing-sanguan.j2": "**三清三关**", "duty-alert.j2": "**请值守**"}
TOO_FULL = """
    () => [...document.querySelectorAll(".slips ul")]
        .filter((it) => it.lastElementChild)
        .filter((it) => it.lastElementChild.getBoundingClientRect().bottom > it.getBoundingClientRect().bottom)
        .map((it) => it.lastElementChild.textContent)
"""


def printed(
    *reminders: Mapping[str, Any],
    first: date = FESTIVAL,
    last: date | None = None,
    messages: Mapping[str, str] = MESSAGES,
    lang: Lang = "zh",
    **given: Any,
) -> str:
    schedule = a_schedule(reminders=list(reminders), **given)
    what = InForce(schedule, Messages(messages, lang), Sources({}, {}))
    first, last = whole_weeks(first, last or first)
    events = simulate(what, Settings(lang=lang), first, last)
    return sheets(schedule.town, weeks_of(schedule, events, first, last), "0123abc", lang)


def of_the_shipped_winter(first: date, last: date) -> str:
    sources = read_sources(TOWN)
    messages = {name: text.decode() for name, text in sources.messages.items()}
    what = InForce(shipped(), Messages(messages), sources)
    events = simulate(what, Settings(), *whole_weeks(first, last))
    return sheets(shipped().town, weeks_of(shipped(), events, first, last), what.version, "zh")


def words_of(page: str) -> str:
    """The page's text alone, each run of spaces one."""
    body = page.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_a_sheet_says_whose_week_it_is_and_what_goes_out_when_to_whom_and_by_when_it_is_answered() -> None:
    words = words_of(printed(a_duty_alert(), a_reminder(), phases=[a_phase(name="组织实施")]))
    assert "金龙镇 今冬明春" in words
    assert "2月1日 — 2月7日 2027 年 · 第 15 周" in words
    assert "组织实施阶段 · 3月31日截止" in words
    assert "春节高等级防范期 · 1月29日至2月13日" in words
    assert "6 周六 正月初一" in words
    assert "春节 09:00 须回执 请值守 派出所（消防安全工作群） 11:00 前回执" in words
    assert "09:00 告知 三清三关 longmen-residents" in words
    assert "0123abc" in words


def test_a_sheet_speaks_english_too() -> None:
    words = words_of(printed(a_duty_alert(), lang="en"))
    assert "1 February – 7 February 2027 · week 15" in words
    assert "09:00 answer 请值守 派出所 (消防安全工作群) answer by 11:00" in words


def test_a_deadline_on_another_day_names_it_and_a_phase_s_last_day_is_flagged() -> None:
    alert = a_duty_alert(answer={"within": "2d", "expects": "done"})
    phases = [a_phase(name="部署发动", until="2027-02-06")]
    words = words_of(printed(alert, phases=phases))
    assert "2月8日 09:00 前回执" in words
    assert "“部署发动”阶段截止" in words


def test_many_offices_and_chats_are_counted() -> None:
    chats = [a_chat(f"r{number}", name=f"{number} 组", audiences=["residents"]) for number in range(1, 6)]
    words = words_of(printed(a_reminder(), town=a_town(chats=[*a_town()["chats"], *chats])))
    assert "longmen-residents等 6 个群" in words
    offices = [{"id": f"o{n}", "name": f"{n} 站", "members": [{"telegram": 3000 + n}]} for n in range(1, 7)]
    alert = a_duty_alert(to={"offices": "all"})
    words = words_of(
        printed(alert, town=a_town(offices=offices, chats=[a_chat(), a_chat("x", audiences=["residents"])]))
    )
    assert "1 站、2 站、3 站等 6 个单位（duty-room）" in words


def test_what_is_not_announced_yet_is_marked_by_form_and_word_wherever_it_stands() -> None:
    page = printed(a_reminder(on={"key_date": "two-sessions", "at": "09:00"}), first=date(2027, 3, 4))
    assert page.count('class="slip broadcast provisional"') == 1
    assert page.count('class="slip key-day provisional"') == 4
    assert '<p class="bar watch begins provisional"' in page
    words = words_of(page)
    assert "全国两会高等级防范期（暂定）" in words
    assert "09:00 告知 暂定 三清三关" in words
    assert "全国两会 暂定" in words


def test_a_sheet_needs_nothing_beside_it_and_runs_nothing() -> None:
    page = printed(a_reminder())
    assert "<script" not in page
    assert "<link" not in page
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!["']?data:)""", page) == []


def test_names_and_messages_are_text() -> None:
    town = a_town(name="<b>镇</b>", chats=[*a_town()["chats"], a_chat("x", name="<i>群</i>", audiences=["units"])])
    page = printed(a_reminder(to=["units"]), town=town, messages={**MESSAGES, "sanqing-sanguan.j2": "<u>火</u>"})
    assert "&lt;b&gt;镇" in page
    assert "&lt;i&gt;群" in page
    assert "&lt;u&gt;火" in page


def test_the_same_files_make_the_same_page() -> None:
    first, last = date(2026, 12, 28), date(2027, 2, 7)
    assert of_the_shipped_winter(first, last) == of_the_shipped_winter(first, last)


def test_a_week_that_brings_nothing_says_so() -> None:
    assert "本周没有要发的提醒" in words_of(printed(a_reminder(), first=date(2027, 3, 8), last=date(2027, 3, 8)))


async def pages_of(chromium: Browser, page: str) -> tuple[int, list[str]]:
    """How many pages it prints on, and what stands below the end of its day."""
    tab = await chromium.new_page()
    try:
        await tab.set_content(page)
        pdf = await tab.pdf(prefer_css_page_size=True, print_background=True)
        await tab.emulate_media(media="print")
        return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)), await tab.evaluate(TOO_FULL)
    finally:
        await tab.close()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_weeks_of_the_shipped_winter_print_a_page_each_and_nothing_is_cut_off(chromium: Browser) -> None:
    page = of_the_shipped_winter(date(2027, 2, 15), date(2027, 3, 1))
    assert page.count('<section class="sheet') == 3
    assert await pages_of(chromium, page) == (3, [])


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("days", "a_day"), [([3], 20), ([1, 2, 3, 4, 5, 6, 7], 8), ([1, 2, 3, 4, 5, 6, 7], 20)])
async def test_a_denser_week_is_one_page_all_the_same(chromium: Browser, days: list[int], a_day: int) -> None:
    hours = [f"{8 + number // 6:02}:{number % 6}0" for number in range(a_day)]
    reminders = [
        make(f"r-{day}-{number}", on={"date": f"2027-02-0{day}", "at": hour}, to={"offices": "all"})
        for day in days
        for number, hour in enumerate(hours)
        for make in [a_duty_alert if number % 3 else a_reminder]
    ]
    long = "一.3 老旧商住楼等混合生产经营场所共用安全出口、疏散通道、设施设备统一管理，培训演练，应急联动"
    page = printed(*reminders, messages={"duty-alert.j2": long, "sanqing-sanguan.j2": "MANAGEMENT OF FIREWORKS, W@W"})
    assert await pages_of(chromium, page) == (1, [])
    told = re.findall(r"还有 (\d+) 条写不下", page)
    assert page.count('class="slip duty') + page.count('class="slip broadcast') + sum(map(int, told)) == len(reminders)
