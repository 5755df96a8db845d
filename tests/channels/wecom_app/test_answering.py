"""Who presses sees it on the card, or is told alone where that stays as it is; who types is told where they typed."""

import asyncio

import pytest

from bot.channels.protocol import Button, Message
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_app.standing import MessageId
from bot.clock import ManualClock
from bot.ledger.inbound import Inbound
from tests.channels.wecom_app.conftest import Ear
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import Corp

PARTY = "party:2"
ROW = ((Button("收到", "r:Ab12Cd"), Button("需协助", "h:Ab12Cd")),)
ASK = Message("**除夕值守**\n\n今晚落实。", ROW)


@pytest.fixture
async def pressed(channel: WecomAppChannel, phones: Speaker, ear: Ear) -> Inbound:
    task = MessageId.read((await channel.send(PARTY, ASK)).message_id or "").task
    await phones.press("PoliceDuty", task, "r:Ab12Cd")
    return ear.heard[0]


async def test_a_press_is_answered_by_the_card_that_changes_for_it(
    corp: Corp, channel: WecomAppChannel, pressed: Inbound, clock: ManualClock
) -> None:
    answering = asyncio.create_task(channel.answer(pressed, "已记录：派出所 收到"))
    await clock.settle()
    await channel.edit(PARTY, pressed.message_id or "", Message("**除夕值守**\n\n派出所 收到 09:02", ROW))
    assert await answering is None
    assert len(corp.accepted) == 1


async def test_a_press_by_which_nothing_changes_is_answered_to_the_presser_alone(
    corp: Corp, channel: WecomAppChannel, pressed: Inbound, clock: ManualClock
) -> None:
    answering = asyncio.create_task(channel.answer(pressed, "您不在名单里"))
    await clock.settle()
    await channel.edit(PARTY, pressed.message_id or "", ASK)
    await clock.advance(2.9)
    assert len(corp.accepted) == 1
    await clock.advance(0.1)
    await answering
    assert (corp.accepted[1].to, corp.accepted[1].text) == ("user:policeduty", "您不在名单里")


async def test_a_change_that_began_before_the_press_was_dealt_with_answers_it_not(
    corp: Corp, channel: WecomAppChannel, pressed: Inbound, clock: ManualClock
) -> None:
    await channel.edit(PARTY, pressed.message_id or "", Message("**除夕值守**\n\n应急办 收到", ROW))
    answering = asyncio.create_task(channel.answer(pressed, "已记录"))
    await clock.settle()
    await clock.advance(3)
    await answering
    assert len(corp.accepted) == 2


async def test_a_question_goes_to_the_presser_and_its_answer_counts_where_the_ask_stands(
    corp: Corp, channel: WecomAppChannel, pressed: Inbound, phones: Speaker, ear: Ear
) -> None:
    await channel.answer(pressed, "您代表哪个单位？", ((Button("派出所", "r:Ab12Cd:0"),),))
    assert corp.accepted[1].to == "user:policeduty"
    await phones.press("PoliceDuty", corp.accepted[1].task_id, "r:Ab12Cd:0")
    assert (ear.heard[1].address, ear.heard[1].data) == (PARTY, "r:Ab12Cd:0")


async def test_who_presses_without_end_is_told_five_times_a_minute(
    corp: Corp, channel: WecomAppChannel, pressed: Inbound, clock: ManualClock
) -> None:
    answers = [asyncio.create_task(channel.answer(pressed, f"已记录 {n}")) for n in range(40)]
    await clock.settle()
    await clock.advance(3)
    await asyncio.gather(*answers)
    assert len(corp.accepted) == 6
    assert all(not each.dropped for each in corp.accepted)


async def test_what_was_typed_is_answered_there_also_twice_alike(
    corp: Corp, channel: WecomAppChannel, phones: Speaker, ear: Ear
) -> None:
    for _ in range(2):
        await phones.types("LiuWei", "收到")
        await channel.answer(ear.heard[-1], "已记录")
    assert [(each.to, each.text) for each in corp.accepted] == [("user:liuwei", "已记录")] * 2


def test_each_member_has_a_chat_of_their_own(channel: WecomAppChannel) -> None:
    assert channel.own_chat("wecom:policeduty") == "user:policeduty"
    assert channel.own_chat("telegram:2001") is None
