"""Workdays: the town's own word, then the State Council's notices (chinesecalendar), then the rule, 暂定.

The rule for a year that nobody has published yet: Monday to Friday, less the holidays that the law (13 days,
since 2025) and the standing principle of the notice of 2024-11-12 give. Make-up days cannot be foretold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import chinese_calendar

from bot.calendar.lunar import last_day, lunar_day
from bot.calendar.solar import solar_term

Shift = Literal["next-workday", "previous-workday"]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """Says which days are worked; `own` is the town's word by year: the days off and the make-up days.

    It lies over what the library knows, day by day: a day that it does not name stays what it was.
    """

    own: Mapping[int, tuple[frozenset[date], frozenset[date]]] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day."""
        off, work = self.own.get(day.year, (frozenset(), frozenset()))
        if day in work or day in off:
            return day in work
        if is_published(day.year):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in foretold_days_off(day.year)

    def is_provisional(self, day: date) -> bool:
        """Whether the year's workdays are only foretold (暂定)."""
        return day.year not in self.own and not is_published(day.year)

    def shifted(self, day: date, shift: Shift, within: tuple[date, date]) -> date:
        """The nearest workday in the direction asked; where that leaves `within`, in the other; else the day."""
        step = _DAY if shift == "next-workday" else -_DAY
        for direction in (step, -step):
            found = day
            while within[0] <= found <= within[1]:
                if self.is_workday(found):
                    return found
                found += direction
        return day


@lru_cache(maxsize=256)
def is_published(year: int) -> bool:
    """Whether the State Council's notice for this year is known to the library."""
    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=64)
def foretold_days_off(year: int) -> frozenset[date]:
    """The days off that a year will have by law and by the standing principle."""
    days: set[date] = set()
    eve = last_day(year - 1, 12)
    days.update(eve + n * _DAY for n in range(8))
    days.update(date(year, 5, n) for n in range(1, 6))
    mid_autumn = lunar_day(year, 8, 15)
    national = [date(year, 10, n) for n in range(1, 8)]
    if mid_autumn in national or mid_autumn == date(year, 9, 30):
        national.append(date(year, 10, 8))
    days.update(national)
    for single in (date(year, 1, 1), solar_term(year, "清明"), lunar_day(year, 5, 5), mid_autumn):
        if single is not None and single not in national:
            days.update(_with_weekend(single))
    return frozenset(days)


def _with_weekend(day: date) -> list[date]:
    """A short holiday makes three days with its weekend; a Wednesday stands alone."""
    before, after = {0: (2, 0), 1: (3, 0), 2: (0, 0), 3: (0, 3), 4: (0, 2), 5: (0, 2), 6: (1, 1)}[day.weekday()]
    return [day + n * _DAY for n in range(-before, after + 1)]
