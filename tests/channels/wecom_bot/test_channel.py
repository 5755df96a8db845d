"""The smart bot against the contract, and what it says, shows and hears through a strict local WeCom."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.protocol import Button, Channel, Menu, Message
from bot.channels.wecom_bot import Patience, WecomBotChannel, frames
from bot.channels.wecom_bot.frames import Frame
from bot.clock import ManualClock
from bot.errors import ChatGone, Refused, SettingsError, Throttled
from bot.ledger.inbound import Inbound
from tests.channels.wecom_bot.conftest import ALONE, DUTY, GROUP, HERE, NOW, PERSON, ROW, a_bot, advanced, heard_of
from tests.contracts.channels import ChannelContract, Stage
from tests.fakes import until
from tests.servers.wecom_socket import BOT_ID, SECRET, SmartBotServer


class InTheGroup:
    """The duty room, in which the police read."""

    address = HERE

    def __init__(self, channel: Channel, wecom: SmartBotServer) -> None:
        self.channel, self._wecom = channel, wecom

    async def press(self, message_id: str | None, data: str) -> None:
        self._wecom.presses(PERSON, message_id or "", data)

    async def types(self, text: str) -> None:
        self._wecom.types(PERSON, GROUP, text)


class TestContract(ChannelContract):
    @pytest.fixture
    async def stage(self, wecom: SmartBotServer, clock: ManualClock) -> AsyncIterator[Stage]:
        bot = a_bot(wecom, clock, patience=Patience(edit=timedelta()))
        await bot.open()
        wecom.types(PERSON, GROUP, "在吗")
        await heard_of("text", bot)
        yield InTheGroup(bot, wecom)
        await bot.close()


def said(what: dict[str, object]) -> Frame:
    """A frame that tells of something said in a group."""
    body = {"msgid": "m", "chattype": "group", "chatid": GROUP, "from": {"userid": PERSON}, **what}
    return Frame("aibot_msg_callback", "r", None, "", body)


async def pressed(bot: WecomBotChannel, wecom: SmartBotServer, by: str = PERSON, message: Message = DUTY) -> Inbound:
    """Somebody has just pressed 收到 in the group."""
    receipt = await bot.send(HERE, message)
    wecom.presses(by, receipt.message_id or "", "r:abcdefgh")
    return await heard_of("press", bot)


class TestSending:
    async def test_what_can_be_pressed_is_one_card(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        receipt = await bot.send(HERE, DUTY)
        (posted,) = wecom.accepted
        assert posted.card is not None
        assert posted.task_id == receipt.message_id
        assert posted.card["main_title"] == {"title": "值班", "desc": "请于 17:00 前回执"}
        assert posted.card["sub_title_text"] == "请落实今晚值守。"
        assert [each["key"] for each in posted.card["button_list"]] == ["r:abcdefgh", "h:abcdefgh"]

    async def test_anything_else_is_markdown_which_calls_nobody(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        receipt = await bot.send(HERE, Message("**三清三关** [派出所](person:wecom:policeduty)"))
        assert receipt.message_id is None
        assert [each.text for each in wecom.accepted] == ["**三清三关** 派出所"]

    async def test_what_no_card_shows_whole_goes_as_markdown_that_tells_how_to_answer(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        receipt = await bot.send(HERE, Message("火" * 113, ROW))
        assert receipt.message_id is None
        assert wecom.accepted[0].text == f"{'火' * 113}\n\n请 @ 机器人回复：收到、需协助"

    async def test_a_link_to_answer_by_stands_at_its_end(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        await bot.send(HERE, Message("请看", ((Button("点此回执", url="https://example.org/answer/x"),),)))
        assert wecom.accepted[0].text == "请看\n\n[点此回执](https://example.org/answer/x)"

    async def test_a_person_is_written_to_alone(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        await bot.send(ALONE, Message("请看"))
        assert [(each.chat, each.group) for each in wecom.accepted] == [("policeduty", False)]

    async def test_a_group_in_which_nobody_has_spoken_to_the_bot_is_named_with_what_to_do(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.group("wrNew", [PERSON], spoken=False)
        with pytest.raises(ChatGone, match="请在群里 @ 机器人说一句话"):
            await bot.send("chat:wrNew", DUTY)
        wecom.group("wrGone", [PERSON], has_bot=False)
        with pytest.raises(ChatGone):
            await bot.send("chat:wrGone", DUTY)

    async def test_what_is_longer_than_wecom_takes_never_leaves(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        with pytest.raises(Refused):
            await bot.send(HERE, Message("火" * 7_000))
        assert wecom.accepted == []

    async def test_more_than_thirty_within_a_minute_are_told_to_wait(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        for _ in range(30):
            await bot.send(HERE, Message("请看"))
        with pytest.raises(Throttled) as caught:
            await bot.send(HERE, Message("请看"))
        assert caught.value.retry_after == timedelta(seconds=60)


class TestPresses:
    async def test_a_press_is_answered_by_the_change_of_its_card_which_all_see(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        press = await pressed(bot, wecom)
        told = asyncio.ensure_future(bot.answer(press, "已记录"))
        await clock.settle()
        after = Message(DUTY.text.replace("▫️ 派出所 待回执", "☑️ 派出所 收到 09:02"), ROW)
        await bot.edit(HERE, press.message_id or "", after)
        assert await told is None
        assert [(viewer, card["horizontal_content_list"]) for _, viewer, card in wecom.updated] == [
            (None, [{"keyname": "☑️", "value": "派出所 收到 09:02"}])
        ]
        assert len(wecom.accepted) == 1
        with pytest.raises(Refused):
            await bot.edit(HERE, press.message_id or "", DUTY)

    async def test_where_nothing_changes_who_pressed_alone_sees_the_word_on_their_card(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        press = await pressed(bot, wecom, by="li")
        told = asyncio.ensure_future(bot.answer(press, "您不在名单里"))
        await advanced(clock, 3.1)
        await told
        (_, viewer, card), *more = wecom.updated
        assert (viewer, more) == ("li", [])
        assert card["sub_title_text"] == "请落实今晚值守。\n您不在名单里"
        assert [each["text"] for each in card["button_list"]] == ["收到", "需协助"]
        assert wecom.card(press.message_id or "")["sub_title_text"] == "请落实今晚值守。"

    async def test_a_choice_is_put_to_who_pressed_alone(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        press = await pressed(bot, wecom)
        await bot.answer(press, "您代表哪个单位？", ((Button("派出所 收到", "r:abcdefgh:0"),),))
        (_, viewer, card), *_ = wecom.updated
        assert viewer == "policeduty"
        assert [each["key"] for each in card["button_list"]] == ["r:abcdefgh:0"]

    async def test_later_than_five_seconds_the_word_is_a_message_and_the_card_stays(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        press = await pressed(bot, wecom)
        await clock.advance(5)
        with pytest.raises(Refused):
            await bot.edit(HERE, press.message_id or "", DUTY)
        told = asyncio.ensure_future(bot.answer(press, "已记录"))
        await advanced(clock, 3.1)
        await told
        assert wecom.updated == []
        assert wecom.accepted[-1].text == "PoliceDuty：已记录"

    async def test_a_card_on_which_nothing_is_left_to_press_says_so_and_its_button_is_answered_alike(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        press = await pressed(bot, wecom)
        await bot.edit(HERE, press.message_id or "", Message("**值班**\n\n已落实，谢谢。"))
        (button,) = wecom.card(press.message_id or "")["button_list"]
        assert (button["text"], button["style"]) == ("已收到", 4)
        wecom.presses("li", press.message_id or "", button["key"])
        await until(lambda: len(wecom.updated) == 2)
        task, viewer, card = wecom.updated[1]
        assert (task, viewer) == (press.message_id, "li")
        assert card["sub_title_text"] == "已落实，谢谢。\n这里没有要按的了，谢谢。"
        assert card["button_list"] == [button]

    async def test_after_a_restart_a_word_is_said_in_the_chat_and_takes_no_card_away(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        receipt = await bot.send(HERE, DUTY)
        await bot.close()
        after = a_bot(wecom, clock)
        await after.open()
        wecom.presses("li", receipt.message_id or "", "r:abcdefgh")
        press = await heard_of("press", after)
        told = asyncio.ensure_future(after.answer(press, "您不在名单里"))
        await advanced(clock, 3.1)
        await told
        assert wecom.updated == []
        assert wecom.accepted[-1].text == "li：您不在名单里"
        await after.close()

    async def test_a_card_is_changed_by_its_newest_press_also_after_a_restart(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        receipt = await bot.send(HERE, DUTY)
        await bot.close()
        after = a_bot(wecom, clock)
        await after.open()
        for by in (PERSON, "li"):
            wecom.presses(by, receipt.message_id or "", "r:abcdefgh")
            await clock.settle()
        await heard_of("press", after)
        await after.edit(HERE, receipt.message_id or "", Message("**值班**\n\n两人都按了。", ROW))
        await after.edit(HERE, receipt.message_id or "", Message("**值班**\n\n都收到了。", ROW))
        with pytest.raises(Refused):
            await after.edit(HERE, receipt.message_id or "", DUTY)
        assert [card["sub_title_text"] for _, _, card in wecom.updated] == ["两人都按了。", "都收到了。"]
        await after.close()

    async def test_who_presses_without_end_uses_up_no_place_of_what_is_to_be_sent(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        receipt = await bot.send(HERE, DUTY)
        presses = []
        for _ in range(12):
            wecom.presses("li", receipt.message_id or "", "r:abcdefgh")
            presses.append(await heard_of("press", bot))
        told = asyncio.gather(*(bot.answer(each, "您不在名单里") for each in presses))
        await advanced(clock, 3.1)
        await told
        assert len(wecom.updated) == 7
        for _ in range(bot.limits.group_per_minute - 1):
            await bot.send(HERE, Message("请看"))

    async def test_in_a_single_chat_nobody_else_sees_the_card_so_nobody_is_named(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        receipt = await bot.send(ALONE, DUTY)
        wecom.presses(PERSON, receipt.message_id or "", "r:abcdefgh")
        press = await heard_of("press", bot)
        assert (press.private, press.address) == (True, ALONE)
        told = asyncio.ensure_future(bot.answer(press, "已记录"))
        await advanced(clock, 3.1)
        await told
        assert [viewer for _, viewer, _ in wecom.updated] == [None]


class TestHearing:
    async def test_what_calls_the_bot_in_a_group_arrives_without_its_name(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.types(PERSON, GROUP, "已落实")
        typed = await heard_of("text", bot)
        assert (typed.text, typed.address, typed.private, typed.person) == ("已落实", HERE, False, "wecom:policeduty")

    async def test_a_word_with_a_stroke_is_a_command(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        wecom.types(PERSON, GROUP, "/today")
        assert (await heard_of("command", bot)).text == "/today"

    async def test_the_first_word_from_a_group_tells_that_the_bot_can_speak_there(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.types(PERSON, GROUP, "收到")
        assert (await heard_of("joined", bot)).address == HERE

    async def test_a_group_that_was_lost_is_new_when_it_is_heard_again(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.types(PERSON, GROUP, "收到")
        await heard_of("joined", bot)
        wecom.chats[GROUP].has_bot = False
        with pytest.raises(ChatGone):
            await bot.send(HERE, DUTY)
        wecom.chats[GROUP].has_bot = True
        wecom.types(PERSON, GROUP, "收到")
        assert (await heard_of("joined", bot)).address == HERE

    @pytest.mark.parametrize(
        ("typed", "kind", "text"),
        [
            ("@更夫 收到", "text", "收到"),
            ("@更夫\u2005收到", "text", "收到"),
            ("  @更夫 @张三  需协助 缺灭火器", "text", "需协助 缺灭火器"),
            ("收到 @更夫", "text", "收到"),
            ("@更夫 请 @张三 看一下", "text", "请 @张三 看一下"),
            ("@更夫 /who", "command", "/who"),
            ("@更夫", "command", "/start"),
            ("@更夫 ", "command", "/start"),
        ],
    )
    def test_the_bots_name_is_not_part_of_what_is_said(self, typed: str, kind: str, text: str) -> None:
        came = frames.came(said({"msgtype": "text", "text": {"content": typed}}), NOW)
        assert came is not None
        assert (came.inbound.kind, came.inbound.text) == (kind, text)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"msgid": "m", "chattype": "group", "chatid": "wr1", "from": {}},
            {"msgid": "", "chattype": "single", "from": {"userid": "li"}, "text": {"content": "收到"}},
            {"msgid": "m", "chattype": "group", "from": {"userid": "li"}, "text": {"content": "收到"}},
            {"msgid": "m", "chattype": "single", "from": {"userid": "li"}, "text": "收到"},
            {"msgid": "m", "chattype": "single", "from": {"userid": "li"}, "mixed": {"msg_item": [1, None]}},
        ],
    )
    def test_what_lacks_who_or_where_or_what_is_nothing(self, body: dict[str, object]) -> None:
        assert frames.came(Frame("aibot_msg_callback", "r", None, "", body), NOW) is None

    async def test_what_is_typed_is_replied_to_once_as_a_reply(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.writes(PERSON, "收到")
        typed = await heard_of("text", bot)
        assert (typed.private, typed.address) == (True, ALONE)
        await bot.answer(typed, "**谢谢**")
        assert [each.text for each in wecom.replied] == ["**谢谢**"]
        await bot.answer(typed, "再见")
        assert [each.text for each in wecom.accepted] == ["再见"]

    async def test_who_opens_the_chat_and_is_answered_too_late_is_written_to(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.enters(PERSON)
        opened = await heard_of("command", bot)
        await clock.advance(5)
        await bot.answer(opened, "您好")
        assert (wecom.welcomed, [each.text for each in wecom.accepted]) == ([], ["您好"])

    async def test_who_opens_the_chat_is_welcomed_in_its_seconds(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        wecom.enters(PERSON)
        opened = await heard_of("command", bot)
        assert (opened.text, opened.private) == ("/start", True)
        await bot.answer(opened, "**您好**，我是更夫")
        assert wecom.welcomed == ["您好，我是更夫"]

    async def test_the_same_thing_again_is_heard_once(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        for _ in range(2):
            wecom.writes(PERSON, "收到", msgid="m1")
        wecom.writes(PERSON, "已落实")
        batch = await asyncio.wait_for(bot.receive(None), 5)
        while len(batch.inbound) < 2:
            batch = await asyncio.wait_for(bot.receive(None), 5)
        assert [each.text for each in batch.inbound] == ["收到", "已落实"]


class TestWhatItCannot:
    async def test_it_says_so(self, bot: WecomBotChannel) -> None:
        with pytest.raises(Refused):
            await bot.delete(HERE, "x")
        assert await bot.can_tell(HERE, "x") is None
        assert bot.own_chat("wecom:li") == "user:li"
        assert bot.own_chat("telegram:7") is None
        await bot.offer(Menu(None, None, None, ()))

    def test_an_address_that_is_none_is_told(self, clock: ManualClock) -> None:
        with pytest.raises(SettingsError, match="WS_URL"):
            WecomBotChannel(BOT_ID, SecretStr(SECRET), clock, ws_url="https://example.org")
