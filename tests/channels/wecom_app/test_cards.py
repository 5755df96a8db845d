"""A card that stands is changed for all who got it, once by each right, and a restart knows what it may change."""

from datetime import timedelta

import pytest

from bot.channels.protocol import Button, Message
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.channels.wecom_app.api import UPDATE
from bot.channels.wecom_app.standing import MessageId
from bot.clock import ManualClock
from bot.errors import Refused, Uncertain
from tests.channels.wecom_app.conftest import Ear, a_channel
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import Corp

PARTY = "party:2"
ROW = ((Button("收到", "r:Ab12Cd"), Button("需协助", "h:Ab12Cd")),)
ASK = Message("**除夕值守**\n\n今晚落实。", ROW)


def told(n: int) -> Message:
    return Message(f"**除夕值守**\n\n今晚落实。已回 {n} 个。", ROW)


async def sent(channel: WecomAppChannel, message: Message = ASK) -> str:
    message_id = (await channel.send(PARTY, message)).message_id
    assert message_id is not None
    return message_id


def task_of(message_id: str) -> str:
    return MessageId.read(message_id).task


async def test_all_who_got_it_see_the_change(corp: Corp, channel: WecomAppChannel) -> None:
    await channel.edit(PARTY, await sent(channel), told(1))
    card = corp.accepted[0]
    assert card.seen_by == {"policeduty", "liuwei"}
    assert all("已回 1 个" in card.seen(who)["sub_title_text"] for who in card.seen_by)


async def test_one_without_buttons_shows_a_grey_one(corp: Corp, channel: WecomAppChannel) -> None:
    await channel.edit(PARTY, await sent(channel), Message("**除夕值守**\n\n已撤回。"))
    assert corp.accepted[0].body["replace_text"] == "已处理"


async def test_no_change_uses_up_no_right(corp: Corp, channel: WecomAppChannel) -> None:
    message_id = await sent(channel)
    await channel.edit(PARTY, message_id, ASK)
    await channel.edit(PARTY, message_id, told(1))
    await channel.edit(PARTY, message_id, told(1))
    assert len(corp.updates) == 1


async def test_each_press_gives_a_right_to_one_more_change(
    corp: Corp, channel: WecomAppChannel, phones: Speaker, ear: Ear
) -> None:
    message_id = await sent(channel)
    await channel.edit(PARTY, message_id, told(1))
    with pytest.raises(Refused, match="更新过"):
        await channel.edit(PARTY, message_id, told(2))
    assert await phones.press("LiuWei", task_of(message_id), "r:Ab12Cd") == [200]
    assert await phones.press("PoliceDuty", task_of(message_id), "r:Ab12Cd") == [200]
    await channel.edit(PARTY, message_id, told(2))
    await channel.edit(PARTY, message_id, told(3))
    with pytest.raises(Refused):
        await channel.edit(PARTY, message_id, told(4))
    assert len(ear.heard) == 2


async def test_after_72_hours_it_can_be_changed_by_a_press_alone(
    corp: Corp, channel: WecomAppChannel, phones: Speaker, ear: Ear, clock: ManualClock
) -> None:
    message_id = await sent(channel)
    clock.leap(clock.now() + timedelta(hours=72))
    with pytest.raises(Refused):
        await channel.edit(PARTY, message_id, told(1))
    await phones.press("LiuWei", task_of(message_id), "r:Ab12Cd")
    await channel.edit(PARTY, message_id, told(1))
    assert ear.heard[0].message_id == message_id


async def test_a_restart_still_has_the_right_that_came_with_the_message(
    corp: Corp, wecom: WeComServer, keys: Keys, channel: WecomAppChannel, clock: ManualClock
) -> None:
    message_id = await sent(channel)
    later = a_channel(wecom, keys, clock)
    await later.edit(PARTY, message_id, told(1))
    await later.close()
    assert "已回 1 个" in corp.accepted[0].text


async def test_a_change_of_which_no_answer_came_is_made_once_more_and_found_done(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    message_id = await sent(channel)
    wecom.order(fault.reset(0), path=UPDATE)
    with pytest.raises(Uncertain):
        await channel.edit(PARTY, message_id, told(1))
    await channel.edit(PARTY, message_id, told(1))
    assert len(corp.updates) == 1


async def test_a_change_that_never_left_is_made_by_the_same_right(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    message_id = await sent(channel)
    wecom.order(fault.page(502), path=UPDATE)
    with pytest.raises(Uncertain):
        await channel.edit(PARTY, message_id, told(1))
    await channel.edit(PARTY, message_id, told(2))
    assert "已回 2 个" in corp.accepted[0].text


async def test_one_that_changed_otherwise_than_is_wanted_now_is_refused_once_its_right_is_gone(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    message_id = await sent(channel)
    wecom.order(fault.reset(0), path=UPDATE)
    with pytest.raises(Uncertain):
        await channel.edit(PARTY, message_id, told(1))
    with pytest.raises(Refused):
        await channel.edit(PARTY, message_id, told(2))
    assert "已回 1 个" in corp.accepted[0].text


async def test_text_and_what_fits_no_card_stay_as_they_are(corp: Corp, channel: WecomAppChannel) -> None:
    with pytest.raises(Refused):
        await channel.edit(PARTY, await sent(channel, Message("通知")), Message("更正"))
    with pytest.raises(Refused, match="放不下"):
        await channel.edit(PARTY, await sent(channel), Message("巡查" * 100, ROW))
    assert corp.updates == []


@pytest.mark.parametrize("written", ["MSGID", "MSGID abc@def code", " abc@def code"])
def test_a_message_id_reads_as_it_was_written(written: str) -> None:
    assert str(MessageId.read(written)) == written


def test_a_task_alone_is_one() -> None:
    assert MessageId.read("abc@def") == MessageId(task="abc@def")
