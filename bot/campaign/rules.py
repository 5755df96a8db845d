"""`on`: when a reminder comes. Five rules, told apart by their first key."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, WithJsonSchema, model_validator

from bot.campaign.names import KeyDateId, PhaseId
from bot.campaign.scalars import Day, Offset, TimeOfDay, from_text, wrong
from bot.campaign.written import Some, Written

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_WORDS = {
    **{
        f"{prefix}{sign}": day
        for prefix in ("周", "星期", "礼拜")
        for sign, day in zip("一二三四五六日", WEEKDAYS, strict=True)
    },
    **{"周天": "sun", "星期天": "sun"},
}
_DAY_OF_MONTH = re.compile(r"[1-9]|[12][0-9]|3[01]")

Edge = Literal["from", "until"]
Shift = Literal["next-workday", "previous-workday"]


class Rule(Written):
    """What every rule of `on` has: times of the day, and whether a day off is moved to a workday."""

    at: Some[TimeOfDay]
    shift: Shift | None = None


class OnKeyDate(Rule):
    """So many days before or after a key date's first day (`edge: until`: its last)."""

    key_date: KeyDateId
    days: Some[Offset] = (0,)
    edge: Edge = "from"


class OnWatch(Rule):
    """Every day of a key date's watch."""

    watch: KeyDateId


class OnPhase(Rule):
    """So many days before or after a phase's first or last day."""

    phase: PhaseId
    edge: Edge = "until"
    days: Some[Offset] = (0,)


class During(Written):
    """The phase to which a rhythm is kept."""

    phase: PhaseId


def _read_day_of(text: str) -> str:
    word = _WEEKDAY_WORDS.get(text, text.lower())
    if word in WEEKDAYS or word == "last" or _DAY_OF_MONTH.fullmatch(word):
        return word
    raise wrong("schedule.unknown-day", text=text)


DayOf = Annotated[
    str,
    from_text(_read_day_of),
    WithJsonSchema(
        {"type": ["string", "integer"], "minimum": 1, "maximum": 31, "examples": [*WEEKDAYS, "周一", 1, 31, "last"]}
    ),
]


class OnEvery(Rule):
    """A rhythm: each day, each week on `day` (mon … sun), each month on `day` (1 … 31, or last)."""

    every: Literal["day", "week", "month"]
    day: DayOf | None = None
    during: During | None = None

    @model_validator(mode="after")
    def _day_fits(self) -> "OnEvery":
        fits = {
            "day": self.day is None,
            "week": self.day in WEEKDAYS,
            "month": self.day is not None and self.day not in WEEKDAYS,
        }
        if not fits[self.every]:
            raise wrong(f"schedule.day-of-{self.every}")
        return self


class OnDate(Rule):
    """One day."""

    date: Day


RULES = ("key_date", "watch", "phase", "every", "date")
"""The keys of which each rule has exactly one."""


def _rule_kind(value: Any) -> str | None:
    kinds = [kind for kind in RULES if isinstance(value, Mapping) and kind in value]
    return kinds[0] if len(kinds) == 1 else None


SomeRule = Annotated[
    Annotated[OnKeyDate, Tag("key_date")]
    | Annotated[OnWatch, Tag("watch")]
    | Annotated[OnPhase, Tag("phase")]
    | Annotated[OnEvery, Tag("every")]
    | Annotated[OnDate, Tag("date")],
    Discriminator(_rule_kind),
]
