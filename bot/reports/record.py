"""The record (台账) as people ask for it: who was asked what, who answered when, what became of the rest."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Delivery, Issued, Owed
from bot.ledger.entries import Numbered
from bot.renderer.headline import headline
from bot.reports.answers import OwedAnswer, owed_answers, reached
from bot.reports.figures import Figures, by, by_day, by_week, figures
from bot.reports.groups import Group, by_duty, by_office, by_phase
from bot.reports.problems import Listed, listed
from bot.reports.sendings import Told, Undelivered, told, undelivered
from bot.reports.wanted import Wanted
from bot.store.protocol import Reader

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Occasion:
    """An occurrence that owes answers, and what came of it. `subject` is what its message says first; `version` names
    the schedule under which it was asked; `unreached` are the offices that no message reached: they owe nothing.
    """

    occurrence: str
    campaign: str
    reminder: str
    phase: str | None
    duties: Mapping[str, str]
    subject: str
    due: datetime
    owed: Owed
    deadline: datetime
    version: str
    withdrawn: bool
    unreached: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, repr=False)
class Record:
    """What is on record of a span of days, by when it was due: `first` to `last`, both included, None where nothing
    bounds it and nothing is on record.

    `campaigns` maps ids to titles; `offices` and `chats` map ids to names in the order of the town, and then those that
    the town no longer has. `answers` are in order of due time, then as the offices stand. Of `by_duty` and `by_phase`
    the order is the plan's; an ask for several duties counts with each. `weeks` tells by Monday how often each office
    was asked, of which more than `per_week` is too much; `days` what became of each day's asks. Of `problems` the open
    ones come first. `entries` is the ledger of all this, and what else the ledger has of these days where the record is
    not narrowed to a campaign or an occurrence.
    """

    now: datetime
    zone: ZoneInfo
    first: date | None
    last: date | None
    campaigns: Mapping[str, str]
    offices: Mapping[str, str]
    chats: Mapping[str, str]
    answers: tuple[OwedAnswer, ...]
    total: Figures
    occasions: tuple[Occasion, ...]
    by_office: tuple[Group, ...]
    by_duty: tuple[Group, ...]
    by_phase: tuple[Group, ...]
    weeks: Mapping[date, Mapping[str, int]]
    per_week: int
    days: Mapping[date, Mapping[str, Figures]]
    problems: tuple[Listed, ...]
    undelivered: tuple[Undelivered, ...]
    told: Told
    entries: tuple[Numbered, ...]


async def record(
    store: Reader,
    schedule: Schedule,
    since: datetime | None = None,
    until: datetime | None = None,
    campaign: str | None = None,
    occurrence: str | None = None,
    *,
    now: datetime,
) -> Record:
    """The record of what fell due at or after `since` and before `until`, as it stands `now`.

    The schedule gives order and names; what was asked, and of whom, is as it was issued.
    """
    wanted = Wanted(since, until, campaign, occurrence)
    return fold(wanted, schedule, await store.all_issued(), await store.deliveries(), await store.entries(), now)


def fold(
    wanted: Wanted,
    schedule: Schedule,
    all_issued: Sequence[Issued],
    deliveries: Iterable[Delivery],
    entries: Sequence[Numbered],
    now: datetime,
) -> Record:
    """The record of what is wanted, from all that the store holds: a pure fold."""
    zone = schedule.town.zone
    found = [each for each in all_issued if wanted.has(each)]
    known = {each.occurrence for each in all_issued}
    sent_of, said_of = defaultdict[str, list[Delivery]](list), defaultdict[str, list[Numbered]](list)
    for delivery in deliveries:
        sent_of[delivery.occurrence].append(delivery)
    for entry in entries:
        if entry.occurrence is not None:
            said_of[entry.occurrence].append(entry)
    offices = _offices(schedule, found)
    answers = [
        answer
        for each in found
        for answer in owed_answers(each, sent_of[each.occurrence], said_of[each.occurrence], offices, now)
    ]
    dues = [each.due.astimezone(zone).date() for each in found]
    return Record(
        now=now,
        zone=zone,
        first=wanted.since.astimezone(zone).date() if wanted.since else min(dues, default=None),
        last=(wanted.until - _INSTANT).astimezone(zone).date() if wanted.until else max(dues, default=None),
        campaigns={each.campaign: each.title for each in found},
        offices=offices,
        chats=_chats(schedule, found),
        answers=tuple(answers),
        total=figures(answers),
        occasions=tuple(_occasions(found, answers, sent_of)),
        by_office=tuple(by_office(answers, offices)),
        by_duty=tuple(by_duty(schedule, answers)),
        by_phase=tuple(by_phase(schedule, found, answers)),
        weeks=by_week(answers, zone),
        per_week=schedule.town.burden.per_week,
        days=by_day(answers, zone),
        problems=listed(found, said_of),
        undelivered=undelivered(wanted, found, sent_of, entries, known),
        told=told(found, sent_of),
        entries=tuple(_entries(wanted, entries, {each.occurrence for each in found}, known)),
    )


def _offices(schedule: Schedule, found: Iterable[Issued]) -> dict[str, str]:
    """Those of the town that were asked, in its order, then those that it has no more."""
    once = {office: name for each in found if each.owing for office, name in each.offices.items()}
    today = {office: each.name for office, each in schedule.offices.items() if office in once}
    return {**today, **{office: name for office, name in once.items() if office not in today}}


def _chats(schedule: Schedule, found: Iterable[Issued]) -> dict[str, str]:
    once = {chat for each in found for chat in each.chats}
    today = {chat: each.title for chat, each in schedule.chats.items() if chat in once}
    return {**today, **{chat: chat for chat in sorted(once - today.keys())}}


def _occasions(
    found: Iterable[Issued], answers: Iterable[OwedAnswer], sent_of: Mapping[str, Sequence[Delivery]]
) -> Iterator[Occasion]:
    came = by(lambda each: each.occurrence, answers)
    for each in found:
        if each.owing is None:
            continue
        told_of = reached(each, sent_of[each.occurrence])
        yield Occasion(
            occurrence=each.occurrence,
            campaign=each.campaign,
            reminder=each.reminder,
            phase=each.phase,
            duties=each.duties,
            subject=headline(each),
            due=each.due,
            owed=each.owing.expects,
            deadline=each.owing.deadline,
            version=each.version,
            withdrawn=each.withdrawn,
            unreached=() if each.withdrawn else tuple(office for office in each.offices if office not in told_of),
            figures=came.get(each.occurrence, Figures()),
        )


def _entries(wanted: Wanted, entries: Iterable[Numbered], found: set[str], known: set[str]) -> Iterator[Numbered]:
    for each in entries:
        besides = not wanted.is_narrow and each.occurrence not in known and wanted.spans(each.at)
        if besides or each.occurrence in found:
            yield each
