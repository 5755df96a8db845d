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

from bot.campaign.full_width import PARTING, in_value, mark_in
from bot.campaign.problems import excerpt
from bot.language import Sentence, sentence

_DATE_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_SPAN = re.compile(r"([0-9]{1,9})([smhdw])")
_WHOLE = re.compile(r"[+-]?[0-9]{1,8}")
_ID = re.compile(r"[\w-]+")
_RANGE = re.compile(r"([0-9-]+?)\s*\.\.\s*([0-9-]+)")
_YEARS = range(1900, 2101)
_FURTHEST = 366
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def wrong(key: str, /, **values: object) -> PydanticCustomError:
    """The error of a value that cannot be taken: pydantic gives it its place, the loader its line."""
    return refused(sentence(key, **{name: excerpt(v) if isinstance(v, str) else v for name, v in values.items()}))


def refused(told: Sentence) -> PydanticCustomError:
    """As `wrong`, with the sentence ready made."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": told})


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
    """`2026-11-30` as a day of 1900 to 2100."""
    if not (parts := _DATE.fullmatch(text)):
        raise wrong("schedule.not-a-date", text=text)
    year, month, day = map(int, parts.groups())
    if year not in _YEARS:
        raise wrong("schedule.year-out-of-range", text=text)
    try:
        return date(year, month, day)
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
    first, last = _ends(text)
    if not _DATE.fullmatch(first) or not _DATE.fullmatch(last):
        raise wrong("schedule.not-a-day-range", text=text)
    found = DayRange(read_date(first), read_date(last))
    if found.last < found.first:
        raise wrong("schedule.end-before-start", first=found.first, last=found.last)
    return found


def read_month_day_range(text: str) -> MonthDayRange:
    """`03-04..03-12`, or one day."""
    first, last = _ends(text)
    if not _MONTH_DAY.fullmatch(first) or not _MONTH_DAY.fullmatch(last):
        raise wrong("schedule.not-a-month-day-range", text=text)
    found = MonthDayRange(read_month_day(first), read_month_day(last))
    if found.last < found.first:
        raise wrong("schedule.end-before-start", first=str(found.first), last=str(found.last))
    return found


def _ends(text: str) -> tuple[str, str]:
    parts = _RANGE.fullmatch(text)
    return (parts[1], parts[2]) if parts else (text, text)


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
    """`10` as a number."""
    if not _WHOLE.fullmatch(text):
        raise wrong("schedule.not-a-number", text=text)
    return int(text)


def read_offset(text: str) -> int:
    """`-3` as so many days before, `3` after: at most a year."""
    if not -_FURTHEST <= (days := read_whole_number(text)) <= _FURTHEST:
        raise wrong("schedule.too-far", text=text)
    return days


def read_count(text: str) -> int:
    """A number from 1 on."""
    if (count := read_whole_number(text)) < 1:
        raise wrong("schedule.less-than-one", text=text)
    return count


def read_truth(text: str) -> bool:
    """`true` or `false`; YAML 1.2 knows no other but their capitals."""
    if text not in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        raise wrong("schedule.not-true-or-false", text=text)
    return text.lower() == "true"


def read_id(text: str) -> str:
    """Letters of any script, digits, `-` and `_`; their full-width twins are not meant."""
    if told := in_value(text):
        raise refused(told)
    if not _ID.fullmatch(text):
        raise wrong("schedule.not-an-id", text=text)
    return text


def read_text(text: str) -> str:
    """Anything that has something in it."""
    if not text.strip():
        raise wrong("schedule.blank")
    return text


def read_word(text: str) -> str:
    """A free word, such as an audience or a tag: any text without marks that part words."""
    if not PARTING.isdisjoint(text) and (told := in_value(text)):
        raise refused(told)
    return read_text(text)


def read_half_width(text: str) -> str:
    """What a platform calls somebody or something: never a full-width mark, letter or digit."""
    if mark_in(text) and (told := in_value(text)):
        raise refused(told)
    return read_text(text)


def from_text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read a text; what has been read already passes, what is no text at all is told so."""

    def validate(value: object) -> object:
        if isinstance(value, str):
            return read(value)
        if value is None or isinstance(value, list | dict | tuple):
            raise wrong("schedule.one-value-expected")
        return value

    return BeforeValidator(validate)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


def _number_schema(lowest: int, highest: int) -> WithJsonSchema:
    bounds = {"minimum": lowest, "maximum": highest}
    return WithJsonSchema({"type": ["integer", "string"], **bounds, "pattern": "^[+-]?[0-9]{1,8}$"})


_SCALAR = ["string", "number", "boolean"]
"""What an editor may take a plain scalar for; to the loader all are texts."""

_MONTH_DAY_TEXT = "[0-9]{2}-[0-9]{2}"
_WORD_SCHEMA = WithJsonSchema({"type": _SCALAR})

Id = Annotated[str, from_text(read_id), WithJsonSchema({"type": _SCALAR, "pattern": r"^[^\s:,，：]+$"})]
Text = Annotated[str, from_text(read_text), _WORD_SCHEMA]
Word = Annotated[str, from_text(read_word), _WORD_SCHEMA]
Day = Annotated[date, from_text(read_date), _schema(_DATE_TEXT, "2026-11-30")]
Days = Annotated[
    DayRange,
    from_text(read_day_range),
    _schema(rf"{_DATE_TEXT}(\s*\.\.\s*{_DATE_TEXT})?", "2024-03-04..2024-03-11"),
]
SolarMonthDay = Annotated[MonthDay, from_text(read_month_day), _schema(_MONTH_DAY_TEXT, "01-01")]
LunarMonthDay = Annotated[MonthDay, from_text(read_lunar_month_day), _schema(_MONTH_DAY_TEXT, "01-15")]
MonthDays = Annotated[
    MonthDayRange,
    from_text(read_month_day_range),
    _schema(rf"{_MONTH_DAY_TEXT}(\s*\.\.\s*{_MONTH_DAY_TEXT})?", "03-04..03-12"),
]
TimeOfDay = Annotated[time, from_text(read_time), _schema("[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", "09:00")]
Span = Annotated[timedelta, from_text(read_span), _schema("[0-9]+[smhdw]", "2h")]
Whole = Annotated[int, from_text(read_whole_number), _number_schema(-99_999_999, 99_999_999)]
Offset = Annotated[int, from_text(read_offset), _number_schema(-_FURTHEST, _FURTHEST)]
Count = Annotated[int, from_text(read_count), _number_schema(1, 99_999_999)]
Truth = Annotated[
    bool,
    from_text(read_truth),
    WithJsonSchema({"type": ["boolean", "string"], "pattern": "^(true|True|TRUE|false|False|FALSE)$"}),
]
