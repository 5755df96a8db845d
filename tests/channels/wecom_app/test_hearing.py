"""What people press, type and send to the app is heard once, and only from WeCom."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.protocol import Button, Message
from bot.channels.wecom.inbox import PRESENT
from bot.channels.wecom_app import Keys, WecomAppChannel, crypt
from bot.channels.wecom_app.standing import MessageId
from bot.clock import ManualClock
from bot.errors import NotSent, Refused
from bot.ledger.inbound import Attachment
from tests.channels.wecom_app.conftest import Ear, a_channel, straight_to
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import Corp

PARTY = "party:2"
ASK = Message("**除夕值守**\n\n今晚落实。", ((Button("收到", "r:Ab12Cd"), Button("需协助", "h:Ab12Cd")),))


async def the_task(channel: WecomAppChannel, address: str = PARTY) -> str:
    return MessageId.read((await channel.send(address, ASK)).message_id or "").task


async def test_the_url_is_checked_when_an_admin_saves_it(phones: Speaker) -> None:
    assert await phones.check()


async def test_a_press_says_who_what_and_where(
    channel: WecomAppChannel, phones: Speaker, ear: Ear, clock: ManualClock
) -> None:
    assert await phones.press("PoliceDuty", await the_task(channel), "r:Ab12Cd") == [200]
    (pressed,) = ear.heard
    assert (pressed.kind, pressed.person, pressed.address, pressed.data) == (
        "press",
        "wecom:policeduty",
        PARTY,
        "r:Ab12Cd",
    )
    assert (pressed.private, pressed.at) == (False, clock.now())


async def test_a_press_is_known_by_its_card_after_a_restart(
    corp: Corp, wecom: WeComServer, keys: Keys, channel: WecomAppChannel, clock: ManualClock
) -> None:
    task = await the_task(channel, "user:policeduty")
    later = a_channel(wecom, keys, clock)
    pressing = asyncio.create_task(Speaker(corp, straight_to(later)).press("PoliceDuty", task, "r:Ab12Cd"))
    (pressed,) = (await later.receive(None)).inbound
    assert (pressed.address, pressed.private, pressed.data) == ("user:policeduty", True, "r:Ab12Cd")
    pressing.cancel()
    await later.close()


async def test_typed_text_a_command_and_opening_the_app_are_the_members_own(phones: Speaker, ear: Ear) -> None:
    await phones.types("PoliceDuty", " 收到 ")
    await phones.types("PoliceDuty", "/owed 今天")
    await phones.enters("PoliceDuty")
    assert [(each.kind, each.text) for each in ear.heard] == [
        ("text", "收到"),
        ("command", "/owed 今天"),
        ("command", "/start"),
    ]
    assert {(each.address, each.private) for each in ear.heard} == {("user:policeduty", True)}


async def test_who_opens_the_app_again_and_again_is_greeted_twice_a_day(
    phones: Speaker, ear: Ear, clock: ManualClock
) -> None:
    for _ in range(24):
        await phones.enters("PoliceDuty")
        clock.leap(clock.now() + timedelta(hours=1))
    assert len(ear.heard) == 2


async def test_a_photo_can_be_fetched_while_wecom_keeps_it(
    corp: Corp, wecom: WeComServer, channel: WecomAppChannel, phones: Speaker, ear: Ear, clock: ManualClock
) -> None:
    await phones.photo("PoliceDuty", b"\xff\xd8 a photo")
    attachment = ear.heard[0].attachment
    assert attachment is not None
    assert attachment.kind == "photo"
    assert await channel.fetch(attachment) == b"\xff\xd8 a photo"
    wecom.order(fault.reset(80), path="/cgi-bin/media/get")
    with pytest.raises(NotSent):
        await channel.fetch(attachment)
    clock.leap(clock.now() + timedelta(days=3))
    with pytest.raises(Refused):
        await channel.fetch(attachment)
    with pytest.raises(Refused):
        await channel.fetch(Attachment(kind="photo", ref="nothing"))


async def test_what_is_not_on_disk_in_time_is_told_again_and_heard_once(
    channel: WecomAppChannel, phones: Speaker, clock: ManualClock
) -> None:
    telling = asyncio.create_task(phones.types("PoliceDuty", "收到"))
    await clock.settle()
    await clock.advance(3.9)
    assert len(phones.spoken) == 1
    await clock.advance(0.1)
    assert len(phones.spoken) == 2
    first = await channel.receive(None)
    again = await channel.receive(None)
    assert first == again
    rest = asyncio.create_task(channel.receive(first.offset))
    assert await telling == [503, 200]
    await clock.advance(PRESENT)
    assert (await rest).inbound == ()


async def test_it_is_told_every_half_minute_that_we_are_there(channel: WecomAppChannel, clock: ManualClock) -> None:
    waiting = asyncio.create_task(channel.receive(None))
    await clock.settle()
    await clock.advance(PRESENT - 1)
    assert not waiting.done()
    await clock.advance(1)
    assert (await waiting).inbound == ()


async def test_an_offset_of_another_process_confirms_nothing(
    corp: Corp, wecom: WeComServer, keys: Keys, channel: WecomAppChannel, phones: Speaker, clock: ManualClock
) -> None:
    telling = asyncio.create_task(phones.types("PoliceDuty", "收到"))
    batch = await channel.receive("0badcafe/9")
    assert [each.text for each in batch.inbound] == ["收到"]
    assert not telling.done()
    telling.cancel()


async def test_two_presses_of_one_second_on_two_cards_are_two(
    channel: WecomAppChannel, phones: Speaker, ear: Ear
) -> None:
    for address in (PARTY, "user:policeduty"):
        await phones.press("PoliceDuty", await the_task(channel, address), "r:Ab12Cd")
    assert len({each.key for each in ear.heard}) == 2


async def test_what_was_told_before_is_not_handed_on_when_it_is_replayed(phones: Speaker, ear: Ear) -> None:
    await phones.types("PoliceDuty", "收到")
    assert [await phones.once(*phones.spoken[0]) for _ in range(3)] == [200] * 3
    assert len(ear.heard) == 1


@pytest.mark.parametrize(("seconds", "status"), [(-601, 403), (-599, 200), (599, 200), (601, 403)])
async def test_what_is_old_or_of_the_future_is_refused(
    phones: Speaker, ear: Ear, clock: ManualClock, seconds: int, status: int
) -> None:
    at = int(clock.now().timestamp()) + seconds
    sealed = phones.sealed(phones.text_from("PoliceDuty", "收到"), timestamp=at)
    assert await phones.once(*sealed) == status
    assert len(ear.heard) == (status == 200)


async def test_what_was_bent_on_the_way_or_is_for_another_corp_is_refused(phones: Speaker, ear: Ear) -> None:
    xml = phones.text_from("PoliceDuty", "收到")
    query, body = phones.sealed(xml)
    begin = body.index(b"<Encrypt><![CDATA[") + 30
    bent = body[:begin] + (b"A" if body[begin : begin + 1] != b"A" else b"B") + body[begin + 1 :]
    assert await phones.once(query, bent) == 403
    for name in query:
        assert await phones.once({**query, name: f"{query[name]}1"}, body) == 403
        assert await phones.once({k: v for k, v in query.items() if k != name}, body) == 403
    assert await phones.once(*phones.sealed(xml, receiver="ww0000000000000000")) == 403
    assert ear.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"<xml></xml>",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    ],
)
async def test_what_is_no_xml_of_wecoms_is_refused(phones: Speaker, ear: Ear, body: bytes) -> None:
    query, _ = phones.sealed("<xml/>")
    assert await phones.once(query, body) == 403


async def test_a_bomb_that_was_sealed_rightly_is_refused_all_the_same(phones: Speaker, ear: Ear) -> None:
    assert await phones.tell('<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Content>&a;</Content></xml>', tries=1) == [403]


@pytest.mark.parametrize(
    "fields",
    [
        "<MsgType>event</MsgType><Event>subscribe</Event>",
        "<MsgType>event</MsgType><Event>template_card_event</Event><TaskId>of-another-program</TaskId>",
        "<MsgType>location</MsgType><MsgId>7</MsgId>",
        "<MsgType>text</MsgType><Content> </Content><MsgId>7</MsgId>",
    ],
)
async def test_what_concerns_nobody_here_is_taken_and_let_be(phones: Speaker, ear: Ear, fields: str) -> None:
    common = "<FromUserName>PoliceDuty</FromUserName><CreateTime>1801789200</CreateTime>"
    assert await phones.tell(f"<xml>{common}{fields}</xml>") == [200]
    assert await phones.tell(f"<xml>{fields}</xml>") == [200]
    assert ear.heard == []


def test_the_local_wecom_seals_as_the_documentation_says(corp: Corp, phones: Speaker) -> None:
    query, body = phones.sealed("<xml>火</xml>")
    sealed = body.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
    signed = crypt.signature(corp.callback_token, query["timestamp"], query["nonce"], sealed)
    assert query["msg_signature"] == signed
    assert crypt.opened(sealed, crypt.key_of(corp.callback_aes_key), corp.corp_id).decode() == "<xml>火</xml>"
