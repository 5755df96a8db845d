"""The season as a calendar: which campaign, which days, and what stands on each (`bot.app.live.season`)."""

from collections.abc import Set
from datetime import date, datetime, timedelta
from typing import Any

from bot.app.live.placed import Placed, placed
from bot.app.live.season import key_days_in, shown_season, watches_in
from bot.app.view.season import CalendarDay, KeyDay, Rail, ShownSeason
from bot.campaign.model import Schedule
from bot.ledger.deliveries import Issued
from bot.planner.plan import season
from tests.app.stage import at
from tests.builders import (
    Written,
    a_campaign,
    a_duty_alert,
    a_key_date,
    a_phase,
    a_reminder,
    a_schedule,
    some_key_dates,
)
from tests.outbox.stage import an_ask
from tests.planner.planning import WINTER

TODAY = date(2027, 1, 30)


def shown(
    schedule: Schedule,
    named: str | None = None,
    today: date = TODAY,
    issued: tuple[Issued, ...] = (),
    troubled: Set[str] = frozenset(),
) -> ShownSeason:
    on_record = {each.occurrence: each for each in issued}
    found = shown_season(schedule, named, today, placed(season(schedule), on_record, schedule.town.zone), troubled)
    assert found is not None
    return found


def winter(*reminders: Written, **given: Any) -> Schedule:
    return a_schedule(phases=WINTER, reminders=list(reminders) or [a_reminder()], **given)


def on(shown: ShownSeason, month: int, day: int) -> CalendarDay:
    return next(each for each in shown.days if (each.day.month, each.day.day) == (month, day))


def a_year(id_: str, year: int) -> Written:
    """A campaign of one winter."""
    phase = a_phase(from_=f"{year}-11-01", until=f"{year + 1}-03-31")
    return a_campaign(
        id_, title=f"{year} 年冬", phases=[phase], reminders=[a_reminder(on={"every": "day", "at": "09:00"})]
    )


def gone_out(schedule: Schedule, at: datetime, **but: Any) -> Issued:
    """The schedule's one occurrence, as it fell due at this moment."""
    (planned,) = season(schedule)
    return an_ask(due=at, occurrence=planned.id, campaign=planned.campaign, **but)


def test_every_day_of_the_campaign_is_there_and_its_phases_as_they_are_written() -> None:
    found = shown(winter())
    assert (found.campaign, found.title, found.today) == ("winter-2026", "今冬明春", TODAY)
    assert (found.first, found.last) == (date(2026, 11, 1), date(2027, 3, 31))
    assert [each.day for each in found.days] == [date(2026, 11, 1) + timedelta(days=n) for n in range(151)]
    assert found.phases[0] == Rail("mobilise", "部署发动", date(2026, 11, 1), date(2026, 11, 30))
    assert [each.day for each in found.days if each.deadlines] == [each.last for each in found.phases]
    assert on(found, 11, 30).deadlines == ("部署发动",)


def test_the_campaign_that_is_on_is_shown_else_the_next_else_the_last() -> None:
    schedule = a_schedule(campaigns=[a_year("later", 2028), a_year("winter", 2026)])
    for today, expected in (
        (date(2026, 10, 31), "winter"),
        (date(2027, 3, 31), "winter"),
        (date(2027, 4, 1), "later"),
        (date(2028, 12, 1), "later"),
        (date(2030, 1, 1), "later"),
    ):
        assert shown(schedule, today=today).campaign == expected, today
    assert shown(schedule, "later").campaigns == (("winter", "2026 年冬"), ("later", "2028 年冬"))
    assert shown(schedule, "later").first == date(2028, 11, 1)
    assert shown_season(schedule, "summer", TODAY, {}, frozenset()) is None


def test_each_day_tells_how_many_warnings_and_how_many_asks_it_brings() -> None:
    found = shown(
        winter(
            a_reminder("one", on={"date": "2026-12-20", "at": ["09:00", "15:00"]}),
            a_duty_alert("two", on={"date": "2026-12-20", "at": "10:00"}),
        )
    )
    assert (on(found, 12, 20).broadcasts, on(found, 12, 20).duty_alerts, on(found, 12, 20).sends) == (2, 1, 3)
    assert sum(each.sends for each in found.days) == 3


def test_another_campaigns_sends_are_not_counted() -> None:
    schedule = a_schedule(campaigns=[a_year("winter", 2026), a_year("other", 2026)])
    assert {each.sends for each in shown(schedule, "other").days} == {1}


def test_what_goes_out_before_the_first_day_is_there_too() -> None:
    early = a_duty_alert(on={"phase": "mobilise", "edge": "from", "days": [-3], "at": "09:00"})
    found = shown(winter(early))
    assert found.first == date(2026, 10, 29)
    assert [(each.day, each.duty_alerts) for each in found.days if each.sends] == [(date(2026, 10, 29), 1)]
    assert len(found.days) == 151 + 3


