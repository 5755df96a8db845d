"""The record's page: totals, who answered when as a picture, and tables in which nobody is ranked."""

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from bot.app.view.record import Asked, ShownRecord
from bot.reports.figures import Figures
from bot.reports.forms import MEDIA
from bot.reports.sendings import Undelivered
from bot.web.record.matrix import in_words, mark_of, matrix
from bot.web.record.record import RecordPage
from bot.web.record.weeks import glance
from bot.web.templating import Templating
from tests.web.conftest import browser
from tests.web.live import OFFICES, InMemory
from tests.web.records import a_big_record, a_record, a_small_record, a_winters_record, an_answer, day, on
from tests.web.seasons import FIRST, winter

HOUR = timedelta(hours=1)


def a_town_with(*shown: ShownRecord, lang: str = "zh") -> InMemory:
    live = InMemory(lang=lang)  # type: ignore[arg-type]
    live.records = {each.asked: each for each in shown}
    return live


async def page_of(live: InMemory, path: str = "/record") -> str:
    answer = await browser(live).get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def table(page: str, name: str) -> list[list[str]]:
    """The rows of a table, cell by cell."""
    html = page[page.index(f'id="{name}"') :]
    html = html[html.index("<tbody>") : html.index("</tbody>")]
    return [[words("<td" + cell) for cell in re.split("<t[hd]", row)[1:]] for row in html.split("<tr>")[1:]]


async def test_totals_stand_first() -> None:
    page = await page_of(a_town_with(a_small_record()))
    totals = words(page[page.index('class="totals"') : page.index('id="glance"')])
    assert "须回执的提醒 4 应回执 6 按时 3 逾期后回 1 需协助 1 未回 1 催办 5 用时中位数 1 小时 30 分钟" in totals
    assert "截至 2027年1月30日 周六 09:12" in page


async def test_each_office_and_day_says_by_shape_and_number_what_became_of_it() -> None:
    page = await page_of(a_town_with(a_small_record()))
    cells = page[page.index('class="matrix"') :]
    police = cells[cells.index(">派出所<") :].partition("</tr>")[0]
    assert police == '>派出所</th><td class="late" title="2 件：按时 1、逾期后回 1">2<td class="in-time">1'
    emergency = cells[cells.index(">应急办<") :].partition("</tr>")[0]
    assert emergency == '>应急办</th><td class="in-time">1<td class="overdue" title="2 件：需协助 1、逾期未回 1">0/2'


@pytest.mark.parametrize(
    ("figures", "mark"),
    [
        (Figures(asked=2, in_time=1, open=1, overdue=1), "overdue"),
        (Figures(asked=3, help=1, open=1, late=1), "open"),
        (Figures(asked=2, help=1, late=1), "help"),
        (Figures(asked=2, late=1, in_time=1), "late"),
        (Figures(asked=2, in_time=1, withdrawn=1), "in-time"),
        (Figures(asked=1, withdrawn=1), "withdrawn"),
        (Figures(), None),
    ],
)
def test_what_somebody_still_has_to_see_to_comes_first(figures: Figures, mark: str | None) -> None:
    assert mark_of(figures) == mark


def test_the_days_between_have_their_place_and_months_their_span() -> None:
    record = a_record([an_answer("police", on(1), HOUR), an_answer("police", on(40), HOUR)])
    laid = matrix(record.days, OFFICES, day(1), day(40), "zh")
    assert laid.months == ((date(2026, 11, 1), 30), (date(2026, 12, 1), 10))
    assert [row.office for row in laid.rows] == ["police"]
    assert laid.rows[0].cells.count("<td") == 40
    assert laid.rows[0].cells.count("<td>") == 38


def test_a_season_at_a_glance_counts_by_week_and_adds_up() -> None:
    answers = [an_answer(each, on(number), HOUR) for number in (1, 2, 8, 9) for each in ("police", "emergency")]
    shown = glance(winter(), a_record([*answers, an_answer("market", on(9))]).days)
    assert [(each.monday, each.counted.asked) for each in shown.weeks] == [
        (date(2026, 10, 26), 2),
        (date(2026, 11, 2), 4),
        (date(2026, 11, 9), 3),
    ]
    assert shown.most == 4
    assert [(each.kind, each.count, each.height) for each in shown.weeks[2].parts] == [
        ("in-time", 2, 50.0),
        ("open", 1, 25.0),
    ]
    assert (shown.weeks[0].x, shown.weeks[1].x) == (0.0, round(100 / 151, 3))
    assert all(each.x + each.width <= 100.001 for each in shown.weeks)


async def test_the_glance_marks_phases_and_watches_and_says_itself_in_words() -> None:
    page = await page_of(a_town_with(a_winters_record()))
    drawn = page[page.index('<svg class="ribbon glance') :].partition("</svg>")[0]
    for name in ("部署发动", "组织实施", "总结提升", "春节", "全国两会"):
        assert name in drawn
    assert re.search(r"<desc[^>]*>.*11月2日那一周应回执 \d+ 件：按时 \d+", drawn)


