"""Who has answered stands in the message: few edits for many presses, and the last one is true."""

import asyncio
from typing import Any

import pytest

from bot.channels.protocol import Message
from bot.errors import SendError
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import AnswerState, Entry
from bot.outbox.wording import message_of
from bot.store.protocol import Change, Store
from tests.fakes import down, moved, not_sent, refused, throttled, uncertain
from tests.outbox.stage import GROUPS, Stage, an_ask

DUTY_ROOM, VILLAGE = GROUPS["duty-room"], GROUPS["longmen-office"]
OFFICES = {f"office-{number}": f"单位{number}" for number in range(40)}
EVERYBODY = an_ask(offices=OFFICES, chats={"duty-room": tuple(OFFICES)})
BOTH = an_ask(
    offices={"police": "派出所", "village": "龙门村委会"},
    chats={"duty-room": ("police", "village"), "longmen-office": ("village",)},
)


async def answer(stage: Stage, ask: Issued, office: str, kind: AnswerState = "done") -> None:
    entry = Entry(at=stage.clock.now(), kind=kind, occurrence=ask.occurrence, office=office, by="telegram:7")
    await stage.store.commit(Change(entries=(entry,)))
    await stage.clock.settle()


def shown(stage: Stage, address: str = DUTY_ROOM) -> str:
    """The last edit of a message in a chat."""
    return [each.message.text for each in stage.telegram.edited if each.address.startswith(f"{address}#")][-1]


async def test_an_answer_shows_in_every_chat_that_carries_its_office(stage: Stage) -> None:
    await stage.issue(BOTH)
    await answer(stage, BOTH, "village")
    await stage.advance(5)
    assert "✅ 龙门村委会 已落实（09:00）" in shown(stage)
    assert "▫️ 派出所 待回执" in shown(stage)
    assert "✅ 龙门村委会 已落实（09:00）" in shown(stage, VILLAGE)


async def test_an_answer_to_one_of_several_that_went_out_together_is_shown_in_their_message(stage: Stage) -> None:
    await stage.advance(3_600)
    first, second = an_ask("first"), an_ask("second")
    await stage.issue(first, second)
    await answer(stage, second, "police")
    await stage.advance(5)
    head, _, tail = shown(stage).partition("②")
    assert "▫️ 派出所" in head
    assert "✅ 派出所" in tail
    assert len(stage.telegram.edited[-1].message.buttons) == 2


async def test_an_edit_keeps_the_buttons(stage: Stage) -> None:
    await stage.issue(BOTH)
    await answer(stage, BOTH, "village")
    await stage.advance(5)
    assert all(each.message.buttons for each in stage.telegram.edited)


async def test_many_presses_are_few_edits_and_the_last_one_is_true(stage: Stage) -> None:
    await stage.issue(EVERYBODY)
    for office in OFFICES:
        await answer(stage, EVERYBODY, office)
        await stage.advance(0.5)
    await stage.advance(10)
    assert 5 <= len(stage.telegram.edited) <= 9, "twenty seconds at one edit in three"
    assert shown(stage).count("✅") == 40


async def test_a_press_that_comes_while_an_edit_is_under_way_is_shown_too(stage: Stage) -> None:
    await stage.issue(EVERYBODY)
    gate = stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await answer(stage, EVERYBODY, "office-1")
    await stage.advance(1)
    await answer(stage, EVERYBODY, "office-2")
    await stage.advance(10)
    gate.set()
    await stage.advance(5)
    assert shown(stage).count("✅") == 2


async def test_a_chat_whose_edit_never_ends_keeps_no_other_message_untrue(stage: Stage) -> None:
    await stage.issue(BOTH)
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await answer(stage, BOTH, "village")
    await stage.advance(5)
    assert "✅" in shown(stage, VILLAGE)


async def test_what_the_edit_showed_is_what_the_record_holds(stage: Stage) -> None:
    await stage.issue(BOTH)
    await answer(stage, BOTH, "police")
    await stage.advance(5)
    assert (await stage.delivery(BOTH)).text == shown(stage)


async def test_nothing_is_edited_where_nothing_changed(stage: Stage) -> None:
    await stage.issue(BOTH)
    await answer(stage, BOTH, "police")
    await stage.advance(5)
    before = len(stage.telegram.edited)
    await answer(stage, BOTH, "police", "received")
    await stage.advance(600)
    assert len(stage.telegram.edited) == before


