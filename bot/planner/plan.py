"""Occurrences between two moments. The same code answers every preview and the running bot."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.calendar.workdays import Workdays
from bot.campaign.model import Campaign, OnPhase, Phase, QuietHours, Reminder, Schedule, YearOfWorkdays
from bot.campaign.scalars import DayRange
from bot.language import Sentence, sentence
from bot.planner.addressing import Addressed, addressed
from bot.planner.anchors import Anchored, anchored
from bot.planner.occurrence import Occurrence, Plan, Step

_DAY = timedelta(days=1)


def plan(schedule: Schedule, since: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """What falls due at or after `since` and before `until`, in order of due time, then id.

    A span cut in two plans the same as the whole.
    """
    return tuple(each for each in season(schedule) if since <= each.due < until)


@lru_cache(maxsize=8)
def season(schedule: Schedule) -> tuple[Occurrence, ...]:
    """Every occurrence that a schedule has, in order of due time, then id."""
    found = [each for campaign in schedule.campaigns for each in plan_campaign(schedule, campaign)]
    return tuple(sorted(found, key=lambda each: (each.due, each.id)))


def days_between(schedule: Schedule, first: date, last: date) -> tuple[datetime, datetime]:
    """Whole days of the town, both included, as the two moments that `plan` takes."""
    zone = schedule.town.zone
    return datetime.combine(first, time(), zone), datetime.combine(last + _DAY, time(), zone)


def plan_campaign(schedule: Schedule, campaign: Campaign) -> list[Occurrence]:
    """Every occurrence of one campaign."""
    workdays = workdays_of(schedule.workdays)
    return [each for reminder in campaign.reminders for each in _of_reminder(schedule, campaign, reminder, workdays)]


def workdays_of(own: Mapping[int, YearOfWorkdays]) -> Workdays:
    """The town's own word on workdays, spread into days."""
    return Workdays({year: (_spread(days.off), _spread(days.work)) for year, days in own.items()})


def end_of_quiet(quiet: QuietHours, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls in; in the zone that it bears."""
    if not quiet.at(moment.time()):
        return moment
    day = moment.date() if moment.time() < quiet.until else moment.date() + _DAY
    return datetime.combine(day, quiet.until, moment.tzinfo)


def _spread(ranges: tuple[DayRange, ...]) -> frozenset[date]:
    return frozenset(
        each.first + number * _DAY for each in ranges for number in range((each.last - each.first).days + 1)
    )


def _of_reminder(schedule: Schedule, campaign: Campaign, reminder: Reminder, workdays: Workdays) -> list[Occurrence]:
    to = addressed(schedule, campaign, reminder.to)
    landed: dict[datetime, tuple[int, str, Occurrence]] = {}
    for each in anchored(schedule, campaign, reminder.on):
        day = _shifted(campaign, reminder, each, workdays)
        if not (campaign.first_day <= day <= campaign.last_day or each.counts_back_to_phase):
            continue
        for at in reminder.on.at:
            found = _occurrence(schedule, campaign, reminder, to, each, day, at, workdays)
            distance = abs((day - each.day).days)
            nearest = landed.get(found.due)
            if nearest is None or (distance, found.id) < nearest[:2]:
                landed[found.due] = (distance, found.id, found)
    return [found for _, _, found in landed.values()]


def _shifted(campaign: Campaign, reminder: Reminder, each: Anchored, workdays: Workdays) -> date:
    if reminder.on.shift is None:
        return each.day
    phase = _phase_of(campaign, each.day)
    within = (phase.from_, phase.until) if phase else (date.min, date.max)
    return workdays.shifted(each.day, reminder.on.shift, within)


def _occurrence(
    schedule: Schedule,
    campaign: Campaign,
    reminder: Reminder,
    to: Addressed,
    each: Anchored,
    day: date,
    at: time,
    workdays: Workdays,
) -> Occurrence:
    nominal = datetime.combine(day, at, schedule.town.zone)
    due = nominal if reminder.is_duty_alert else end_of_quiet(schedule.town.quiet_hours, nominal)
    phase = _phase_of(campaign, due.date())
    foretold = reminder.on.shift is not None and (workdays.is_provisional(each.day) or workdays.is_provisional(day))
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return Occurrence(
        id=f"{campaign.id}/{reminder.id}/{each.anchor}/{each.offset}@{clock}",
        campaign=campaign.id,
        reminder=reminder.id,
        nominal=nominal,
        due=due,
        reason=_explained(each, day, nominal, due),
        key_date=each.key_date,
        key_date_days=(each.key_days.first, each.key_days.last) if each.key_days else None,
        phase=phase.id if phase else None,
        phase_named=reminder.on.phase if isinstance(reminder.on, OnPhase) else None,
        audiences=to.audiences,
        offices=to.offices,
        chats=to.chats,
        helpers=to.helpers,
        duties=to.duties,
        message=reminder.message,
        answer=_plan_of(reminder),
        days_left=(each.counts_to - due.date()).days if each.counts_to else None,
        late=reminder.late,
        on_doubt=reminder.when_in_doubt,
        urgent=reminder.urgent,
        provisional=each.provisional or foretold,
    )


def _phase_of(campaign: Campaign, day: date) -> Phase | None:
    return next((phase for phase in campaign.phases if phase.from_ <= day <= phase.until), None)


def _plan_of(reminder: Reminder) -> Plan | None:
    if (answer := reminder.answer) is None:
        return None
    steps = tuple(Step(step.after, step.tell) for step in answer.then)
    return Plan(answer.within, answer.expects, answer.remind_every, steps)


def _explained(each: Anchored, day: date, nominal: datetime, due: datetime) -> Sentence:
    reason = each.reason
    if day != each.day:
        reason = sentence("plan.shifted", reason=reason, day=each.day)
    if due != nominal:
        reason = sentence("plan.after-quiet", reason=reason, at=nominal.time())
    return reason
