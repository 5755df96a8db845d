"""How sending fails: whether it was sent, and whether to try again (faults 3, 4, 5)."""

import logging
import math
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.protocol import Button, Message
from bot.channels.telegram import Patience, TelegramChannel
from bot.clock import ManualClock
from bot.errors import ChannelDown, ChatGone, Moved, NotSent, Refused, SendError, Throttled, Uncertain
from bot.language import say
from tests.channels.conftest import FORUM, GROUP, POLICE
from tests.contracts.channels import ASK
from tests.servers import telegram_faults as fault
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import Fault, refused
from tests.servers.wire import Reply


async def failing(channel: TelegramChannel, message: Message = ASK, address: str = str(GROUP)) -> SendError:
    """The error that sending meets."""
    with pytest.raises(SendError) as caught:
        await channel.send(address, message)
    return caught.value


class TestPerhapsSent:
    """No blind retry: the request left, and no answer that can be read came back."""

    @pytest.mark.parametrize(
        ("misbehaviour", "sent"),
        [
            *((fault.reset(after), 1) for after in (0, 1, 17, 60, 90, 140)),
            (fault.reset(0, accepts=False), 0),
            (fault.held(), 1),
            (fault.stalled(), 0),
            (fault.page(502), 0),
            (fault.page(502, accepts=True), 1),
            (fault.page(500), 0),
            (fault.page(503), 0),
            (fault.page(504), 0),
            (fault.page(520), 0),
            (refused(500, "Internal Server Error"), 0),
            (refused(500, "Internal Server Error: restart", retry_later=True), 0),
            (fault.garbage(), 1),
            (Fault(True, Reply(200, b"[]")), 1),
            (Fault(True, Reply(200, b'{"ok": true}')), 1),
            (Fault(True, Reply(200, b'{"ok": false}')), 1),
            (Fault(True, Reply(204, b"")), 1),
            (Fault(True, Reply(200, b'{"ok": true, "result": 5}')), 1),
            (Fault(True, Reply(200, b"<html>", "text/html")), 1),
        ],
    )
    async def test_it_is_uncertain_and_asked_once(
        self, channel: TelegramChannel, telegram: TelegramServer, misbehaviour: Fault, sent: int
    ) -> None:
        telegram.order(misbehaviour)
        error = await failing(channel)
        assert type(error) is Uncertain
        assert telegram.calls["sendMessage"] == 1
        assert len(telegram.accepted) == sent


