"""The one long connection: kept alive, made anew after a cut, given up when it is pushed out, each request settled."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from websockets.protocol import State

from bot.channels.protocol import Batch, Message
from bot.channels.wecom_bot import WecomBotChannel
from bot.channels.wecom_bot.connection import lull
from bot.clock import ManualClock, turn
from bot.errors import ChannelDown, NotSent, Refused, SendError, Throttled, Uncertain
from tests.channels.wecom_bot.conftest import ALONE, DUTY, HERE, PERSON, a_bot, advanced, heard_of
from tests.fakes import until
from tests.servers.wecom_socket import SECRET, Fault, SmartBotServer

PLAIN = Message("请看")


@pytest.fixture
async def listening(bot: WecomBotChannel) -> AsyncIterator["asyncio.Task[Batch]"]:
    """Somebody waits for what comes in, for as long as the test lasts."""
    task = asyncio.ensure_future(listen(bot))
    yield task
    task.cancel()
    await asyncio.wait([task])


async def listen(bot: WecomBotChannel) -> Batch:
    """Until something comes in."""
    while not (batch := await bot.receive(None)).inbound:
        pass
    return batch


async def failing(bot: WecomBotChannel, message: Message = PLAIN) -> SendError:
    """The error that sending meets."""
    with pytest.raises(SendError) as caught:
        await bot.send(HERE, message)
    return caught.value


class TestBegin:
    async def test_wrong_credentials_are_a_platform_that_refuses_the_bot_and_the_socket_is_closed(
        self, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        bot = a_bot(wecom, clock, "wrong")
        with pytest.raises(ChannelDown, match="BOT_SECRET"):
            await bot.open()
        assert not wecom.is_connected
        await bot.close()

    async def test_where_nobody_answers_it_may_be_tried_again(self, wecom: SmartBotServer, clock: ManualClock) -> None:
        await wecom.stop()
        bot = a_bot(wecom, clock)
        with pytest.raises(NotSent, match="GENGFU_WECOM__WS_URL"):
            await bot.open()
        assert isinstance(await failing(bot), NotSent)
        await bot.close()

    async def test_a_subscription_without_an_answer_is_tried_again(
        self, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault("none"), cmd="aibot_subscribe")
        bot = a_bot(wecom, clock)
        opening = asyncio.ensure_future(bot.open())
        await until(lambda: wecom.calls["aibot_subscribe"] == 1)
        await advanced(clock, 5.1)
        with pytest.raises(NotSent):
            await opening
        await bot.close()


class TestRequests:
    async def test_one_without_an_answer_within_five_seconds_is_in_doubt(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault("none", accepts=True))
        sending = asyncio.ensure_future(failing(bot))
        await until(lambda: len(wecom.accepted) == 1)
        await advanced(clock, 4.9)
        assert not sending.done()
        await advanced(clock, 0.2)
        assert isinstance(await sending, Uncertain)

    async def test_one_whose_answer_is_late_is_in_doubt_and_the_answer_disturbs_nobody(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault(accepts=True, late=7.0))
        sending = asyncio.ensure_future(failing(bot))
        await until(lambda: len(wecom.accepted) == 1)
        await advanced(clock, 5)
        assert type(await sending) is Uncertain
        await advanced(clock, 3)
        await bot.send(HERE, PLAIN)

    async def test_one_whose_answer_comes_within_its_seconds_has_arrived(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault(accepts=True, late=4.0))
        sending = asyncio.ensure_future(bot.send(HERE, PLAIN))
        await until(lambda: len(wecom.accepted) == 1)
        await advanced(clock, 4)
        assert (await sending).message_id is None

    async def test_one_whose_answer_is_garbage_is_in_doubt(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault("garbage", accepts=True))
        sending = asyncio.ensure_future(failing(bot))
        await until(lambda: len(wecom.accepted) == 1)
        await advanced(clock, 5)
        assert type(await sending) is Uncertain

    @pytest.mark.parametrize("fault", ["cut", "closed"])
    @pytest.mark.parametrize("accepts", [True, False])
    async def test_one_that_was_under_way_when_the_connection_ended_is_in_doubt(
        self, bot: WecomBotChannel, wecom: SmartBotServer, fault: str, accepts: bool
    ) -> None:
        wecom.order(Fault("cut" if fault == "cut" else "closed", accepts=accepts))
        assert isinstance(await failing(bot), Uncertain)
        assert len(wecom.accepted) == accepts

    async def test_one_after_the_end_has_not_left(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        wecom.cut()
        await until(lambda: not wecom.is_connected)
        await ManualClock.settle()
        assert type(await failing(bot)) is NotSent
        assert wecom.calls["aibot_send_msg"] == 0

    async def test_one_that_begins_once_the_other_side_has_hung_up_has_not_left(
        self, bot: WecomBotChannel, wecom: SmartBotServer
    ) -> None:
        socket = bot._connection._socket
        assert socket is not None
        hanging_up = asyncio.ensure_future(wecom.hang_up())
        while socket.state is State.OPEN:
            await turn()
        assert type(await failing(bot)) is NotSent
        assert wecom.calls["aibot_send_msg"] == 0
        await hanging_up

    @pytest.mark.parametrize(
        ("code", "kind"),
        [(846607, Throttled), (45009, Throttled), (846609, NotSent), (-1, Uncertain), (42045, Refused)],
    )
    async def test_a_refusal_means_what_its_code_means(
        self, bot: WecomBotChannel, wecom: SmartBotServer, code: int, kind: type[SendError]
    ) -> None:
        wecom.order(Fault(code))
        assert type(await failing(bot)) is kind

    async def test_frames_that_are_none_are_skipped(self, bot: WecomBotChannel, wecom: SmartBotServer) -> None:
        for text in ("", "[]", "{", '{"cmd": 1, "headers": 2, "body": 3}', '{"cmd": "aibot_msg_callback", "body": {}}'):
            wecom.babble(text)
        await bot.send(HERE, PLAIN)
        wecom.writes(PERSON, "收到")
        assert (await heard_of("text", bot)).address == ALONE


class TestPings:
    async def test_each_answered_one_tells_who_listens_that_the_platform_is_there(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        assert (await bot.receive("x/1")) == Batch((), "x/1")
        waiting = asyncio.ensure_future(bot.receive("x/1"))
        await advanced(clock, 29)
        assert not waiting.done()
        await advanced(clock, 1)
        assert await waiting == Batch((), "x/1")
        assert wecom.calls["ping"] == 1

    async def test_two_that_nobody_answers_end_the_connection(
        self,
        bot: WecomBotChannel,
        wecom: SmartBotServer,
        clock: ManualClock,
        listening: "asyncio.Task[Batch]",
    ) -> None:
        wecom.silent = True
        for pings in (1, 2):
            await advanced(clock, 30)
            await until(lambda pings=pings: wecom.calls["ping"] == pings)
        assert wecom.subscribed == 1
        await advanced(clock, 5.1)
        await until(lambda: not wecom.is_connected)
        await advanced(clock, 1)
        await until(lambda: wecom.subscribed == 2)
        assert not listening.done()


class TestAnotherSideThatVanished:
    async def test_a_request_that_nobody_answers_has_it_asked_at_once_whether_anybody_is_there(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock, listening: "asyncio.Task[Batch]"
    ) -> None:
        wecom.silent = True
        wecom.order(Fault("none"))
        sending = asyncio.ensure_future(failing(bot))
        await until(lambda: wecom.calls["aibot_send_msg"] == 1)
        await advanced(clock, 5.1)
        assert isinstance(await sending, Uncertain)
        await until(lambda: wecom.calls["ping"] == 1)
        await advanced(clock, 5.1)
        await until(lambda: not wecom.is_connected)
        await advanced(clock, 1)
        await until(lambda: wecom.subscribed == 2)

    async def test_one_that_is_there_is_left_alone(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock, listening: "asyncio.Task[Batch]"
    ) -> None:
        wecom.order(Fault("none"), times=3)
        sending = [asyncio.ensure_future(failing(bot)) for _ in range(3)]
        await until(lambda: wecom.calls["aibot_send_msg"] == 3)
        await advanced(clock, 5.1)
        assert {type(each) for each in await asyncio.gather(*sending)} == {Uncertain}
        await until(lambda: wecom.calls["ping"] >= 1)
        await bot.send(HERE, PLAIN)
        await advanced(clock, 20)
        assert wecom.subscribed == 1
        assert wecom.is_connected


class TestAfterACut:
    async def test_who_closes_it_meanwhile_is_not_connected_anew(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        await bot.receive(None)
        wecom.cut()
        await until(lambda: not wecom.is_connected)
        waiting = asyncio.ensure_future(bot.receive(None))
        await ManualClock.settle()
        await bot.close()
        await advanced(clock, 1)
        with pytest.raises(NotSent):
            await waiting
        assert wecom.subscribed == 1

    async def test_it_is_connected_and_subscribed_anew_within_a_second_and_hears_on(
        self,
        bot: WecomBotChannel,
        wecom: SmartBotServer,
        clock: ManualClock,
        listening: "asyncio.Task[Batch]",
    ) -> None:
        await ManualClock.settle()
        wecom.cut()
        await until(lambda: not wecom.is_connected)
        await advanced(clock, 1)
        await until(lambda: wecom.subscribed == 2)
        wecom.writes(PERSON, "收到")
        assert [each.text for each in (await listening).inbound] == ["收到"]
        await until(lambda: wecom.is_connected)
        await bot.send(HERE, DUTY)

    async def test_so_also_after_a_close_in_order(
        self,
        bot: WecomBotChannel,
        wecom: SmartBotServer,
        clock: ManualClock,
        listening: "asyncio.Task[Batch]",
    ) -> None:
        await ManualClock.settle()
        await wecom.hang_up()
        await until(lambda: not wecom.is_connected)
        await advanced(clock, 1)
        await until(lambda: wecom.subscribed == 2)
        assert not listening.done()

    async def test_where_nobody_answers_who_listens_is_told_so(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        await bot.receive(None)
        await wecom.stop()
        waiting = asyncio.ensure_future(bot.receive(None))
        for _ in range(60):
            await clock.advance(0.1)
            await asyncio.wait([waiting], timeout=0.002)
        with pytest.raises(NotSent):
            await waiting
        await wecom.start()
        again = asyncio.ensure_future(bot.receive(None))
        await advanced(clock, 1)
        assert await again == Batch((), None)

    def test_no_two_bots_wait_alike(self) -> None:
        assert len({lull(0) for _ in range(20)}) > 1
        assert all(lull(0) < 1 and lull(1) < 3 for _ in range(20))


class TestPushedOut:
    async def test_who_is_pushed_out_stays_out_and_says_so(
        self,
        bot: WecomBotChannel,
        wecom: SmartBotServer,
        clock: ManualClock,
        listening: "asyncio.Task[Batch]",
    ) -> None:
        await ManualClock.settle()
        other = a_bot(wecom, clock)
        await other.open()
        with pytest.raises(ChannelDown, match="BOT_ID"):
            await asyncio.wait_for(listening, 5)
        for _ in range(10):
            await clock.advance(60)
            assert isinstance(await failing(bot), ChannelDown)
            with pytest.raises(ChannelDown):
                await asyncio.wait_for(bot.receive(None), 5)
            with pytest.raises(ChannelDown):
                await asyncio.wait_for(bot.reachable(HERE), 5)
        with pytest.raises(ChannelDown):
            await bot.open()
        assert wecom.subscribed == 2
        await other.send(HERE, PLAIN)
        await other.close()

    async def test_who_is_opened_anew_takes_its_place_again(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        other = a_bot(wecom, clock)
        await other.open()
        await until(lambda: wecom.subscribed == 2)
        await ManualClock.settle()
        await bot.close()
        await bot.open()
        await bot.send(HERE, PLAIN)
        assert isinstance(await failing(other), ChannelDown)
        assert wecom.subscribed == 3
        await other.close()

    async def test_what_was_under_way_is_in_doubt(
        self, bot: WecomBotChannel, wecom: SmartBotServer, clock: ManualClock
    ) -> None:
        wecom.order(Fault("none", accepts=True))
        sending = asyncio.ensure_future(failing(bot))
        await until(lambda: len(wecom.accepted) == 1)
        other = a_bot(wecom, clock)
        await other.open()
        assert type(await sending) is Uncertain
        await other.close()


async def test_the_secret_reaches_no_log(
    wecom: SmartBotServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bot = a_bot(wecom, clock)
    await bot.open()
    wecom.order(Fault("cut"))
    await failing(bot)
    await bot.close()
    assert SECRET not in caplog.text
