"""The values that people write in the YAML, each from its text: dates, month-days, times, spans, ids.

Every scalar of a file arrives here as the text that stands in it, so `on`, `18:00` and `02-29` mean what they
say. A text that cannot be read raises `PydanticCustomError` of type `sentence`, whose context holds the
sentence for the reader.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.language import sentence

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SPAN = re.compile(r"(\d+)([smhdw])")
_WHOLE = re.compile(r"[+-]?\d+")
_ID = re.compile(r"[\w-]+")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def wrong(key: str, /, **values: object) -> PydanticCustomError:
    """The error of a value that cannot be taken: pydantic gives it its place, the loader its line."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence(key, **values)})


@dataclass(frozen=True, order=True)
class MonthDay:
    """A day that comes each year, solar or lunar: month 1-12, day 1-31."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


@dataclass(frozen=True)
class DayRange:
    """Whole days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True)
class MonthDayRange:
    """Month-days, both ends included; `first` after `last` is an error, a range stays within its year."""

    first: MonthDay
    last: MonthDay


def read_date(text: str) -> date:
    """`2026-11-30` as a day."""
    if not (parts := _DATE.fullmatch(text)):
        raise wrong("schedule.not-a-date", text=text)
    try:
        return date(*map(int, parts.groups()))
    except ValueError:
        raise wrong("schedule.no-such-date", text=text) from None


def read_month_day(text: str) -> MonthDay:
    """`02-29` as a day of each year (one that has it)."""
    if not (parts := _MONTH_DAY.fullmatch(text)):
        raise wrong("schedule.not-a-month-day", text=text)
    month, day = map(int, parts.groups())
    try:
        date(2024, month, day)
    except ValueError:
        raise wrong("schedule.no-such-month-day", text=text) from None
    return MonthDay(month, day)


def read_lunar_month_day(text: str) -> MonthDay:
    """`01-15` as a day of the lunar year: month 1-12, day 1-30."""
    if not (parts := _MONTH_DAY.fullmatch(text)):
        raise wrong("schedule.not-a-month-day", text=text)
    month, day = map(int, parts.groups())
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise wrong("schedule.no-such-lunar-day", text=text)
    return MonthDay(month, day)


def read_day_range(text: str) -> DayRange:
    """`2024-03-04..2024-03-11`, or one day."""
    first, _, last = text.partition("..")
    found = DayRange(read_date(first.strip()), read_date((last or first).strip()))
    if found.last < found.first:
        raise wrong("schedule.end-before-start", first=found.first, last=found.last)
    return found


def read_month_day_range(text: str) -> MonthDayRange:
    """`03-04..03-12`, or one day."""
    first, _, last = text.partition("..")
    found = MonthDayRange(read_month_day(first.strip()), read_month_day((last or first).strip()))
    if found.last < found.first:
        raise wrong("schedule.end-before-start", first=str(found.first), last=str(found.last))
    return found


def read_time(text: str) -> time:
    """`09:00` or `09:00:30` in the town's zone."""
    if not (parts := _TIME.fullmatch(text)):
        raise wrong("schedule.not-a-time", text=text)
    hour, minute, second = (int(part or 0) for part in parts.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        raise wrong("schedule.no-such-time", text=text) from None


def read_span(text: str) -> timedelta:
    """`30m`, `2h`, `3d`, `1w`: more than zero, at most ten years."""
    if not (parts := _SPAN.fullmatch(text)):
        raise wrong("schedule.not-a-span", text=text)
    seconds = int(parts[1]) * _SECONDS[parts[2]]
    if not 0 < seconds <= 3_660 * 86_400:
        raise wrong("schedule.span-out-of-range", text=text)
    return timedelta(seconds=seconds)


def read_whole_number(text: str) -> int:
    """`-3` as a number."""
    if not _WHOLE.fullmatch(text) or len(text) > 9:
        raise wrong("schedule.not-a-number", text=text)
    return int(text)


def read_truth(text: str) -> bool:
    """`true` or `false`; YAML 1.2 knows no other."""
    if text not in {"true", "false"}:
        raise wrong("schedule.not-true-or-false", text=text)
    return text == "true"


def read_id(text: str) -> str:
    """Letters of any script, digits, `-` and `_`."""
    if not _ID.fullmatch(text):
        raise wrong("schedule.not-an-id", text=text)
    return text


def from_text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read a text; what has been read already passes, what is no text at all is told so."""

    def validate(value: object) -> object:
        if isinstance(value, str):
            return read(value)
        if value is None or isinstance(value, list | dict | tuple):
            raise wrong("schedule.one-value-expected")
        return value

    return BeforeValidator(validate)


def listed(value: object) -> object:
    """One value stands for a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def _text_schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


_DATE_TEXT = r"\d{4}-\d{2}-\d{2}"

Id = Annotated[str, from_text(read_id), WithJsonSchema({"type": ["string", "integer"], "pattern": r"^[^\s/：，]+$"})]
Text = Annotated[str, from_text(str)]
Day = Annotated[date, from_text(read_date), _text_schema(_DATE_TEXT, "2026-11-30")]
Days = Annotated[
    DayRange,
    from_text(read_day_range),
    _text_schema(rf"{_DATE_TEXT}(\.\.{_DATE_TEXT})?", "2024-03-04..2024-03-11"),
]
SolarMonthDay = Annotated[MonthDay, from_text(read_month_day), _text_schema(r"\d{2}-\d{2}", "01-01")]
LunarMonthDay = Annotated[MonthDay, from_text(read_lunar_month_day), _text_schema(r"\d{2}-\d{2}", "01-15")]
MonthDays = Annotated[
    MonthDayRange,
    from_text(read_month_day_range),
    _text_schema(r"\d{2}-\d{2}(\.\.\d{2}-\d{2})?", "03-04..03-12"),
]
TimeOfDay = Annotated[time, from_text(read_time), _text_schema(r"\d{1,2}:\d{2}(:\d{2})?", "09:00")]
Span = Annotated[timedelta, from_text(read_span), _text_schema(r"\d+[smhdw]", "2h")]
Whole = Annotated[int, from_text(read_whole_number), WithJsonSchema({"type": "integer"})]
Truth = Annotated[bool, from_text(read_truth), WithJsonSchema({"type": "boolean"})]
