"""An admin answers on behalf of an office, with a reason, through the same judgement as everybody."""

import pytest

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.on_behalf import on_behalf
from bot.ledger.entries import AnswerState
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change
from tests.acknowledgements.room import POLICE, Room, an_ask, told

ASK = an_ask()


async def answers(
    room: Room, answer: AnswerState, reason: str, person: int = 1001, office: str = "police", id_: str = "1"
) -> Verdict:
    came = Inbound(
        platform="telegram",
        id=id_,
        at=room.now,
        kind="command",
        person=f"telegram:{person}",
        person_name="周主任",
        address="1001",
        text="/correct …",
    )
    await room.store.commit(Change(inbound=(came,)))
    hearing = Hearing(came, "telegram:1001", room.schedule, ("telegram:1001",), "zh")
    verdict = await on_behalf(room.store, hearing, ASK, office, answer, reason)
    assert await room.store.unhandled() == ()
    return verdict


async def test_it_is_an_answer_by_the_admin_with_the_reason(room: Room) -> None:
    await room.ask(ASK)
    await answers(room, "done", " 电话\n告知 ")
    (entry,) = await room.store.entries()
    assert (entry.kind, entry.office, entry.by) == ("done", "police", "telegram:1001")
    assert entry.detail == {"name": "周主任", "for": "电话 告知"}
    assert await room.state(ASK, "police") == "done"


async def test_without_a_reason_it_is_refused_and_nothing_is_written(room: Room) -> None:
    await room.ask(ASK)
    assert "写明原因" in told(await answers(room, "done", " \n "))
    assert await room.ledger() == []


@pytest.mark.parametrize("person", [11, POLICE])
async def test_only_an_admin_may_and_an_attempt_is_on_record(room: Room, person: int) -> None:
    await room.ask(ASK)
    await answers(room, "done", "电话告知", person)
    assert await room.ledger() == [("refused", "police", f"telegram:{person}")]


async def test_only_for_an_office_that_was_asked(room: Room) -> None:
    await room.ask(ASK)
    await answers(room, "done", "电话告知", office="fire-committee")
    assert [kind for kind, _, _ in await room.ledger()] == ["refused"]


async def test_help_is_fetched_as_for_the_office_s_own_word(room: Room) -> None:
    await room.ask(ASK)
    await answers(room, "help", "电话报告：缺两台灭火器")
    assert await room.state(ASK, "police") == "help"
    assert [each for each in await room.store.deliveries() if each.is_notice]


async def test_the_same_again_adds_nothing(room: Room) -> None:
    await room.ask(ASK)
    await answers(room, "done", "电话告知")
    assert "已经答过" in told(await answers(room, "done", "又打了一次", id_="2"))
    assert len(await room.ledger()) == 1
