"""Days off and make-up days: the town's word, then the notices, then the rule (facts/calendar.md)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.calendar.workdays import Shift, Workdays, foretold_days_off, is_published

NOTICES = {
    2024: (
        "1/1 2/10-2/17 4/4-4/6 5/1-5/5 6/10 9/15-9/17 10/1-10/7",
        "2/4 2/18 4/7 4/28 5/11 9/14 9/29 10/12",
    ),
    2025: (
        "1/1 1/28-2/4 4/4-4/6 5/1-5/5 5/31-6/2 10/1-10/8",
        "1/26 2/8 4/27 9/28 10/11",
    ),
    2026: (
        "1/1-1/3 2/15-2/23 4/4-4/6 5/1-5/5 6/19-6/21 9/25-9/27 10/1-10/7",
        "1/4 2/14 2/28 5/9 9/20 10/10",
    ),
}
"""The days off and the make-up days of each year, as the State Council's notices say."""

ALWAYS = (date.min, date.max)


def days(year: int, listed: str) -> Iterator[date]:
    for span in listed.split():
        first, *rest = [date(year, *map(int, end.split("/"))) for end in span.split("-")]
        last = rest[0] if rest else first
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def every_day_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", NOTICES)
def test_published_years_are_as_the_notices_say_to_the_day(year: int) -> None:
    off, work = (set(days(year, listed)) for listed in NOTICES[year])
    workdays = Workdays()
    wrong = [
        each
        for each in every_day_of(year)
        if workdays.is_workday(each) != (each in work or (each.weekday() < 5 and each not in off))
    ]
    assert wrong == []
    assert not any(workdays.is_provisional(each) for each in every_day_of(year))


def test_the_year_to_come_is_foretold_by_law_and_principle_and_provisional() -> None:
    assert not is_published(2027)
    off = {each for each in every_day_of(2027) if each in foretold_days_off(2027)}
    assert off == set(days(2027, "1/1-1/3 2/5-2/12 4/3-4/5 5/1-5/5 6/9 9/15 10/1-10/7"))
    assert Workdays().is_provisional(day("2027-02-08"))
    assert not Workdays().is_workday(day("2027-02-08"))
    assert Workdays().is_workday(day("2027-02-15"))
    assert not Workdays().is_workday(day("2027-01-30")), "a make-up Saturday cannot be foretold"


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_rule_would_have_foretold_every_weekday_off_since_the_law_of_2025(year: int) -> None:
    off = {each for each in days(year, NOTICES[year][0]) if each.weekday() < 5}
    assert {each for each in foretold_days_off(year) if each.weekday() < 5} == off


def test_a_long_national_holiday_takes_in_mid_autumn() -> None:
    assert day("2025-10-08") in foretold_days_off(2025), "中秋 was 10-06"
    assert day("2026-10-08") not in foretold_days_off(2026)


def test_the_towns_word_stands_over_the_library_day_by_day() -> None:
    """As interface.md writes 2027, and one day's change to a published year."""
    own = Workdays(
        {
            2027: (frozenset(days(2027, "2/5-2/12")), frozenset(days(2027, "1/30 2/13"))),
            2026: (frozenset(days(2026, "12/24")), frozenset(days(2026, "1/3"))),
        }
    )
    assert own.is_workday(day("2027-01-30"))
    assert own.is_workday(day("2027-02-13"))
    assert not own.is_workday(day("2027-02-08"))
    assert not own.is_workday(day("2026-12-24"))
    assert own.is_workday(day("2026-01-03")), "off in the notice, a workday in this town"
    assert not own.is_workday(day("2026-10-01")), "what the town does not name stays as the notice says"
    assert own.is_workday(day("2026-10-10")), "its make-up days too"
    assert not own.is_workday(day("2027-10-01")), "and as the law says"
    assert not own.is_provisional(day("2027-02-08")), "the town has published the year"
    assert own.is_provisional(day("2028-02-08"))


SHIFTS: list[tuple[str, Shift, str]] = [
    ("2024-02-12", "next-workday", "2024-02-18"),
    ("2026-02-16", "next-workday", "2026-02-24"),
    ("2026-02-23", "next-workday", "2026-02-24"),
    ("2026-11-30", "next-workday", "2026-11-30"),
    ("2026-02-16", "previous-workday", "2026-02-14"),
    ("2026-10-03", "previous-workday", "2026-09-30"),
]


@pytest.mark.parametrize(("nominal", "shift", "landed"), SHIFTS)
def test_a_day_off_is_shifted_to_the_nearest_workday_of_its_direction(nominal: str, shift: Shift, landed: str) -> None:
    assert Workdays().shifted(day(nominal), shift, ALWAYS) == day(landed)


def test_a_shift_that_would_leave_its_bounds_goes_the_other_way() -> None:
    february = day("2026-02-01"), day("2026-02-23")
    assert Workdays().shifted(day("2026-02-16"), "next-workday", february) == day("2026-02-14")
    october = day("2026-10-01"), day("2026-10-31")
    assert Workdays().shifted(day("2026-10-03"), "previous-workday", october) == day("2026-10-08")


def test_where_all_days_are_off_the_day_stays() -> None:
    holiday = day("2026-10-01"), day("2026-10-07")
    assert Workdays().shifted(day("2026-10-03"), "next-workday", holiday) == day("2026-10-03")
