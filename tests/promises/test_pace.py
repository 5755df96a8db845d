"""A platform's limits are kept whatever is sent: messages, edits, replies, over a restart amid a burst. Told by
platforms that keep count and refuse who is too fast; here they never have to.
"""

from collections import Counter
from datetime import UTC
from pathlib import Path

from bot.channels.routes import Route
from bot.channels.wecom_robot import WecomRobotChannel
from bot.clock import ManualClock
from tests.app.stage import ADMIN, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.outbox.stage import NINE, a_broadcast
from tests.outbox.stage import Stage as OutboxStage
from tests.promises.on_telegram import POLICE, ROOM, OnTelegram, on_telegram
from tests.servers.telegram_rates import Rates
from tests.servers.wecom import WeComServer

FIRST = -2_000_000
HOMES = [FIRST - number for number in range(70)]
WARNINGS, ALERTS = 3, 24


async def test_a_burst_edits_and_replies_in_it_and_a_restart_in_its_midst_never_meet_a_limit(tmp_path: Path) -> None:
    async with on_telegram(tmp_path, Rates()) as stage:
        homes = [a_chat(f"home-{-each}", address=each, audiences=["residents"]) for each in HOMES]
        for home in HOMES:
            stage.server.group(home, "居民群")
        stage.write(
            *(a_reminder(f"warning-{number}", on=on("08:01")) for number in range(WARNINGS)),
            *(a_duty_alert(f"alert-{number}", on=on("08:01")) for number in range(ALERTS)),
            town=a_town(chats=[*a_town()["chats"], *homes]),
        )
        await stage.run()
        await stage.leap_to(at("08:01"))
        await _until_accepted(stage, 60)
        _press_all(stage)
        await stage.restart()
        _press_all(stage)
        await _until_accepted(stage, WARNINGS * (len(HOMES) + 1) + ALERTS)
        for number in range(10):
            stage.server.types(POLICE, ROOM, f"/id {number}")
        await stage.passes(6)
        menus = {"setMyCommands", "deleteMyCommands"}  # refused for who has not pressed Start
        counted = Counter(each.status for each in stage.server.asked if each.status and each.method not in menus)
        assert counted.keys() == {200}, [each.why for each in stage.server.asked if each.status == 429][:3]
        sent = Counter(each.chat for each in stage.server.accepted if each.chat in HOMES)
        assert all(sent[home] == WARNINGS for home in HOMES)
        assert len(stage.server.edited) >= 1


async def _until_accepted(stage: OnTelegram, count: int) -> None:
    """Let a tenth of a second pass after the other until so many are in the town's chats."""
    while sum(each.chat != int(ADMIN) for each in stage.server.accepted) < count:
        await stage.clock.advance(0.1)
        await stage.quiet()
        assert stage.clock.now() < at("08:10"), "it takes far too long"


def _press_all(stage: OnTelegram) -> None:
    for posted in [each for each in stage.server.shown(ROOM) if each.buttons]:
        stage.server.press(POLICE, ROOM, posted.message_id, posted.data("收到"))


async def test_a_group_robot_speaks_as_often_as_wecom_lets_it_and_is_never_shut() -> None:
    """Facts: wecom, section 1: twenty a minute a robot, or it is silent for a minute."""
    key, warnings, clock = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", 40, ManualClock(NINE.astimezone(UTC))
    async with WeComServer(clock, limits=True) as wecom:
        wecom.robots.robot(key)
        robot = WecomRobotChannel(api_base=wecom.api_base, httpx_kwargs=NO_TLS)
        stage = OutboxStage(clock)
        stage.routes.table = {"longmen-residents": Route(robot, robot.read_address(key))}
        await stage.run()
        await stage.issue(*(a_broadcast(f"warning-{number}") for number in range(warnings)))
        for _ in range(65):
            await until(lambda: stage.sender.at_rest)
            await stage.advance(1)
        await stage.end()
        await robot.close()
        assert len(wecom.robots.accepted) == warnings
        assert wecom.calls["/cgi-bin/webhook/send"] == warnings
