"""A span of days week by week, Monday to Sunday: what each day is, and what goes out on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.app.live.season import key_days_in, watches_in
from bot.app.simulate import Event
from bot.app.view.season import Band, KeyDay, Rail
from bot.calendar.lunar import LunarDate, lunar_date
from bot.calendar.solar import term_on
from bot.campaign.model import Campaign, Schedule
from bot.planner.occurrence import Occurrence
from bot.planner.plan import workdays_of
from bot.renderer.markdown import subject

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Send:
    """One occurrence in all its chats: what it says first, the names of the offices that owe an answer, and those of
    the chats.
    """

    occurrence: Occurrence
    subject: str
    offices: tuple[str, ...]
    chats: tuple[str, ...]


@dataclass(frozen=True)
class DayOfWeek:
    """A day as a wall calendar shows it, with its sends by time. `off` is a day on which nobody works, `unusual` one
    that is off on a weekday (休) or worked on a weekend (班), `foretold` one whose year's workdays are 暂定.
    `deadlines` are the phases that end on it.
    """

    day: date
    lunar: LunarDate
    term: str | None
    off: bool
    unusual: bool
    foretold: bool
    key_days: tuple[KeyDay, ...]
    deadlines: tuple[str, ...]
    sends: tuple[Send, ...]


@dataclass(frozen=True)
class Running:
    """A campaign in one of its weeks, counted from that of its first day; with those of its phases that are on."""

    title: str
    week: int
    phases: tuple[Rail, ...]


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on, the campaigns that are on, and the watches that touch it."""

    days: tuple[DayOfWeek, ...]
    campaigns: tuple[Running, ...]
    watches: tuple[Band, ...]

    @property
    def first(self) -> date:
        """Its Monday."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.days[-1].day

    @property
    def sends(self) -> int:
        """How many occurrences fall due in it."""
        return sum(len(each.sends) for each in self.days)


def whole_weeks(first: date, last: date) -> tuple[date, date]:
    """The Monday of the first day's week and the Sunday of the last one's."""
    return first - first.weekday() * _DAY, last + (6 - last.weekday()) * _DAY


def weeks_of(schedule: Schedule, events: Iterable[Event], first: date, last: date) -> tuple[Week, ...]:
    """Those whole weeks from the first day's to the last one's in which something is sent; the first where none is."""
    sends = _by_day(schedule, events)
    first, last = whole_weeks(first, last)
    mondays = [first + number * _WEEK for number in range(((last - first).days + 1) // 7)]
    busy = [each for each in mondays if any(each + number * _DAY in sends for number in range(7))]
    return tuple(_week(schedule, sends, monday) for monday in busy or mondays[:1])


def _by_day(schedule: Schedule, events: Iterable[Event]) -> Mapping[date, Sequence[Send]]:
    found: dict[str, list[tuple[Event, Occurrence]]] = defaultdict(list)
    for event in events:
        if event.kind == "send" and event.occurrence:
            found[event.id].append((event, event.occurrence))
    days: dict[date, list[Send]] = defaultdict(list)
    for sent in found.values():
        first, occurrence = sent[0]
        owing = {office for event, _ in sent for office in event.offices}
        days[first.at.date()].append(
            Send(
                occurrence,
                subject(first.text),
                tuple(office.name for office in schedule.town.offices if office.id in owing),
                tuple(schedule.chats[event.chat].title for event, _ in sent),
            )
        )
    return days


def _week(schedule: Schedule, sends: Mapping[date, Sequence[Send]], monday: date) -> Week:
    sunday = monday + 6 * _DAY
    on = [each for each in schedule.campaigns if each.first_day <= sunday and each.last_day >= monday]
    return Week(
        _days(schedule, sends, on, monday),
        tuple(_running(each, monday, sunday) for each in on),
        tuple(watches_in(schedule, monday, sunday)),
    )


def _days(
    schedule: Schedule, sends: Mapping[date, Sequence[Send]], campaigns: Iterable[Campaign], monday: date
) -> tuple[DayOfWeek, ...]:
    workdays = workdays_of(schedule.workdays)
    days = [monday + number * _DAY for number in range(7)]
    special = key_days_in(schedule, days[0], days[-1])
    deadlines = [phase for campaign in campaigns for phase in campaign.phases]
    return tuple(
        DayOfWeek(
            day=day,
            lunar=lunar_date(day),
            term=term_on(day),
            off=not workdays.is_workday(day),
            unusual=workdays.is_workday(day) != (day.weekday() < 5),
            foretold=workdays.is_provisional(day),
            key_days=special.get(day, ()),
            deadlines=tuple(phase.name for phase in deadlines if phase.until == day),
            sends=tuple(sends.get(day, ())),
        )
        for day in days
    )


def _running(campaign: Campaign, monday: date, sunday: date) -> Running:
    begins, _ = whole_weeks(campaign.first_day, campaign.first_day)
    return Running(
        campaign.title,
        (monday - begins) // _WEEK + 1,
        tuple(
            Rail(each.id, each.name, each.from_, each.until)
            for each in campaign.phases
            if each.from_ <= sunday and each.until >= monday
        ),
    )
