"""Shifts, quiet hours, deadlines, days left, what is provisional, and the reason in words."""

from datetime import timedelta

import pytest

from bot.language import say
from tests.builders import a_duty_alert, a_key_date, a_phase, a_reminder, a_town
from tests.planner.planning import WINTER, anchors, days, moments, on, planned


def february(year: int) -> list[dict[str, object]]:
    return [a_phase(**{"from": f"{year}-02-01", "until": f"{year}-03-10"})]


MONDAYS = {"every": "week", "day": "mon", "at": "09:00", "shift": "next-workday"}


def test_a_shifted_monday_keeps_its_id() -> None:
    found = on(MONDAYS, phases=february(2024))
    assert dict(zip(anchors(found), days(found), strict=True))["every/2024-02-12@09:00"] == "02-18"


def test_two_that_land_on_one_day_are_one_the_nearer() -> None:
    found = on(MONDAYS, phases=february(2026))
    assert days(found) == ["02-02", "02-09", "02-24", "03-02", "03-09"]
    assert anchors(found)[2] == "every/2026-02-23@09:00"


def test_each_time_of_the_day_is_one_by_itself() -> None:
    found = on({**MONDAYS, "at": ["09:00", "15:00"]}, phases=february(2026))
    assert moments(found)[4:6] == ["02-24 09:00", "02-24 15:00"]


def test_a_shift_that_would_leave_the_phase_goes_the_other_way() -> None:
    phases = [
        a_phase("one", name="甲", **{"from": "2026-02-01", "until": "2026-02-22"}),
        a_phase("two", name="乙", **{"from": "2026-02-23", "until": "2026-03-10"}),
    ]
    found = dict(zip(anchors(on(MONDAYS, phases=phases)), days(on(MONDAYS, phases=phases)), strict=True))
    assert found["every/2026-02-16@09:00"] == "02-14", "the make-up Saturday before, not the 24th"
    assert found["every/2026-02-23@09:00"] == "02-24"
    deadline = on({"phase": "one", "days": [0], "at": "09:00", "shift": "next-workday"}, phases=phases)
    assert days(deadline) == ["02-14"], "a deadline is not put off"


def test_every_kind_of_rule_can_be_shifted() -> None:
    shift = {"at": "09:00", "shift": "previous-workday"}
    assert days(on({"key_date": "spring-festival", **shift})) == ["02-04"]
    assert days(on({"date": "2027-03-20", **shift})) == ["03-19"]
    assert days(on({"every": "month", "day": "last", **shift})) == ["11-30", "12-31", "01-29", "02-26", "03-31"]
    assert days(on({"watch": "new-year", **shift})) == ["12-30", "12-31"], "New Year's days off fall back on the 31st"


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("21:29", "12-20 21:29"),
        ("21:30", "12-21 07:00"),
        ("23:59:59", "12-21 07:00"),
        ("00:00", "12-20 07:00"),
        ("06:59", "12-20 07:00"),
        ("07:00", "12-20 07:00"),
    ],
)
def test_a_broadcast_waits_for_the_end_of_quiet_hours_and_its_id_keeps_its_time(at: str, due: str) -> None:
    found = on({"date": "2026-12-20", "at": at})
    assert moments(found) == [due]
    assert anchors(found) == [f"date/2026-12-20@{at}"]
    assert f"{found[0].nominal:%m-%d %H:%M:%S}".startswith(f"12-20 {at}")


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = a_town(quiet_hours={"from": "12:00", "until": "14:00"})
    assert moments(on({"date": "2026-12-20", "at": ["11:59", "13:00", "14:00", "23:00"]}, town=siesta)) == [
        "12-20 11:59",
        "12-20 14:00",
        "12-20 23:00",
    ]


def test_broadcasts_that_wait_for_the_same_morning_are_one() -> None:
    assert moments(on({"date": "2026-12-20", "at": ["22:00", "23:00"]})) == ["12-21 07:00"]


@pytest.mark.parametrize("urgent", [False, True])
def test_a_duty_alert_goes_at_its_time_at_night_as_well(urgent: bool) -> None:
    (found,) = planned(a_duty_alert(on={"date": "2026-12-20", "at": "23:00"}, urgent=urgent))
    assert found.due == found.nominal
    assert moments([found]) == ["12-20 23:00"]
    assert found.urgent is urgent


def test_a_deadline_counts_from_the_due_moment_and_stands_in_quiet_hours() -> None:
    answer = {"within": "2h", "expects": "received"}
    (found,) = planned(a_duty_alert(on={"date": "2026-12-20", "at": "21:00"}, answer=answer))
    assert found.deadline == found.due + timedelta(hours=2)
    assert found.answer is not None
    assert found.answer.expects == "received"
    (broadcast,) = on({"date": "2026-12-20", "at": "21:00"})
    assert broadcast.deadline is None


def test_the_ladder_of_an_ask_is_planned_with_it() -> None:
    answer = {
        "within": "2h",
        "expects": "done",
        "remind_every": "30m",
        "then": [{"after": "4h", "tell": "镇消防安全委员会"}],
    }
    (found,) = planned(a_duty_alert(answer=answer))
    assert found.answer is not None
    assert found.answer.remind_every == timedelta(minutes=30)
    assert [(step.after, step.tell) for step in found.answer.then] == [(timedelta(hours=4), ("fire-committee",))]


