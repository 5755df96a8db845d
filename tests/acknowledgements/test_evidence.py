"""What comes with an answer is evidence of it; the answer is judged as typed, whatever becomes of its attachment."""

import pytest

from bot.acknowledgements.awaited import Awaited
from bot.acknowledgements.judge import Verdict
from bot.ledger.deliveries import Call, called
from bot.ledger.inbound import Attachment
from bot.store.protocol import Change
from tests.acknowledgements.room import BOTH, DEPUTY, DUTY_ROOM, POLICE, STRANGER, Room, an_ask, labels, told

ASK = an_ask()
PHOTO = Attachment(kind="photo", ref="AgAC1", size=120_000)


async def shows(room: Room, person: int, text: str | None = None, quoting: str | None = None) -> Verdict | None:
    return await room.does(person, DUTY_ROOM, kind="text", text=text, message_id=quoting, attachment=PHOTO)


async def awaited(room: Room) -> list[Awaited]:
    return [Awaited.model_validate_json(value) for value in (await room.store.marks("evidence:")).values()]


@pytest.mark.parametrize("text", ["已落实", "派出所 已落实", "需协助：消防栓没有水"])
async def test_with_an_answer_it_is_to_be_fetched_and_that_is_on_disk_with_the_answer(room: Room, text: str) -> None:
    await room.ask(ASK)
    verdict = await shows(room, POLICE, text)
    (wanted,) = await awaited(room)
    assert verdict is not None
    assert verdict.evidence == wanted
    assert (wanted.occurrence, wanted.office, wanted.chat) == (ASK.occurrence, "police", "duty-room")
    assert (wanted.inbound.person, wanted.attachment) == (f"telegram:{POLICE}", PHOTO)
    assert [office for _, office, _ in await room.ledger()][:1] == ["police"]


async def test_said_again_with_a_photo_it_is_evidence_of_what_was_said(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await shows(room, POLICE, "已落实", quoting="1")
    assert [each.office for each in await awaited(room)] == ["police"]
    assert len(await room.ledger()) == 1


async def test_with_received_there_is_nothing_to_show_yet_and_that_is_said(room: Room) -> None:
    await room.ask(ASK)
    assert "附件没有留存" in told(await shows(room, POLICE, "收到"))
    assert await awaited(room) == []
    assert await room.state(ASK, "police") == "received"


@pytest.mark.parametrize("text", [None, "现场照片"])
async def test_alone_in_reply_to_an_ask_it_is_added_where_the_office_said_done(room: Room, text: str | None) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    assert told(await shows(room, DEPUTY, text, quoting="1")) == "已补充为 派出所“已落实”的凭证"
    assert [(each.office, each.inbound.person) for each in await awaited(room)] == [("police", f"telegram:{DEPUTY}")]


async def test_also_in_reply_to_a_reminder_of_it(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    (reminder,) = called(Call(kind="remind", of=ASK.occurrence, offices=("police",)), 1, ["duty-room"], ASK.due)
    sent = reminder.model_copy(update={"state": "sent", "message_id": "55", "address": DUTY_ROOM})
    await room.store.commit(Change(deliveries=(sent,)))
    await shows(room, POLICE, quoting="55")
    assert [each.occurrence for each in await awaited(room)] == [ASK.occurrence]


async def test_and_where_it_has_not_one_is_told_to_say_so(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK)
    assert "连同“已落实”" in told(await shows(room, POLICE, quoting="1"))
    assert await shows(room, POLICE, "现场照片", quoting="1") is None
    assert await awaited(room) == []


async def test_of_several_offices_the_one_for_which_the_person_said_it(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await room.press(BOTH, ASK, "done", office=1)
    await shows(room, BOTH, quoting="1")
    assert [each.office for each in await awaited(room)] == ["enforcement"]


async def test_a_stranger_s_is_nothing(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    assert await shows(room, STRANGER, quoting="1") is None
    await shows(room, STRANGER, "已落实", quoting="1")
    assert await awaited(room) == []
    assert (await room.ledger())[-1][0] == "refused"


async def test_where_it_is_asked_which_is_meant_it_is_to_be_sent_again(room: Room) -> None:
    await room.ask(ASK)
    verdict = await shows(room, BOTH, "已落实")
    assert len(labels(verdict)) == 2
    assert "把附件作为对那条提醒的回复再发一次" in told(verdict)
    assert await awaited(room) == []


async def test_no_more_than_twenty_an_office_an_ask(room: Room) -> None:
    await room.ask(ASK)
    await shows(room, POLICE, "已落实")
    (first,) = await awaited(room)
    await room.store.commit(Change(entries=tuple(first.entry(f"evidence/{n}.jpg", 1) for n in range(20))))
    assert "已有 20 份附件" in told(await shows(room, POLICE, quoting="1"))
    assert len(await awaited(room)) == 1


async def test_what_the_ledger_says_of_it(room: Room) -> None:
    await room.ask(ASK)
    await shows(room, POLICE, "已落实")
    (wanted,) = await awaited(room)
    named = wanted.model_copy(update={"attachment": PHOTO.model_copy(update={"kind": "file", "name": "预案.pdf"})})
    entry = named.entry("evidence/ab.pdf", 7)
    assert (entry.kind, entry.office, entry.by, entry.at) == ("evidence", "police", f"telegram:{POLICE}", room.now)
    assert entry.detail == {"file": "evidence/ab.pdf", "title": "预案.pdf", "size": 7, "kind": "file"}
    assert named.is_kept_as("evidence/ab.pdf", [entry])
    assert not named.is_kept_as("evidence/cd.pdf", [entry])