async def test_tables_stand_in_the_towns_order_and_an_office_has_no_median() -> None:
    page = await page_of(a_town_with(a_small_record()))
    assert (
        table(page, "by-office")
        == [
            ["派出所", "3", "2", "1", "0", "0", "2", "1", "2"],
            ["应急办", "3", "1", "0", "1", "1 逾期 1", "3", "0", "2"],
        ]
        or table(page, "by-office")[0][0] == "派出所"
    )
    heads = words(page[page.index('id="by-office"') :].partition("</thead>")[0])
    assert "中位数" not in heads
    assert "催办 上报" in heads
    assert "提醒" not in heads
    (duty,) = table(page, "by-duty")
    assert duty == ["九.4 烟花爆竹存储、销售、燃放安全管理", "6", "3", "1", "1", "1 逾期 1", "5", "1", "1 小时 30 分钟"]
    assert [row[0] for row in table(page, "by-phase")] == ["组织实施"]


async def test_whoever_is_asked_more_than_the_town_allows_in_a_week_is_told_of() -> None:
    page = await page_of(a_town_with(a_small_record(per_week=2)))
    burden = words(page[page.index('id="burden"') :].partition("</section>")[0])
    assert "超过 2 次" in burden
    assert "派出所：11月2日那一周 3 次 应急办：11月2日那一周 3 次" in burden
    assert "没有单位一周超过 10 次" in await page_of(a_town_with(a_small_record()))


async def test_what_did_not_reach_anybody_is_named() -> None:
    gone = Undelivered("w/x", "值守", on(4), "duty-room", "failed", "群机器人已被移出")
    page = words(await page_of(a_town_with(a_small_record(undelivered=(gone,)))))
    assert "没有送到的 1 条" in page
    assert "值守 · 消防安全工作群 · 没有发出去：群机器人已被移出" in page


async def test_a_span_and_another_campaign_are_asked_for_in_the_address() -> None:
    asked = Asked("winter-2023", date(2026, 11, 2), date(2026, 11, 3))
    live = a_town_with(a_small_record(), replace(a_small_record(), asked=asked))
    page = await page_of(live, "/record?campaign=winter-2023&from=2026-11-02&until=2026-11-03")
    assert 'name="from" value="2026-11-02"' in page
    assert 'name="until" value="2026-11-03"' in page
    assert '<a href="/record?campaign=winter-2023">' in page
    assert (await browser(live).get("/record?campaign=none")).status_code == 404
    assert (await browser(live).get("/record?from=yesterday")).status_code == 400


async def test_the_same_record_is_downloaded_as_a_workbook_and_as_a_draft() -> None:
    asked = Asked("winter-2026", day(2), day(3))
    live = a_town_with(replace(a_small_record(), asked=asked))
    query = "?campaign=winter-2026&from=2026-11-02&until=2026-11-03"
    page = await page_of(live, f"/record{query}")
    assert f'href="/record.xlsx{query.replace("&", "&amp;")}" download>台账（xlsx）</a>' in page
    for form, media in MEDIA.items():
        answer = await browser(live).get(f"/record.{form}{query}")
        assert (answer.content, answer.headers["content-type"]) == (form.encode(), media)
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert unquote(answer.headers["content-disposition"]).endswith(f"2027-01-30.{form}")
    assert (await browser(live).get("/record.exe")).status_code == 404
    assert (await browser(live).get("/record.xlsx?campaign=none")).status_code == 404


async def test_nothing_that_was_asked_is_said_so() -> None:
    page = await page_of(a_town_with(ShownRecord(Asked(), None, a_record(()))))
    assert "这一段还没有须回执的提醒" in page
    assert "<table" not in page


async def test_what_a_name_holds_cannot_bring_tags() -> None:
    evil = "<script>alert(1)</script>"
    record = a_record([an_answer("police", on(2), HOUR)], {"police": evil})
    page = await page_of(a_town_with(ShownRecord(Asked(), winter(), record)))
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2


def test_fifty_offices_and_150_days_are_light_and_rendered_once() -> None:
    shown = a_big_record()
    live = a_town_with(shown)
    page = RecordPage(live, Templating(live))
    body = page.body(shown)
    assert body.count("<td") > 50 * 150
    assert len(body) < 250_000
    assert page.body(replace(shown)) is body
    assert page.body(a_small_record()) != body


async def test_in_english_no_chinese_is_left_but_names() -> None:
    page = await page_of(a_town_with(a_small_record(), lang="en"))
    main = words(page[page.index("<main") :])
    for name in (
        *OFFICES.values(),
        "金龙镇今冬明春消防安全防范工作",
        "2023 年冬季消防安全防范工作",
        "九.4 烟花爆竹存储、销售、燃放安全管理",
    ):
        main = main.replace(name, "")
    for name in ("部署发动", "组织实施", "总结提升", "春节", "元旦", "元宵节", "全国两会"):
        main = main.replace(name, "")
    assert re.findall("[\u4e00-\u9fff]+", main) == []
    assert in_words(Figures(asked=1, in_time=1), "en") == "1: 1 in time"
    assert FIRST.year == 2026
