"""An admin takes back what was sent by mistake, in chat or on the page of it: judged alike, decided once."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.admin.people import Admin
from bot.language import Sentence, sentence
from bot.ledger.deliveries import ASKED, UNFINISHED, Delivery, Issued
from bot.ledger.entries import Entry, recall_in
from bot.outbox.recalling import WITHIN, recalled
from bot.renderer.beside import headline_of
from bot.renderer.compose import short
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Reader

LONGEST_WHY = 500
"""Characters of a reason."""


async def take_back(
    store: Reader, issued: Issued, by: Admin, reason: str, now: datetime, zone: ZoneInfo
) -> tuple[Change, Sentence]:
    """What it comes to, and what who asked is told; who is second is told who was first."""
    deliveries = await store.deliveries(occurrence=issued.occurrence)
    if refusal := await why_not(store, issued, deliveries, now, zone):
        return Change(), refusal
    why = " ".join(reason.split())[:LONGEST_WHY] or None
    entry = by.entry("withdrawn", occurrence=issued.occurrence, recalled=True, reason=why)
    calls = await store.calls(issued.occurrence)
    count = sum(map(has_gone_out, deliveries))
    told = sentence("commands.recalled", ask=headline_of(issued), count=count)
    return recalled(issued, deliveries, calls, entry, now), told


async def why_not(
    store: Reader, issued: Issued, deliveries: Sequence[Delivery], now: datetime, zone: ZoneInfo
) -> Sentence | None:
    """Why it cannot be taken back (any more), None where it can."""
    if issued.withdrawn:
        first = recall_in(await store.entries(occurrence=issued.occurrence))
        return _before(issued, first, now, zone) if first else sentence("commands.withdrawn", ask=headline_of(issued))
    return None if is_recallable(deliveries, now) else sentence("commands.recall-too-old", ask=headline_of(issued))


def is_recallable(deliveries: Sequence[Delivery], now: datetime) -> bool:
    """Whether it went out lately, or is about to."""
    sent_at = went_out(deliveries)
    return any(each.state in UNFINISHED for each in deliveries) or (sent_at is not None and now - sent_at <= WITHIN)


def went_out(deliveries: Sequence[Delivery]) -> datetime | None:
    """When it last went out to a chat; None where it has not gone out."""
    return max((each.sent_at for each in deliveries if has_gone_out(each) and each.sent_at), default=None)


def has_gone_out(delivery: Delivery) -> bool:
    """Whether it stands in its chat, for all that is known."""
    return delivery.state in ASKED


def _before(issued: Issued, first: Entry, now: datetime, zone: ZoneInfo) -> Sentence:
    who = escaped(str((first.detail or {}).get("name") or first.by))
    return sentence("commands.recalled-before", ask=headline_of(issued), who=who, at=short(first.at, now, zone))
