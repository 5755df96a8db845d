"""A group robot's key stands where other platforms have an address that everybody may see: whatever becomes of what it
is to send, and of the bot, the key is in no file of the record, no mark, no log, no word to anybody (promise 5).
"""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.routing import channels_of
from bot.channels.protocol import Channel
from bot.channels.wecom.wire import Patience
from bot.channels.wecom_robot import WecomRobotChannel
from bot.store.tinydb import open_store
from tests.app.stage import TOKEN, Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer

DUTY, HOMES = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa", "0a5d2f10-7c1e-4f0a-8d55-b2f1c1c1c1c1"


class OnRobots(Stage):
    """The bot of `tests.app.stage` before a strict WeCom, with its record on disk."""

    server: WeComServer
    store: Any

    def channels(self) -> dict[str, Channel]:
        patience = Patience(answer=timedelta(milliseconds=150))
        robot = WecomRobotChannel(api_base=self.server.api_base, patience=patience, httpx_kwargs=NO_TLS)
        return {"board": self.board, "wecom-robot": robot}

    async def comes_to(self, reminder: str, state: str) -> None:
        async def is_so() -> bool:
            everything = await self.store.deliveries()
            return any(f"/{reminder}/" in each.occurrence and each.state == state for each in everything)

        await until(is_so)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnRobots]:
    made = OnRobots(tmp_path, token=None)
    robots = [
        a_chat(on="wecom-robot", address={"env": "GENGFU_CHAT_DUTY"}),
        a_chat("longmen-residents", on="wecom-robot", address={"env": "GENGFU_CHAT_HOMES"}, audiences=["residents"]),
    ]
    others = [each for each in a_town()["chats"] if each["id"] not in {"duty-room", "longmen-residents"}]
    url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={HOMES}"
    (tmp_path / ".env").write_text(f"GENGFU_CHAT_DUTY={DUTY}\nGENGFU_CHAT_HOMES={url}\n")
    made.write(
        *(a_reminder(f"warning-{number}", on=on(f"08:{number:02}")) for number in (1, 4, 7, 10)),
        a_duty_alert("alert", on=on("08:02")),
        town=a_town(chats=[*robots, *others]),
    )
    async with WeComServer(made.clock) as server:
        made.server = server
        server.robots.robot(DUTY, "消防安全工作群")
        server.robots.robot(HOMES, "龙门村居民群")
        made.store = await open_store(tmp_path / "data", made.clock)
        yield made
        await made.end()


def everything_on_disk(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_key_is_in_anything_that_is_recorded_logged_or_told(
    stage: OnRobots, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bot = await stage.run()
    await stage.pass_to(at("08:01"))
    await stage.comes_to("warning-1", "sent")
    await stage.pass_to(at("08:02"))
    await stage.comes_to("alert", "sent")

    stage.server.order(fault.reset(5), key=HOMES)
    await stage.pass_to(at("08:04"))
    await stage.comes_to("warning-4", "uncertain")
    stage.server.order(fault.says(45009, f"freq out of limit, key={HOMES}"), key=HOMES)
    await stage.pass_to(at("08:07"))
    await stage.comes_to("warning-7", "retrying")
    stage.server.robots.remove(HOMES)
    await stage.pass_to(at("08:10"))
    await stage.comes_to("warning-10", "failed")

    marks = await stage.store.marks()
    of_robots = [f"{name} {value}" for name, value in marks.items() if "robot:" in f"{name} {value}"]
    assert [each.partition(":")[0] for each in sorted(of_robots)] == ["dead", "held"]
    recorded = [repr(await stage.store.deliveries()), repr(await stage.store.entries()), repr(marks)]
    recorded += [repr(bot.routes), str(bot.routes), caplog.text, repr(bot.channels)]
    on_disk = everything_on_disk(tmp_path / "data")
    assert {"held:", "dead:", "robot:"} == {each for each in ("held:", "dead:", "robot:") if each in _text(on_disk)}
    for key in (DUTY, HOMES):
        assert [name for name, content in on_disk.items() if key.encode() in content] == []
        assert [each for each in recorded if key in each] == []


async def test_after_a_restart_a_robot_that_was_given_up_is_still_known_by_its_digest(stage: OnRobots) -> None:
    await stage.run()
    stage.server.robots.remove(HOMES)
    await stage.pass_to(at("08:01"))
    await stage.comes_to("warning-1", "failed")
    await stage.end()
    asked = stage.server.calls.total()
    stage.store = await open_store(stage.folder / "data", stage.clock)
    await stage.run()
    await stage.pass_to(at("08:04"))
    await stage.comes_to("warning-4", "failed")
    assert stage.server.calls.total() == asked


async def test_the_settings_give_robots_a_way_out_and_show_no_key(stage: OnRobots) -> None:
    channels = channels_of(stage.settings, stage.clock)
    assert sorted(channels) == ["board", "wecom-robot"]
    assert DUTY not in f"{stage.settings!r} {stage.settings.model_dump_json()} {channels!r} {TOKEN!r}"
    for each in channels.values():
        await each.close()


def _text(files: dict[str, bytes]) -> str:
    return "\n".join(content.decode(errors="replace") for content in files.values())
