"""The season as a calendar with its ribbon, and its days word for word."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from itertools import pairwise
from typing import Literal, get_args

import httpx
import pytest
from playwright.async_api import Browser, expect
from starlette.routing import Mount

from bot.app.view.day import Came, Wording
from bot.app.view.season import Band, KeyDay, Rail
from bot.web.season.months import months
from bot.web.season.ribbon import place, ribbon
from bot.web.server import pages
from bot.web.site import Site
from bot.web.words import key
from tests.web.browsing import is_sound, looking
from tests.web.conftest import browser
from tests.web.live import NOW, TOWN, InMemory, a_town
from tests.web.seasons import (
    TODAY,
    a_broadcast,
    a_calendar_day,
    a_day,
    a_duty_alert,
    a_season,
    sent_to,
    winter,
    with_winter,
)

FIRST_OF_FEBRUARY = date(2027, 2, 1)


def tidy(html: str) -> str:
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html))


def cell(page: str, day: str) -> str:
    return tidy(page).partition(f'id="d-{day}"')[2].partition("</td>")[0]


def said(page: str, day: str) -> str:
    """What the link of a day says."""
    return unescape(cell(page, day).partition('<span class="unseen">')[2].partition("</span>")[0])


async def shown(live: InMemory, path: str = "/calendar") -> str:
    answer = await browser(live).get(path)
    assert answer.status_code == 200
    return answer.text


def in_february(*days: dict[str, object], **but: object) -> InMemory:
    """A town whose season is the first days of February."""
    made = [a_calendar_day(FIRST_OF_FEBRUARY + timedelta(days=number), **day) for number, day in enumerate(days)]  # type: ignore[arg-type]
    live = InMemory()
    live.seasons = {"winter-2026": a_season(*made, **but)}  # type: ignore[arg-type]
    return live


class TestTheSeason:
    async def test_stands_as_months_each_a_table_with_its_name_from_monday_on(self) -> None:
        page = tidy(await shown(with_winter(InMemory())))
        assert re.findall(r"<caption>(.+?)</caption>", page) == [
            "2026年11月",
            "2026年12月",
            "2027年1月",
            "2027年2月",
            "2027年3月",
        ]
        heads = re.findall(
            r'<th scope="col"><span aria-hidden="true">(.)</span><span class="unseen">(..)</span></th>', page
        )
        assert heads[:7] == list(
            zip("一二三四五六日", ["周一", "周二", "周三", "周四", "周五", "周六", "周日"], strict=True)
        )
        november = page.partition('id="m-2026-11"')[2]
        assert november.index('<td class="blank"></td>' * 6 + "<td") < november.index('id="d-2026-11-01"')

    async def test_leads_to_each_of_its_days_and_says_in_words_what_it_brings(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert len(re.findall(r'href="/calendar/\d{4}-\d\d-\d\d"', page)) == 151
        assert said(page, "2027-02-05") == "2月5日 周五，除夕，1 条提醒、3 条责任任务，春节高等级防范期，休息日"
        assert said(page, "2027-02-24") == "2月24日 周三，没有要发的"
        assert said(page, "2027-03-31") == "3月31日 周三，没有要发的，“总结提升”阶段截止"
        assert said(page, "2027-03-04") == "3月4日 周四，全国两会（暂定），1 条提醒，全国两会高等级防范期，日期暂定"

    async def test_tells_what_is_owed_an_answer_from_what_is_only_read_by_shape_and_number(self) -> None:
        page = await shown(in_february({"broadcasts": 2, "duty_alerts": 1}, {"broadcasts": 1}))
        assert '<use href="#mark-duty"/></svg>1' in cell(page, "2027-02-01")
        assert '<use href="#mark-broadcast"/></svg>2' in cell(page, "2027-02-01")
        assert "mark-duty" not in cell(page, "2027-02-02")
        shapes = dict(re.findall(r'<symbol id="mark-(\w+)"[^>]*>(.+?)</symbol>', page))
        assert shapes["duty"] != shapes["broadcast"]

    async def test_shows_today_and_what_is_past(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert 'aria-current="date"' in cell(page, TODAY.isoformat())
        assert page.count('aria-current="date"') == 1
        assert " gone" in cell(page, "2027-01-29")
        assert " gone" not in cell(page, "2027-01-30")
        assert f'href="#d-{TODAY.isoformat()}"' in page

    async def test_has_no_way_to_a_today_that_lies_outside_it(self) -> None:
        page = await shown(with_winter(InMemory(), date(2027, 5, 1)))
        assert 'aria-current="date"' not in page
        assert "to-today" not in page
        assert "ribbon-now" not in page

    async def test_names_a_key_date_once_and_marks_the_end_of_a_phase(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert '<span class="named">全国两会</span>' in cell(page, "2027-03-04")
        assert "named" not in cell(page, "2027-03-05")
        assert "keyed" in cell(page, "2027-03-12")
        assert "截止" in cell(page, "2026-11-30")
        assert "mark-deadline" not in cell(page, "2026-12-01")

    async def test_hatches_and_names_what_is_not_announced_yet(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert " provisional" in cell(page, "2027-03-01")
        assert " provisional" not in cell(page, "2027-02-28")
        assert "全国两会防范期 暂定" in cell(page, "2027-03-01")

    async def test_tells_a_day_off_in_the_week_and_a_weekend_that_is_worked(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert '<span class="swapped off">休</span>' in cell(page, "2027-02-08")
        assert '<span class="swapped worked">班</span>' in cell(page, "2027-01-30")
        assert "swapped" not in cell(page, "2027-01-31")
        assert " off" in cell(page, "2027-01-31")

    async def test_shows_that_something_went_wrong(self) -> None:
        page = await shown(in_february({"duty_alerts": 1, "trouble": True}, {"duty_alerts": 1}))
        assert "mark-trouble" in cell(page, "2027-02-01")
        assert said(page, "2027-02-01") == "2月1日 周一，1 条责任任务，有没发成的"
        assert "mark-trouble" not in cell(page, "2027-02-02")

    async def test_is_the_campaigns_that_one_chose(self) -> None:
        live = with_winter(InMemory())
        live.seasons["winter-2023"] = replace(winter(), campaign="winter-2023", title="2023 年冬季消防安全防范工作")
        page = await shown(live, "/calendar?campaign=winter-2023")
        assert "<h1>2023 年冬季消防安全防范工作</h1>" in page
        assert '<a href="/calendar?campaign=winter-2023" aria-current="page">' in page
        assert "<h1>金龙镇今冬明春消防安全防范工作</h1>" in await shown(live)

    async def test_tells_campaigns_of_the_same_title_apart(self) -> None:
        campaigns = (("2023", "今冬明春"), ("2026", "今冬明春"), ("one", "春防"), ("other", "春防"), ("autumn", "秋防"))
        live = in_february({}, campaigns=campaigns)
        live.seasons = {"2023": replace(winter(), first=date(2023, 11, 1), last=date(2024, 3, 31)), "2026": winter()}
        live.seasons |= {name: in_february({}).seasons["winter-2026"] for name in ("one", "other")}
        live.seasons = {name: replace(each, campaigns=campaigns) for name, each in live.seasons.items()}
        page = await shown(live, "/calendar?campaign=2026")
        assert re.findall(r'>([^<>]+)<span class="campaign-years">([^<]+)</span>', page) == [
            ("今冬明春", "2023–24"),
            ("今冬明春", "2026–27"),
            ("春防", "one"),
            ("春防", "other"),
        ]

    async def test_says_of_a_campaign_that_nobody_wrote_that_there_is_none(self) -> None:
        answer = await browser(with_winter(InMemory())).get("/calendar?campaign=winter-1999")
        assert answer.status_code == 404
        assert "没有“winter-1999”这个专项行动" in answer.text

    async def test_says_how_to_get_one_where_there_is_none(self) -> None:
        page = await shown(InMemory())
        assert "还没有专项行动" in page
        assert "<table" not in page

    async def test_is_drawn_anew_once_it_looks_otherwise(self) -> None:
        live = in_february({"duty_alerts": 1})
        client = browser(live)
        assert "mark-trouble" not in cell((await client.get("/calendar")).text, "2027-02-01")
        live.seasons = in_february({"duty_alerts": 1, "trouble": True}).seasons
        assert "mark-trouble" in cell((await client.get("/calendar")).text, "2027-02-01")

    async def test_leads_to_a_rehearsals_own_days_on_a_rehearsals_pages(self) -> None:
        live = with_winter(InMemory())
        app = pages(Site(live), "127.0.0.1", [Mount("/rehearsal", Site(live, "/rehearsal"))])
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8765")
        season = (await client.get("/rehearsal/calendar")).text
        assert 'href="/rehearsal/calendar/2027-02-03"' in season
        assert 'href="/calendar' not in season
        day = (await client.get("/rehearsal/calendar/2027-02-03")).text
        assert 'href="/rehearsal/chats/duty-room"' in day

    async def test_speaks_english_too(self) -> None:
        page = await shown(with_winter(InMemory(lang="en")))
        assert "<caption>February 2027</caption>" in page
        assert said(page, "2027-02-05").startswith("5 February Friday, 除夕, 1 reminder(s), 3 duty alert(s)")

    async def test_cannot_be_broken_by_what_a_schedule_names(self) -> None:
        evil = "<script>alert(1)</script>"
        day: dict[str, object] = {
            "duty_alerts": 1,
            "key_days": (KeyDay(evil, provisional=True),),
            "watches": (evil,),
            "deadlines": (evil,),
        }
        live = in_february(
            day,
            title=evil,
            phases=(Rail("x", evil, FIRST_OF_FEBRUARY, FIRST_OF_FEBRUARY),),
            watches=(Band("x", evil, FIRST_OF_FEBRUARY, FIRST_OF_FEBRUARY, provisional=True),),
            campaigns=((evil, evil), ("b", "b")),
        )
        page = await shown(live)
        assert evil not in page
        assert page.count("&lt;script&gt;") > 5

    async def test_has_nothing_that_its_policy_forbids(self) -> None:
        for path in ("/calendar", "/calendar/2027-02-03"):
            page = await shown(with_winter(InMemory()), path)
            assert " style=" not in page
            assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=", page)


class TestTheMonths:
    def test_a_watch_runs_from_week_to_week_and_month_to_month(self) -> None:
        runs = [
            (each.day, run.span, run.begins, run.ends)
            for month in months(winter())
            for week in month.weeks
            for each in week
            for run in each.runs
            if run.name == "春节"
        ]
        assert runs == [
            (date(2027, 1, 29), 3, True, False),
            (date(2027, 2, 1), 7, False, False),
            (date(2027, 2, 8), 6, False, True),
        ]

    def test_watches_of_the_same_days_run_beside_each_other(self) -> None:
        def watch(name: str, first: int, last: int) -> Band:
            return Band(name, name, date(2027, 2, first), date(2027, 2, last), provisional=False)

        days = [a_calendar_day(FIRST_OF_FEBRUARY + timedelta(days=number)) for number in range(28)]
        season = a_season(*days, watches=(watch("a", 1, 10), watch("b", 8, 20), watch("c", 11, 12)))
        (february,) = months(season)
        assert {run.name: run.lane for week in february.weeks for each in week for run in each.runs} == {
            "a": 0,
            "b": 1,
            "c": 0,
        }
        assert february.lanes == 2

    def test_a_season_that_begins_within_a_month_shows_the_month_whole(self) -> None:
        season = a_season(*(a_calendar_day(date(2027, 2, day)) for day in range(10, 20)))
        (february,) = months(season)
        cells = [each for week in february.weeks for each in week]
        assert [each.day.day for each in cells if each.day] == list(range(1, 29))
        assert [each.day.day for each in cells if each.shown and each.day] == list(range(10, 20))

    def test_a_watch_that_was_on_before_the_season_runs_from_its_first_day(self) -> None:
        watch = Band("x", "x", date(2027, 1, 20), date(2027, 3, 1), provisional=False)
        (february,) = months(a_season(*(a_calendar_day(date(2027, 2, day)) for day in (4, 5)), watches=(watch,)))
        ((run,),) = [each.runs for week in february.weeks for each in week if each.runs]
        assert (run.span, run.begins, run.ends) == (2, False, False)


class TestTheRibbon:
    async def test_says_in_words_what_it_draws(self) -> None:
        page = await shown(with_winter(InMemory()))
        words = page.partition('<desc id="ribbon-words">')[2].partition("</desc>")[0]
        assert words.startswith("从11月1日到3月31日，22 条提醒、67 条责任任务；部署发动：11月1日至11月30日；")
        assert words.endswith("全国两会（暂定）高等级防范期：3月1日至3月13日")
        assert 'role="img" aria-labelledby="ribbon-title ribbon-words"' in page

    async def test_hatches_what_is_not_announced_yet(self) -> None:
        page = await shown(with_winter(InMemory()))
        assert page.count('fill="url(#ribbon-hatch)"') == 1

    def test_puts_every_day_where_it_belongs(self) -> None:
        drawn = ribbon(
            a_season(*(a_calendar_day(date(2027, 2, day), 1, 2) for day in range(1, 11)), today=date(2027, 2, 6))
        )
        assert [bar.x for bar in drawn.bars] == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
        assert (drawn.day_width, drawn.today, drawn.most) == (10, 50, 2)
        assert [tick.x for tick in drawn.ticks] == [0]
        assert ribbon(a_season(a_calendar_day(TODAY), today=date(2027, 3, 1))).today is None

    def test_cuts_a_watch_off_where_the_season_ends(self) -> None:
        watches = (
            Band("a", "a", date(2027, 1, 1), date(2027, 2, 2), provisional=False),
            Band("b", "b", date(2027, 2, 9), date(2027, 3, 2), provisional=False),
            Band("c", "c", date(2027, 3, 2), date(2027, 3, 2), provisional=False),
        )
        drawn = ribbon(a_season(*(a_calendar_day(date(2027, 2, day)) for day in range(1, 11)), watches=watches))
        assert [(each.name, each.x, each.width) for each in drawn.watches] == [("a", 0, 20), ("b", 80, 20)]

    def test_keeps_names_apart_and_within(self) -> None:
        phases = tuple(Rail(f"p{day}", "四字阶段", date(2027, 2, day), date(2027, 2, day)) for day in range(1, 11))
        drawn = ribbon(a_season(*(a_calendar_day(date(2027, 2, day)) for day in range(1, 11)), phases=phases))
        for labels in ([each.narrow for each in drawn.phases], [each.wide for each in drawn.phases]):
            assert all(one.row != other.row for one, other in pairwise(labels))
            assert labels[-1].from_its_end
            assert not labels[0].from_its_end

    def test_gives_names_on_a_wide_screen_the_room_that_there_is(self) -> None:
        sessions = ribbon(winter()).watches[-1]
        assert (sessions.narrow.row, sessions.narrow.from_its_end) == (1, True)
        assert (sessions.wide.row, sessions.wide.from_its_end) == (0, False)

    def test_puts_a_playhead_where_a_moment_stands(self) -> None:
        season = a_season(*(a_calendar_day(date(2027, 2, day)) for day in range(1, 11)))
        assert place(season, datetime(2027, 2, 6, tzinfo=TOWN.zone)) == 50
        assert place(season, datetime(2027, 2, 6, 12, tzinfo=TOWN.zone)) == 55
        assert place(season, datetime(2026, 1, 1, tzinfo=TOWN.zone)) == 0
        assert place(season, datetime(2028, 1, 1, tzinfo=TOWN.zone)) == 100


CAME: dict[Came, str] = {
    "ahead": "到时发",
    "planned": "时候到了，马上发",
    "intended": "正在发",
    "sent": "09:00 已发",
    "merged": "09:00 合并补发",
    "retrying": "没发成，还在再试：网络不通",
    "failed": "没有发出去：网络不通",
    "uncertain": "发了，不确定送到没有：网络不通",
    "missed": "错过了时候，没有发：网络不通",
    "withdrawn": "已取消，不发了",
    "past": "排上日程时已经过了，没有发",
    "recalled": "发出后撤回，已删去",
}


def with_day(*sends: object, **but: object) -> InMemory:
    live = InMemory()
    live.days = {date(2027, 2, 3): a_day(date(2027, 2, 3), *sends, **but)}  # type: ignore[arg-type]
    return live


class TestADay:
    async def test_says_what_goes_out_word_for_word_when_and_why(self) -> None:
        page = tidy(await shown(with_day(a_duty_alert(), a_broadcast()), "/calendar/2027-02-03"))
        assert '<time datetime="2027-02-03">2月3日 周三</time><span class="ahead">4 天后</span>' in page
        assert '<time datetime="2027-02-03T09:00:00+08:00">09:00</time>' in page
        assert '<span class="why">春节前 3 天</span>' in page
        assert "<li>清理楼道可燃杂物</li>" in page
        assert "1 条提醒、1 条责任任务，发到 2 个群" in page
        assert '<a href="/chats/longmen-residents">龙门村居民群</a>' in page

    async def test_names_the_offices_that_owe_an_answer_and_by_when(self) -> None:
        tomorrow = datetime(2027, 2, 4, 9, tzinfo=TOWN.zone)
        alerts = (a_duty_alert(), a_duty_alert(occurrence="later", deadline=tomorrow))
        page = tidy(await shown(with_day(*alerts), "/calendar/2027-02-03"))
        assert '<span class="term">责任单位</span>应急办、派出所、综合执法大队' in page
        assert "17:00 前回执" in page
        assert "2月4日 09:00 前回执" in page

    async def test_asks_nobody_for_an_answer_to_what_is_only_read(self) -> None:
        page = await shown(with_day(a_broadcast(offices=("应急办",))), "/calendar/2027-02-03")
        assert "告知单位" in page
        assert "前回执" not in page

    @pytest.mark.parametrize(("came", "words"), CAME.items())
    async def test_says_kindly_what_became_of_it(self, came: Came, words: str) -> None:
        tells = came in {"retrying", "failed", "uncertain", "missed"}
        nine = datetime(2027, 2, 3, 9, tzinfo=TOWN.zone)
        went = came in {"sent", "merged"}
        to = sent_to("residents", "居民群", came, nine if went else None, "网络不通" if tells else None)
        page = tidy(await shown(with_day(a_broadcast(date(2027, 2, 3), to)), "/calendar/2027-02-03"))
        assert (
            f'<li class="came-{came}"><a href="/chats/residents">居民群</a><span class="came">{words}</span></li>'
            in page
        )

    def test_has_words_for_whatever_may_become_of_it(self) -> None:
        states = {state for group in get_args(Came) for state in get_args(group)}
        assert set(CAME) == states

    async def test_names_the_day_of_what_went_out_on_another(self) -> None:
        late = sent_to("residents", "居民群", "sent", datetime(2027, 2, 4, 7, tzinfo=TOWN.zone))
        page = await shown(with_day(a_broadcast(date(2027, 2, 3), late)), "/calendar/2027-02-03")
        assert "2月4日 07:00 已发" in page

    async def test_shows_each_wording_with_its_own_chats(self) -> None:
        send = a_broadcast(
            wordings=(
                Wording("给**电报**的", (sent_to("a", "甲群"),)),
                Wording("给微信的", (sent_to("b", "乙群"), sent_to("c", "丙群"))),
            )
        )
        page = await shown(with_day(send), "/calendar/2027-02-03")
        first, second = page.split('<div class="wording">')[1:]
        assert "给<strong>电报</strong>的" in first
        assert "甲群" in first
        assert "乙群" not in first
        assert "丙群" in second

    async def test_has_a_place_for_each_occurrence_that_others_point_to(self) -> None:
        send = a_duty_alert()
        page = await shown(with_day(send), "/calendar/2027-02-03")
        assert f'id="send-{key(send.occurrence)}"' in page
        assert f'id="{key(send.occurrence)}"' in page

    async def test_leads_to_the_days_near_by_on_which_something_goes_out(self) -> None:
        live = with_day(a_broadcast(), before=date(2027, 1, 29), after=date(2027, 2, 6))
        page = await shown(live, "/calendar/2027-02-03")
        assert 'rel="prev" class="before" href="/calendar/2027-01-29"' in page
        assert 'rel="next" class="after" href="/calendar/2027-02-06"' in page
        assert 'href="/calendar#d-2027-02-03"' in page

    async def test_says_what_kind_of_day_it_is(self) -> None:
        live = with_day(key_days=(KeyDay("全国两会", provisional=True),), watches=("全国两会",), phases=("组织实施",))
        page = await shown(live, "/calendar/2027-02-03")
        for words in ("全国两会（暂定）", "全国两会高等级防范期", "组织实施阶段"):
            assert words in page

    async def test_on_which_nothing_goes_out_says_so(self) -> None:
        page = await shown(InMemory(), "/calendar/2027-02-25")
        assert "这一天不发什么" in page
        assert 'rel="prev"' not in page

    async def test_of_a_date_that_is_not_announced_says_that_it_may_change(self) -> None:
        page = await shown(with_day(a_duty_alert(provisional=True)), "/calendar/2027-02-03")
        assert "暂定" in page
        assert "日期还没有公布，公布后可能改变" in page

    @pytest.mark.parametrize(
        "written",
        ["2027-02-30", "2027-2-3", "20270203", "2027-W05-3", "tomorrow", "0001-01-01", "9999-12-31", "２０２７-02-03"],
    )
    async def test_that_does_not_exist_is_not_found(self, written: str) -> None:
        answer = await browser(with_winter(InMemory())).get(f"/calendar/{written}")
        assert answer.status_code == 404
        assert "没有这一页" in answer.text

    async def test_cannot_be_broken_by_what_a_message_says(self) -> None:
        evil = "<script>alert(1)</script>"
        to = sent_to(evil, evil, "failed", None, evil)
        send = a_duty_alert(
            subject=evil, reason=evil, occurrence=evil, offices=(evil,), wordings=(Wording(evil, (to,)),)
        )
        page = await shown(with_day(send, watches=(evil,), phases=(evil,)), "/calendar/2027-02-03")
        assert evil not in page
        assert "&lt;script&gt;" in page


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
class TestInABrowser:
    @pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1024)])
    async def test_its_pages_are_sound_at_every_width(
        self, chromium: Browser, scheme: Literal["light", "dark"], width: int
    ) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar", scheme=scheme, moves=False) as it:
            for path in ("/calendar", "/calendar/2027-02-05", "/calendar/2027-01-18", "/calendar/2027-02-25"):
                await it.page.goto(path)
                await is_sound(it.page, width, path)

    async def test_as_many_months_stand_beside_each_other_as_fit_in_rows_that_are_full(self, chromium: Browser) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar") as it:
            for width, columns in ((360, 1), (768, 2), (1024, 3), (1440, 3), (2560, 5)):
                await it.page.set_viewport_size({"width": width, "height": 800})
                tops = await it.page.locator("table.month").evaluate_all("all => all.map((it) => it.offsetTop)")
                assert tops.count(tops[0]) == columns, width

    async def test_the_keyboard_opens_a_day_and_comes_back(self, chromium: Browser) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar") as it:
            await it.page.get_by_role("link", name="2月3日 周三").focus()
            await it.page.keyboard.press("Enter")
            await expect(it.page.get_by_role("heading", level=1)).to_contain_text("2月3日 周三")
            await it.page.get_by_role("link", name="回到日历").press("Enter")
            await expect(it.page.locator("#d-2027-02-03")).to_be_in_viewport()

    async def test_a_band_covers_its_days_and_no_others(self, chromium: Browser) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar") as it:
            band = await it.page.locator("#d-2027-02-08 .run").bounding_box()
            first = await it.page.locator("#d-2027-02-08").bounding_box()
            last = await it.page.locator("#d-2027-02-13").bounding_box()
            assert band
            assert first
            assert last
            assert abs(band["x"] - first["x"]) < 2
            assert abs(band["x"] + band["width"] - last["x"] - last["width"]) < 6

    async def test_works_without_scripts(self, chromium: Browser) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar", scripts=False) as it:
            await it.page.get_by_role("link", name="2月3日 周三").click()
            await expect(it.page.get_by_text("09:00 ").first).to_be_visible()

    async def test_an_open_calendar_follows_what_happens(self, chromium: Browser) -> None:
        async with looking(chromium, live=with_winter(a_town()), path="/calendar") as it:
            await expect(it.page.get_by_text("实时更新")).to_be_visible()
            season = it.live.seasons["winter-2026"]
            days = tuple(replace(day, trouble=day.day == NOW.date()) for day in season.days)
            it.live.seasons = {season.campaign: replace(season, days=days)}
            it.live.change("duty-room")
            await expect(it.page.locator(f"#d-{NOW.date()} .mark-trouble")).to_be_attached()
