"""What the app says arrives once, in the form that its receiver can read, and who did not get it is told."""

import asyncio

import pytest

from bot.channels.protocol import Button, File, Message
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.channels.wecom_app.api import SAY, SEND, UPLOAD
from bot.clock import ManualClock
from bot.errors import ChatGone, NotSent, Refused, Throttled, Uncertain
from tests.channels.wecom_app.conftest import a_channel
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import Corp

POLICE = "user:policeduty"
TEXT = Message("**请检查** 今晚值守，[预案](https://example.org/plan)\n\n- 派出所\n- 应急办")
ASK = Message("**除夕值守**\n\n今晚落实。", ((Button("收到", "r:Ab12Cd"), Button("需协助", "h:Ab12Cd")),))
LINKED = Message("**除夕值守**", ((Button("去回复", url="https://town.example.org/answer/x"),),))


async def test_text_goes_to_a_member_a_party_or_a_tag_without_marks(corp: Corp, channel: WecomAppChannel) -> None:
    for address in (POLICE, "party:2", "tag:7"):
        await channel.send(address, TEXT)
    assert {each.text for each in corp.accepted} == {
        "请检查 今晚值守，预案（https://example.org/plan）\n\n• 派出所\n• 应急办"
    }
    assert [sorted(each.seen_by) for each in corp.accepted] == [
        ["policeduty"],
        ["liuwei", "policeduty"],
        ["policeduty"],
    ]


async def test_an_ask_is_a_card_with_its_buttons(corp: Corp, channel: WecomAppChannel) -> None:
    await channel.send("party:2", ASK)
    card = corp.accepted[0].body
    assert card["card_type"] == "button_interaction"
    assert card["main_title"]["title"] == "除夕值守"
    assert [(each["text"], each["key"]) for each in card["button_list"]] == [
        ("收到", "r:Ab12Cd"),
        ("需协助", "h:Ab12Cd"),
    ]


async def test_an_ask_that_fits_no_card_goes_whole_as_text_that_tells_how_to_answer(
    corp: Corp, channel: WecomAppChannel
) -> None:
    await channel.send(POLICE, Message("巡查" * 100, ASK.buttons))
    assert corp.accepted[0].msgtype == "text"
    assert corp.accepted[0].text == "巡查" * 100 + "\n回复方法：打开本应用，直接发送 收到、需协助 中的一个。"


async def test_text_longer_than_wecom_takes_goes_in_several_messages_broken_at_its_lines(
    corp: Corp, channel: WecomAppChannel
) -> None:
    lines = [f"第 {n} 户：已经检查" for n in range(200)]
    await channel.send(POLICE, Message("\n".join(f"- {line}" for line in lines)))
    assert len(corp.accepted) == 3
    assert "\n".join(each.text for each in corp.accepted).split("\n") == [f"• {line}" for line in lines]
    assert all(len(each.body["content"].encode()) <= 2048 for each in corp.accepted)


async def test_a_group_of_the_apps_gets_text_and_links_and_no_card(corp: Corp, channel: WecomAppChannel) -> None:
    corp.groups["fire"] = ("policeduty", "liuwei")
    receipt = await channel.send("chat:fire", LINKED)
    assert corp.accepted[0].text == "除夕值守\n去回复：https://town.example.org/answer/x"
    assert receipt.message_id is None
    assert not channel.presses("chat:fire")
    with pytest.raises(ChatGone, match="应用群"):
        await channel.send("chat:water", TEXT)


async def test_an_app_without_a_callback_sends_no_card(
    corp: Corp, wecom: WeComServer, keys: Keys, clock: ManualClock
) -> None:
    corp.callback_url = None
    deaf = a_channel(wecom, Keys(keys.corp_id, keys.agent_id, keys.secret), clock)
    await deaf.send(POLICE, LINKED)
    assert not deaf.presses(POLICE)
    assert corp.accepted[0].msgtype == "text"
    await deaf.close()


async def test_a_file_arrives_by_its_name(corp: Corp, channel: WecomAppChannel) -> None:
    await channel.send_file(POLICE, File("通报.docx", b"\x00word\r\n"))
    assert (corp.accepted[0].text, corp.accepted[0].content) == ("通报.docx", b"\x00word\r\n")
    with pytest.raises(Refused, match="20 MB"):
        await channel.send_file(POLICE, File("通报.docx", b"x" * (20 * 1024 * 1024 + 1)))
    with pytest.raises(Refused, match="空"):
        await channel.send_file(POLICE, File("通报.docx", b""))


async def test_who_did_not_get_it_is_told_with_where_to_mend_it(corp: Corp, channel: WecomAppChannel) -> None:
    corp.person("Hidden", visible=False)
    corp.person("Unpaid", parties=(2,), licensed=False)
    receipt = await channel.send("party:2", TEXT)
    assert [each.key for each in receipt.unreached] == ["wecom.unreached-unlicensed"]
    assert receipt.unreached[0].values["named"] == ("unpaid",)
    assert len(corp.accepted[0].seen_by) == 2


@pytest.mark.parametrize("address", ["user:nobody", "user:hidden", "party:99", "tag:99"])
async def test_an_address_at_which_wecom_finds_nobody_is_gone(
    corp: Corp, channel: WecomAppChannel, address: str
) -> None:
    corp.person("Hidden", visible=False)
    with pytest.raises(ChatGone, match="可见范围"):
        await channel.send(address, TEXT)


