"""What a wall calendar writes beside a day: its lunar name, and the solar term that begins."""

from datetime import date, timedelta

import pytest

from bot.calendar.lunar import last_day, lunar_date, lunar_day
from bot.calendar.solar import SOLAR_TERMS, solar_term, term_on


@pytest.mark.parametrize(
    ("day", "month", "name"),
    [
        ("2027-02-05", "腊月", "廿九"),
        ("2027-02-06", "正月", "初一"),
        ("2026-12-22", "冬月", "十四"),
        ("2025-07-24", "六月", "三十"),
        ("2025-07-25", "闰六月", "初一"),
    ],
)
def test_a_day_has_its_lunar_name(day: str, month: str, name: str) -> None:
    found = lunar_date(date.fromisoformat(day))
    assert (found.month_name, found.day_name) == (month, name)


def test_the_name_of_a_day_leads_back_to_the_day() -> None:
    for number in range(400):
        day = date(2026, 2, 17) + timedelta(days=number)
        found = lunar_date(day)
        assert not found.leap, "these years have no leap month"
        lunar_year = 2026 if day <= last_day(2026, 12) else 2027
        assert lunar_day(lunar_year, found.month, found.day) == day


def test_a_term_begins_on_its_day_and_on_no_other() -> None:
    days = {solar_term(2027, name): name for name in SOLAR_TERMS}
    for number in range(365):
        day = date(2027, 1, 1) + timedelta(days=number)
        assert term_on(day) == days.get(day)
