"""After 需协助 one line of what is needed is asked for, once; nothing waits for it (issue: 问题清单)."""

from datetime import timedelta
from typing import Any

import pytest

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.on_behalf import on_behalf
from bot.ledger.deliveries import Delivery
from bot.ledger.inbound import Inbound
from tests.acknowledgements.room import (
    DEPUTY,
    DUTY_ROOM,
    ENFORCEMENT,
    POLICE,
    STRANGER,
    VILLAGE,
    VILLAGER,
    Room,
    an_ask,
    told,
)

ASK = an_ask()


async def questions(room: Room) -> list[Delivery]:
    found = await room.store.deliveries(unfinished=True)
    return [each for each in found if each.question and each.question.kind == "need"]


async def needs(room: Room) -> list[tuple[str | None, str | None, Any]]:
    """Office, person and line of what is on record."""
    return [
        (each.office, each.by, (each.detail or {}).get("text"))
        for each in await room.store.entries()
        if each.kind == "need"
    ]


async def asked(room: Room) -> str:
    """派出所 has asked for help, and the question has gone out; the id of its message."""
    await room.ask(ASK)
    await room.sends(POLICE, DUTY_ROOM, kind="press", data=f"h:{ASK.token}", person_name="张_三")
    (question,) = await questions(room)
    return await room.out(question)


async def test_who_gave_none_is_asked_by_name_in_the_chat_where_they_said_so(room: Room) -> None:
    await room.ask(ASK)
    verdict = await room.sends(POLICE, DUTY_ROOM, kind="press", data=f"h:{ASK.token}", person_name="张_三")
    (question,) = await questions(room)
    assert question.chat == "duty-room"
    assert str(question.text).startswith("[张\\_三](person:telegram:2001) 请回复一句话：派出所需要什么协助？")
    assert "正在通知" in told(verdict)


async def test_a_typed_call_carries_its_line_at_once(room: Room) -> None:
    await room.ask(ASK)
    await room.type(POLICE, "需协助 缺两台灭火器")
    assert await room.ledger() == [("help", "police", "telegram:2001"), ("need", "police", "telegram:2001")]
    assert await questions(room) == []


@pytest.mark.parametrize("who", [POLICE, DEPUTY])
async def test_typed_again_with_another_line_only_that_is_new(room: Room, who: int) -> None:
    await asked(room)
    verdict = await room.type(who, "需协助：缺两台灭火器", quoting="1")
    assert await needs(room) == [("police", f"telegram:{who}", "缺两台灭火器")]
    assert verdict is not None
    assert [each for each in verdict.planned if each.call] == []