def test_watches_and_key_days_are_those_that_touch_the_season_in_their_order() -> None:
    found = shown(winter())
    assert [(each.name, each.first, each.last, each.provisional) for each in found.watches] == [
        ("元旦", date(2026, 12, 30), date(2027, 1, 2), False),
        ("春节", date(2027, 1, 29), date(2027, 2, 13), False),
        ("元宵节", date(2027, 2, 19), date(2027, 2, 21), False),
        ("全国两会", date(2027, 3, 1), date(2027, 3, 13), True),
    ]
    assert on(found, 2, 6).key_days == (KeyDay("春节", provisional=False),)
    assert on(found, 3, 12).key_days == (KeyDay("全国两会", provisional=True),)
    assert on(found, 2, 13).watches == ("春节",)
    assert on(found, 2, 14).watches == ()


def test_a_watch_that_begins_before_the_season_or_ends_after_it_keeps_its_own_days() -> None:
    long = a_key_date("flood", name="汛期", on={"solar": "04-15"}, watch={"from": -30, "until": 1})
    found = shown(winter(key_dates=[*some_key_dates(), long]))
    assert (found.watches[-1].first, found.watches[-1].last) == (date(2027, 3, 16), date(2027, 4, 16))
    assert on(found, 3, 31).watches == ("汛期",)


def test_a_lunar_date_is_found_in_the_civil_year_after_its_own() -> None:
    eve = a_key_date("eve", name="除夕", on={"lunar_last_day": 12}, watch={"from": 0, "until": 0})
    schedule = winter(key_dates=[*some_key_dates(), eve])
    day = date(2027, 2, 5)
    assert key_days_in(schedule, day, day) == {day: (KeyDay("除夕", provisional=False),)}
    assert [each.name for each in watches_in(schedule, day, day)] == ["春节", "除夕"]


def test_several_watches_on_one_day_are_all_named() -> None:
    winter_solstice = a_key_date("eve", name="除夕", on={"lunar_last_day": 12}, watch={"from": -1, "until": 0})
    found = shown(winter(key_dates=[*some_key_dates(), winter_solstice]))
    assert on(found, 2, 4).watches == ("春节", "除夕")


def test_days_on_which_nobody_works_are_the_towns_own() -> None:
    found = shown(winter(workdays={2027: {"off": ["02-05..02-12"], "work": ["01-30"]}}))
    off = {f"{each.day:%m-%d}" for each in found.days if each.off}
    assert {"02-05", "02-08", "02-12", "01-31"} <= off
    assert not {"01-30", "02-04", "02-15"} & off


def test_what_is_not_announced_is_marked_until_it_has_gone_out() -> None:
    schedule = winter(a_duty_alert(on={"key_date": "two-sessions", "at": "09:00"}))
    assert on(shown(schedule), 3, 4).provisional
    went = gone_out(schedule, datetime(2027, 3, 4, 9, tzinfo=schedule.town.zone))
    assert not on(shown(schedule, issued=(went,)), 3, 4).provisional


def test_what_went_out_stands_on_the_day_on_which_it_did_whatever_its_date_is_now() -> None:
    schedule = winter(a_duty_alert(on={"key_date": "two-sessions", "at": "09:00"}))
    went = gone_out(schedule, datetime(2027, 3, 2, 9, tzinfo=schedule.town.zone))
    found = shown(schedule, issued=(went,))
    assert [(each.day, each.duty_alerts) for each in found.days if each.sends] == [(date(2027, 3, 2), 1)]


def test_what_went_out_stays_there_though_the_schedule_has_it_no_more() -> None:
    schedule = winter(a_duty_alert(on={"key_date": "two-sessions", "at": "09:00"}))
    went = gone_out(schedule, datetime(2027, 3, 4, 9, tzinfo=schedule.town.zone))
    found = shown(winter(), issued=(went,))
    assert on(found, 3, 4).duty_alerts == 1


def test_what_was_withdrawn_is_not_counted() -> None:
    schedule = winter(a_duty_alert(on={"key_date": "two-sessions", "at": "09:00"}))
    gone = gone_out(schedule, datetime(2027, 3, 4, 9, tzinfo=schedule.town.zone), withdrawn=True)
    assert sum(each.sends for each in shown(schedule, issued=(gone,)).days) == 0


def test_a_day_tells_that_something_of_it_went_wrong() -> None:
    schedule = winter(a_duty_alert(on={"date": "2026-12-20", "at": "09:00"}))
    (planned,) = season(schedule)
    assert [each.day for each in shown(schedule, troubled={planned.id}).days if each.trouble] == [date(2026, 12, 20)]
    assert not any(each.trouble for each in shown(schedule, troubled={"winter-2025/other"}).days)


def test_what_is_placed_bears_the_towns_day_in_order_of_its_hour() -> None:
    late = an_ask("late", due=at("00:30:00", day=6).astimezone(None))
    early = an_ask("early", due=at("23:59:00"))
    zone = a_schedule().town.zone
    found = placed((), {each.occurrence: each for each in (late, early)}, zone)
    assert list(found) == [date(2036, 2, 5), date(2036, 2, 6)]
    assert [each.due.tzinfo for sends in found.values() for each in sends] == [zone, zone]
    assert found[date(2036, 2, 6)] == (Placed(late.occurrence, "winter", at("00:30:00", day=6), duty_alert=True),)
