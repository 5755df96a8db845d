"""The YAML's shape as models: town, office, audience, chat, phase, duty, reminder, campaign.

Built by `bot.campaign.load` from the texts of the files; every reference is an id once loaded. Field names are
the YAML's own (`from_` is `from`, `with_` is `with`). All are frozen: an edit is a new schedule. Key dates, the
rules of `on` and persons have modules of their own and are found here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from bot.campaign.key_dates import KeyDate, KeyDateRule, KeyDatesFile, Watch, YearOfWorkdays
from bot.campaign.names import ChatId, DutyId, OfficeId
from bot.campaign.people import Address, Person, SomeAddress, SomePerson
from bot.campaign.rules import (
    WEEKDAYS,
    During,
    Edge,
    OnDate,
    OnEvery,
    OnKeyDate,
    OnPhase,
    OnWatch,
    Rule,
    Shift,
    SomeRule,
    Weekday,
)
from bot.campaign.scalars import Count, Day, Id, Span, Text, TimeOfDay, Truth, Word, from_text, wrong
from bot.campaign.written import Some, Written

__all__ = [
    "WEEKDAYS",
    "Address",
    "Addressees",
    "Answer",
    "Burden",
    "Campaign",
    "Chat",
    "During",
    "Duty",
    "Edge",
    "KeyDate",
    "KeyDateRule",
    "KeyDatesFile",
    "Office",
    "OnDate",
    "OnEvery",
    "OnKeyDate",
    "OnPhase",
    "OnWatch",
    "Person",
    "Phase",
    "QuietHours",
    "Reminder",
    "Rule",
    "Schedule",
    "Shift",
    "Some",
    "SomePerson",
    "SomeRule",
    "Step",
    "Town",
    "Watch",
    "Weekday",
    "Written",
    "YearOfWorkdays",
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

    per_week: Count


class Office(Written):
    """责任单位: who must answer. `members` may answer for it, or with `answer_from: chat` anyone in its chat."""

    id: Id
    name: Text
    aliases: tuple[Word, ...] = ()
    tags: tuple[Word, ...] = ()
    members: tuple[SomePerson, ...] = ()
    answer_from: Literal["chat"] | None = None


class Chat(Written):
    """群: one group or person on one platform, bound to audiences, to an office, or to both. `mention_by` is the group
    robot beside a smart bot, which can call people by name where that one cannot.
    """

    id: Id
    on: Word
    name: Text | None = None
    address: SomeAddress = None
    audiences: tuple[Word, ...] = ()
    office: OfficeId | None = None
    mention_by: ChatId | None = None

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
    timezone: Annotated[str, from_text(_read_zone), WithJsonSchema({"type": "string"})] = "Asia/Shanghai"
    quiet_hours: QuietHours = QuietHours.model_validate({"from": "21:30", "until": "07:00"})
    burden: Burden = Burden(per_week=10)
    admins: tuple[SomePerson, ...] = ()
    offices: tuple[Office, ...]
    chats: tuple[Chat, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which every time of this town is meant."""
        return ZoneInfo(self.timezone)


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
    lead: Annotated[tuple[OfficeId, ...], Field(min_length=1)]
    with_: tuple[OfficeId, ...] = Field(default=(), alias="with")


_SomeOffices = Annotated[
    Annotated[Literal["all"], Tag("all")] | Annotated[Some[OfficeId], Tag("some")],
    Discriminator(lambda value: "all" if value == "all" else "some"),
]


class Addressees(Written):
    """To whom: the keys add up. Written as a list it names audiences."""

    audiences: Some[Word] = ()
    offices: _SomeOffices = ()
    tags: Some[Word] = ()
    duty: Some[DutyId] = ()


class _AudiencesAlone:
    """Lets a word or a list stand for `{audiences: …}`, to the loader and to the published schema alike."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: {"audiences": value} if isinstance(value, str | list | tuple) else value, handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        written = handler(schema)
        audiences = handler.resolve_ref_schema(written)["properties"]["audiences"]["anyOf"]
        return {"anyOf": [written, *audiences]}


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
    to: Annotated[Addressees, _AudiencesAlone()]
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

    def ends(self, zone: ZoneInfo) -> datetime:
        """The midnight after its last day, from which on it is over."""
        return datetime.combine(self.last_day + timedelta(days=1), time(), zone)


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

    @cached_property
    def mention_by(self) -> Mapping[str, str]:
        """The chats beside which a group robot calls people by name, with that robot's chat."""
        return {chat.id: chat.mention_by for chat in self.town.chats if chat.mention_by}

    @cached_property
    def supervisors(self) -> tuple[str, ...]:
        """The offices that supervise, by id: who is told where nobody else is named."""
        return tuple(office.id for office in self.town.offices if "supervisor" in office.tags)

    def key_date(self, id_: str) -> KeyDate:
        """The key date of this id."""
        return next(each for each in self.key_dates if each.id == id_)

    def campaign(self, id_: str) -> Campaign | None:
        """The campaign of this id."""
        return next((each for each in self.campaigns if each.id == id_), None)
