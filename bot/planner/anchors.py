"""Key dates, watches, phases, weeks become days: each rule's days, with the name under which an id knows them."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import assert_never

from bot.calendar.lunar import last_day, lunar_day
from bot.calendar.solar import month_day, solar_term
from bot.campaign.model import (
    WEEKDAYS,
    Campaign,
    KeyDate,
    KeyDateRule,
    OnDate,
    OnEvery,
    OnKeyDate,
    OnPhase,
    OnWatch,
    Schedule,
    SomeRule,
)
from bot.campaign.scalars import DayRange
from bot.language import Sentence, sentence

_DAY = timedelta(days=1)
_SHIFTED = timedelta(days=31)
"""Further than any row of days off."""


@dataclass(frozen=True)
class KeyDays:
    """A key date in one year: its anchor (`spring-festival-2027`), its days, and which ends are 暂定."""

    anchor: str
    first: date
    last: date
    first_provisional: bool = False
    last_provisional: bool = False


@dataclass(frozen=True)
class Anchored:
    """A day that a rule gives, before any shift. `counts_to` is the day from which `days_left` is reckoned."""

    anchor: str
    offset: str
    day: date
    reason: Sentence
    key_date: str | None = None
    key_days: KeyDays | None = None
    counts_to: date | None = None
    provisional: bool = False
    counts_back_to_phase: bool = False


def anchored(schedule: Schedule, campaign: Campaign, rule: SomeRule) -> Iterator[Anchored]:
    """Every day that a rule could give to this campaign, in no particular order, some of them outside it."""
    match rule:
        case OnKeyDate():
            yield from _on_key_date(schedule, campaign, rule)
        case OnWatch():
            yield from _on_watch(schedule, campaign, rule)
        case OnPhase():
            yield from _on_phase(campaign, rule)
        case OnEvery():
            yield from _on_every(campaign, rule)
        case OnDate():
            yield Anchored("date", str(rule.date), rule.date, sentence("plan.on-date"))
        case _:
            assert_never(rule)


def key_days(key_date: KeyDate, years: range) -> Iterator[KeyDays]:
    """A key date's days in each of these years: lunar ones for a lunar rule, else the civil year of the first day."""
    for year in years:
        if found := _in_year(key_date.on, year):
            days, first_provisional, last_provisional = found
            yield KeyDays(f"{key_date.id}-{year}", days.first, days.last, first_provisional, last_provisional)


def years_of(campaign: Campaign, offsets: Iterable[int] = (0,)) -> range:
    """The years whose key date may give a day to the campaign, so many days from it, shifted or not.

    A lunar year ends in the civil year after its own.
    """
    earliest, latest = min(offsets, default=0) * _DAY, max(offsets, default=0) * _DAY
    return range((campaign.first_day - latest - _SHIFTED).year - 1, (campaign.last_day - earliest + _SHIFTED).year + 1)


def _in_year(rule: KeyDateRule, year: int) -> tuple[DayRange, bool, bool] | None:
    if rule.by_year and year in rule.by_year:
        return rule.by_year[year], False, False
    if rule.otherwise:
        ends = [month_day(year, end.month, end.day) for end in (rule.otherwise.first, rule.otherwise.last)]
        first, last = ends
        return (DayRange(first, last), True, True) if first and last else None
    day = _by_rule(rule, year)
    return (DayRange(day, day), False, False) if day else None


def _by_rule(rule: KeyDateRule, year: int) -> date | None:
    if rule.solar:
        return month_day(year, rule.solar.month, rule.solar.day)
    if rule.lunar:
        return lunar_day(year, rule.lunar.month, rule.lunar.day)
    if rule.lunar_last_day:
        return last_day(year, rule.lunar_last_day)
    if rule.solar_term:
        return solar_term(year, rule.solar_term)
    return None


