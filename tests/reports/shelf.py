"""A record on the shelf: asks of two offices that went out, and what the ledger has of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry, Kind
from bot.reports.record import Record, record
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import a_duty, a_phase, a_schedule
from tests.outbox import stage

DUE = datetime(2027, 2, 6, 1, tzinfo=UTC)
"""A Saturday, nine in the town."""

TWO_OFFICES = {"police": "派出所", "enforcement": "综合执法大队"}

TOWN = a_schedule(
    duties=[a_duty("crowds", item="一.1", name="人员密集场所"), a_duty()],
    phases=[a_phase("mobilise", until="2026-11-30"), a_phase(**{"from": "2026-12-01"})],
)


def an_ask(occurrence: str, due: datetime = DUE, **but: Any) -> Issued:
    """An ask of both offices in the duty room, of the campaign that its id names first."""
    given = {
        "occurrence": occurrence,
        "campaign": occurrence.partition("/")[0],
        "offices": TWO_OFFICES,
        "chats": {"duty-room": tuple(TWO_OFFICES)},
    }
    return stage.an_ask(occurrence.replace("/", "-"), due, **{**given, **but})


def said(
    kind: Kind, occurrence: str, minutes: int = 1, office: str | None = "police", chat: str | None = None, **detail: Any
) -> Entry:
    """An entry so many minutes after nine."""
    by = "telegram:2001" if kind in {"received", "done", "help", "taken", "closed", "corrected"} else None
    at = DUE + timedelta(minutes=minutes)
    return Entry(at=at, kind=kind, occurrence=occurrence, office=office, chat=chat, by=by, detail=detail or None)


async def a_shelf(*issued: Issued, entries: tuple[Entry, ...] = ()) -> MemoryStore:
    """A store in which all of these went out when they were due, but for those that were withdrawn."""
    store = MemoryStore()
    sent = tuple(
        Delivery(occurrence=each.occurrence, chat=chat, due=each.due, state="sent", sent_at=each.due)
        for each in issued
        if not each.withdrawn
        for chat in each.chats
    )
    await store.commit(Change(issued=issued, entries=entries, deliveries=sent))
    return store


async def put(store: MemoryStore, *, now: datetime = DUE, **narrow: Any) -> Record:
    """The record of a store."""
    return await record(store, TOWN, **narrow, now=now)


async def the_record(*issued: Issued, entries: tuple[Entry, ...] = (), now: datetime = DUE, **narrow: Any) -> Record:
    """The record of what went out, and of what is on the ledger."""
    return await put(await a_shelf(*issued, entries=entries), now=now, **narrow)
