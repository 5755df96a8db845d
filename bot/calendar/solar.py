"""Days that come each solar year: a month and a day, or one of the 24 solar terms (节气)."""

from datetime import date
from functools import lru_cache

from tyme4py.solar import SolarDay, SolarTerm

SOLAR_TERMS: tuple[str, ...] = tuple(SolarTerm.NAMES)
"""The 24 terms, from 冬至 on."""


def month_day(year: int, month: int, day: int) -> date | None:
    """The day of this year, or None where the year lacks it (02-29)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def solar_term(year: int, name: str) -> date:
    """The day on which a term falls in a civil year, by Beijing's day (GB/T 33661-2017).

    tyme4py counts a year's terms from the 冬至 before it, so that year's own 冬至 is its 25th.
    """
    index = SOLAR_TERMS.index(name) or len(SOLAR_TERMS)
    day = SolarTerm.from_index(year, index).get_solar_day()
    return date(day.get_year(), day.get_month(), day.get_day())


def term_on(day: date) -> str | None:
    """The term that begins on this day, if one does."""
    found = SolarDay.from_ymd(day.year, day.month, day.day).get_term_day()
    return str(found.get_solar_term().get_name()) if found.get_day_index() == 0 else None