def _on_key_date(schedule: Schedule, campaign: Campaign, rule: OnKeyDate) -> Iterator[Anchored]:
    key_date = schedule.key_date(rule.key_date)
    for days in key_days(key_date, years_of(campaign, rule.days)):
        first = rule.edge == "from"
        edge = days.first if first else days.last
        several = days.first != days.last
        what = sentence("plan.last-day-of" if not first and several else "plan.day-of", name=key_date.name)
        for offset in rule.days:
            yield Anchored(
                anchor=days.anchor if first else f"{days.anchor}-until",
                offset=str(offset),
                day=edge + offset * _DAY,
                reason=_counted(what, offset),
                key_date=key_date.id,
                key_days=days,
                counts_to=edge,
                provisional=days.first_provisional if first else days.last_provisional,
            )


def _on_watch(schedule: Schedule, campaign: Campaign, rule: OnWatch) -> Iterator[Anchored]:
    key_date = schedule.key_date(rule.watch)
    if not key_date.watch:
        return
    for days in key_days(key_date, years_of(campaign, (key_date.watch.from_, key_date.watch.until))):
        first, last = days.first + key_date.watch.from_ * _DAY, days.last + key_date.watch.until * _DAY
        for number in range((last - first).days + 1):
            day = first + number * _DAY
            yield Anchored(
                anchor=days.anchor,
                offset=str(day),
                day=day,
                reason=sentence("plan.watch", name=key_date.name, number=number + 1),
                key_date=key_date.id,
                key_days=days,
                counts_to=days.first,
                provisional=days.first_provisional or days.last_provisional,
            )


def _on_phase(campaign: Campaign, rule: OnPhase) -> Iterator[Anchored]:
    phase = next(each for each in campaign.phases if each.id == rule.phase)
    edge = phase.from_ if rule.edge == "from" else phase.until
    what = sentence(f"plan.phase-{rule.edge}", name=phase.name)
    for offset in rule.days:
        yield Anchored(
            anchor=f"{phase.id}-{rule.edge}",
            offset=str(offset),
            day=edge + offset * _DAY,
            reason=_counted(what, offset),
            counts_to=edge,
            counts_back_to_phase=offset < 0,
        )


def _on_every(campaign: Campaign, rule: OnEvery) -> Iterator[Anchored]:
    first, last = campaign.first_day, campaign.last_day
    if rule.during:
        phase = next(each for each in campaign.phases if each.id == rule.during.phase)
        first, last = phase.from_, phase.until
    for day in _days_of(rule, first, last):
        yield Anchored(
            anchor="every",
            offset=str(day),
            day=day,
            reason=_rhythm(rule, day),
        )


def _days_of(rule: OnEvery, first: date, last: date) -> Iterator[date]:
    match rule.every:
        case "day":
            yield from _stepping(first, last, 1)
        case "week":
            ahead = next(number for number in range(7) if WEEKDAYS[(first.weekday() + number) % 7] == rule.day)
            yield from _stepping(first + ahead * _DAY, last, 7)
        case "month":
            for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
                if first <= (day := _day_of_month(month // 12, month % 12 + 1, rule.day)) <= last:
                    yield day
        case _:
            assert_never(rule.every)


def _stepping(first: date, last: date, days: int) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1, days))


def _day_of_month(year: int, month: int, day: str | None) -> date:
    length = calendar.monthrange(year, month)[1]
    return date(year, month, length if day in {None, "last"} else min(int(day), length))


def _rhythm(rule: OnEvery, day: date) -> Sentence:
    match rule.every:
        case "day":
            return sentence("plan.every-day")
        case "week":
            return sentence("plan.every-week", weekday=sentence(f"plan.{WEEKDAYS[day.weekday()]}"))
        case "month":
            return sentence("plan.every-month-last" if rule.day == "last" else "plan.every-month", day=rule.day)
        case _:
            assert_never(rule.every)


@lru_cache(maxsize=512)
def _counted(what: Sentence, offset: int) -> Sentence:
    if offset == 0:
        return sentence("plan.on-the-day", what=what)
    return sentence("plan.days-before" if offset < 0 else "plan.days-after", what=what, days=abs(offset))
