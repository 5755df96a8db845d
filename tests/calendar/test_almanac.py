"""Two centuries against an almanac (fault 11): `almanac.txt`, in which the tables of borax 4.1.3 and the ephemeris of
sxtwl 2.0.7 agree for every year from 1900 to 2100, neither of which Gengfu reckons by.

A row: 春节; the leap month, if the lunar year has one, and its first day; how many days 腊月 has; 清明.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.calendar.lunar import last_day, lunar_date, lunar_day
from bot.calendar.solar import solar_term

ROWS = [line.split() for line in Path(__file__).with_name("almanac.txt").read_text("utf-8").splitlines()[1:]]
FESTIVAL = {int(row[0]): date.fromisoformat(f"{row[0]}-{row[1]}") for row in ROWS}


def test_it_has_two_centuries() -> None:
    assert list(FESTIVAL) == list(range(1900, 2101))


@pytest.mark.parametrize(("first", "last"), [(1900, 1949), (1950, 1999), (2000, 2049), (2050, 2100)])
def test_every_year_is_as_the_almanac_has_it(first: int, last: int) -> None:
    for written, _, leap, leap_first, days, qingming in ROWS:
        year = int(written)
        if not first <= year <= last:
            continue
        festival = FESTIVAL[year]
        assert lunar_day(year, 1, 1) == festival
        assert lunar_day(year, 1, 15) == festival + timedelta(days=14)
        eve = last_day(year, 12)
        assert eve == lunar_day(year, 12, int(days))
        assert (lunar_day(year, 12, 30) is None) == (days == "29")
        assert eve + timedelta(days=1) == FESTIVAL.get(year + 1, eve + timedelta(days=1))
        assert solar_term(year, "清明") == date.fromisoformat(f"{written}-{qingming}")
        if leap != "-":
            begins = lunar_date(date.fromisoformat(f"{written}-{leap_first}"))
            assert (begins.month, begins.day, begins.leap) == (int(leap), 1, True)


def test_new_years_eve_falls_on_the_29th_and_on_the_30th() -> None:
    assert {row[4] for row in ROWS} == {"29", "30"}
