"""A span of days week by week, as it is printed for the duty room."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.app.in_force import InForce
from bot.app.simulate import simulate
from bot.app.sources import Sources
from bot.app.weeks import Week, weeks_of, whole_weeks
from bot.renderer.templates import Messages
from bot.settings import Settings
from tests.builders import a_campaign, a_duty_alert, a_phase, a_reminder, a_schedule

MESSAGES = {"sanqing-sanguan.j2": "**三清三关**\n\n- 清楼道", "duty-alert.j2": "值守"}
MONDAY, SUNDAY = date(2027, 2, 1), date(2027, 2, 7)
FESTIVAL = date(2027, 2, 6)


def weeks(
    *reminders: Mapping[str, Any], first: date = FESTIVAL, last: date = FESTIVAL, **given: Any
) -> tuple[Week, ...]:
    if reminders:
        given["reminders"] = list(reminders)
    schedule = a_schedule(**given)
    what = InForce(schedule, Messages(MESSAGES), Sources({}, {}))
    return weeks_of(schedule, simulate(what, Settings(), *whole_weeks(first, last)), first, last)


def a_day(found: tuple[Week, ...], day: date) -> Any:
    return next(each for week in found for each in week.days if each.day == day)


def test_a_week_goes_from_monday_to_sunday_whatever_day_was_asked_for() -> None:
    assert whole_weeks(FESTIVAL, FESTIVAL) == (MONDAY, SUNDAY)
    assert whole_weeks(MONDAY, SUNDAY) == (MONDAY, SUNDAY)
    (week,) = weeks(a_reminder())
    assert (week.first, week.last) == (MONDAY, SUNDAY)
    assert [each.day.isoweekday() for each in week.days] == [1, 2, 3, 4, 5, 6, 7]


def test_weeks_without_a_send_are_left_out_but_one_page_there_always_is() -> None:
    on = {"key_date": "spring-festival", "days": [-14, 0], "at": "09:00"}
    found = weeks(a_reminder(on=on), first=date(2027, 1, 1), last=date(2027, 2, 28))
    assert [week.first for week in found] == [date(2027, 1, 18), MONDAY]
    (empty,) = weeks(a_reminder(), first=date(2027, 3, 2), last=date(2027, 3, 20))
    assert empty.first == date(2027, 3, 1)


def test_an_occurrence_stands_once_with_all_its_chats_and_those_who_owe() -> None:
    found = weeks(a_duty_alert(to={"offices": "all"}), a_reminder())
    ask, told = a_day(found, FESTIVAL).sends
    assert ask.subject == "值守"
    assert ask.offices == ("派出所", "综合执法大队", "龙门村委会", "镇消防安全委员会")
    assert ask.chats == ("消防安全工作群", "longmen-office")
    assert (told.subject, told.offices, told.chats) == ("三清三关", (), ("longmen-residents",))


def test_a_day_bears_what_a_wall_calendar_says_of_it() -> None:
    workdays = {2027: {"off": ["02-05..02-12"], "work": ["01-30", "02-13"]}}
    found = weeks(a_reminder(), workdays=workdays)
    friday, festival = a_day(found, date(2027, 2, 5)), a_day(found, FESTIVAL)
    assert (friday.lunar.day_name, friday.off, friday.unusual, friday.foretold) == ("廿九", True, True, False)
    assert (festival.lunar.day_name, festival.off, festival.unusual) == ("初一", True, False)
    assert [each.name for each in festival.key_days] == ["春节"]
    assert a_day(found, date(2027, 2, 4)).term == "立春"
    on = {"key_date": "spring-festival", "days": [-7], "at": "09:00"}
    worked = a_day(weeks(a_reminder(on=on), first=date(2027, 1, 30), workdays=workdays), date(2027, 1, 30))
    assert (worked.off, worked.unusual) == (False, True)


def test_days_of_a_year_that_nobody_published_are_foretold() -> None:
    assert a_day(weeks(a_reminder()), date(2027, 2, 5)).foretold


def test_a_week_knows_its_number_its_phases_their_deadlines_and_its_watches() -> None:
    phases = [
        a_phase("mobilise", name="部署发动", from_="2027-01-20", until="2027-02-03"),
        a_phase("carry-out", name="组织实施", from_="2027-02-04", until="2027-03-31"),
    ]
    (week,) = found = weeks(a_reminder(), phases=phases)
    (running,) = week.campaigns
    assert (running.title, running.week) == ("今冬明春", 3)
    assert [each.name for each in running.phases] == ["部署发动", "组织实施"]
    assert a_day(found, date(2027, 2, 3)).deadlines == ("部署发动",)
    assert [(each.name, each.first, each.provisional) for each in week.watches] == [("春节", date(2027, 1, 29), False)]


def test_a_date_that_is_not_announced_is_provisional_with_its_watch() -> None:
    on = {"key_date": "two-sessions", "at": "09:00"}
    (week,) = weeks(a_reminder(on=on), first=date(2027, 3, 4), last=date(2027, 3, 4))
    assert [each.provisional for each in week.watches] == [True]
    assert week.days[3].key_days[0].provisional
    assert week.days[3].sends[0].occurrence.provisional


def test_every_campaign_that_is_on_is_named() -> None:
    campaigns = [a_campaign("a", title="甲"), a_campaign("b", title="乙")]
    (week,) = weeks(campaigns=campaigns)
    assert [each.title for each in week.campaigns] == ["甲", "乙"]
    assert len(week.days[5].sends) == 2
