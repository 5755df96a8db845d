"""Days and times that cannot be meant: ends before starts, phases that overlap, one moment named twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bot.campaign.draft import Draft, Part
from bot.campaign.model import KeyDateRule, OnKeyDate, OnPhase, OnWatch, Phase
from bot.campaign.problems import Problem
from bot.campaign.scalars import DayRange

_LONGEST = timedelta(days=3 * 366)


def quiet_hours_of_no_length(draft: Draft) -> Iterator[Problem]:
    """Warns where quiet hours end when they begin: then it is never quiet."""
    if (part := draft.quiet_hours) and part.value.from_ == part.value.until:
        yield part.problem(("until",), "schedule.no-quiet-hours", "warning")


def watches_that_end_first(draft: Draft) -> Iterator[Problem]:
    """A watch that is over before it begins: `from` counts from the first day, `until` from the last."""
    for part in draft.dates:
        watch = part.value.watch
        if watch and _shortest(part.value.on) + watch.until < watch.from_:
            yield part.problem(("watch", "until"), "schedule.watch-ends-first", first=watch.from_, last=watch.until)


def _shortest(rule: KeyDateRule) -> int:
    """How many days a key date's last day is after its first, in the year in which they are fewest."""
    lengths = [(days.last - days.first).days for days in (rule.by_year or {}).values()]
    if rule.otherwise:
        first, last = (date(2024, each.month, each.day) for each in (rule.otherwise.first, rule.otherwise.last))
        lengths.append((last - first).days)
    elif rule.solar or rule.lunar or rule.lunar_last_day or rule.solar_term:
        lengths.append(0)
    return min(lengths, default=0)


def announced_days_of_other_years(draft: Draft) -> Iterator[Problem]:
    """Days of `by_year` that are not of the year under which they stand."""
    for part in draft.dates:
        for year, days in (part.value.on.by_year or {}).items():
            yield from _of_other_year(part, ("on", "by_year", str(year)), year, days)


def workdays_of_other_years(draft: Draft) -> Iterator[Problem]:
    """Days of `workdays` that are not of the year under which they stand."""
    for year, part in draft.workdays.items():
        for key, listed in (("off", part.value.off), ("work", part.value.work)):
            for index, days in enumerate(listed):
                yield from _of_other_year(part, (key, index), year, days)


def workdays_both_ways(draft: Draft) -> Iterator[Problem]:
    """A day that is both off and worked."""
    for part in draft.workdays.values():
        for index, worked in enumerate(part.value.work):
            if both := [off for off in part.value.off if off.first <= worked.last and worked.first <= off.last]:
                day = max(worked.first, both[0].first)
                yield part.problem(("work", index), "schedule.off-and-work", day=day)


def phases_that_end_first(draft: Draft) -> Iterator[Problem]:
    """A phase whose `until` is before its `from`."""
    for campaign in draft.campaigns:
        for part in campaign.phases:
            if part.value.until < part.value.from_:
                yield part.problem(
                    ("until",), "schedule.end-before-start", first=part.value.from_, last=part.value.until
                )


def overlapping_phases(draft: Draft) -> Iterator[Problem]:
    """Phases that share a day, so that nobody could say in which one a reminder falls."""
    for campaign in draft.campaigns:
        latest: Part[Phase] | None = None
        for part in sorted(campaign.phases, key=lambda each: (each.value.from_, each.path)):
            if latest and part.value.from_ <= latest.value.until:
                yield part.problem(
                    ("from",),
                    "schedule.overlapping-phases",
                    name=part.value.name,
                    other=latest.value.name,
                    until=latest.value.until,
                )
            if latest is None or part.value.until > latest.value.until:
                latest = part


def endless_campaigns(draft: Draft) -> Iterator[Problem]:
    """A campaign of more than three years: some year in it is a slip of the hand."""
    for campaign in draft.campaigns:
        if not campaign.phases:
            continue
        first = min(campaign.phases, key=lambda each: each.value.from_)
        last = max(campaign.phases, key=lambda each: each.value.until)
        if last.value.until - first.value.from_ > _LONGEST:
            yield last.problem(("until",), "schedule.endless-campaign", first=first.value.from_, last=last.value.until)


def watches_of_none(draft: Draft) -> Iterator[Problem]:
    """A rule on the watch of a key date that has none."""
    bare = {part.value.id: part.value.name for part in draft.dates if part.value.watch is None}
    for campaign in draft.campaigns:
        for part in campaign.reminders:
            rule = part.value.on
            if isinstance(rule, OnWatch) and rule.watch in bare:
                yield part.problem(("on", "watch"), "schedule.no-watch", name=bare[rule.watch])


def repeated_moments(draft: Draft) -> Iterator[Problem]:
    """One time of the day, or one day's offset, named twice in a rule."""
    for campaign in draft.campaigns:
        for part in campaign.reminders:
            rule = part.value.on
            yield from _repeated(part, "at", rule.at)
            if isinstance(rule, OnKeyDate | OnPhase):
                yield from _repeated(part, "days", rule.days)


def _repeated(part: Part[Any], key: str, values: tuple[object, ...]) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield part.problem(("on", key, index), "schedule.repeated", value=value)


def _of_other_year(part: Part[Any], path: tuple[str | int, ...], year: int, days: DayRange) -> Iterator[Problem]:
    if other := [day for day in (days.first, days.last) if day.year != year]:
        day: date = other[0]
        yield part.problem(path, "schedule.other-year", year=year, day=day)
