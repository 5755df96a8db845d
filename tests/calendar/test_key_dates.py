"""Lunar days, solar terms and month-days, against the years that were held against an ephemeris."""

from datetime import date, timedelta

import pytest

from bot.calendar.lunar import last_day, lunar_day
from bot.calendar.solar import SOLAR_TERMS, month_day, solar_term

SPRING_FESTIVALS = [
    "1954-02-03", "1988-02-17", "2000-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22",
    "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
    "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
]  # fmt: skip

YEARS = """
    year  除夕        春节        元宵        清明        冬至
    2024  2024-02-09  2024-02-10  2024-02-24  2024-04-04  2024-12-21
    2025  2025-01-28  2025-01-29  2025-02-12  2025-04-04  2025-12-21
    2026  2026-02-16  2026-02-17  2026-03-03  2026-04-05  2026-12-22
    2027  2027-02-05  2027-02-06  2027-02-20  2027-04-05  2027-12-22
    2028  2028-01-25  2028-01-26  2028-02-09  2028-04-04  2028-12-21
"""
ROWS = [line.split() for line in YEARS.strip().splitlines()[1:]]


@pytest.mark.parametrize("day", [date.fromisoformat(day) for day in SPRING_FESTIVALS], ids=str)
def test_spring_festival_is_the_first_of_the_lunar_year_and_new_years_eve_the_day_before(day: date) -> None:
    assert lunar_day(day.year, 1, 1) == day
    assert last_day(day.year - 1, 12) == day - timedelta(days=1), "除夕 belongs to the lunar year that it ends"


@pytest.mark.parametrize(("year", "eve", "festival", "lantern", "qingming", "solstice"), ROWS)
def test_the_key_dates_of_a_year(
    year: str, eve: str, festival: str, lantern: str, qingming: str, solstice: str
) -> None:
    found = [
        last_day(int(year) - 1, 12),
        lunar_day(int(year), 1, 1),
        lunar_day(int(year), 1, 15),
        solar_term(int(year), "清明"),
        solar_term(int(year), "冬至"),
    ]
    assert found == [date.fromisoformat(day) for day in (eve, festival, lantern, qingming, solstice)]


def test_midnight_is_beijings() -> None:
    """The new moon of 2027-02-06 comes at 23:56 in Beijing, when it is the 7th in Seoul."""
    assert lunar_day(2027, 1, 1) == date(2027, 2, 6)
    assert solar_term(2021, "冬至") == date(2021, 12, 21), "by 42 seconds"


def test_each_solar_term_falls_in_the_year_asked_for_and_they_follow_one_another() -> None:
    january_first = sorted(SOLAR_TERMS, key=lambda name: solar_term(2027, name))
    assert january_first[0] == "小寒"
    assert january_first[-1] == "冬至"
    assert {solar_term(2027, name).year for name in SOLAR_TERMS} == {2027}
    assert solar_term(2027, "大寒") == date(2027, 1, 20)


def test_2033_has_a_leap_month_and_a_yearly_rule_means_the_ordinary_one() -> None:
    assert lunar_day(2033, 11, 1) == date(2033, 11, 22), "not the leap 冬月 of 12-22"
    assert lunar_day(2033, 12, 1) == date(2034, 1, 20)
    assert lunar_day(2023, 2, 2) == date(2023, 2, 21), "not the leap month's of 03-23"


def test_the_twelfth_month_has_29_days_or_30() -> None:
    assert lunar_day(2023, 12, 30) == last_day(2023, 12) == date(2024, 2, 9)
    for year in range(2024, 2029):
        assert lunar_day(year, 12, 30) is None
        assert lunar_day(year, 12, 29) == last_day(year, 12)


@pytest.mark.parametrize("year", range(2023, 2033))
def test_02_29_exists_in_leap_years_alone(year: int) -> None:
    assert month_day(year, 2, 29) == (date(year, 2, 29) if year in {2024, 2028, 2032} else None)
