"""What somebody types in their own chat with the bot counts as in a group, for whatever their offices were asked."""

from typing import Any

from bot.acknowledgements.judge import Verdict
from bot.ledger.deliveries import Question, notice
from bot.ledger.inbound import Attachment
from bot.store.protocol import Change
from tests.acknowledgements.room import (
    BOTH,
    DEPUTY,
    ENFORCEMENT,
    POLICE,
    STRANGER,
    VILLAGER,
    Room,
    an_ask,
    labels,
    told,
)
from tests.builders import a_schedule, a_town, an_office

ASK = an_ask()
OTHER = an_ask("gas")


async def alone(room: Room, person: int, text: str, **inbound: Any) -> Verdict | None:
    return await room.type(person, text, at=str(person), private=True, **inbound)


async def test_it_counts_for_the_only_ask_that_is_open_to_their_offices(room: Room) -> None:
    await room.ask(ASK)
    assert "已记录：派出所 收到" in told(await alone(room, POLICE, "收到"))
    (entry,) = await room.store.entries()
    assert (entry.kind, entry.office, entry.by, entry.chat) == ("received", "police", f"telegram:{POLICE}", None)


async def test_it_counts_whatever_platform_the_office_was_asked_on(room: Room) -> None:
    offices = [
        an_office(name="派出所", members=[{"telegram": POLICE}, {"wecom": "PoliceDuty"}]),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
    ]
    room.schedule = a_schedule(town=a_town(offices=offices))
    await room.ask(ASK)
    verdict = await room.does("wecom:policeduty", "user:policeduty", kind="text", text="已落实", platform="wecom-app")
    assert verdict is None
    app = {"kind": "text", "platform": "wecom-app", "private": True}
    assert "派出所 已落实" in told(await room.does("wecom:policeduty", "user:policeduty", text="已落实", **app))
    assert await room.ledger() == [("done", "police", "wecom:policeduty")]


async def test_where_several_are_open_the_bot_asks_which(room: Room) -> None:
    await room.ask(ASK, OTHER)
    verdict = await alone(room, POLICE, "已落实")
    assert labels(verdict) == ["02-05 09:00 请落实 gas", "02-05 09:00 请落实 fireworks"]
    assert await room.ledger() == []
    assert verdict is not None
    await room.sends(POLICE, str(POLICE), kind="press", data=verdict.buttons[1][0].data, private=True)
    assert [(entry.occurrence, entry.kind) for entry in await room.store.entries()] == [(ASK.occurrence, "done")]


async def test_who_is_of_several_offices_is_asked_for_which_or_names_it(room: Room) -> None:
    await room.ask(ASK)
    assert labels(await alone(room, BOTH, "收到")) == ["派出所 收到", "综合执法大队 收到"]
    await alone(room, BOTH, "综合执法队 收到")
    assert await room.ledger() == [("received", "enforcement", f"telegram:{BOTH}")]


async def test_an_ask_that_did_not_go_out_or_is_withdrawn_is_not_meant(room: Room) -> None:
    await room.ask(ASK)
    await room.ask(OTHER, state="missed", message_id=None)
    await room.ask(an_ask("drill", withdrawn=True))
    await alone(room, POLICE, "收到")
    assert [entry.occurrence for entry in await room.store.entries()] == [ASK.occurrence]


async def test_another_member_adds_to_what_was_answered_and_a_problem_after_it_is_heard(room: Room) -> None:
    await room.ask(ASK)
    await alone(room, POLICE, "已落实")
    await alone(room, DEPUTY, "已落实")
    assert "请在这里回一句话" in told(await alone(room, DEPUTY, "需协助"))
    assert await alone(room, DEPUTY, "缺灭火器") is not None
    assert [kind for kind, _, _ in await room.ledger()] == ["done", "done", "help", "need"]


async def test_with_nothing_open_that_is_said_and_nothing_is_on_record(room: Room) -> None:
    await room.ask(an_ask(chats={"duty-room": ("enforcement",)}, offices={"enforcement": "综合执法大队"}))
    assert "派出所 目前没有待回执的提醒" in told(await alone(room, POLICE, "收到"))
    assert await room.ledger() == []


async def test_ordinary_talk_and_a_stranger_s_word_are_no_answers(room: Room) -> None:
    await room.ask(ASK)
    assert await alone(room, POLICE, "收到，马上去") is None
    assert await alone(room, STRANGER, "收到") is None
    assert await alone(room, VILLAGER, "龙门村委会 收到") is None
    assert await room.ledger() == []


async def test_an_office_that_is_not_theirs_is_not_answered_for(room: Room) -> None:
    await room.ask(ASK)
    assert "综合执法大队 目前没有" in told(await alone(room, ENFORCEMENT, "派出所 收到"))
    assert await room.ledger() == []


async def test_a_reply_to_a_word_of_the_bot_s_that_asks_nothing_is_meant_all_the_same(room: Room) -> None:
    await room.ask(ASK)
    await alone(room, POLICE, "收到", quoting="4711")
    assert await room.ledger() == [("received", "police", f"telegram:{POLICE}")]


async def test_a_reply_to_what_asks_once_more_means_that_ask(room: Room) -> None:
    await room.ask(ASK, OTHER)
    (again,) = notice(
        "again/1", (f"telegram:{POLICE}",), "请再按一次", ASK.due, Question(kind="answer", of=ASK.occurrence)
    )
    sent = {"state": "sent", "message_id": "77", "address": str(POLICE), "sent_at": ASK.due}
    await room.store.commit(Change(deliveries=(again.model_copy(update=sent),)))
    await alone(room, POLICE, "收到", quoting="77")
    assert [entry.occurrence for entry in await room.store.entries()] == [ASK.occurrence]


async def test_a_photo_that_says_done_is_its_evidence(room: Room) -> None:
    await room.ask(ASK)
    verdict = await alone(room, POLICE, "已落实", attachment=Attachment(kind="photo", ref="x"))
    assert verdict is not None
    assert verdict.evidence is not None
    assert (verdict.evidence.office, verdict.evidence.chat) == ("police", None)
