"""The YAML's shape as models: town, office, audience, chat, key date, phase, duty, reminder.

Built by `bot.campaign.load` from the texts of the files; every reference is an id once loaded. Field names are
the YAML's own (`from_` is `from`, `with_` is `with`). All are frozen: an edit is a new schedule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from bot.calendar.solar import SOLAR_TERMS
from bot.campaign.names import DutyId, KeyDateId, OfficeId, PhaseId
from bot.campaign.scalars import (
    Day,
    Days,
    Id,
    LunarMonthDay,
    MonthDays,
    SolarMonthDay,
    Span,
    Text,
    TimeOfDay,
    Truth,
    Whole,
    from_text,
    listed,
    wrong,
)

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


class Written(BaseModel):
    """A mapping of a schedule file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class Person(BaseModel):
    """Somebody on a platform, written `{telegram: 2001}`. WeCom's ids know no case."""

    model_config = ConfigDict(frozen=True)
    platform: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"


def _read_person(value: object) -> object:
    if isinstance(value, Person):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        raise wrong("schedule.not-a-person")
    ((platform, id_),) = value.items()
    if not isinstance(id_, str) or not id_.strip():
        raise wrong("schedule.not-a-person")
    return Person(platform=platform, id=id_.lower() if platform == "wecom" else id_)


SomePerson = Annotated[
    Person,
    BeforeValidator(_read_person),
    WithJsonSchema({"type": "object", "minProperties": 1, "maxProperties": 1}),
]


class QuietHours(Written):
    """When nobody is woken; `from_` is quiet, `until` is not. May span midnight."""

    from_: TimeOfDay = Field(alias="from")
    until: TimeOfDay

    def at(self, moment: time) -> bool:
        """Whether it is quiet at this time of the day."""
        if self.from_ <= self.until:
            return self.from_ <= moment < self.until
        return moment >= self.from_ or moment < self.until


class Burden(Written):
    """How many asks an office may get in a week before `check` warns."""

    per_week: Whole


class Office(Written):
    """责任单位: who must answer. `members` may answer for it, or with `answer_from: chat` anyone in its chat."""

    id: Id
    name: Text
    aliases: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    members: tuple[SomePerson, ...] = ()
    answer_from: Literal["chat"] | None = None


Address = str | Mapping[str, str]
"""As written: a platform's own id, or a mapping such as `{chat: -1001003, topic: 7}` or `{env: NAME}`."""


def _read_address(value: object) -> object:
    if isinstance(value, Mapping) and value and all(isinstance(part, str) for part in value.values()):
        return dict(value)
    if isinstance(value, str) and value.strip():
        return value
    raise wrong("schedule.not-an-address")


class Chat(Written):
    """群: one group or person on one platform, bound to audiences, to an office, or to both."""

    id: Id
    on: Text
    name: Text | None = None
    address: Annotated[
        Any, BeforeValidator(_read_address), WithJsonSchema({"type": ["string", "integer", "object"]})
    ] = None
    audiences: tuple[Text, ...] = ()
    office: OfficeId | None = None

    @property
    def title(self) -> str:
        """What people call it: its name, or else its id."""
        return self.name or self.id


def _read_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise wrong("schedule.unknown-zone", text=text) from None
    return text


