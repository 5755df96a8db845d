"""The group robot keeps the contract that sending is about, against a strict local WeCom, and says what it cannot."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.protocol import Button, Channel, File, Menu, Message
from bot.channels.wecom.wire import Patience
from bot.channels.wecom_robot import WecomRobotChannel
from bot.channels.wecom_robot.address import KeyedAddress
from bot.clock import ManualClock
from bot.errors import ChatGone, NotSent, Refused, SendError, SettingsError, Throttled, Uncertain
from bot.ledger.inbound import Attachment, Inbound
from tests.channels.conftest import NO_TLS
from tests.contracts.channels import SendingContract, SendingStage
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_faults import Fault

KEY, OTHER = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa", "0a5d2f10-7c1e-4f0a-8d55-b2f1c1c1c1c1"
SEND, UPLOAD = "/cgi-bin/webhook/send", "/cgi-bin/webhook/upload_media"
ASK = Message("**请落实** 今晚值守")
FILE = File("通报.docx", b"PK\x03\x04 a notice")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, 1, 0, tzinfo=UTC))


@pytest.fixture
async def wecom(clock: ManualClock) -> AsyncIterator[WeComServer]:
    async with WeComServer(clock, limits=True) as server:
        server.robots.robot(KEY, "消防安全工作群")
        server.robots.robot(OTHER, "龙门村")
        yield server


@pytest.fixture
async def robot(wecom: WeComServer) -> AsyncIterator[WecomRobotChannel]:
    patience = Patience(connect=timedelta(seconds=2), answer=timedelta(milliseconds=200))
    channel = WecomRobotChannel(api_base=wecom.api_base, patience=patience, httpx_kwargs=NO_TLS)
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
def here(robot: WecomRobotChannel) -> str:
    return robot.read_address(KEY)


@dataclass
class Stage:
    channel: Channel
    address: str


class TestContract(SendingContract):
    @pytest.fixture
    async def stage(self, robot: WecomRobotChannel, here: str) -> SendingStage:
        return Stage(robot, here)


async def failing(robot: WecomRobotChannel, address: str, message: Message = ASK) -> SendError:
    """The error that sending meets."""
    with pytest.raises(SendError) as caught:
        await robot.send(address, message)
    return caught.value


class TestSending:
    async def test_what_was_taken_has_no_id(self, robot: WecomRobotChannel, wecom: WeComServer, here: str) -> None:
        assert (await robot.send(here, ASK)).message_id is None
        assert [each.text for each in wecom.robots.shown(KEY)] == ["**请落实** 今晚值守"]

    async def test_each_chat_has_its_own_robot(self, robot: WecomRobotChannel, wecom: WeComServer, here: str) -> None:
        await robot.send(robot.read_address(OTHER), ASK)
        assert (len(wecom.robots.shown(OTHER)), len(wecom.robots.shown(KEY))) == (1, 0)

    async def test_what_is_too_long_is_told_in_bytes_and_not_asked(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        await robot.send(here, Message("火" * 1365))
        error = await failing(robot, here, Message("火" * 1366))
        assert type(error) is Refused
        assert "4098" in str(error)
        assert wecom.calls[SEND] == 1

    async def test_a_message_of_nothing_is_refused(self, robot: WecomRobotChannel, here: str) -> None:
        assert "没有内容" in str(await failing(robot, here, Message(" ")))


class TestPace:
    async def test_twenty_go_in_its_minute_which_is_a_hair_longer_than_wecoms(
        self, robot: WecomRobotChannel, clock: ManualClock, here: str
    ) -> None:
        assert (robot.limits.group_per_minute, robot.limits.minute > 60) == (20, True)
        for _ in range(2):
            for _ in range(robot.limits.group_per_minute):
                await robot.send(here, ASK)
            await clock.advance(robot.limits.minute)

    async def test_who_is_faster_is_to_wait_for_a_minute_and_other_robots_are_not(
        self, robot: WecomRobotChannel, here: str
    ) -> None:
        for _ in range(20):
            await robot.send(here, ASK)
        error = await failing(robot, here)
        assert isinstance(error, Throttled)
        assert error.retry_after == timedelta(seconds=60)
        await robot.send(robot.read_address(OTHER), ASK)


class TestFailing:
    """What a request meets on its way: `test_wecom_every_error`."""

    @pytest.mark.parametrize(
        ("misbehaviour", "kind", "stands"),
        [
            (fault.held(), Uncertain, 1),
            (fault.reset(17), Uncertain, 1),
            (fault.page(502, accepts=True), Uncertain, 1),
            (fault.garbage(), Uncertain, 1),
            (fault.cut_off(3), Uncertain, 0),
            (fault.says(-1), Uncertain, 0),
            (fault.says(45009), Throttled, 0),
            (fault.says(45033), Throttled, 0),
            (fault.says(40058), Refused, 0),
            (fault.page(404), NotSent, 0),
        ],
    )
    async def test_it_is_asked_once_and_told_for_what_it_is(
        self,
        robot: WecomRobotChannel,
        wecom: WeComServer,
        here: str,
        misbehaviour: Fault,
        kind: type[SendError],
        stands: int,
    ) -> None:
        wecom.order(misbehaviour)
        assert type(await failing(robot, here)) is kind
        assert (wecom.calls[SEND], len(wecom.robots.accepted)) == (1, stands)

    async def test_a_robot_that_is_gone_or_stopped_is_told_apart_from_the_others(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        wecom.robots.disable(KEY)
        stopped = await failing(robot, here)
        assert (type(stopped), "停用" in str(stopped)) == (ChatGone, True)
        await robot.send(robot.read_address(OTHER), ASK)
        wecom.robots.remove(KEY)
        gone = await failing(robot, here)
        assert (type(gone), "key" in str(gone)) == (ChatGone, True)

    async def test_nobody_there_is_not_sent(self, robot: WecomRobotChannel, wecom: WeComServer, here: str) -> None:
        await wecom.stop()
        assert type(await failing(robot, here)) is NotSent
        await wecom.start()
        await robot.send(here, ASK)

    async def test_a_stall_ends_in_doubt_and_nothing_was_sent(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        wecom.stall()
        assert type(await failing(robot, here)) is Uncertain
        wecom.go_on()
        assert wecom.robots.accepted == []


class TestFiles:
    async def test_a_file_comes_as_it_is_by_its_name(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        assert (await robot.send_file(here, FILE)).message_id is None
        (posted,) = wecom.robots.shown(KEY)
        assert (posted.msgtype, posted.text, posted.content) == ("file", FILE.name, FILE.content)

    @pytest.mark.parametrize("misbehaviour", [fault.held(), fault.reset(5), fault.garbage(), fault.says(-1)])
    async def test_a_doubt_while_it_is_handed_over_is_none_for_nothing_was_sent(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str, misbehaviour: Fault
    ) -> None:
        wecom.order(misbehaviour, path=UPLOAD)
        with pytest.raises(NotSent):
            await robot.send_file(here, FILE)
        assert wecom.calls[SEND] == 0

    async def test_a_doubt_while_it_is_sent_is_one(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        wecom.order(fault.reset(5), path=SEND)
        with pytest.raises(Uncertain):
            await robot.send_file(here, FILE)
        assert len(wecom.robots.accepted) == 1

    @pytest.mark.parametrize(("size", "said"), [(5, "空"), (20 * 1024 * 1024 + 1, "20")])
    async def test_what_wecom_would_not_take_is_not_handed_over(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str, size: int, said: str
    ) -> None:
        with pytest.raises(Refused, match=said):
            await robot.send_file(here, File("x.docx", b"x" * size))
        assert wecom.calls[UPLOAD] == 0

    async def test_a_robot_that_is_gone_is_told_so(self, robot: WecomRobotChannel) -> None:
        with pytest.raises(ChatGone):
            await robot.send_file(robot.read_address("0000000000000000"), FILE)

    async def test_an_answer_without_the_files_id_is_none(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        wecom.order(fault.says(0, "ok"), path=UPLOAD)
        with pytest.raises(NotSent):
            await robot.send_file(here, FILE)


class TestWhatItCannot:
    async def test_change_or_take_back_is_told_kindly(self, robot: WecomRobotChannel, here: str) -> None:
        with pytest.raises(Refused, match="另发一条"):
            await robot.edit(here, "1", ASK)
        with pytest.raises(Refused, match="另发一条"):
            await robot.delete(here, "1")
        with pytest.raises(Refused, match="收不到"):
            await robot.fetch(Attachment(kind="file", ref="x"))

    async def test_hear_is_waiting_for_ever(self, robot: WecomRobotChannel) -> None:
        waiting = asyncio.ensure_future(robot.receive(None))
        done, _ = await asyncio.wait([waiting], timeout=0.03)
        waiting.cancel()
        assert (done, robot.keeps, robot.amends, robot.exclusive) == (set(), None, False, False)

    async def test_be_spoken_to_is_nothing_at_all(
        self, robot: WecomRobotChannel, wecom: WeComServer, clock: ManualClock, here: str
    ) -> None:
        heard = Inbound(platform="wecom-robot", id="1", at=clock.now(), kind="text", person="wecom:x", address=here)
        await robot.answer(heard, "收到")
        await robot.offer(Menu(here, None, "zh", (("help", "能用的命令"),)))
        channel: Channel = robot
        assert (channel.link("x"), channel.own_chat("wecom:x"), channel.presses(here)) == (None, None, False)
        assert wecom.calls.total() == 0


class TestWhetherAChatCanBeReached:
    async def test_it_can_where_the_key_is_good_and_nothing_is_written(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        assert await robot.reachable(here) is True
        assert (wecom.calls[SEND], wecom.robots.accepted) == (1, [])

    async def test_it_cannot_where_the_robot_is_stopped_or_gone(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        wecom.robots.disable(KEY)
        assert await robot.reachable(here) is False
        wecom.robots.remove(KEY)
        assert await robot.reachable(here) is False

    @pytest.mark.parametrize(
        ("misbehaviour", "kind"),
        [
            (fault.held(), NotSent),
            (fault.page(502), NotSent),
            (fault.says(-1), NotSent),
            (fault.says(45009), Throttled),
        ],
    )
    async def test_where_wecom_does_not_say_that_is_said(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str, misbehaviour: Fault, kind: type[SendError]
    ) -> None:
        wecom.order(misbehaviour)
        with pytest.raises(SendError) as caught:
            await robot.reachable(here)
        assert type(caught.value) is kind


class TestItsKey:
    """A secret that stands where other platforms have an address that everybody may see."""

    def test_reads_as_a_digest_wherever_the_address_is_shown(self, robot: WecomRobotChannel, here: str) -> None:
        shown = f"{here} {here!r} {str(here)!r} {robot.place(here)} {[here]} {here + ''} {robot.read_address(here)}"
        assert KEY not in shown
        assert here.startswith("robot:")

    def test_is_read_out_of_the_whole_address_that_wecom_shows(self, robot: WecomRobotChannel, here: str) -> None:
        url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
        assert robot.read_address(f" {url}\n") == robot.read_address(KEY) == here
        assert robot.read_address(f"key={KEY}") == robot.read_address(f"{url}&debug=1") == here
        assert robot.read_address(OTHER) != here

    @pytest.mark.parametrize(
        "written", [None, "", "short", 7, {"chat": KEY}, "https://example.org/?nokey=1", "键" * 20]
    )
    def test_that_is_none_is_refused_without_being_repeated(self, robot: WecomRobotChannel, written: object) -> None:
        with pytest.raises(SettingsError, match="GENGFU_CHAT_") as caught:
            robot.read_address(written)
        assert str(written or "?") not in str(caught.value)

    async def test_is_not_in_what_was_read_back_from_disk_which_opens_nothing(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str
    ) -> None:
        recorded = f"{here}"
        assert type(recorded) is str
        assert robot.place(recorded) == robot.place(here)
        for each in (recorded, KeyedAddress(recorded)):
            assert type(await failing(robot, each)) is Refused
        assert wecom.calls.total() == 0

    async def test_is_in_no_log_and_no_error(
        self, robot: WecomRobotChannel, wecom: WeComServer, here: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        logging.getLogger("httpx").setLevel(logging.WARNING)
        await robot.send(here, ASK)
        told = []
        for each in (fault.reset(3), fault.page(302), fault.says(40058, f"key={KEY}"), fault.says(9, f"at ?key={KEY}")):
            wecom.order(each)
            error = await failing(robot, here)
            told.append(f"{error} {error!r} {error.in_words('en')} {error.__context__!r} {error.__cause__!r}")
        await robot.close()
        assert KEY not in " ".join(told) + caplog.text + repr(robot)


def test_a_button_that_comes_back_as_a_press_is_left_out(robot: WecomRobotChannel) -> None:
    assert robot.fit(Message("值守", ((Button("收到", "Ab12:r"),),))) == robot.fit(Message("值守"))
