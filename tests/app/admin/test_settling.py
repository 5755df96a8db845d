"""An admin settles what is in doubt by a tap, in chat or on the board: one decision, told to whoever comes later."""

import asyncio
from typing import Any

import pytest

from bot.app.routing import ADMINS
from bot.channels.buttons import Choice, decision_data
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Numbered
from bot.store.protocol import Change
from tests.app.stage import ADMIN, RESIDENTS, Stage, a_board_town, at
from tests.fakes import uncertain


async def in_doubt(stage: Stage) -> str:
    """The warning's reply was lost, and it is held; its id."""
    stage.telegram.order(RESIDENTS, uncertain())
    await stage.run()
    await stage.pass_to(at("08:01:30"))
    (found,) = await stage.store.deliveries(chat="longmen-residents")
    assert found.state == "uncertain"
    return found.id


async def press(stage: Stage, choice: Choice, of: str, **by: Any) -> str:
    """An admin (or whoever) presses; what they are told."""
    given = {"person": "telegram:1001", "address": ADMIN, "private": True, "data": decision_data(choice, of), **by}
    stage.hears("press", **given)
    await stage.clock.settle()
    return stage.telegram.answered[-1][1]


async def delivery(stage: Stage, id_: str) -> Delivery:
    found = await stage.store.delivery(id_)
    assert found is not None
    return found


async def last(stage: Stage) -> Numbered:
    return (await stage.store.entries())[-1]


