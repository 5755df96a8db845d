"""Telegram against the contract, and what it sends, edits and answers."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.protocol import Button, Channel, Menu, Message
from bot.channels.telegram import TelegramChannel, TelegramPlatform
from bot.clock import ManualClock
from bot.errors import Refused, SettingsError
from bot.language import say
from tests.channels.conftest import FORUM, GROUP, POLICE
from tests.contracts.channels import ASK, ChannelContract, heard
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_commands import Scope


class GroupOnTelegram:
    """The duty room, in which the police read."""

    address = str(GROUP)

    def __init__(self, channel: Channel, telegram: TelegramServer) -> None:
        self.channel = channel
        self._telegram = telegram

    async def press(self, message_id: str | None, data: str) -> None:
        self._telegram.press(POLICE, GROUP, int(message_id or 0), data)

    async def types(self, text: str) -> None:
        self._telegram.privacy = False
        self._telegram.types(POLICE, GROUP, text)


class TestTelegramIsAChannel(ChannelContract):
    @pytest.fixture
    async def stage(self, channel: TelegramChannel, telegram: TelegramServer) -> GroupOnTelegram:
        return GroupOnTelegram(channel, telegram)


class TestAddresses:
    @pytest.mark.parametrize(
        ("canonical", "written"),
        [
            pytest.param("-1001003", "-1001003", id='as "-1001003"'),
            pytest.param("2001", "2001", id='as "2001"'),
            pytest.param("-1001003", -1001003, id="as -1001003"),
            pytest.param("-1001003/7", {"chat": "-1001003", "topic": "7"}, id='as {"chat": "-1001003", "topic": "7"}'),
            pytest.param("-1001003", {"chat": "-1001003"}, id='as {"chat": "-1001003"}'),
            pytest.param("-1001003", {"chat": "-1001003", "topic": "1"}, id='as {"chat": "-1001003", "topic": "1"}'),
            pytest.param("-1001003/7", "-1001003/7", id='as "-1001003/7"'),
        ],
    )
    def test_an_id_or_a_chat_with_its_topic(self, written: object, canonical: str) -> None:
        assert TelegramPlatform().read_address(written) == canonical

    @pytest.mark.parametrize(
        "written", [None, "", "@duty_room", "0", "一二三", True, {"topic": "7"}, {"chat": "-1", "thread": "7"}, ["-1"]]
    )
    def test_anything_else_is_told_what_to_write(self, written: object) -> None:
        with pytest.raises(SettingsError) as caught:
            TelegramPlatform().read_address(written)
        assert "{chat: -1001003, topic: 7}" in str(caught.value)
        assert "{chat: -1001003, topic: 7}" in say(caught.value.sentence, "en")

    def test_a_negative_id_is_a_group(self) -> None:
        assert TelegramPlatform().is_group("-1001003/7")
        assert not TelegramPlatform().is_group("2001")


class TestSending:
    async def test_markup_buttons_and_mentions_reach_the_chat(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        text = "**【值班提醒】**请 [派出所](person:telegram:2001)、[宅办](person:wecom:ZhaiBan) 落实"
        receipt = await channel.send(str(GROUP), Message(text, ((Button("收到", "t:r"), Button("需协助", "t:h")),)))
        (posted,) = telegram.accepted
        assert receipt.message_id == str(posted.message_id)
        assert posted.text == "【值班提醒】请 派出所、宅办 落实"
        assert [(e.type, e.of(posted.text)) for e in posted.entities] == [
            ("bold", "【值班提醒】"),
            ("text_link", "派出所"),
        ]
        assert posted.mentioned == (2001,)
        assert posted.buttons == ((("收到", "t:r"), ("需协助", "t:h")),)

    async def test_what_asks_for_a_line_opens_the_field_of_whom_it_mentions_and_is_never_edited(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        """Bot API, "ForceReply" and "Updating messages"."""
        asks = Message("[王强](person:telegram:2001) 请回复一句话", field="需要什么协助？" * 20)
        receipt = await channel.send(str(GROUP), asks)
        (posted,) = telegram.accepted
        assert posted.mentioned == (2001,)
        assert posted.field is not None
        assert len(posted.field) == 64
        with pytest.raises(Refused):
            await channel.edit(str(GROUP), receipt.message_id or "", Message("谢谢"))

    async def test_a_topic_is_written_to_as_such(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        await channel.send(f"{FORUM}/7", Message("三清三关"))
        await channel.send(str(FORUM), Message("三清三关"))
        assert [each.topic for each in telegram.accepted] == [7, None]

    async def test_an_edit_takes_away_the_buttons_that_it_does_not_give(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        await channel.edit(str(GROUP), receipt.message_id or "", Message("派出所 已落实"))
        (shown,) = telegram.shown(GROUP)
        assert (shown.text, shown.buttons) == ("派出所 已落实", ())

    async def test_an_edit_that_changes_nothing_is_success(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        await channel.edit(str(GROUP), receipt.message_id or "", ASK)
        assert telegram.calls["editMessageText"] == 1
        assert telegram.edited == []

    @pytest.mark.parametrize("message_id", ["99", "board-7"])
    async def test_an_edit_of_what_is_not_there_is_refused(self, channel: TelegramChannel, message_id: str) -> None:
        with pytest.raises(Refused, match="不能再改"):
            await channel.edit(str(GROUP), message_id, ASK)

    async def test_an_edit_of_what_somebody_else_wrote_is_refused(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        theirs = telegram.types(POLICE, GROUP, "收到")
        with pytest.raises(Refused, match="不能再改"):
            await channel.edit(str(GROUP), str(theirs), ASK)

    async def test_the_longest_text_that_fits_is_taken_and_a_longer_one_refused(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        longest = Message("<" * 4096)
        assert channel.fit(longest).fits
        await channel.send(str(GROUP), longest)
        assert telegram.accepted[0].text == longest.text
        longer = Message("<" * 4097)
        assert not channel.fit(longer).fits
        with pytest.raises(Refused, match="太长"):
            await channel.send(str(GROUP), longer)


def test_texts_and_names_of_any_kind_arrive_as_typed() -> None:
    """Fault 17: hypothesis' texts and names through the real client, and no message that fits is refused."""
    marks = st.sampled_from(
        ["<", "&", "_", "*", "[", "]", "`", "\\", ">", '"', "&amp;", "</b>", "😀", "👨‍👩‍👧", "村", "。", "#", "-", "1."]
    )
    words = st.lists(marks | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=5)).map(
        "".join
    )

    async def sent(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
        async with TelegramServer(clock=clock) as telegram:
            telegram.group(GROUP, "消防安全工作群", members=[POLICE])
            bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base)
            arrived = []
            for text, name in texts:
                message = Message(
                    f"致{_escaped(text)}。**[{_escaped(name)}](person:telegram:2001)**", ((Button(name, "t:r"),),)
                )
                assert bot.fit(message).fits
                await bot.send(str(GROUP), message)
                posted = telegram.accepted[-1]
                assert posted.mentioned == (2001,)
                arrived.append((posted.text, posted.buttons[0][0][0]))
            await bot.close()
            return arrived

    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.tuples(words, words.filter(str.strip)), min_size=1, max_size=8))
    def arrive(texts: list[tuple[str, str]]) -> None:
        assert asyncio.run(sent(texts)) == [(f"致{text}。{name}", name) for text, name in texts]

    arrive()


