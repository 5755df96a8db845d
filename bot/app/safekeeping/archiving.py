"""What is settled goes to the archives: the record at hand stays small, and each commit quick.

Settled is what fell due in a campaign that is over, that nobody has touched for a week, and of which no delivery is
under way or in doubt and no problem open; what followed an ask goes with it. And of what belongs to no occurrence
(starts, edits, notices to the admins) all that is older than a month. The last sending and the last failure of each
chat stay: they say how it is doing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from bot.app.health import FAILURES
from bot.campaign.model import Schedule
from bot.ledger.deliveries import UNFINISHED, Delivery, Issued
from bot.ledger.entries import Numbered
from bot.ledger.problems import problems
from bot.store.protocol import Settled, Store

_Of = TypeVar("_Of", Delivery, Numbered)

REST = timedelta(days=7)
"""So long nothing may have happened to what is settled."""

MONTH = timedelta(days=31)
"""So long what belongs to no occurrence stays at hand."""


async def archive_settled(store: Store, schedule: Schedule, now: datetime) -> None:
    """Move what is settled by now to its archives.

    Raises `StoreError` where that cannot be written: all of it is then still at hand.
    """
    entries, issued = await store.entries(), await store.all_issued()
    others = {entry.occurrence for entry in entries if entry.occurrence} - {each.occurrence for each in issued}
    archived = [before for each in others if (before := await store.issued(each))]  # what came later goes where it lies
    found = settled((*issued, *archived), await store.deliveries(), entries, schedule, now)
    if found:
        await store.archive(found)


def settled(
    issued: Iterable[Issued],
    deliveries: Collection[Delivery],
    entries: Collection[Numbered],
    schedule: Schedule,
    now: datetime,
) -> Mapping[str, Settled]:
    """What is settled, by month: an occurrence with all that is known of it by that in which it was due. Pure."""
    of_it, said = _by_occurrence(deliveries), _by_occurrence(entries)
    for delivery in deliveries:
        if delivery.call:
            of_it[delivery.call.of].append(delivery)
    known = {each.occurrence: each for each in issued}
    over = [
        each
        for id_, each in known.items()
        if is_over(each.campaign, schedule, now) and _rests(each, of_it[id_], said[id_], now)
    ]
    shows = {(each.chat, each.kind): each.seq for each in entries if each.chat and each.kind in ("sent", *FAILURES)}
    stays = set(shows.values())
    months: dict[str, _Month] = defaultdict(_Month)

    def month_of(moment: datetime) -> _Month:
        return months[f"{moment.astimezone(schedule.town.zone):%Y-%m}"]

    for each in over:
        month = month_of(each.due)
        month.issued.add(each.occurrence)
        month.deliveries.update(delivery.id for delivery in of_it[each.occurrence])
        month.entries.update(entry.seq for entry in said[each.occurrence] if entry.seq not in stays)
    for delivery in deliveries:
        if delivery.is_notice and not delivery.call and delivery.state not in UNFINISHED and delivery.due + MONTH < now:
            month_of(delivery.due).deliveries.add(delivery.id)
    for entry in entries:
        lone = entry.occurrence is None or (entry.occurrence not in known and is_over(_campaign(entry), schedule, now))
        if lone and entry.seq not in stays and entry.at + MONTH < now:
            month_of(entry.at).entries.add(entry.seq)
    return {
        name: Settled(frozenset(each.issued), frozenset(each.deliveries), frozenset(each.entries))
        for name, each in sorted(months.items())
    }


@dataclass
class _Month:
    issued: set[str] = field(default_factory=set)
    deliveries: set[str] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)


def is_over(campaign: str, schedule: Schedule, now: datetime) -> bool:
    """Whether a campaign's last phase ended more than a week ago, or the schedule no longer has it."""
    known = schedule.campaign(campaign)
    return known is None or known.last_day + REST < now.astimezone(schedule.town.zone).date()


def _rests(issued: Issued, deliveries: Iterable[Delivery], entries: Collection[Numbered], now: datetime) -> bool:
    """Whether nothing is under way, in doubt, unsolved or still to come of it, and nothing has happened for a week."""
    if any(each.state in UNFINISHED or each.is_to_settle for each in deliveries):
        return False
    if any(each.state != "closed" for each in problems(issued.occurrence, issued.offices, entries)):
        return False
    moments = [issued.due, *(entry.at for entry in entries), *(each.deadline for each in deliveries if each.deadline)]
    if issued.owing is not None:
        steps = [issued.due + step.after for step in issued.owing.then]
        moments += [issued.owing.deadline, *steps]
    return max(moments) + REST < now


def _campaign(entry: Numbered) -> str:
    return (entry.occurrence or "").partition("/")[0]


def _by_occurrence(each_of: Iterable[_Of]) -> dict[str, list[_Of]]:
    found: dict[str, list[_Of]] = defaultdict(list)
    for each in each_of:
        found[each.occurrence or ""].append(each)
    return found
