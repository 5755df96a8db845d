"""When: each rule of `on`, its days, its times and the ids that it gives (interface.md, key-dates, When, Ids)."""

import pytest

from bot.planner.occurrence import Occurrence
from tests.builders import a_duty_alert, a_key_date, a_phase, a_reminder
from tests.planner.planning import anchors, days, moments, on, planned


def ids(found: tuple[Occurrence, ...]) -> list[str]:
    return [each.id for each in found]


def test_a_key_dates_offsets_and_times() -> None:
    found = on({"key_date": "spring-festival", "days": [-7, 0, 2], "at": ["09:00", "18:00"]})
    assert moments(found) == [
        "01-30 09:00",
        "01-30 18:00",
        "02-06 09:00",
        "02-06 18:00",
        "02-08 09:00",
        "02-08 18:00",
    ]


def test_without_days_it_is_the_day_itself() -> None:
    assert days(on({"key_date": "lantern", "at": "09:00"})) == ["02-20"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"key_date": "two-sessions", "days": [-1, 1]}, ["03-03", "03-05"]),
        ({"key_date": "two-sessions", "days": [-1, 1], "edge": "from"}, ["03-03", "03-05"]),
        ({"key_date": "two-sessions", "days": [-1, 1], "edge": "until"}, ["03-11", "03-13"]),
        ({"phase": "carry-out", "days": [0, 1]}, ["03-25", "03-26"]),
        ({"phase": "carry-out", "days": [0, 1], "edge": "from"}, ["12-01", "12-02"]),
        ({"phase": "carry-out", "days": [-1], "edge": "until"}, ["03-24"]),
    ],
)
def test_an_edge_is_the_first_day_or_the_last(rule: dict[str, object], expected: list[str]) -> None:
    assert days(on({**rule, "at": "09:00"})) == expected


def test_a_key_date_is_looked_for_in_every_year_of_the_campaign() -> None:
    long = [a_phase(**{"from": "2025-02-01", "until": "2027-03-31"})]
    found = on({"key_date": "new-year", "at": "09:00"}, phases=long)
    assert anchors(found) == ["new-year-2026/0@09:00", "new-year-2027/0@09:00"]


def test_days_count_up_to_a_year_from_a_key_date() -> None:
    eve = a_key_date("eve", name="除夕", on={"lunar_last_day": 12})
    phases = [a_phase(**{"from": "2026-01-01", "until": "2026-03-31"})]
    far = on({"key_date": "eve", "days": [366, -366], "at": "09:00"}, phases=phases, key_dates=[eve])
    assert list(zip(anchors(far), days(far), strict=True)) == [
        ("eve-2024/366@09:00", "01-29"),
        ("eve-2026/-366@09:00", "02-04"),
    ]


def test_new_years_eve_is_found_though_its_lunar_year_began_a_year_before() -> None:
    eve = a_key_date("eve", name="除夕", on={"lunar_last_day": 12})
    phases = [a_phase(**{"from": "2026-02-10", "until": "2026-03-31"})]
    assert anchors(on({"key_date": "eve", "at": "16:00"}, phases=phases, key_dates=[eve])) == ["eve-2025/0@16:00"]


def test_every_day_of_a_watch_from_before_the_first_day_to_after_the_last() -> None:
    found = on({"watch": "two-sessions", "at": "09:00"})
    assert days(found) == [f"03-{day:02}" for day in range(1, 14)]
    assert anchors(found)[0] == "two-sessions-2027/2027-03-01@09:00"


def test_a_watch_spans_the_turn_of_the_year() -> None:
    assert days(on({"watch": "new-year", "at": "09:00"})) == ["12-30", "12-31", "01-01", "01-02"]


def test_every_day_week_and_month() -> None:
    assert len(on({"every": "day", "at": "09:00", "during": {"phase": "mobilise"}})) == 30
    sum_up_mondays = on({"every": "week", "day": "mon", "at": "09:00", "during": {"phase": "sum-up"}})
    assert days(sum_up_mondays) == ["03-29"]
    assert days(on({"every": "month", "day": 14, "at": "09:00"})) == ["11-14", "12-14", "01-14", "02-14", "03-14"]


@pytest.mark.parametrize("day", [31, "last"])
def test_the_31st_is_the_last_day_in_short_months(day: object) -> None:
    assert days(on({"every": "month", "day": day, "at": "09:00"})) == ["11-30", "12-31", "01-31", "02-28", "03-31"]