@pytest.mark.parametrize("message", [TEXT, ASK])
@pytest.mark.parametrize("lost", [fault.reset(20), fault.hung_up(20), fault.page(502, accepts=True), fault.garbage()])
async def test_a_lost_reply_is_asked_for_again_and_the_message_stands_once(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel, message: Message, lost: fault.Fault
) -> None:
    wecom.order(lost, path=SEND, times=2)
    receipt = await channel.send(POLICE, message)
    assert len(corp.accepted) == 1
    assert wecom.calls[SEND] == 3
    assert receipt.message_id is not None


@pytest.mark.parametrize("message", [TEXT, ASK])
async def test_one_that_stays_in_doubt_stands_once_however_often_it_is_sent_again_within_half_an_hour(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel, clock: ManualClock, message: Message
) -> None:
    wecom.order(fault.reset(0), path=SEND, times=6)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await channel.send(POLICE, message)
        await clock.advance(600)
    await channel.send(POLICE, message)
    assert len(corp.accepted) == 1


async def test_a_doubt_stays_one_where_wecom_is_gone_at_the_second_try(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    wecom.order(fault.reset(0), path=SEND)
    wecom.order(fault.says(45009), path=SEND)
    with pytest.raises(Uncertain):
        await channel.send(POLICE, TEXT)
    assert len(corp.accepted) == 1


@pytest.mark.parametrize("message", [TEXT, ASK])
async def test_what_is_said_again_after_a_restart_is_never_taken_for_what_was_said_before_it(
    corp: Corp, wecom: WeComServer, keys: Keys, clock: ManualClock, channel: WecomAppChannel, message: Message
) -> None:
    await channel.send(POLICE, message)
    later = a_channel(wecom, keys, clock)
    await later.send(POLICE, message)
    await later.close()
    assert len(corp.accepted) == 2


async def test_plain_words_soon_after_a_start_are_asked_for_once_and_a_lost_reply_is_a_doubt(
    corp: Corp, wecom: WeComServer, keys: Keys, clock: ManualClock
) -> None:
    young = a_channel(wecom, keys, clock)
    wecom.order(fault.reset(0), path=SEND)
    with pytest.raises(Uncertain):
        await young.send(POLICE, TEXT)
    await young.close()
    assert wecom.calls[SEND] == 1


@pytest.mark.parametrize("message", [TEXT, ASK])
async def test_what_is_said_again_on_purpose_stands_twice(
    corp: Corp, channel: WecomAppChannel, message: Message
) -> None:
    first, second = await channel.send(POLICE, message), await channel.send(POLICE, message)
    assert len(corp.accepted) == 2
    assert first.message_id != second.message_id


async def test_a_lost_reply_from_a_group_is_uncertain_at_once(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    corp.groups["fire"] = ("policeduty", "liuwei")
    wecom.order(fault.reset(0), path=SAY)
    with pytest.raises(Uncertain):
        await channel.send("chat:fire", TEXT)
    assert wecom.calls[SAY] == 1


async def test_what_never_left_is_not_sent(corp: Corp, wecom: WeComServer, channel: WecomAppChannel) -> None:
    await wecom.stop()
    with pytest.raises(NotSent):
        await channel.send(POLICE, TEXT)
    await wecom.start()
    await channel.send(POLICE, TEXT)
    wecom.order(fault.page(404), path=SEND)
    with pytest.raises(NotSent):
        await channel.send(POLICE, ASK)
    assert len(corp.accepted) == 1


async def test_a_wait_that_wecom_asks_for_is_told(wecom: WeComServer, channel: WecomAppChannel) -> None:
    wecom.order(fault.says(45009), path=SEND)
    with pytest.raises(Throttled) as met:
        await channel.send(POLICE, TEXT)
    assert met.value.retry_after.total_seconds() == 60


async def test_a_token_that_ends_while_many_send_loses_and_doubles_nothing(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel
) -> None:
    await channel.send(POLICE, TEXT)
    corp.end_tokens()
    wecom.order(fault.reset(0), path=SEND, times=3)
    await asyncio.gather(*(channel.send(POLICE, Message(f"值守 {n}")) for n in range(20)))
    assert sorted(each.text for each in corp.accepted[1:]) == sorted(f"值守 {n}" for n in range(20))


async def test_what_is_sent_at_the_limits_pace_is_never_dropped(corp: Corp, channel: WecomAppChannel) -> None:
    limits = channel.limits
    in_private = int(60 / limits.private_gap) + 1
    assert in_private + limits.group_per_minute + 5 <= 29
    assert 2 * (limits.per_hour or 0) + 90 < 1000
    assert channel.place("party:2") == channel.place("tag:7") != channel.place(POLICE)
    for n in range(31):
        await channel.send(POLICE, Message(f"值守 {n}"))
    assert [len(each.dropped) for each in corp.accepted] == [0] * 30 + [1]


async def test_a_message_is_taken_back_within_a_day(corp: Corp, channel: WecomAppChannel, clock: ManualClock) -> None:
    ids = [(await channel.send(POLICE, each)).message_id or "" for each in (TEXT, ASK)]
    await channel.delete(POLICE, ids[0])
    await channel.delete(POLICE, ids[0])
    assert [each.recalled for each in corp.accepted] == [True, False]
    await clock.advance(86_400)
    with pytest.raises(Refused):
        await channel.delete(POLICE, ids[1])


async def test_no_secret_reaches_a_log_or_an_error(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    wecom.order(fault.says(40058, f"bad access_token={corp.tokens_given[0]}"), path=SEND)
    with pytest.raises(Refused) as met:
        await channel.send(POLICE, TEXT)
    wecom.order(fault.reset(0), path=UPLOAD)
    with pytest.raises(NotSent) as lost:
        await channel.send_file(POLICE, File("通报.docx", b"\x00word\r\n"))
    said = f"{met.value}{lost.value}{caplog.text}"
    assert not [each for each in (corp.secret, *corp.tokens_given) if each in said]