@pytest.mark.parametrize("error", [not_sent(), uncertain(), down()])
async def test_an_edit_that_may_not_have_arrived_is_made_again(stage: Stage, error: SendError) -> None:
    await stage.issue(BOTH)
    stage.telegram.order(DUTY_ROOM, error)
    await answer(stage, BOTH, "police")
    await stage.advance(31)
    assert "✅ 派出所" in shown(stage)


async def test_an_edit_waits_as_long_as_the_platform_asks(stage: Stage) -> None:
    await stage.issue(BOTH)
    stage.telegram.order(DUTY_ROOM, throttled(40))
    await answer(stage, BOTH, "police")
    await stage.advance(39)
    assert stage.telegram.edited == []
    await stage.advance(2)
    assert "✅ 派出所" in shown(stage)


@pytest.mark.parametrize("error", [refused(), moved("-100777")])
async def test_a_message_that_can_no_longer_be_edited_is_let_be(stage: Stage, error: SendError) -> None:
    await stage.issue(BOTH)
    stage.telegram.order(DUTY_ROOM, error)
    await answer(stage, BOTH, "police")
    requests = stage.telegram.requests.count(DUTY_ROOM)
    await stage.advance(600)
    assert stage.telegram.requests.count(DUTY_ROOM) == requests
    assert [entry.kind for entry in await stage.store.entries()] == ["sent", "sent", "done"]
    assert stage.told == []


async def test_an_answer_that_came_while_the_message_was_under_way_is_shown(stage: Stage) -> None:
    gate = stage.telegram.stuck[VILLAGE] = asyncio.Event()
    await stage.issue(BOTH)
    await answer(stage, BOTH, "village")
    await stage.advance(5)
    gate.set()
    await stage.advance(5)
    assert "✅ 龙门村委会" in shown(stage, VILLAGE)


async def test_an_answer_whose_edit_a_crash_prevented_is_shown_after_the_restart() -> None:
    stage = Stage()
    await stage.run()
    await stage.issue(BOTH)
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await answer(stage, BOTH, "police")
    await stage.crash()
    stage.telegram.stuck.clear()
    await stage.run()
    await stage.advance(5)
    assert "✅ 派出所" in shown(stage)
    await stage.end()


async def test_edits_count_as_messages_of_the_chat(stage: Stage) -> None:
    chatter = [an_ask(f"ask-{number}") for number in range(10)]
    stage.telegram.limits = stage.telegram.limits.__class__(per_second=30, private_gap=1.0, group_per_minute=12)
    await stage.issue(*chatter)
    await stage.advance(1)
    for ask in chatter:
        await answer(stage, ask, "police")
    await stage.advance(50)
    assert len(stage.telegram.requests) == 12
    await stage.advance(60)
    assert len(stage.telegram.edited) == 10


async def test_without_a_disk_the_edit_still_stands_in_the_chat_and_is_recorded_later(stage: Stage) -> None:
    await stage.issue(BOTH)
    stage.store.full = lambda change: bool(change.deliveries)
    await answer(stage, BOTH, "police")
    await stage.advance(25)
    assert len(stage.telegram.edited) == 1, "not made again with every breath"
    stage.store.full = lambda _change: False
    await stage.advance(10)
    assert (await stage.delivery(BOTH)).text == shown(stage)


async def test_an_edit_that_breaks_rests_like_one_that_was_not_taken(stage: Stage) -> None:
    await stage.issue(BOTH)
    stage.telegram.order(DUTY_ROOM, KeyError("chat"), KeyError("chat"))
    before = len(stage.telegram.requests)
    await answer(stage, BOTH, "police")
    await stage.advance(20)
    assert len(stage.telegram.requests) == before + 1
    await stage.advance(60)
    assert "✅ 派出所" in shown(stage)


async def test_an_ask_that_cannot_be_worded_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    other = an_ask("other", chats={"longmen-office": ("police",)})
    await stage.issue(BOTH, other)

    async def worded(store: Store, delivery: Delivery, *given: Any, **more: Any) -> Message:
        if delivery.occurrence == BOTH.occurrence:
            raise ValueError(delivery.id)
        return await message_of(store, delivery, *given, **more)

    monkeypatch.setattr("bot.outbox.edits.message_of", worded)
    await answer(stage, BOTH, "police")
    await answer(stage, other, "police")
    await stage.advance(5)
    assert "✅ 派出所" in shown(stage, VILLAGE)
