"""`schedules/key-dates.yaml`: which day a holiday or event is, its watch, and the town's own workdays."""

import re
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from bot.calendar.solar import SOLAR_TERMS
from bot.campaign.scalars import (
    Days,
    Id,
    LunarMonthDay,
    MonthDays,
    Offset,
    SolarMonthDay,
    Text,
    Word,
    from_text,
    wrong,
)
from bot.campaign.written import Written

_YEAR = re.compile(r"19[0-9]{2}|20[0-9]{2}|2100")
_MONTH_DAY = re.compile(r"(?<![0-9-])([0-9]{2}-[0-9]{2})(?![0-9-])")
_LUNAR_MONTH = re.compile(r"0?[1-9]|1[0-2]")


class Watch(Written):
    """高等级防范期: days from the key date's first day (`from_`) to its last (`until`), both offsets included."""

    from_: Offset = Field(alias="from")
    until: Offset


def _read_solar_term(text: str) -> str:
    if text not in SOLAR_TERMS:
        raise wrong("schedule.unknown-solar-term", text=text, terms=SOLAR_TERMS)
    return text


def _read_lunar_month(text: str) -> int:
    if not _LUNAR_MONTH.fullmatch(text):
        raise wrong("schedule.no-such-lunar-month", text=text)
    return int(text)


def _read_year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise wrong("schedule.not-a-year", text=text)
    return int(text)


LunarMonth = Annotated[
    int,
    from_text(_read_lunar_month),
    WithJsonSchema(
        {"type": ["integer", "string"], "minimum": 1, "maximum": 12, "pattern": f"^({_LUNAR_MONTH.pattern})$"}
    ),
]
SolarTerm = Annotated[str, from_text(_read_solar_term), WithJsonSchema({"enum": list(SOLAR_TERMS)})]
YearKey = Annotated[int, from_text(_read_year), WithJsonSchema({"type": "string", "pattern": f"^({_YEAR.pattern})$"})]


class KeyDateRule(Written):
    """Which day a key date is: exactly one of `solar`, `lunar`, `lunar_last_day`, `solar_term`, or `by_year`.

    `by_year` beside another rule overrules it for the years that it names; `otherwise` is what a year absent
    from `by_year` is taken for until it is announced (暂定).
    """

    solar: SolarMonthDay | None = None
    lunar: LunarMonthDay | None = None
    lunar_last_day: LunarMonth | None = None
    solar_term: SolarTerm | None = None
    by_year: dict[YearKey, Days] | None = None
    otherwise: MonthDays | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> "KeyDateRule":
        rules = [self.solar, self.lunar, self.lunar_last_day, self.solar_term]
        named = sum(rule is not None for rule in rules)
        if named > 1 or (named == 0 and self.by_year is None) or (named == 1 and self.otherwise is not None):
            raise wrong("schedule.one-key-date-rule")
        return self


class KeyDate(Written):
    """重要节点: a holiday or event given by a rule."""

    id: Id
    name: Text
    aliases: tuple[Word, ...] = ()
    on: KeyDateRule
    watch: Watch | None = None


DaysOfYear = Annotated[
    Days,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}(\s*\.\.\s*([0-9]{4}-)?[0-9]{2}-[0-9]{2})?$",
            "examples": ["02-05..02-12"],
        }
    ),
]


class YearOfWorkdays(Written):
    """A year's days off and make-up days as the State Council's notice says: the town's own word."""

    off: tuple[DaysOfYear, ...] = ()
    work: tuple[DaysOfYear, ...] = ()


class KeyDatesFile(Written):
    """`schedules/key-dates.yaml`. In `workdays` a range is written as month-days of its year, or as dates."""

    key_dates: tuple[KeyDate, ...]
    workdays: dict[YearKey, YearOfWorkdays] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _month_days_of_their_year(cls, data: Any) -> Any:
        years = data.get("workdays") if isinstance(data, dict) else None
        if not isinstance(years, dict):
            return data
        return {**data, "workdays": {year: dated(year, written) for year, written in years.items()}}


def dated(year: object, written: object) -> object:
    """A year of `workdays` as written, its month-days made dates of that year; anything else as it stands."""
    if not (isinstance(year, str) and _YEAR.fullmatch(year) and isinstance(written, dict)):
        return written
    return {
        key: [_MONTH_DAY.sub(rf"{year}-\1", each) if isinstance(each, str) else each for each in value]
        if key in {"off", "work"} and isinstance(value, list)
        else value
        for key, value in written.items()
    }
