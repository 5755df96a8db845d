"""A campaign's season as a calendar: pure, from the schedule and from what is placed on each day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, timedelta
from functools import lru_cache

from bot.app.live.placed import Placed
from bot.app.view.season import Band, CalendarDay, KeyDay, Rail, ShownSeason
from bot.campaign.model import Campaign, Schedule
from bot.planner.anchors import key_days
from bot.planner.plan import workdays_of

_DAY = timedelta(days=1)


def shown_season(
    schedule: Schedule,
    named: str | None,
    today: date,
    placed: Mapping[date, tuple[Placed, ...]],
    troubled: Set[str],
) -> ShownSeason | None:
    """The season of the campaign that is named, else of the one that is on, else the next to begin, else the last.

    It is as long as the campaign, and longer where something goes out before or after it. `troubled` are the
    occurrences of which something went wrong. None where there is no such campaign.
    """
    campaigns = sorted(schedule.campaigns, key=lambda each: each.first_day)
    campaign = _chosen(campaigns, named, today)
    if campaign is None:
        return None
    sends = {day: own for day, all_ in placed.items() if (own := _going_out(all_, campaign.id))}
    first, last = min((campaign.first_day, *sends)), max((campaign.last_day, *sends))
    watches = tuple(watches_in(schedule, first, last))
    return ShownSeason(
        campaign=campaign.id,
        title=campaign.title,
        campaigns=tuple((each.id, each.title) for each in campaigns),
        first=first,
        last=last,
        today=today,
        phases=tuple(Rail(phase.id, phase.name, phase.from_, phase.until) for phase in campaign.phases),
        watches=watches,
        days=tuple(_days(schedule, campaign, first, last, watches, sends, troubled)),
    )


def watches_in(schedule: Schedule, first: date, last: date) -> Iterable[Band]:
    """The watches of which a day lies between these, both included, in the order of their days."""
    found = []
    for key_date in schedule.key_dates:
        if watch := key_date.watch:
            for days in key_days(key_date, _years(first, last, watch.from_, watch.until)):
                begin, end = days.first + watch.from_ * _DAY, days.last + watch.until * _DAY
                if begin <= last and first <= end:
                    provisional = days.first_provisional or days.last_provisional
                    found.append(Band(key_date.id, key_date.name, begin, end, provisional))
    return sorted(found, key=lambda each: (each.first, each.last))


def key_days_in(schedule: Schedule, first: date, last: date) -> Mapping[date, tuple[KeyDay, ...]]:
    """The days of key dates between these, both included; each day's in the order in which the town writes them."""
    found: dict[date, tuple[KeyDay, ...]] = defaultdict(tuple)
    for key_date in schedule.key_dates:
        for days in key_days(key_date, _years(first, last, 0, 0)):
            shown = KeyDay(key_date.name, days.first_provisional or days.last_provisional)
            for day in _each(max(first, days.first), min(last, days.last)):
                found[day] += (shown,)
    return found


def _years(first: date, last: date, earliest: int, latest: int) -> range:
    """The years whose key date may reach these days, so many days before and after it.

    A lunar year ends in the civil year after its own, and an event may last over the turn of the year.
    """
    return range((first - latest * _DAY).year - 1, (last - earliest * _DAY).year + 1)


def _chosen(campaigns: list[Campaign], named: str | None, today: date) -> Campaign | None:
    if named is not None:
        return next((each for each in campaigns if each.id == named), None)
    to_come = (each for each in campaigns if today <= each.last_day)
    on = next((each for each in campaigns if each.first_day <= today <= each.last_day), None)
    return on or next(to_come, None) or max(campaigns, key=lambda each: each.last_day, default=None)


def _going_out(placed: Iterable[Placed], campaign: str) -> tuple[Placed, ...]:
    return tuple(each for each in placed if each.campaign == campaign and not each.withdrawn)


def _days(
    schedule: Schedule,
    campaign: Campaign,
    first: date,
    last: date,
    watches: Iterable[Band],
    sends: Mapping[date, tuple[Placed, ...]],
    troubled: Set[str],
) -> Iterator[CalendarDay]:
    off = _days_off(schedule, first, last)
    special = key_days_in(schedule, first, last)
    watched: dict[date, list[str]] = defaultdict(list)
    for band in watches:
        for day in _each(max(first, band.first), min(last, band.last)):
            watched[day].append(band.name)
    for day in _each(first, last):
        own = sends.get(day, ())
        alerts = sum(each.duty_alert for each in own)
        yield CalendarDay(
            day=day,
            broadcasts=len(own) - alerts,
            duty_alerts=alerts,
            provisional=any(each.provisional for each in own),
            key_days=special.get(day, ()),
            watches=tuple(watched.get(day, ())),
            deadlines=tuple(phase.name for phase in campaign.phases if phase.until == day),
            off=day in off,
            trouble=any(each.occurrence in troubled for each in own),
        )


@lru_cache(maxsize=16)
def _days_off(schedule: Schedule, first: date, last: date) -> frozenset[date]:
    """The days on which nobody works. To look each up costs more than all the rest of a season."""
    workdays = workdays_of(schedule.workdays)
    return frozenset(day for day in _each(first, last) if not workdays.is_workday(day))


def _each(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