def _escaped(text: str) -> str:
    return "".join(
        f"\\{sign}" if sign.isascii() and not sign.isalnum() and not sign.isspace() else sign for sign in text
    )


class TestAnswering:
    async def test_a_press_is_answered_on_the_pressers_screen_alone(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        query = telegram.press(POLICE, GROUP, int(receipt.message_id or 0), "t:r")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(pressed, "**派出所** 已记录：收到")
        assert (telegram.toasts[query].text, telegram.toasts[query].alert) == ("派出所 已记录：收到", False)
        assert len(telegram.accepted) == 1

    async def test_a_long_answer_stays_until_closed_and_is_cut_at_200(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        query = telegram.press(POLICE, GROUP, 1, "t:r")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(pressed, "您不在名单里。" * 40)
        assert telegram.toasts[query].alert
        assert len(telegram.toasts[query].text) == 200
        assert telegram.toasts[query].text.endswith("…")

    async def test_a_choice_stands_in_the_chat_under_the_message_and_names_the_presser(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(f"{FORUM}/7", ASK)
        query = telegram.press(POLICE, FORUM, int(receipt.message_id or 0), "t:r")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(pressed, "您代表哪个单位？", ((Button("派出所", "t:r:police"),),))
        choice = telegram.accepted[-1]
        assert (choice.text, choice.mentioned) == ("王强 您代表哪个单位？", (POLICE,))
        assert (choice.topic, choice.reply_to) == (7, int(receipt.message_id or 0))
        assert choice.buttons == ((("派出所", "t:r:police"),),)
        assert telegram.toasts[query].text == ""

    async def test_a_choice_whose_message_is_gone_is_offered_all_the_same(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.press(POLICE, GROUP, 404, "t:r")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(pressed, "您代表哪个单位？", ((Button("派出所", "t:r:police"),),))
        assert telegram.accepted[-1].reply_to is None

    async def test_a_press_that_waited_too_long_is_let_be(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.expire(telegram.press(POLICE, GROUP, 1, "t:r"))
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(pressed, "已记录")
        assert telegram.toasts == {}

    async def test_a_press_in_a_group_leads_to_the_pressers_own_chat_where_it_asks_for_more_than_a_word(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        query = telegram.press(POLICE, GROUP, 1, "w:token-1")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        assert await channel.answer(pressed, "派出所：已落实", opens="w_token-1") is None
        assert telegram.toasts[query].url == "https://t.me/GengfuBot?start=w_token-1"
        assert telegram.accepted == []

    async def test_in_their_own_chat_it_stands_there(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        query = telegram.press(POLICE, POLICE, 1, "w:token-1")
        (pressed,), _ = await heard(GroupOnTelegram(channel, telegram))
        assert await channel.answer(pressed, "派出所：已落实", opens="w_token-1") is not None
        assert (telegram.toasts[query].text, telegram.toasts[query].url) == ("", None)
        assert [(each.chat, each.text) for each in telegram.accepted] == [(POLICE, "派出所：已落实")]

    async def test_what_answers_a_command_can_be_edited(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.types(POLICE, GROUP, "/today@GengfuBot")
        (asked,), _ = await heard(GroupOnTelegram(channel, telegram))
        receipt = await channel.answer(asked, "今天没有")
        assert receipt is not None
        await channel.edit(str(GROUP), receipt.message_id or "", Message("今天有一条"))
        assert [each.text for each in telegram.shown(GROUP)] == ["今天有一条"]

    async def test_a_typed_command_is_answered_with_a_reply(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        typed = telegram.types(POLICE, GROUP, "/id@GengfuBot")
        (asked,), _ = await heard(GroupOnTelegram(channel, telegram))
        await channel.answer(asked, "本群：-1001001")
        assert (telegram.accepted[-1].text, telegram.accepted[-1].reply_to) == ("本群：-1001001", typed)


class TestSettings:
    @pytest.mark.parametrize("api_base", ["", "api.telegram.org", "ftp://x", "http://", "http://x:port"])
    def test_an_api_base_that_is_no_url_is_named(self, clock: ManualClock, api_base: str) -> None:
        with pytest.raises(SettingsError, match="GENGFU_TELEGRAM__API_BASE"):
            TelegramChannel(SecretStr("1:a"), clock, api_base=api_base)

    def test_a_proxy_that_cannot_be_used_is_named_without_its_password(self, clock: ManualClock) -> None:
        with pytest.raises(SettingsError, match="GENGFU_TELEGRAM__PROXY") as caught:
            TelegramChannel(SecretStr("1:a"), clock, proxy="gopher://user:hunter2@proxy")
        assert "hunter2" not in str(caught.value)

    def test_an_empty_token_is_named(self, clock: ManualClock) -> None:
        with pytest.raises(SettingsError, match="GENGFU_TELEGRAM__TOKEN"):
            TelegramChannel(SecretStr(" "), clock)

    async def test_a_loopback_server_is_reached_whatever_proxy_the_environment_names(
        self, telegram: TelegramServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base)
        await bot.open()
        await bot.close()
        assert telegram.calls["getMe"] == 1


HERE = (("today", "今天发什么"), ("help", "能用的命令"))


class TestMenus:
    @pytest.mark.parametrize(
        ("menu", "scope"),
        [
            (Menu(None, None, None, HERE), Scope("default")),
            (Menu(str(GROUP), None, "en", HERE), Scope("chat", GROUP, language="en")),
            (Menu(f"{FORUM}/7", None, None, HERE), Scope("chat", FORUM)),
            (Menu(str(GROUP), f"telegram:{POLICE}", None, HERE), Scope("chat_member", GROUP, POLICE)),
            (Menu(str(POLICE), None, None, HERE), Scope("chat", POLICE)),
        ],
    )
    async def test_each_is_shown_to_whom_it_is_for(
        self, channel: TelegramChannel, telegram: TelegramServer, menu: Menu, scope: Scope
    ) -> None:
        await channel.offer(menu)
        assert telegram.commands == {scope: HERE}
        await channel.offer(replace(menu, commands=()))
        assert telegram.commands == {}

    @pytest.mark.parametrize("menu", [Menu("-5", None, None, HERE), Menu(str(GROUP), "telegram:11", None, HERE)])
    async def test_where_the_bot_knows_nobody_there_is_none(
        self, channel: TelegramChannel, telegram: TelegramServer, menu: Menu
    ) -> None:
        with pytest.raises(Refused):
            await channel.offer(menu)
        assert telegram.commands == {}
