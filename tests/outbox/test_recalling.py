"""What was sent by mistake: nobody owes it any more, and it goes where the platform lets it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.ledger.deliveries import Call, Delivery, Issued, Question, called, notice
from bot.ledger.entries import Entry
from bot.outbox.calls import is_wanted, narrowed
from bot.outbox.recalling import Recalls, recalled
from bot.store.protocol import Change
from tests.fakes import not_sent, refused, uncertain
from tests.outbox.stage import NINE, Stage, an_ask, at

ROOM, RESIDENTS = "-1", "-3"
CHATS = {"duty-room": ("police",), "longmen-residents": ()}
ASK = an_ask(chats=CHATS)
BY = Entry(at=NINE, kind="withdrawn", occurrence=ASK.occurrence, by="telegram:1001", detail={"recalled": True})


class Recalling(Stage):
    """A stage on which what was recalled is taken down too."""

    def start(self) -> None:
        super().start()
        self.recalls = Recalls(self.store, self.routes, self.clock, self.sender)

    async def run(self) -> None:
        self.recalling = asyncio.create_task(self.recalls.run())
        await super().run()

    async def end(self) -> None:
        self.recalling.cancel()
        await super().end()

    async def recalls_it(self, issued: Issued = ASK) -> None:
        """An admin takes it back."""
        deliveries = await self.store.deliveries(occurrence=issued.occurrence)
        by = BY.model_copy(update={"occurrence": issued.occurrence})
        calls = await self.store.calls(issued.occurrence)
        await self.store.commit(recalled(issued, deliveries, calls, by, self.clock.now()))
        await self.clock.settle()

    async def has(self, *deliveries: Delivery) -> None:
        """These are on record."""
        await self.store.commit(Change(issued=(ASK,), planned=deliveries))

    async def corrected(self) -> list[tuple[str, bool]]:
        """The chats that are told that it is void, and whether that may wake somebody."""
        found = [each for each in await self.store.deliveries() if each.occurrence.startswith("notice/recalled")]
        return sorted((each.chat, each.duty_alert) for each in found)


@pytest.fixture
async def stage() -> AsyncIterator[Recalling]:
    made = Recalling()
    await made.run()
    yield made
    await made.end()


def sent(chat: str, **more: object) -> Delivery:
    given = {"state": "sent", "message_id": f"m-{chat}", "sent_at": NINE, "text": "请检查", **more}
    return Delivery.model_validate({"occurrence": ASK.occurrence, "chat": chat, "due": NINE, **given})


def follows(kind: str, **more: object) -> Delivery:
    call = Call.model_validate({"kind": kind, "of": ASK.occurrence, "offices": ("police",)})
    (made,) = called(call, 1, ("duty-room",), NINE)
    return made.model_copy(update=more)


async def test_what_stands_is_taken_down_and_what_had_not_gone_out_does_not(stage: Recalling) -> None:
    await stage.has(
        sent("duty-room"),
        follows("remind", state="sent", message_id="m2", sent_at=NINE, text="请回执"),
        follows("late", due=at("11:00:00")),
        sent("longmen-residents", state="planned", due=at("11:00:00"), message_id=None, sent_at=None),
    )
    await stage.recalls_it()
    assert sorted(stage.telegram.deleted) == [f"{ROOM}#m-duty-room", f"{ROOM}#m2"]
    assert [(each.chat, each.state, each.taken_down) for each in await stage.store.deliveries()] == [
        ("duty-room", "sent", True),
        ("duty-room", "sent", True),
        ("duty-room", "withdrawn", False),
        ("longmen-residents", "withdrawn", False),
    ]
    assert [(each.kind, each.chat, each.by) for each in await stage.store.entries()] == [
        ("withdrawn", "duty-room", "telegram:1001"),
        ("withdrawn", "longmen-residents", "telegram:1001"),
    ]
    await stage.advance(7200)
    assert len(stage.telegram.deleted) == 2
    assert stage.telegram.sent == []


async def test_what_cannot_be_taken_down_is_said_to_be_void_once_and_wakes_nobody(stage: Recalling) -> None:
    again = follows("remind", state="sent", message_id="m2", sent_at=NINE, text="请回执")
    stage.telegram.undeletable.add(ROOM)
    await stage.has(sent("duty-room"), again, sent("longmen-residents", message_id=None))
    await stage.recalls_it()
    await stage.advance(300)
    assert await stage.corrected() == [("duty-room", False), ("longmen-residents", False)]
    words = "更正：09:00 发出的“小心火烛 alert”已撤回，请忽略，也不用回执。"
    assert [(each.address, each.message.text) for each in stage.telegram.sent] == [(ROOM, words), (RESIDENTS, words)]
    assert stage.telegram.deleted == []


async def test_at_night_the_correction_waits_and_names_the_day(stage: Recalling) -> None:
    await stage.advance(13 * 3600)
    await stage.has(sent("longmen-residents", message_id=None))
    await stage.recalls_it()
    assert stage.telegram.sent == []
    await stage.advance(9 * 3600)
    assert "02-05 09:00 发出的" in stage.telegram.texts(RESIDENTS)[0]


async def test_a_platform_out_of_reach_is_tried_again_and_holds_up_no_other_chat(stage: Recalling) -> None:
    stage.telegram.stuck[ROOM] = asyncio.Event()
    stage.telegram.order(ROOM, not_sent())
    await stage.has(sent("duty-room"), sent("longmen-residents"))
    await stage.recalls_it()
    assert stage.telegram.deleted == [f"{RESIDENTS}#m-longmen-residents"]
    stage.telegram.stuck.pop(ROOM).set()
    await stage.clock.settle()
    await stage.advance(29)
    assert len(stage.telegram.deleted) == 1
    await stage.advance(2)
    assert stage.telegram.deleted[1:] == [f"{ROOM}#m-duty-room"]


async def test_a_restart_goes_on_with_what_still_stands(stage: Recalling) -> None:
    stage.telegram.away = True
    await stage.has(sent("duty-room"), sent("longmen-residents", taken_down=True))
    await stage.recalls_it()
    stage.recalling.cancel()
    await stage.crash()
    stage.telegram.away = False
    await stage.run()
    assert stage.telegram.deleted == [f"{ROOM}#m-duty-room"]


async def test_what_was_on_its_way_is_taken_down_once_it_is_there(stage: Recalling) -> None:
    ask = an_ask()
    stage.telegram.held[ROOM] = asyncio.Event()
    await stage.issue(ask)
    await stage.recalls_it(ask)
    assert stage.telegram.deleted == []
    stage.telegram.held.pop(ROOM).set()
    await stage.clock.settle()
    assert len(stage.telegram.deleted) == 1


async def test_what_was_on_its_way_and_did_not_arrive_is_not_sent_again(stage: Recalling) -> None:
    ask = an_ask()
    stage.telegram.stuck[ROOM] = asyncio.Event()
    stage.telegram.order(ROOM, not_sent())
    await stage.issue(ask)
    await stage.recalls_it(ask)
    stage.telegram.stuck.pop(ROOM).set()
    await stage.advance(3600)
    assert (await stage.delivery(ask)).state == "withdrawn"
    assert stage.telegram.sent == []


async def test_what_perhaps_arrived_and_would_be_repeated_is_said_to_be_void_instead(stage: Recalling) -> None:
    ask = an_ask()
    stage.telegram.order(ROOM, uncertain())
    await stage.issue(ask)
    await stage.recalls_it(ask)
    await stage.advance(3600)
    assert (await stage.delivery(ask)).state == "withdrawn"
    assert await stage.corrected() == [("duty-room", False)]


async def test_what_is_held_in_doubt_waits_for_an_admin_s_word(stage: Recalling) -> None:
    held = sent("duty-room", state="uncertain", message_id=None)
    await stage.has(held)
    await stage.recalls_it()
    assert await stage.corrected() == []
    await stage.store.commit(Change(deliveries=(held.become("sent"),)))
    await stage.clock.settle()
    assert await stage.corrected() == [("duty-room", False)]


async def test_a_message_that_holds_others_too_stays_until_all_of_it_is_void(stage: Recalling) -> None:
    other = an_ask("other", chats=CHATS)
    inside = Delivery.model_validate({**sent("duty-room").model_dump(), "occurrence": other.occurrence})
    inside = inside.model_copy(update={"state": "merged", "carried_by": f"{ASK.occurrence}@duty-room"})
    await stage.store.commit(Change(issued=(other,)))
    await stage.has(sent("duty-room", carries=(other.occurrence,)), inside)
    await stage.recalls_it()
    assert stage.telegram.deleted == []
    assert await stage.corrected() == [("duty-room", False)]
    await stage.recalls_it(other)
    assert stage.telegram.deleted == [f"{ROOM}#m-duty-room"]
    assert all(each.taken_down for each in await stage.store.deliveries() if not each.is_notice)


async def test_what_asked_once_more_for_presses_that_were_lost_goes_too(stage: Recalling) -> None:
    (again,) = notice("deaf/x", ("duty-room",), "请再按一次", NINE, Question(kind="answer", of=ASK.occurrence))
    assert await is_wanted(stage.store, again, NINE)
    stands = again.model_copy(update={"state": "sent", "message_id": "m9", "sent_at": NINE})
    await stage.has(sent("duty-room"), stands)
    await stage.recalls_it()
    assert f"{ROOM}#m9" in stage.telegram.deleted
    assert not await is_wanted(stage.store, again, NINE)


async def test_nothing_that_follows_it_concerns_anybody_any_more(stage: Recalling) -> None:
    await stage.has(sent("duty-room"))
    await stage.recalls_it()
    for kind in ("remind", "late", "escalate", "help", "status", "mention"):
        assert await narrowed(stage.store, follows(kind), NINE + timedelta(hours=3)) is None


async def test_what_only_went_with_a_message_is_void_with_it(stage: Recalling) -> None:
    stage.telegram.order(ROOM, refused())
    await stage.has(sent("longmen-residents"), follows("mention", state="sent", message_id="m3", sent_at=NINE))
    await stage.recalls_it()
    assert await stage.corrected() == []


async def test_what_an_edit_dropped_before_anybody_read_it_is_no_recall(stage: Recalling) -> None:
    dropped = sent("duty-room", state="withdrawn", message_id=None, sent_at=None)
    await stage.store.commit(Change(issued=(an_ask(withdrawn=True),), planned=(dropped,)))
    await stage.advance(300)
    assert stage.telegram.deleted == []
    assert [each.id for each in await stage.store.deliveries()] == [dropped.id]