class Town(Written):
    """`schedules/town.yaml`: offices, chats, and who may change what."""

    town: Id
    name: Text
    timezone: Annotated[str, from_text(_read_zone)] = "Asia/Shanghai"
    quiet_hours: QuietHours = QuietHours.model_validate({"from": "21:30", "until": "07:00"})
    burden: Burden = Burden(per_week=10)
    admins: tuple[SomePerson, ...] = ()
    offices: tuple[Office, ...]
    chats: tuple[Chat, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which every time of this town is meant."""
        return ZoneInfo(self.timezone)


class Watch(Written):
    """高等级防范期: days from the key date's first day (`from_`) to its last (`until`), both offsets included."""

    from_: Whole = Field(alias="from")
    until: Whole


def _read_solar_term(text: str) -> str:
    if text not in SOLAR_TERMS:
        raise wrong("schedule.unknown-solar-term", text=text, terms=SOLAR_TERMS)
    return text


def _read_lunar_month(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 12:
        raise wrong("schedule.no-such-lunar-month", text=text)
    return int(text)


def _read_year(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1900 <= int(text) <= 2100:
        raise wrong("schedule.not-a-year", text=text)
    return int(text)


Year = Annotated[int, from_text(_read_year), WithJsonSchema({"type": "integer"})]
YearKey = Annotated[int, from_text(_read_year), WithJsonSchema({"type": "string"})]


class KeyDateRule(Written):
    """Which day a key date is: exactly one of `solar`, `lunar`, `lunar_last_day`, `solar_term`, or `by_year`.

    `by_year` beside another rule overrules it for the years that it names; `otherwise` is what a year absent
    from `by_year` is taken for until it is announced (暂定).
    """

    solar: SolarMonthDay | None = None
    lunar: LunarMonthDay | None = None
    lunar_last_day: Annotated[int, from_text(_read_lunar_month), WithJsonSchema({"type": "integer"})] | None = None
    solar_term: Annotated[str, from_text(_read_solar_term)] | None = None
    by_year: Annotated[dict[YearKey, Days], WithJsonSchema({"type": "object"})] | None = None
    otherwise: MonthDays | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> "KeyDateRule":
        rules = [self.solar, self.lunar, self.lunar_last_day, self.solar_term]
        named = sum(rule is not None for rule in rules)
        if named > 1 or (named == 0 and self.by_year is None) or (named == 1 and self.otherwise is not None):
            raise wrong("schedule.one-key-date-rule")
        for year, days in (self.by_year or {}).items():
            if days.first.year != year:
                raise wrong("schedule.other-year", year=year, first=days.first)
        return self


class KeyDate(Written):
    """重要节点: a holiday or event given by a rule."""

    id: Id
    name: Text
    aliases: tuple[Text, ...] = ()
    on: KeyDateRule
    watch: Watch | None = None


class YearOfWorkdays(Written):
    """A year's days off and make-up days as the State Council's notice says: the town's own word."""

    off: tuple[Days, ...] = ()
    work: tuple[Days, ...] = ()


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
        return {**data, "workdays": {year: _with_year(year, written) for year, written in years.items()}}


def _with_year(year: object, written: object) -> object:
    if not isinstance(written, dict):
        return written

    def dated(text: object) -> object:
        ends = text.split("..") if isinstance(text, str) else []
        if ends and all(len(end.strip()) == 5 for end in ends):
            return "..".join(f"{year}-{end.strip()}" for end in ends)
        return text

    return {
        key: [dated(each) for each in value] if key in {"off", "work"} and isinstance(value, list) else value
        for key, value in written.items()
    }


class Phase(Written):
    """阶段: a stretch of the campaign; `until` is its deadline. Both days included."""

    id: Id
    name: Text
    from_: Day = Field(alias="from")
    until: Day


class Duty(Written):
    """An item of the notice: what is to be done, who leads (`lead` is asked), who helps (`with_` is named)."""

    id: Id
    item: Text
    name: Text
    lead: tuple[OfficeId, ...]
    with_: tuple[OfficeId, ...] = Field(default=(), alias="with")


T = TypeVar("T")
Some = Annotated[tuple[T, ...], BeforeValidator(listed), Field(min_length=1)]
"""One or more, of which one alone may be written without brackets."""

Edge = Literal["from", "until"]
Shift = Literal["next-workday", "previous-workday"]


class Rule(Written):
    """What every rule of `on` has: times of the day, and whether a day off is moved to a workday."""

    at: Some[TimeOfDay]
    shift: Shift | None = None


class OnKeyDate(Rule):
    """So many days before or after a key date's first day (`edge: until`: its last)."""

    key_date: KeyDateId
    days: Some[Whole] = (0,)
    edge: Edge = "from"


class OnWatch(Rule):
    """Every day of a key date's watch."""

    watch: KeyDateId


class OnPhase(Rule):
    """So many days before or after a phase's first or last day."""

    phase: PhaseId
    edge: Edge = "until"
    days: Some[Whole] = (0,)


class During(Written):
    """The phase to which a rhythm is kept."""

    phase: PhaseId


def _read_day_of(text: str) -> str:
    word = _WEEKDAY_WORDS.get(text, text.lower())
    if word in WEEKDAYS or word == "last" or (word.isascii() and word.isdecimal() and 1 <= int(word) <= 31):
        return word
    raise wrong("schedule.unknown-day", text=text)


class OnEvery(Rule):
    """A rhythm: each day, each week on `day` (mon … sun), each month on `day` (1 … 31, or last)."""

    every: Literal["day", "week", "month"]
    day: Annotated[str, from_text(_read_day_of), WithJsonSchema({"type": ["string", "integer"]})] | None = None
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


_RULES = ("key_date", "watch", "phase", "every", "date")


def _rule_kind(value: Any) -> str | None:
    kinds = [kind for kind in _RULES if isinstance(value, Mapping) and kind in value]
    return kinds[0] if len(kinds) == 1 else None


SomeRule = Annotated[
    Annotated[OnKeyDate, Tag("key_date")]
    | Annotated[OnWatch, Tag("watch")]
    | Annotated[OnPhase, Tag("phase")]
    | Annotated[OnEvery, Tag("every")]
    | Annotated[OnDate, Tag("date")],
    Discriminator(_rule_kind),
]


class Addressees(Written):
    """To whom: the keys add up. Written as a list it names audiences."""

    audiences: Some[Text] = ()
    offices: Literal["all"] | Some[OfficeId] = ()
    tags: Some[Text] = ()
    duty: Some[DutyId] = ()


def _read_addressees(value: object) -> object:
    return {"audiences": value} if isinstance(value, str | list | tuple) else value


class Step(Written):
    """The next one up: `after` so long unanswered, `tell` these offices."""

    after: Span
    tell: Some[OfficeId]


class Answer(Written):
    """What is owed: by when, which answer, how often who owes is reminded, and who is told then."""

    within: Span
    expects: Literal["received", "done"]
    remind_every: Span | None = None
    then: tuple[Step, ...] = ()


class Reminder(Written):
    """提醒: when, to whom, which message, which answer is owed. With `answer` a duty alert, without a broadcast."""

    id: Id
    on: SomeRule
    to: Annotated[Addressees, BeforeValidator(_read_addressees)]
    message: Id
    answer: Answer | None = None
    late: Span = timedelta(hours=6)
    on_doubt: Literal["resend", "hold"] | None = None
    urgent: Truth = False

    @property
    def is_duty_alert(self) -> bool:
        """Whether an answer is owed."""
        return self.answer is not None

    @property
    def when_in_doubt(self) -> Literal["resend", "hold"]:
        """What an uncertain delivery does: a duty alert is sent again, a broadcast is not, unless it says so."""
        return self.on_doubt or ("resend" if self.is_duty_alert else "hold")


class Campaign(Written):
    """`schedules/NAME.yaml`: 专项行动, a plan with phases, duties and reminders."""

    campaign: Id
    title: Text
    basis: Text | None = None
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    duties: tuple[Duty, ...] = ()
    reminders: tuple[Reminder, ...]

    @property
    def id(self) -> str:
        """Its id, the first part of every occurrence's id."""
        return self.campaign

    @property
    def first_day(self) -> date:
        """The first phase's `from`."""
        return min(phase.from_ for phase in self.phases)

    @property
    def last_day(self) -> date:
        """The last phase's `until`."""
        return max(phase.until for phase in self.phases)


@dataclass(frozen=True, eq=False)
class Schedule:
    """Everything that a town's `schedules/` says, and by which names to find it. Compared by identity."""

    town: Town
    key_dates: tuple[KeyDate, ...]
    workdays: Mapping[int, YearOfWorkdays]
    campaigns: tuple[Campaign, ...]

    @cached_property
    def offices(self) -> Mapping[str, Office]:
        """Offices by id, in the order written."""
        return {office.id: office for office in self.town.offices}

    @cached_property
    def chats(self) -> Mapping[str, Chat]:
        """Chats by id, in the order written."""
        return {chat.id: chat for chat in self.town.chats}

    def key_date(self, id_: str) -> KeyDate:
        """The key date of this id."""
        return next(each for each in self.key_dates if each.id == id_)

    def campaign(self, id_: str) -> Campaign | None:
        """The campaign of this id."""
        return next((each for each in self.campaigns if each.id == id_), None)