def test_the_29th_of_february_in_a_leap_year() -> None:
    phases = [a_phase(**{"from": "2024-02-01", "until": "2024-03-31"})]
    assert days(on({"every": "month", "day": 29, "at": "09:00"}, phases=phases)) == ["02-29", "03-29"]
    leap_day = [a_key_date("leap", on={"solar": "02-29"})]
    assert anchors(on({"key_date": "leap", "at": "09:00"}, phases=phases, key_dates=leap_day)) == ["leap-2024/0@09:00"]
    assert on({"key_date": "leap", "at": "09:00"}, key_dates=leap_day) == ()


def test_a_rhythm_during_a_phase_stays_in_it() -> None:
    found = on({"every": "month", "day": 25, "at": "09:00", "during": {"phase": "carry-out"}})
    assert days(found) == ["12-25", "01-25", "02-25", "03-25"]
    assert {each.phase for each in found} == {"carry-out"}


def test_ids_are_spelled_as_interface_md_has_them() -> None:
    found = planned(
        a_reminder("spring-festival-warning", on={"key_date": "spring-festival", "days": [-3], "at": "09:00"}),
        a_duty_alert("mobilise-deadline", on={"phase": "mobilise", "edge": "until", "days": [-7], "at": "09:00"}),
        a_duty_alert("sessions", on={"watch": "two-sessions", "at": "09:00"}),
        a_reminder("weekly-review", on={"every": "week", "day": "mon", "at": "09:00"}),
        a_reminder("drill", on={"date": "2026-12-20", "at": "15:00"}),
        a_reminder("to-the-second", on={"date": "2026-12-20", "at": "15:00:30"}),
    )
    assert set(ids(found)) >= {
        "winter-2026/spring-festival-warning/spring-festival-2027/-3@09:00",
        "winter-2026/mobilise-deadline/mobilise-until/-7@09:00",
        "winter-2026/sessions/two-sessions-2027/2027-03-02@09:00",
        "winter-2026/weekly-review/every/2026-12-07@09:00",
        "winter-2026/drill/date/2026-12-20@15:00",
        "winter-2026/to-the-second/date/2026-12-20@15:00:30",
    }


def test_a_lunar_anchor_bears_its_lunar_year() -> None:
    eve = a_key_date("new-years-eve", name="除夕", on={"lunar_last_day": 12})
    found = on({"key_date": "new-years-eve", "at": "16:00"}, key_dates=[eve])
    assert anchors(found) == ["new-years-eve-2026/0@16:00"]
    assert days(found) == ["02-05"], "of 2027"


def test_an_announced_date_moves_the_day_and_keeps_the_id() -> None:
    rule = {"key_date": "two-sessions", "days": [-3], "at": "09:00"}
    announced = a_key_date(
        "two-sessions", on={"by_year": {2027: "2027-03-05..2027-03-15"}, "otherwise": "03-04..03-12"}
    )
    before, after = on(rule), on(rule, key_dates=[announced])
    assert ids(before) == ids(after)
    assert (days(before), days(after)) == (["03-01"], ["03-02"])


def test_by_year_overrules_any_other_rule_for_its_year() -> None:
    moved = a_key_date("qingming", on={"solar_term": "清明", "by_year": {2027: "2027-03-06"}})
    assert days(on({"key_date": "qingming", "at": "09:00"}, key_dates=[moved])) == ["03-06"]


def test_a_year_that_is_neither_announced_nor_guessed_has_no_date() -> None:
    unknown = a_key_date("two-sessions", on={"by_year": {2024: "2024-03-04..2024-03-11"}})
    assert on({"key_date": "two-sessions", "at": "09:00"}, key_dates=[unknown]) == ()


def test_nothing_falls_outside_the_campaign() -> None:
    assert days(on({"key_date": "two-sessions", "edge": "until", "days": [18, 19, 20], "at": "09:00"})) == [
        "03-30",
        "03-31",
    ]
    assert on({"key_date": "spring-festival", "days": [-98, -97], "at": "09:00"})[0].due.date().isoformat() == (
        "2026-11-01"
    )


def test_but_what_counts_back_to_a_phases_own_edge_may_come_before() -> None:
    before = on({"phase": "mobilise", "edge": "from", "days": [-3, 0], "at": "09:00"})
    assert days(before) == ["10-29", "11-01"]
    assert [each.phase for each in before] == [None, "mobilise"]
    assert on({"phase": "sum-up", "edge": "until", "days": [1], "at": "09:00"}) == (), "not after"


def test_a_plan_is_in_order_of_due_time_then_id() -> None:
    found = planned(
        a_reminder("b", on={"every": "day", "at": ["18:00", "09:00"]}),
        a_reminder("a", on={"every": "day", "at": "09:00"}),
    )
    assert [(each.due, each.id) for each in found] == sorted((each.due, each.id) for each in found)
    assert [each.reminder for each in found[:3]] == ["a", "b", "b"]
