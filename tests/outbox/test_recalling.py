"""What was sent by mistake: nobody owes it any more, and it goes where the platform lets it."""

from datetime import timedelta

import pytest

from bot.channels.routes import Route, Routes
from bot.clock import ManualClock
from bot.ledger.deliveries import Call, Delivery, called
from bot.ledger.entries import Entry
from bot.outbox.calls import narrowed
from bot.outbox.recalling import Recalls, recalled
from bot.outbox.send import Sender
from bot.outbox.terms import terms_of
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import a_schedule
from tests.fakes import FakeChannel, not_sent, refused
from tests.outbox.stage import NINE, an_ask

ROOM, RESIDENTS = "-1001001", "-1001003"
CHATS = {"duty-room": ("police",), "longmen-residents": ()}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NINE + timedelta(minutes=5))


@pytest.fixture
def telegram(clock: ManualClock) -> FakeChannel:
    return FakeChannel(clock)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def recalls(store: MemoryStore, clock: ManualClock, telegram: FakeChannel) -> Recalls:
    routes = Routes({"duty-room": Route(telegram, ROOM), "longmen-residents": Route(telegram, RESIDENTS)})
    sender = Sender(store, routes, clock, terms_of(a_schedule(), ("telegram:1001",), "zh"))
    return Recalls(store, routes, clock, sender)


def sent(chat: str, **more: object) -> Delivery:
    given = {"state": "sent", "message_id": f"m-{chat}", "sent_at": NINE, "text": "请检查", **more}
    return Delivery.model_validate({"occurrence": an_ask().occurrence, "chat": chat, "due": NINE, **given})


BY = Entry(at=NINE, kind="withdrawn", occurrence=an_ask().occurrence, by="telegram:1001", detail={"recalled": True})


async def is_recalled(store: MemoryStore, *deliveries: Delivery) -> None:
    """These stand, and an admin takes them back five minutes later."""
    ask = an_ask(chats=CHATS)
    await store.commit(Change(issued=(ask,), planned=deliveries))
    await store.commit(recalled(ask, deliveries, BY, NINE + timedelta(minutes=5)))


async def test_what_stands_is_taken_down_and_what_had_not_gone_out_does_not(
    store: MemoryStore, recalls: Recalls, telegram: FakeChannel
) -> None:
    waits = sent("longmen-residents", state="planned", message_id=None, sent_at=None)
    await is_recalled(store, sent("duty-room"), waits)
    await recalls.turn()
    assert telegram.deleted == [f"{ROOM}#m-duty-room"]
    found = {each.chat: each for each in await store.deliveries()}
    assert found["duty-room"].taken_down
    assert found["longmen-residents"].state == "withdrawn"
    assert [(each.kind, each.chat, each.by) for each in await store.entries()] == [
        ("withdrawn", "duty-room", "telegram:1001"),
        ("withdrawn", "longmen-residents", "telegram:1001"),
    ]
    await recalls.turn()
    assert len(telegram.deleted) == 1


async def test_what_cannot_be_taken_down_is_said_to_be_void_once_and_wakes_nobody(
    store: MemoryStore, recalls: Recalls, telegram: FakeChannel
) -> None:
    reminder = Call(kind="remind", of=an_ask().occurrence, offices=("police",))
    (again,) = called(reminder, 1, ("duty-room",), NINE)
    stands = again.model_copy(update={"state": "sent", "message_id": "m2", "sent_at": NINE, "text": "请回执"})
    telegram.order(ROOM, refused(), refused())
    await is_recalled(store, sent("duty-room"), stands, sent("longmen-residents", message_id=None))
    for _ in range(3):
        await recalls.turn()
    told = [each for each in await store.deliveries() if each.occurrence.startswith("notice/recalled")]
    assert sorted((each.chat, each.duty_alert) for each in told) == [("duty-room", False), ("longmen-residents", False)]
    assert told[0].text == "更正：09:00 发出的“小心火烛 alert”已撤回，请忽略，也不用回执。"
    assert telegram.deleted == []


async def test_a_platform_out_of_reach_is_tried_again(
    store: MemoryStore, recalls: Recalls, telegram: FakeChannel
) -> None:
    telegram.order(ROOM, not_sent())
    await is_recalled(store, sent("duty-room"))
    assert await recalls.turn() == 30
    await recalls.turn()
    assert telegram.deleted == [f"{ROOM}#m-duty-room"]


async def test_a_message_that_holds_others_too_stays_and_is_said_to_be_void(
    store: MemoryStore, recalls: Recalls, telegram: FakeChannel
) -> None:
    await is_recalled(store, sent("duty-room", carries=("winter/other/date/x",)))
    await recalls.turn()
    assert telegram.deleted == []
    assert any(each.occurrence.startswith("notice/recalled") for each in await store.deliveries())


async def test_nothing_that_follows_it_concerns_anybody_any_more(store: MemoryStore) -> None:
    await is_recalled(store, sent("duty-room"))
    for kind in ("remind", "late", "escalate", "help"):
        call = Call.model_validate({"kind": kind, "of": an_ask().occurrence, "offices": ("police",)})
        (follows,) = called(call, 7, ("duty-room",), NINE)
        assert await narrowed(store, follows, NINE + timedelta(hours=3)) is None


async def test_what_an_edit_dropped_before_anybody_read_it_is_no_recall(
    store: MemoryStore, recalls: Recalls, telegram: FakeChannel
) -> None:
    dropped = sent("duty-room", state="withdrawn", message_id=None, sent_at=None)
    await store.commit(Change(issued=(an_ask(withdrawn=True),), planned=(dropped,)))
    await recalls.turn()
    assert telegram.deleted == []
    assert [each.id for each in await store.deliveries()] == [dropped.id]
