"""Days of the lunar year. A yearly rule means the ordinary month, never its leap twin."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tyme4py.lunar import LunarDay, LunarMonth
from tyme4py.solar import SolarDay


@dataclass(frozen=True)
class LunarDate:
    """A civil day by the lunar calendar, as a wall calendar names it: 腊月, 廿九. `leap` is a leap month (闰六月)."""

    month: int
    day: int
    leap: bool
    month_name: str
    day_name: str


def lunar_date(day: date) -> LunarDate:
    """What a civil day is called in the lunar year."""
    found = SolarDay.from_ymd(day.year, day.month, day.day).get_lunar_day()
    month = found.get_lunar_month()
    number, leap = month.get_month(), month.is_leap()
    name = {11: "冬月", 12: "腊月"}.get(number) if not leap else None
    return LunarDate(number, found.get_day(), leap, name or month.get_name(), found.get_name())


@lru_cache(maxsize=1024)
def lunar_day(lunar_year: int, month: int, day: int) -> date | None:
    """The civil day of a lunar one, or None where a 29-day month lacks day 30."""
    if day > LunarMonth.from_ym(lunar_year, month).get_day_count():
        return None
    solar = LunarDay.from_ymd(lunar_year, month, day).get_solar_day()
    return date(solar.get_year(), solar.get_month(), solar.get_day())


@lru_cache(maxsize=1024)
def last_day(lunar_year: int, month: int) -> date:
    """The last civil day of a lunar month: 除夕 for month 12 (of the lunar year that ends with it)."""
    day = lunar_day(lunar_year, month, LunarMonth.from_ym(lunar_year, month).get_day_count())
    assert day is not None  # noqa: S101 - a month has its own last day
    return day