def test_lateness_and_doubt_where_nothing_is_said() -> None:
    (broadcast,), (alert,) = on({"date": "2026-12-20", "at": "09:00"}), planned(a_duty_alert())
    assert broadcast.late == alert.late == timedelta(hours=6)
    assert (broadcast.on_doubt, alert.on_doubt) == ("hold", "resend")
    (said,) = planned(a_reminder(late="2d", on_doubt="resend"))
    assert (said.late, said.on_doubt) == (timedelta(days=2), "resend")


def test_days_left_are_as_of_the_due_day() -> None:
    assert [each.days_left for each in on({"phase": "mobilise", "days": [-7, 0], "at": "09:00"})] == [7, 0]
    assert [each.days_left for each in on({"key_date": "spring-festival", "days": [-3, 2], "at": "09:00"})] == [3, -2]
    assert [
        each.days_left for each in on({"key_date": "two-sessions", "edge": "until", "days": [-1], "at": "09:00"})
    ] == [1]
    assert [each.days_left for each in on({"watch": "new-year", "at": "09:00"})] == [2, 1, 0, -1]
    assert [each.days_left for each in on({"watch": "two-sessions", "at": "09:00"})] == list(range(3, -10, -1))
    (waited,) = on({"key_date": "spring-festival", "days": [-3], "at": "22:00"})
    assert waited.days_left == 2, "it is read the morning after"
    assert on({"date": "2026-12-20", "at": "09:00"})[0].days_left is None
    assert {each.days_left for each in on({"every": "month", "day": 14, "at": "09:00"})} == {None}


@pytest.mark.parametrize(
    "rule",
    [
        {"key_date": "two-sessions", "edge": "from"},
        {"key_date": "two-sessions", "edge": "until"},
        {"watch": "two-sessions"},
    ],
)
def test_each_end_of_an_unannounced_date_is_provisional(rule: dict[str, object]) -> None:
    assert all(each.provisional for each in on({**rule, "at": "09:00"}))
    announced = a_key_date(
        "two-sessions", on={"by_year": {2027: "2027-03-04..2027-03-11"}}, watch={"from": -3, "until": 1}
    )
    assert not any(each.provisional for each in on({**rule, "at": "09:00"}, key_dates=[announced]))


def test_what_unpublished_workdays_decide_is_provisional() -> None:
    found = on(MONDAYS)
    assert {each.due.year for each in found if each.provisional} == {2027}
    assert {each.due.year for each in found if not each.provisional} == {2026}
    unshifted = {key: value for key, value in MONDAYS.items() if key != "shift"}
    assert not any(each.provisional for each in on(unshifted)), "a Monday is a Monday"
    published = {2027: {"off": ["02-05..02-12"], "work": ["01-30", "02-13"]}}
    own = on(MONDAYS, workdays=published)
    assert not any(each.provisional for each in own)
    assert "02-13" in days(own), "Monday the 8th is off, Saturday the 13th made up"


def test_phase_is_the_one_in_which_it_is_due_and_phase_named_the_one_of_the_rule() -> None:
    (found,) = on({"phase": "carry-out", "edge": "from", "days": [-1], "at": "09:00"})
    assert (found.phase, found.phase_named) == ("mobilise", "carry-out")
    (dated,) = on({"date": "2026-11-30", "at": "22:00"})
    assert (dated.phase, dated.phase_named) == ("carry-out", None), "due on the morning of the 1st"


REASONS = [
    ({"key_date": "spring-festival", "days": [-3]}, "春节前 3 天", "3 day(s) before 春节"),
    ({"key_date": "spring-festival"}, "春节当天", "春节, on the day"),
    ({"key_date": "spring-festival", "days": [2]}, "春节后 2 天", "2 day(s) after 春节"),
    ({"key_date": "two-sessions", "edge": "until"}, "全国两会最后一天当天", "last day of 全国两会, on the day"),
    ({"watch": "lantern"}, "元宵节高等级防范期第 1 天", "day 1 of the 元宵节 watch"),
    ({"phase": "mobilise", "days": [-7]}, "“部署发动”阶段截止前 7 天", "7 day(s) before deadline of phase 部署发动"),
    ({"phase": "mobilise", "edge": "from"}, "“部署发动”阶段开始当天", "start of phase 部署发动, on the day"),
    ({"every": "day"}, "每天", "every day"),
    ({"every": "week", "day": "周三"}, "每周三", "every Wednesday"),
    ({"every": "month", "day": 14}, "每月 14 日", "day 14 of every month"),
    ({"every": "month", "day": "last"}, "每月最后一天", "last day of every month"),
    ({"date": "2026-12-20"}, "指定日期", "on its date"),
    (
        {"date": "2026-12-20", "shift": "next-workday"},
        "指定日期（原定 2026-12-20，因休息日调整）",
        "on its date (moved from 2026-12-20, a day off)",
    ),
]


@pytest.mark.parametrize(("rule", "zh", "en"), REASONS)
def test_the_reason_is_told_in_words(rule: dict[str, object], zh: str, en: str) -> None:
    reason = on({**rule, "at": "09:00"})[0].reason
    assert (say(reason, "zh"), say(reason, "en")) == (zh, en)


def test_the_reason_tells_that_it_waited_for_the_morning() -> None:
    (found,) = on({"date": "2026-12-20", "at": "22:00"}, phases=WINTER)
    assert say(found.reason) == "指定日期（原定 22:00，避开夜间）"
    assert say(found.reason, "en") == "on its date (waits from 22:00 for the end of quiet hours)"
