"""What fell due since the last look: issued once, whatever the clock, the restarts and the edits do.

Two marks say how far it has been looked. `watermark` is the highest moment of all and only rises. While the clock is
behind it, having been set back, `looked` is how far it has been looked on the clock as it goes now, and `passed` names
what nobody issued when its moment came the first time: it was past when it was adopted, and stays so. So what an edit
adds while the clock is behind goes out at its moment, and nothing comes back with the hours that come twice.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from bot.campaign.model import Schedule
from bot.errors import HoldLost, StoreUnwritable
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.issue import deliveries_of, issue, notice_to_admins
from bot.outbox.terms import Terms
from bot.planner.occurrence import Occurrence
from bot.planner.plan import plan
from bot.renderer.templates import MessageError, Messages
from bot.store.protocol import Change, Reader, Store

WATERMARK = "watermark"
RESTORED = "restored"
"""The mark that says when the record was restored from a backup, until the first look after it: what fell due by then
may have gone out already.
"""

_LOOKED, _PASSED = "looked", "passed"
_INSTANT = timedelta(microseconds=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """How far it has been looked: `until` on the clock as it goes, `highest` at all, and what was passed over between
    the two, by id, with the moment for which it was planned.
    """

    until: datetime
    highest: datetime
    passed: Mapping[str, datetime]

    def passed_over(self, occurrence: Occurrence) -> bool:
        """Whether its moment was seen already, and it was not issued for good reason."""
        return self.passed.get(occurrence.id) == occurrence.due

    def lies_ahead(self, occurrence: Occurrence) -> bool:
        """Whether it will be issued when its moment comes, unless it was."""
        return occurrence.due >= self.until and not self.passed_over(occurrence)

    def marks(self) -> dict[str, str | None]:
        """What is written down of it."""
        if self.until >= self.highest:
            return {WATERMARK: self.until.isoformat(), _LOOKED: None, _PASSED: None}
        return {_LOOKED: self.until.isoformat(), _PASSED: orjson.dumps(self.passed).decode()}


async def seen(store: Reader) -> Seen | None:
    """How far it has been looked; None before the first start."""
    highest, looked, passed = [await store.mark(name) for name in (WATERMARK, _LOOKED, _PASSED)]
    if highest is None:
        return None
    there = orjson.loads(passed) if passed else {}
    return Seen(
        until=datetime.fromisoformat(looked or highest),
        highest=datetime.fromisoformat(highest),
        passed={each: datetime.fromisoformat(due) for each, due in there.items()},
    )


async def tick(store: Store, schedule: Schedule, messages: Messages, terms: Terms, now: datetime, version: str) -> int:
    """Issue what fell due up to and including `now`; returns how many occurrences.

    At the very first look there is nothing to catch up with: what is past then is neither sent nor missed.
    """
    before = await seen_by(store, schedule, now)
    found = plan(schedule, before.until, now + _INSTANT)
    return await issue_all(store, schedule, messages, terms, found, now, version, before)


async def seen_by(store: Reader, schedule: Schedule, now: datetime) -> Seen:
    """How far it has been looked under this schedule, never beyond `now`.

    Where the clock was set back, what lies ahead once more without having been issued is passed over for as long as
    it stays planned for that moment.
    """
    until = now + _INSTANT
    before = await seen(store)
    if before is None:
        return Seen(until, until, {})
    twice = plan(schedule, min(until, before.until), before.highest)
    past = [each for each in twice if each.due < before.until and await store.issued(each.id) is None]
    passed = {each.id: each.due for each in (*past, *filter(before.passed_over, twice))}
    return Seen(min(until, before.until), before.highest, passed)


async def issue_all(
    store: Store,
    schedule: Schedule,
    messages: Messages,
    terms: Terms,
    occurrences: Iterable[Occurrence],
    now: datetime,
    version: str,
    before: Seen,
) -> int:
    """Issue these occurrences, each that is neither on record nor passed over, and write in the same commit that it has
    been looked up to and including `now`.
    """
    after = replace(before, until=now + _INSTANT)
    if after == await seen(store):
        return 0
    mark = await store.mark(RESTORED)
    restored = datetime.fromisoformat(mark) if mark else None
    issued: list[Issued] = []
    deliveries: list[Delivery] = []
    entries: list[Entry] = []
    for occurrence in occurrences:
        if before.passed_over(occurrence) or await store.issued(occurrence.id) is not None:
            continue
        try:
            made = issue(schedule, messages, occurrence, now, version)
        except MessageError as error:
            why = error.in_words(terms.lang)
            _log.error("a message cannot be rendered: %s", why, extra={"occurrence": occurrence.id})
            entries.append(Entry(at=now, kind="failed", occurrence=occurrence.id, detail={"why": why}))
            deliveries += notice_to_admins(terms.admins, f"message/{occurrence.id}", why, now)
            continue
        issued.append(made)
        deliveries += deliveries_of(made, restored)
    change = Change(
        entries=tuple(entries),
        issued=tuple(issued),
        planned=tuple(deliveries),
        marks={**after.marks(), **({RESTORED: None} if restored else {})},
    )
    try:
        await store.commit(change)
    except HoldLost:
        raise
    except StoreUnwritable:
        await _cry_out(store, change)
        raise
    return len(issued)


async def _cry_out(store: Store, change: Change) -> None:
    """The disk refuses: what is owed an answer is issued all the same; the rest waits for a look that is written."""
    asks = tuple(each for each in change.issued if each.owing)
    planned = [each for each in change.planned if each.duty_alert and await store.delivery(each.id) is None]
    if asks or planned:
        await store.carry(Change(issued=asks, planned=tuple(planned)))
