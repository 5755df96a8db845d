"""Per occurrence and office: what was owed, by when, what was answered (interface.md, `gengfu report`)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry, Kind
from bot.reports.answers import Row, answers
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.outbox import stage

DUE = datetime(2027, 2, 6, 1, tzinfo=UTC)


def an_ask(occurrence: str, due: datetime = DUE, **but: Any) -> Issued:
    return stage.an_ask(
        occurrence.replace("/", "-"),
        due,
        occurrence=occurrence,
        campaign=occurrence.partition("/")[0],
        offices={"police": "派出所", "enforcement": "综合执法大队"},
        chats={"duty-room": ("police", "enforcement")},
        **but,
    )


def told(kind: Kind, occurrence: str, minutes: int = 1, office: str | None = "police") -> Entry:
    by = "telegram:2001" if kind in {"received", "done", "help"} else None
    return Entry(at=DUE + timedelta(minutes=minutes), kind=kind, occurrence=occurrence, office=office, by=by)


async def rows(*issued: Issued, entries: tuple[Entry, ...] = ()) -> list[Row]:
    return await answers(await recorded(*issued, entries=entries), None, None, None, None)


async def recorded(*issued: Issued, entries: tuple[Entry, ...] = ()) -> MemoryStore:
    store = MemoryStore()
    sent = tuple(
        Delivery(occurrence=each.occurrence, chat="duty-room", due=each.due, state="sent", sent_at=each.due)
        for each in issued
        if not each.withdrawn
    )
    await store.commit(Change(issued=issued, entries=entries, deliveries=sent))
    return store


async def test_each_office_has_a_row_whether_it_answered_or_not() -> None:
    found = await rows(an_ask("w/a"), entries=(told("received", "w/a"), told("done", "w/a", 5)))
    assert [(row.office, row.state, row.by) for row in found] == [
        ("police", "done", "telegram:2001"),
        ("enforcement", "open", None),
    ]
    assert found[0].answered_at == DUE + timedelta(minutes=5)
    assert {row.deadline for row in found} == {DUE + timedelta(hours=2)}


async def test_a_broadcast_owes_nothing() -> None:
    assert await rows(an_ask("w/a", owing=None)) == []


async def test_what_followed_an_absence_is_counted_by_office() -> None:
    entries = (told("reminded", "w/a"), told("reminded", "w/a", 2), told("escalated", "w/a", 3, "enforcement"))
    found = {row.office: row for row in await rows(an_ask("w/a"), entries=entries)}
    assert (found["police"].reminders, found["police"].escalated) == (2, False)
    assert (found["enforcement"].reminders, found["enforcement"].escalated) == (0, True)


async def test_a_withdrawn_ask_keeps_the_answers_that_came() -> None:
    found = await rows(an_ask("w/a", withdrawn=True), entries=(told("help", "w/a"),))
    assert [row.state for row in found] == ["help", "withdrawn"]


async def test_it_is_narrowed_by_campaign_occurrence_and_due_time() -> None:
    later = DUE + timedelta(days=1)
    store = await recorded(an_ask("w/a"), an_ask("w/b", later), an_ask("x/c", DUE + timedelta(days=2)))

    async def found(
        since: datetime | None = None,
        until: datetime | None = None,
        campaign: str | None = None,
        occurrence: str | None = None,
    ) -> list[str]:
        return list(dict.fromkeys(row.occurrence for row in await answers(store, since, until, campaign, occurrence)))

    assert await found() == ["w/a", "w/b", "x/c"]
    assert await found(campaign="w") == ["w/a", "w/b"]
    assert await found(occurrence="x/c") == ["x/c"]
    assert await found(since=later) == ["w/b", "x/c"]
    assert await found(until=later) == ["w/a"]


async def test_an_office_that_no_message_reached_was_not_asked() -> None:
    store = MemoryStore()
    ask = an_ask("w/a").model_copy(update={"chats": {"duty-room": ("police",), "squad": ("enforcement",)}})
    delivery = Delivery(occurrence="w/a", chat="duty-room", due=DUE)
    unread = (
        delivery.model_copy(update={"state": "missed"}),
        delivery.model_copy(update={"chat": "squad", "state": "retrying", "doubts": 1, "deadline": DUE}),
    )
    await store.commit(Change(issued=(ask,), deliveries=unread))
    (row,) = await answers(store, None, None, None, None)
    assert (row.office, row.deadline) == ("enforcement", DUE), "it may have read what is in doubt, and what stood there"