async def test_the_notice_asks_whether_it_arrived(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    (notice,) = [each for each in stage.telegram.sent if each.address == ADMIN and "不能确定" in each.message.text]
    carried = [button.data for row in notice.message.buttons for button in row]
    assert carried == [decision_data(choice, id_) for choice in ("arrived", "again", "let-be")]


async def test_it_arrived(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    assert "已送到" in await press(stage, "arrived", id_)
    after = await delivery(stage, id_)
    assert (after.state, after.message_id) == ("sent", None)
    entry = await last(stage)
    assert (entry.kind, entry.by, entry.chat, entry.detail) == (
        "settled",
        "telegram:1001",
        "longmen-residents",
        {"arrived": True},
    )
    await stage.clock.advance(60)
    assert len(stage.telegram.texts(RESIDENTS)) == 0, "it is not sent again"


async def test_it_did_not_arrive_and_goes_out_again_at_once(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    await press(stage, "again", id_)
    await stage.clock.advance(5)
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    assert (await delivery(stage, id_)).state == "sent"
    (entry,) = [each for each in await stage.store.entries() if each.kind == "settled"]
    assert entry.detail == {"arrived": False, "again": True}


async def test_sent_again_by_hand_it_is_never_too_late(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    await stage.leap_to(at("18:00:00"))
    await press(stage, "again", id_)
    await stage.clock.advance(5)
    (text,) = stage.telegram.texts(RESIDENTS)
    assert "补发" in text


async def test_it_did_not_arrive_and_is_let_be(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    await press(stage, "let-be", id_)
    await stage.clock.advance(60)
    assert (await delivery(stage, id_)).state == "missed"
    assert (await last(stage)).detail == {"arrived": False}
    assert stage.telegram.texts(RESIDENTS) == []


async def test_the_first_word_holds_and_who_comes_later_is_told_whose_it_was(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    await press(stage, "arrived", id_, person_name="李主任")
    before = len(await stage.store.entries())
    told = await press(stage, "again", id_)
    assert "已送到（李主任，2036-02-05 08:01）" in told
    assert "没有改动" in told
    assert (await delivery(stage, id_)).state == "sent"
    assert len(await stage.store.entries()) == before


async def test_of_two_at_once_one_wins(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    pressing = stage.live.press(ADMINS, "", decision_data("again", id_), None)
    stage.hears("press", person="telegram:1001", address=ADMIN, data=decision_data("let-be", id_))
    board = (await asyncio.gather(pressing))[0].text
    await stage.clock.settle()
    chat = stage.telegram.answered[-1][1]
    assert len([each for each in await stage.store.entries() if each.kind == "settled"]) == 1
    assert ["没有改动" in told for told in (board, chat)].count(True) == 1


async def test_one_that_is_overtaken_looks_again(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    once = [True]

    async def another_wins(change: Change) -> None:
        if once and any(entry.kind == "settled" for entry in change.entries):
            once.clear()
            found = await delivery(stage, id_)
            await stage.store.commit(Change(deliveries=(found.become("missed"),)))

    stage.store.before_commit = another_wins
    assert "不需要决定" in await press(stage, "arrived", id_)
    assert (await delivery(stage, id_)).state == "missed"


async def test_on_the_board_it_is_settled_in_the_admins_own_chat(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    told = await stage.live.press(ADMINS, "", decision_data("arrived", id_), "police")
    assert "已送到" in told.text
    assert (await last(stage)).by == "board:admin"
    assert "网页上的管理员" in await press(stage, "again", id_)


async def test_in_no_other_chat_of_the_board_whoever_one_says_one_is(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    doubtful = Delivery(occurrence="a/b/c/d", chat="longmen-residents", due=at("08:00:00"), state="uncertain")
    await stage.store.commit(Change(deliveries=(doubtful,)))
    for office in ("police", "admin", None):
        told = await stage.live.press("duty-room", "", decision_data("arrived", doubtful.id), office)
        assert "只有管理员" in told.text
    assert (await delivery(stage, doubtful.id)).state == "uncertain"
    assert await stage.ledger("refused") == ["refused"] * 3


@pytest.mark.parametrize(
    "by",
    [
        {"person": "telegram:2001"},
        {"person": "telegram:1001", "anonymous": True},
        {"person": "telegram:11", "address": "-1001001"},
    ],
)
async def test_nobody_else_settles_anything_and_that_they_tried_is_on_record(stage: Stage, by: dict[str, Any]) -> None:
    id_ = await in_doubt(stage)
    await press(stage, "let-be", id_, **by)
    assert (await delivery(stage, id_)).state == "uncertain"
    entry = await last(stage)
    assert (entry.kind, entry.by, entry.occurrence) == ("refused", by["person"], id_.rpartition("@")[0])


async def test_what_no_delivery_has_is_said_not_to_be_on_record(stage: Stage) -> None:
    await stage.run()
    assert "找不到" in await press(stage, "arrived", "made/up/by/somebody@nowhere")


async def test_once_it_is_settled_every_notice_says_so_and_its_buttons_go(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    await press(stage, "arrived", id_, person_name="李*主任*")
    await stage.clock.advance(10)
    (edit,) = stage.telegram.edited
    assert r"已送到（李\*主任\*，2036-02-05 08:01）" in edit.message.text
    assert edit.message.buttons == ()
    chat = await stage.live.chat(ADMINS)
    assert chat is not None
    (shown,) = [each for each in chat.messages if "不能确定" in each.text]
    assert shown.buttons == ()
    assert "主任" in shown.text


async def test_a_notice_that_a_stop_left_untrue_is_edited_at_the_next_start(stage: Stage) -> None:
    id_ = await in_doubt(stage)
    stage.telegram.stuck[ADMIN] = asyncio.Event()
    await press(stage, "arrived", id_)
    await stage.clock.advance(1)
    await stage.restart()
    await stage.clock.advance(5)
    (edit,) = stage.telegram.edited
    assert "已送到" in edit.message.text


async def test_an_ask_that_arrived_is_answered_like_any(stage: Stage) -> None:
    stage.write()
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in await stage.store.deliveries(chat="duty-room") if each.duty_alert]
    doubtful = ask.model_copy(update={"state": "uncertain", "message_id": None})
    await stage.store.commit(Change(deliveries=(doubtful,)))
    await press(stage, "arrived", doubtful.id)
    stage.hears("text", text="已落实")
    await stage.clock.settle()
    assert "done" in await stage.ledger()