class TestNotSent:
    async def test_a_refused_connection(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        await telegram.stop()
        assert type(await failing(channel)) is NotSent
        await telegram.start()
        await channel.send(str(GROUP), ASK)

    async def test_a_wait_that_telegram_asks_for(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.order(fault.too_many(30))
        error = await failing(channel)
        assert isinstance(error, Throttled)
        assert error.retry_after == timedelta(seconds=30)

    @pytest.mark.parametrize(
        ("misbehaviour", "seconds"),
        [
            (fault.too_many(1), 1),
            (fault.too_many(35_000), 35_000),
            (fault.too_many(0), 1),
            (fault.too_many(-5), 1),
            (fault.too_many(10**15), 7 * 86_400),
            (refused(429, "Too Many Requests: retry after 17"), 17),
            (refused(429, "Too Many Requests: retry after 0"), 1),
            (refused(429, "Too Many Requests"), 30),
            (refused(429, "Too Many Requests", retry_after="soon"), 30),
            (Fault(instead=Reply(429, b'{"ok": false, "description": "Too Many Requests", "parameters": 5}')), 30),
            (fault.page(429), 30),
        ],
    )
    async def test_a_wait_without_its_length_or_with_one_that_nobody_could_keep(
        self, channel: TelegramChannel, telegram: TelegramServer, misbehaviour: Fault, seconds: int
    ) -> None:
        telegram.order(misbehaviour)
        error = await failing(channel)
        assert type(error) is Throttled
        assert error.retry_after == timedelta(seconds=seconds)

    async def test_one_throttled_chat_leaves_the_others(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.order(fault.too_many(30), chat=GROUP, times=math.inf)
        assert isinstance(await failing(channel), Throttled)
        await channel.send(str(FORUM), ASK)

    async def test_a_group_that_became_a_supergroup_names_its_new_address(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.group(-4001, "旧群", members=[POLICE], kind="group")
        telegram.migrate(-4001, -1004001)
        error = await failing(channel, address="-4001")
        assert isinstance(error, Moved)
        assert error.new_address == "-1004001"
        await channel.send(error.new_address, ASK)

    @pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 405, 407, 408, 409, 413, 451])
    async def test_a_page_in_telegrams_place_is_not_telegrams_word(
        self, channel: TelegramChannel, telegram: TelegramServer, status: int
    ) -> None:
        telegram.order(fault.page(status))
        error = await failing(channel)
        assert type(error) is NotSent
        assert "GENGFU_TELEGRAM__API_BASE" in str(error)


GONE = (
    (403, "Forbidden: bot was blocked by the user", "屏蔽"),
    (403, "Forbidden: user is deactivated", "停用"),
    (403, "Forbidden: bot can't initiate conversation with a user", "点“开始”"),
    (403, "Forbidden: bot can't send messages to bots", "是机器人"),
    (403, "Forbidden: bot was kicked from the group chat", "移出"),
    (403, "Forbidden: bot was kicked from the supergroup chat", "移出"),
    (403, "Forbidden: bot was kicked from the channel chat", "移出"),
    (403, "Forbidden: bot is not a member of the group chat", "不在这个群"),
    (403, "Forbidden: bot is not a member of the supergroup chat", "不在这个群"),
    (403, "Forbidden: bot is not a member of the channel chat", "不在这个群"),
    (403, "Forbidden: the group chat was deleted", "解散"),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", "超级群"),
    (400, "Bad Request: chat not found", "找不到"),
    (400, "Bad Request: private chat not found", "找不到"),
    (400, "Bad Request: PEER_ID_INVALID", "找不到"),
    (400, "Bad Request: CHANNEL_PRIVATE", "不在这个群"),
    (400, "Bad Request: not enough rights to send text messages to the chat", "发言权限"),
    (400, "Bad Request: need administrator rights in the channel chat", "发言权限"),
    (400, "Bad Request: have no write access to the chat", "发言权限"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "发言权限"),
    (403, "Forbidden: CHAT_WRITE_FORBIDDEN", "发言权限"),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "发言权限"),
    (400, "Bad Request: CHAT_RESTRICTED", "发言权限"),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", "发言权限"),
    (400, "Bad Request: USER_BANNED_IN_CHANNEL", "移出"),
    (400, "Bad Request: TOPIC_CLOSED", "已关闭"),
    (400, "Bad Request: TOPIC_DELETED", "话题不存在"),
    (400, "Bad Request: message thread not found", "话题不存在"),
)
"""What Telegram says where nothing reaches a chat any more (Bot API server, `check_chat_access` and the errors that it
hands on), and a word of what the reader is told to do.
"""

ONE_MESSAGE = (
    (400, "Bad Request: message is too long", "太长"),
    (400, "Bad Request: MESSAGE_TOO_LONG", "太长"),
    (400, "Bad Request: can't parse entities: Unsupported start tag", "读不懂"),
    (400, "Bad Request: message text is empty", "没有内容"),
    (400, "Bad Request: BUTTON_DATA_INVALID", "按钮"),
    (400, "Bad Request: can't parse inline keyboard button: one action expected", "按钮"),
    (400, "Bad Request: reply markup is too long", "按钮"),
    (400, "Bad Request: message can't be edited", "不能再改"),
    (400, "Bad Request: SOMETHING_NEW", "Something_new"),
    (403, "Forbidden: something new", "something new"),
    (413, "Request Entity Too Large", "Request Entity Too Large"),
)


class TestTheChatIsGone:
    """Nothing reaches it any more: told apart from what is wrong with one message."""

    @pytest.mark.parametrize(("code", "description", "words"), GONE)
    async def test_it_says_what_happened_and_what_to_do(
        self, channel: TelegramChannel, telegram: TelegramServer, code: int, description: str, words: str
    ) -> None:
        telegram.order(refused(code, description))
        error = await failing(channel)
        assert type(error) is ChatGone
        assert words in str(error)

    async def test_a_group_that_threw_the_bot_out(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.kick(GROUP)
        assert type(await failing(channel)) is ChatGone
        telegram.invite(GROUP)
        await channel.send(str(GROUP), ASK)

    async def test_a_person_who_blocked_it_or_never_pressed_start(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.kick(POLICE, by=POLICE)
        telegram.person(2002, "李娜", started=False)
        assert "屏蔽" in str(await failing(channel, address=str(POLICE)))
        assert "点“开始”" in str(await failing(channel, address="2002"))

    async def test_a_chat_that_nobody_knows(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        assert type(await failing(channel, address="-100404")) is ChatGone

    async def test_a_topic_that_is_gone(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        assert type(await failing(channel, address=f"{FORUM}/8")) is ChatGone
        await channel.send(f"{FORUM}/7", ASK)


class TestWhetherAChatCanBeReached:
    async def test_it_can_where_a_message_would_be_taken_and_none_is_written(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        assert [await channel.reachable(each) for each in (str(GROUP), str(POLICE), f"{FORUM}/7")] == [True] * 3
        assert telegram.calls["sendChatAction"] == 3
        assert telegram.accepted == []

    async def test_it_cannot_where_none_would(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.person(2002, "李娜", started=False)
        telegram.kick(GROUP)
        for address in (str(GROUP), "2002", "-100404", f"{FORUM}/8"):
            assert await channel.reachable(address) is False

    async def test_where_telegram_does_not_say_that_is_said(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        for misbehaviour in (fault.held(), fault.page(502), fault.too_many(3)):
            telegram.order(misbehaviour, method="sendChatAction")
            with pytest.raises(NotSent):
                await channel.reachable(str(GROUP))
        telegram.group(-4001, "旧群", members=[POLICE], kind="group")
        telegram.migrate(-4001, -1004001)
        with pytest.raises(Moved):
            await channel.reachable("-4001")
        telegram.revoke()
        with pytest.raises(ChannelDown):
            await channel.reachable(str(GROUP))


class TestRefused:
    @pytest.mark.parametrize(("code", "description", "words"), ONE_MESSAGE)
    async def test_it_says_what_happened_and_what_to_do(
        self, channel: TelegramChannel, telegram: TelegramServer, code: int, description: str, words: str
    ) -> None:
        telegram.order(refused(code, description))
        error = await failing(channel)
        assert type(error) is Refused
        assert words in str(error)

    async def test_telegrams_own_no_counts_though_something_between_made_a_200_of_it(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        for told, ours in ((429, Throttled), (403, ChatGone), (400, Refused), (401, ChannelDown), (500, Uncertain)):
            description = {403: "Forbidden: bot was kicked from the group chat", 400: "Bad Request: BUTTON_INVALID"}
            said = fault.refusal(told, description.get(told, "x"), **({"retry_after": 5} if told == 429 else {}))
            telegram.order(Fault(instead=Reply(200, said.body)))
            assert type(await failing(channel)) is ours

    async def test_a_message_of_nothing(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        assert "没有内容" in str(await failing(channel, Message(" ")))

    async def test_a_button_that_carries_too_much(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        await channel.send(str(GROUP), Message("值守", ((Button("收到", "字" * 21),),)))
        assert "按钮" in str(await failing(channel, Message("值守", ((Button("收到", "字" * 22),),))))

    async def test_a_revoked_token_is_the_whole_channels_end(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.revoke()
        assert isinstance(await failing(channel), ChannelDown)
        with pytest.raises(ChannelDown):
            await channel.receive(None)


class TestOpeningAndReceiving:
    """What changes nothing is never uncertain: it is asked again."""

    @pytest.mark.parametrize("token", ["99999:AAaWrongTokenThatNobodyEverGaveOut000", "no token at all"])
    async def test_a_wrong_token(self, telegram: TelegramServer, clock: ManualClock, token: str) -> None:
        bot = TelegramChannel(SecretStr(token), clock, api_base=telegram.api_base)
        with pytest.raises(ChannelDown, match="GENGFU_TELEGRAM__TOKEN") as caught:
            await bot.open()
        await bot.close()
        assert token not in str(caught.value)

    @pytest.mark.parametrize("misbehaviour", [fault.held(), fault.page(502), fault.garbage(), fault.reset(10)])
    @pytest.mark.parametrize("method", ["getMe", "getUpdates"])
    async def test_no_answer_means_to_ask_again(
        self, telegram: TelegramServer, clock: ManualClock, method: str, misbehaviour: Fault
    ) -> None:
        patience = Patience(answer=timedelta(milliseconds=200), poll=timedelta(0))
        bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base, patience=patience)
        telegram.order(misbehaviour, method=method)
        with pytest.raises(NotSent):
            await (bot.open() if method == "getMe" else bot.receive(None))
        await bot.open()
        await bot.receive(None)
        await bot.close()

    async def test_nobody_there_at_first(self, telegram: TelegramServer, clock: ManualClock) -> None:
        bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base)
        await telegram.stop()
        with pytest.raises(NotSent, match="连不上 Telegram"):
            await bot.open()
        await telegram.start()
        await bot.open()
        await bot.close()

    async def test_a_webhook_in_the_way(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
        telegram.order(refused(409, said), method="getUpdates")
        with pytest.raises(NotSent, match="webhook"):
            await channel.receive(None)


class TestSecrets:
    async def test_the_token_is_in_no_error_no_chain_no_log_and_no_repr(
        self, telegram: TelegramServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        caplog.set_level(logging.DEBUG, logger="bot")
        patience = Patience(answer=timedelta(milliseconds=200), poll=timedelta(0))
        bot = TelegramChannel(SecretStr(telegram.token), clock, api_base=telegram.api_base, patience=patience)
        await bot.open()
        seen = [repr(bot), str(bot)]
        echo = f"https://api.telegram.org/bot{telegram.token}/sendMessage and {telegram.token}"
        for misbehaviour in (
            fault.page(502),
            fault.garbage(),
            fault.held(),
            refused(400, f"Bad Request: {echo}"),
            refused(403, f"Forbidden: {echo}"),
            refused(500, echo),
            Fault(instead=Reply(404, echo.encode(), "text/html")),
        ):
            telegram.order(misbehaviour)
            seen += told_by(await failing(bot))
        telegram.sends({"message": {"text": echo}})
        await bot.receive(None)
        await telegram.stop()
        seen += told_by(await failing(bot))
        await telegram.start()
        telegram.revoke()
        for request in (bot.receive(None), bot.open()):
            with pytest.raises(ChannelDown) as caught:
                await request
            seen += told_by(caught.value)
        await bot.close()
        assert "update" in caplog.text
        for text in (*seen, caplog.text):
            assert telegram.token not in text
            assert "/bot" not in text


def told_by(error: SendError) -> list[str]:
    """All that a log could make of an error, those behind it included."""
    chain: list[BaseException] = [error]
    while (behind := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(behind)
    return [words for each in chain for words in (str(each), repr(each))] + [
        say(error.sentence, "zh"),
        say(error.sentence, "en"),
    ]
