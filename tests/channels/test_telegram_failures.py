"""How sending fails: whether it was sent, and whether to try again (faults 3, 4, 5)."""

import logging
import math
from datetime import timedelta

import httpx
import pytest
import telegram as library
from pydantic import SecretStr
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.protocol import Button, Message
from bot.channels.telegram import Patience, TelegramChannel, failures
from bot.channels.telegram.wire import quieten
from bot.clock import ManualClock
from bot.errors import ChannelDown, Moved, NotSent, Refused, SendError, Throttled, Uncertain
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
            (fault.page(504), 0),
            (refused(500, "Internal Server Error"), 0),
            (fault.garbage(), 1),
            (Fault(True, Reply(200, b"[]")), 1),
            (Fault(True, Reply(200, b'{"ok": true}')), 1),
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

    async def test_a_wait_without_its_length(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.order(refused(429, "Too Many Requests"))
        error = await failing(channel)
        assert isinstance(error, Throttled)
        assert error.retry_after > timedelta(0)

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

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    async def test_a_page_in_telegrams_place_is_not_telegrams_word(
        self, channel: TelegramChannel, telegram: TelegramServer, status: int
    ) -> None:
        telegram.order(fault.page(status))
        error = await failing(channel)
        assert type(error) is NotSent
        assert "GENGFU_TELEGRAM__API_BASE" in str(error)


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "description", "words"),
        [
            (403, "Forbidden: bot was blocked by the user", "屏蔽"),
            (403, "Forbidden: user is deactivated", "停用"),
            (403, "Forbidden: bot can't initiate conversation with a user", "点“开始”"),
            (403, "Forbidden: bot was kicked from the group chat", "移出"),
            (403, "Forbidden: bot was kicked from the supergroup chat", "移出"),
            (403, "Forbidden: bot is not a member of the supergroup chat", "不在这个群"),
            (403, "Forbidden: the group chat was deleted", "解散"),
            (403, "Forbidden: something new", "something new"),
            (400, "Bad Request: chat not found", "找不到"),
            (400, "Bad Request: not enough rights to send text messages to the chat", "发言权限"),
            (400, "Bad Request: have no write access to the chat", "发言权限"),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "发言权限"),
            (400, "Bad Request: TOPIC_CLOSED", "已关闭"),
            (400, "Bad Request: message thread not found", "话题不存在"),
            (400, "Bad Request: can't parse entities: Unsupported start tag", "读不懂"),
            (400, "Bad Request: SOMETHING_NEW", "Something_new"),
        ],
    )
    async def test_it_says_what_happened_and_what_to_do(
        self, channel: TelegramChannel, telegram: TelegramServer, code: int, description: str, words: str
    ) -> None:
        telegram.order(refused(code, description))
        error = await failing(channel)
        assert type(error) is Refused
        assert words in str(error)

    async def test_a_group_that_threw_the_bot_out(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.kick(GROUP)
        assert type(await failing(channel)) is Refused

    async def test_a_chat_that_nobody_knows(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        assert "找不到" in str(await failing(channel, address="-100404"))

    async def test_a_topic_that_is_gone(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        assert "话题不存在" in str(await failing(channel, address=f"{FORUM}/8"))

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


ROWS: list[tuple[type[TelegramError], object, Exception | None, type[SendError]]] = [
    (TelegramError, "Invalid server response", None, Uncertain),
    (BadRequest, "Bad Request: chat not found", None, Refused),
    (Forbidden, "Forbidden: bot was blocked by the user", None, Refused),
    (ChatMigrated, -1004001, None, Moved),
    (Conflict, "terminated by other getUpdates request", None, NotSent),
    (EndPointNotFound, "Endpoint not found", None, ChannelDown),
    (InvalidToken, "Unauthorized", None, ChannelDown),
    (InvalidToken, "Unauthorized", TelegramError("Invalid server response"), NotSent),
    (NetworkError, "Bad Gateway", None, Uncertain),
    (NetworkError, "Bad Gateway", TelegramError("Invalid server response"), Uncertain),
    (NetworkError, "", httpx.ConnectError("x"), NotSent),
    (NetworkError, "", httpx.ProxyError("x"), NotSent),
    (NetworkError, "", httpx.RemoteProtocolError("x"), Uncertain),
    (NetworkError, "", httpx.ReadError("x"), Uncertain),
    (NetworkError, "", httpx.WriteError("x"), Uncertain),
    (PassportDecryptionError, "x", None, Uncertain),
    (RetryAfter, 30, None, Throttled),
    (RetryAfter, timedelta(seconds=30), None, Throttled),
    (TimedOut, None, None, Uncertain),
    (TimedOut, None, httpx.ReadTimeout("x"), Uncertain),
    (TimedOut, None, httpx.WriteTimeout("x"), Uncertain),
    (TimedOut, None, httpx.ConnectTimeout("x"), NotSent),
    (TimedOut, None, httpx.PoolTimeout("x"), NotSent),
]


class TestNoErrorOfTheLibraryIsForgotten:
    def test_each_of_its_classes_has_its_row(self) -> None:
        known = {each for each in vars(library.error).values() if isinstance(each, type)}
        assert {each for each in known if issubclass(each, Exception)} == {kind for kind, *_ in ROWS}

    @pytest.mark.parametrize("row", ROWS, ids=(f"{at}-{row[0].__name__}" for at, row in enumerate(ROWS)))
    def test_each_becomes_one_of_ours_with_a_sentence_in_both_languages(
        self, row: tuple[type[TelegramError], str, Exception | None, type[SendError]]
    ) -> None:
        quieten()
        kind, said, cause, ours = row
        error = kind(said)
        error.__cause__ = cause
        problem = failures.in_our_words(error, str)
        assert type(problem) is ours
        assert say(problem.sentence, "zh") != say(problem.sentence, "en")


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