async def test_once_for_each_problem(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    await room.press(DEPUTY, ASK, "help")
    await room.press(POLICE, ASK, "help")
    assert len(await questions(room)) == 1
    await room.press(POLICE, ASK, "done")
    room.now += timedelta(minutes=1)
    await room.press(POLICE, ASK, "help")
    assert len(await questions(room)) == 2


@pytest.mark.parametrize("who", [POLICE, DEPUTY])
async def test_what_is_written_in_reply_to_the_question_is_the_line(room: Room, who: int) -> None:
    question = await asked(room)
    verdict = await room.type(who, "缺两台灭火器，\n请支援", quoting=question)
    assert await needs(room) == [("police", f"telegram:{who}", "缺两台灭火器， 请支援")]
    assert "已记下派出所需要的协助" in told(verdict)


async def test_a_second_line_is_a_new_entry(room: Room) -> None:
    question = await asked(room)
    await room.type(POLICE, "缺灭火器", quoting=question)
    await room.type(POLICE, "缺两台灭火器", quoting=question)
    assert [text for _, _, text in await needs(room)] == ["缺灭火器", "缺两台灭火器"]


async def test_in_reply_to_the_ask_only_as_long_as_there_is_none(room: Room) -> None:
    await asked(room)
    await room.type(POLICE, "缺灭火器", quoting="1")
    assert await room.type(POLICE, "谢谢大家", quoting="1") is None
    assert [text for _, _, text in await needs(room)] == ["缺灭火器"]


async def test_five_hundred_characters_are_kept(room: Room) -> None:
    question = await asked(room)
    await room.type(POLICE, "缺" * 700, quoting=question)
    assert await needs(room) == [("police", "telegram:2001", "缺" * 500)]


@pytest.mark.parametrize("who", [STRANGER, ENFORCEMENT])
async def test_nobody_else_says_what_the_office_needs(room: Room, who: int) -> None:
    question = await asked(room)
    assert await room.type(who, "缺灭火器", quoting=question) is None
    assert await needs(room) == []


async def test_an_answer_word_is_an_answer_and_no_line(room: Room) -> None:
    await asked(room)
    await room.type(POLICE, "已落实", quoting="1")
    assert await needs(room) == []
    assert await room.state(ASK, "police") == "done"


async def test_once_the_problem_is_over_there_is_nothing_to_need(room: Room) -> None:
    question = await asked(room)
    await room.press(POLICE, ASK, "done")
    assert await room.type(POLICE, "缺灭火器", quoting=question) is None


async def test_in_a_group_ordinary_talk_stays_that(room: Room) -> None:
    """Where the bot may read all, too: privacy mode is off, or it is an admin of the group."""
    await asked(room)
    assert await room.type(POLICE, "明天开会") is None
    assert await room.type(POLICE, "明天开会", quoting="77") is None


async def test_where_all_is_written_to_the_bot_the_next_words_are_the_line(room: Room) -> None:
    await room.ask(ASK)
    await room.press(VILLAGER, ASK, "help", at=VILLAGE)
    assert await room.type(VILLAGER, "缺灭火器", at=VILLAGE, private=True) is not None
    assert await room.type(VILLAGER, "谢谢", at=VILLAGE, private=True) is None
    assert await needs(room) == [("village-longmen", "telegram:3001", "缺灭火器")]


async def test_so_in_a_group_that_shows_a_smart_bot_only_what_calls_it(room: Room) -> None:
    await room.ask(ASK)
    for said in ({"kind": "press", "data": f"h:{ASK.token}"}, {"kind": "text", "text": "缺灭火器"}):
        assert await room.does(POLICE, DUTY_ROOM, **said, platform="wecom-bot") is not None
    assert await needs(room) == [("police", "telegram:2001", "缺灭火器")]


async def test_so_on_the_board_for_ten_minutes(room: Room) -> None:
    await room.ask(ASK)
    await room.press_as("police", ASK, "help")
    room.now += timedelta(minutes=11)
    assert await room.type_as("police", "缺灭火器") is None
    await room.press_as("enforcement", ASK, "help")
    room.now += timedelta(minutes=9)
    assert await room.type_as("police", "缺灭火器") is None
    assert await room.type_as("enforcement", "缺云梯") is not None
    assert await needs(room) == [("enforcement", "board:office/enforcement", "缺云梯")]


async def test_in_a_chat_that_the_town_does_not_have_the_answer_asks(room: Room) -> None:
    """Somebody's own chat with the bot, where what they owe was listed."""
    await room.ask(ASK)
    verdict = await room.sends(POLICE, "2001", kind="press", data=f"h:{ASK.token}", private=True)
    assert "请在这里回一句话" in told(verdict)
    assert await questions(room) == []
    assert await room.type(POLICE, "缺灭火器", at="2001", private=True) is not None
    assert await needs(room) == [("police", "telegram:2001", "缺灭火器")]


async def test_an_admin_who_asks_for_help_in_an_office_s_place_says_it_in_its_place(room: Room) -> None:
    await room.ask(ASK)
    came = Inbound(platform="telegram", id="900", at=room.now, kind="text", person="telegram:1001", address=DUTY_ROOM)
    hearing = Hearing(came, "duty-room", room.schedule, ("admins",), "zh")
    await on_behalf(room.store, hearing, ASK, "police", "help", "来电")
    (question,) = await questions(room)
    assert await room.type(1001, "缺灭火器", quoting=await room.out(question)) is not None
    assert await needs(room) == [("police", "telegram:1001", "缺灭火器")]


async def test_a_link_asks_nothing_in_a_chat(room: Room) -> None:
    await room.ask(ASK)
    verdict = await room.press(POLICE, ASK, "help", at="https")
    assert "请在这里回一句话" not in told(verdict)
    assert await questions(room) == []
