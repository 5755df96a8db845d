"""What fell due since the last look: issued once, whatever the clock, the restarts and the edits do."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.issue import deliveries_of, issue, notice_to_admins
from bot.outbox.terms import Terms
from bot.planner.occurrence import Occurrence
from bot.planner.plan import plan
from bot.renderer.templates import MessageError, Messages
from bot.store.protocol import Change, Reader, Store

WATERMARK = "watermark"
"""The mark up to which every moment has been looked at. It only rises: a clock set back repeats nothing."""

_INSTANT = timedelta(microseconds=1)
_log = logging.getLogger(__name__)


async def watermark(store: Reader) -> datetime | None:
    """The first moment that has not been looked at; None before the first start."""
    mark = await store.mark(WATERMARK)
    return datetime.fromisoformat(mark) if mark else None


async def tick(store: Store, schedule: Schedule, messages: Messages, terms: Terms, now: datetime, version: str) -> int:
    """Issue what fell due up to and including `now`; returns how many occurrences.

    At the very first look there is nothing to catch up with: what is past then is neither sent nor missed.
    """
    until = now + _INSTANT
    since = await watermark(store)
    if since is None or until <= since:
        if since is None:
            await store.commit(Change(marks={WATERMARK: until.isoformat()}))
        return 0
    found = plan(schedule, since, until)
    return await issue_all(store, schedule, messages, terms, found, now, version, until)


async def issue_all(
    store: Store,
    schedule: Schedule,
    messages: Messages,
    terms: Terms,
    occurrences: Iterable[Occurrence],
    now: datetime,
    version: str,
    looked_until: datetime,
) -> int:
    """Issue these occurrences, each that is not on record yet, and raise the watermark, in one commit."""
    issued: list[Issued] = []
    deliveries: list[Delivery] = []
    entries: list[Entry] = []
    for occurrence in occurrences:
        if await store.issued(occurrence.id) is not None:
            continue
        try:
            made = issue(schedule, messages, occurrence, now, version)
        except MessageError as error:
            why = error.in_words(terms.lang)
            _log.error("message of %s cannot be rendered: %s", occurrence.id, why)
            entries.append(Entry(at=now, kind="failed", occurrence=occurrence.id, detail={"why": why}))
            deliveries += notice_to_admins(terms.admins, f"message/{occurrence.id}", why, now)
            continue
        issued.append(made)
        deliveries += deliveries_of(made)
    await store.commit(
        Change(
            entries=tuple(entries),
            issued=tuple(issued),
            planned=tuple(deliveries),
            marks={WATERMARK: looked_until.isoformat()},
        )
    )
    return len(issued)
