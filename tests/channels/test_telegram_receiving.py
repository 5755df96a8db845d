"""What people do on Telegram, as it comes in."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.telegram import TelegramChannel
from bot.clock import ManualClock
from bot.errors import ChatGone, NotSent
from bot.ledger.inbound import Attachment, Inbound
from tests.channels.conftest import FORUM, GROUP, POLICE
from tests.contracts.channels import ASK
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_town import ANONYMOUS_ADMIN


async def next_of(channel: TelegramChannel) -> Inbound:
    (inbound,) = (await channel.receive(None)).inbound
    return inbound


class TestPresses:
    async def test_a_press_in_a_topic(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        receipt = await channel.send(f"{FORUM}/7", ASK)
        query = telegram.press(POLICE, FORUM, int(receipt.message_id or 0), "Ab12:r")
        assert await next_of(channel) == Inbound(
            platform="telegram",
            id="700001",
            at=clock.now(),
            kind="press",
            person="telegram:2001",
            person_name="王强",
            address="-1001003/7",
            message_id=receipt.message_id,
            data="Ab12:r",
            reply_to=query,
        )

    async def test_a_press_under_a_message_that_telegram_no_longer_shows(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.press(POLICE, GROUP, 404, "Ab12:r")
        pressed = await next_of(channel)
        assert (pressed.address, pressed.message_id, pressed.data) == ("-1001001", "404", "Ab12:r")

    async def test_a_press_in_private(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.press(POLICE, POLICE, 1, "Ab12:r")
        pressed = await next_of(channel)
        assert (pressed.private, pressed.address) == (True, "2001")


class TestWhatWaited:
    async def test_a_hundred_at_once_are_all_that_is_handed_out_and_more_may_wait(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        for _ in range(101):
            telegram.press(POLICE, GROUP, 404, "Ab12:r")
        first = await channel.receive(None)
        assert (len(first.inbound), first.is_full) == (100, True)
        rest = await channel.receive(first.offset)
        assert (len(rest.inbound), rest.is_full) == (1, False)

    async def test_a_press_was_before_the_word_that_waited_behind_it(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        telegram.press(POLICE, POLICE, 1, "h:token-of-it")
        await clock.advance(180)
        said = clock.now()
        telegram.types(POLICE, POLICE, "已落实")
        await clock.advance(60)
        telegram.press(POLICE, POLICE, 1, "d:token-of-it")
        await clock.advance(120)
        waited = (await channel.receive(None)).inbound
        assert [each.at for each in waited] == [said, said, clock.now()]
        assert [each.data or each.text for each in waited] == ["h:token-of-it", "已落实", "d:token-of-it"]


class TestAttachments:
    async def test_a_photo_comes_in_its_largest_size_with_its_caption(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        ref = telegram.attaches(POLICE, GROUP, b"jpeg", caption="已落实", reply_to=int(receipt.message_id or 0))
        came = await next_of(channel)
        assert (came.kind, came.text, came.message_id) == ("text", "已落实", receipt.message_id)
        assert came.attachment == Attachment(kind="photo", ref=ref, size=4)

    async def test_so_does_a_file_with_its_name(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        ref = telegram.attaches(POLICE, POLICE, b"%PDF", name="预案.pdf", caption="已落实")
        assert (await next_of(channel)).attachment == Attachment(kind="file", ref=ref, name="预案.pdf", size=4)

    async def test_without_a_caption_it_counts_in_reply_to_a_message_alone(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        telegram.privacy = False
        telegram.attaches(POLICE, GROUP, b"holiday")
        telegram.attaches(POLICE, GROUP, b"proof", reply_to=int(receipt.message_id or 0))
        came = await next_of(channel)
        assert came.attachment is not None
        assert (came.text, came.message_id) == (None, receipt.message_id)
        assert await channel.fetch(came.attachment) == b"proof"


class TestTypedTexts:
    async def test_a_reply_says_to_what(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        receipt = await channel.send(str(GROUP), ASK)
        typed = telegram.types(POLICE, GROUP, "已落实", reply_to=int(receipt.message_id or 0))
        answer = await next_of(channel)
        assert (answer.kind, answer.text, answer.message_id) == ("text", "已落实", receipt.message_id)
        assert answer.reply_to == str(typed)

    @pytest.mark.parametrize(
        "text", ["@GengfuBot 收到", "收到 @gengfubot", "@GengfuBot，收到", " 收到 ", "收到@GengfuBot"]
    )
    async def test_a_mention_of_the_bot_round_it_is_no_part_of_it(
        self, channel: TelegramChannel, telegram: TelegramServer, text: str
    ) -> None:
        telegram.privacy = False
        telegram.types(POLICE, GROUP, text)
        assert (await next_of(channel)).text == "收到"

    async def test_another_bots_mention_is_part_of_it(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.privacy = False
        telegram.types(POLICE, GROUP, "@GengfuBot2 收到")
        assert (await next_of(channel)).text == "@GengfuBot2 收到"

    async def test_with_privacy_mode_a_bare_text_is_not_seen(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.types(POLICE, GROUP, "收到")
        telegram.types(POLICE, GROUP, "/id")
        assert (await next_of(channel)).text == "/id"

    async def test_an_anonymous_admin_is_nobody_in_particular(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.privacy = False
        telegram.types(POLICE, GROUP, "收到", anonymous=True)
        said = await next_of(channel)
        assert said.anonymous
        assert said.person not in ("telegram:2001", f"telegram:{ANONYMOUS_ADMIN}")

    async def test_a_slip_put_right_at_once_counts_and_a_later_edit_does_not(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        telegram.privacy = False
        typed = telegram.types(POLICE, GROUP, "收道")
        clock.jump(clock.now() + timedelta(seconds=30))
        telegram.corrects(GROUP, typed, "收到")
        clock.jump(clock.now() + timedelta(hours=2))
        telegram.corrects(GROUP, typed, "需协助")
        batch = await channel.receive(None)
        assert [each.text for each in batch.inbound] == ["收道", "收到"]
        assert batch.inbound[1].at - batch.inbound[0].at == timedelta(seconds=30)

    async def test_its_hour_is_when_it_was_typed_though_the_bot_was_away(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        typed_at = clock.now()
        telegram.types(POLICE, GROUP, "/id")
        clock.jump(typed_at + timedelta(hours=3))
        assert (await next_of(channel)).at == typed_at

    async def test_on_a_moved_clock_its_hour_is_that_clocks(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        telegram.types(POLICE, GROUP, "/id")
        clock.jump(datetime(2028, 1, 1, tzinfo=UTC))
        assert (await next_of(channel)).at == clock.now()

    async def test_a_text_in_a_topic_without_a_quote_quotes_nothing(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.sends({"message": in_topic_by_itself()})
        said = await next_of(channel)
        assert (said.address, said.message_id) == ("-1001003/7", None)


class TestCommands:
    @pytest.mark.parametrize(
        ("typed", "heard"),
        [
            ("/id", "/id"),
            ("/id@GengfuBot", "/id"),
            ("@GengfuBot /id", "/id"),
            ("/start Ab12", "/start Ab12"),
            ("/start@gengfubot Ab12", "/start Ab12"),
        ],
    )
    async def test_a_command_without_the_bots_name(
        self, channel: TelegramChannel, telegram: TelegramServer, typed: str, heard: str
    ) -> None:
        telegram.privacy = False
        telegram.types(POLICE, GROUP, typed)
        said = await next_of(channel)
        assert (said.kind, said.text) == ("command", heard)

    async def test_another_bots_command_is_not_ours(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.types(POLICE, GROUP, "/id@OtherBot")
        batch = await channel.receive(None)
        assert (batch.inbound, batch.offset) == ((), "700002")

    async def test_a_command_that_is_edited_does_not_run_again(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        typed = telegram.types(POLICE, GROUP, "/id")
        telegram.corrects(GROUP, typed, "/id 2")
        assert [each.text for each in (await channel.receive(None)).inbound] == ["/id"]

    async def test_chinese_after_a_slash_is_a_text(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.privacy = False
        telegram.types(POLICE, GROUP, "/收到")
        said = await next_of(channel)
        assert (said.kind, said.text) == ("text", "/收到")


class TestChangesOfAChat:
    async def test_a_group_that_moved_says_where_once(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.group(-4001, "旧群", members=[POLICE], kind="group")
        telegram.migrate(-4001, -1004001)
        moved = await next_of(channel)
        assert (moved.kind, moved.address, moved.new_address) == ("moved", "-4001", "-1004001")

    async def test_thrown_out_and_taken_in_again(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.kick(GROUP)
        telegram.invite(GROUP)
        batch = await channel.receive(None)
        assert [(each.kind, each.address) for each in batch.inbound] == [("left", "-1001001"), ("joined", "-1001001")]

    async def test_muted_is_as_good_as_thrown_out_and_its_voice_back_as_good_as_taken_in_again(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.mute(GROUP)
        assert not await channel.reachable(str(GROUP))
        telegram.kick(GROUP)
        telegram.invite(GROUP)
        telegram.promote(GROUP)
        telegram.mute(GROUP, can_send_messages=True)
        telegram.mute(GROUP)
        telegram.mute(GROUP, can_send_messages=True)
        assert await channel.reachable(str(GROUP))
        kinds = [each.kind for each in (await channel.receive(None)).inbound]
        assert kinds == ["left", "joined", "left", "joined"], "what changes nothing in this is no news"

    async def test_a_closed_topic_that_is_open_again(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.close(FORUM, 7)
        with pytest.raises(ChatGone):
            await channel.send(f"{FORUM}/7", ASK)
        await channel.send(str(FORUM), ASK)
        telegram.reopen(FORUM, 7)
        (opened,) = (await channel.receive(None)).inbound
        assert (opened.kind, opened.address) == ("joined", f"{FORUM}/7")
        await channel.send(opened.address, ASK)

    async def test_blocked_by_a_person_and_started_again(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.kick(POLICE, by=POLICE)
        telegram.invite(POLICE, by=POLICE)
        left, joined = (await channel.receive(None)).inbound
        assert (left.kind, left.private, left.person) == ("left", True, "telegram:2001")
        assert (joined.kind, joined.private, joined.address) == ("joined", True, "2001")


class TestTheLoop:
    async def test_asking_on_confirms_what_came_before(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.press(POLICE, GROUP, 1, "a")
        telegram.press(POLICE, GROUP, 1, "b")
        batch = await channel.receive(None)
        assert [each.data for each in batch.inbound] == ["a", "b"]
        telegram.press(POLICE, GROUP, 1, "c")
        assert [each.data for each in (await channel.receive(batch.offset)).inbound] == ["c"]
        assert [each.data for each in (await channel.receive(None)).inbound] == ["c"]

    async def test_a_quiet_wait_brings_nothing_and_keeps_the_place(
        self, telegram: TelegramServer, channel: TelegramChannel
    ) -> None:
        batch = await channel.receive("700001")
        assert (batch.inbound, batch.offset) == ((), "700001")

    async def test_what_comes_while_it_waits_arrives_at_once(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        waiting = asyncio.create_task(channel.receive(None))
        while not telegram.calls["getUpdates"]:
            await ManualClock.settle()
        telegram.press(POLICE, GROUP, 1, "a")
        assert [each.data for each in (await waiting).inbound] == ["a"]

    @pytest.mark.parametrize(
        "odd",
        [
            {},
            {"something_new": {"x": 1}},
            {"message": {"message_id": "x"}},
            {"message": "no object"},
            {"callback_query": {"id": "1"}},
            {
                "callback_query": {
                    "id": "1",
                    "from": {"id": 1, "is_bot": False, "first_name": "x"},
                    "chat_instance": "1",
                }
            },
            {"my_chat_member": {"chat": {}}},
            {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}, "text": "x"}},
            {"message": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "group"}, "new_chat_title": "x"}},
        ],
    )
    async def test_an_update_that_nobody_understands_is_skipped_and_confirmed(
        self, channel: TelegramChannel, telegram: TelegramServer, odd: dict[str, Any]
    ) -> None:
        telegram.sends(odd)
        telegram.press(POLICE, GROUP, 1, "after")
        batch = await channel.receive(None)
        assert [each.data for each in batch.inbound] == ["after"]
        assert batch.offset == "700003"

    async def test_only_what_is_used_is_asked_for(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.press(POLICE, GROUP, 1, "a")
        await channel.receive(None)
        assert telegram.allowed_updates == ["message", "edited_message", "callback_query", "my_chat_member"]

    async def test_a_second_bot_with_the_same_token_is_named(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        second = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base)
        waiting = asyncio.create_task(channel.receive(None))
        while not telegram.calls["getUpdates"]:
            await ManualClock.settle()
        other = asyncio.create_task(second.receive(None))
        with pytest.raises(NotSent, match="同一个令牌"):
            await waiting
        telegram.press(POLICE, GROUP, 1, "a")
        assert len((await other).inbound) == 1
        await second.close()


def in_topic_by_itself() -> dict[str, Any]:
    """A message in topic 7, as Telegram sends it: in form a reply to the topic's own beginning."""
    chat = {"id": FORUM, "type": "supergroup", "title": "龙门村", "is_forum": True}
    start = {
        "message_id": 7,
        "date": 1,
        "chat": chat,
        "message_thread_id": 7,
        "is_topic_message": True,
        "forum_topic_created": {"name": "消防", "icon_color": 1},
    }
    return {
        "message_id": 30,
        "date": 1,
        "chat": chat,
        "from": {"id": POLICE, "is_bot": False, "first_name": "王强"},
        "message_thread_id": 7,
        "is_topic_message": True,
        "reply_to_message": start,
        "text": "收到",
    }
