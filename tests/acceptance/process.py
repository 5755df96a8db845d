"""`gengfu` in a process of its own, and a tiny town whose reminders are due in seconds."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from tests.acceptance.forks import Forked, forked
from tests.builders import a_campaign, a_chat, a_duty_alert, a_phase, a_reminder, a_town, as_yaml, some_files
from tests.fakes import until
from tests.outbox.stage import SHANGHAI
from tests.servers.telegram import TelegramServer

DUTY_ROOM, RESIDENTS, SQUAD, ADMIN, POLICE, STRANGER = -1001001, -1001003, -1001004, 1001, 2001, 11
CAMPAIGN = "schedules/winter-now.yaml"
AFRESH = {"TESTS_AFRESH": "1"}
"""In an environment: begin it as its user does, also what comes before its first line of code."""

MESSAGES = {"sanqing-sanguan.j2": "**三清三关**", "duty-alert.j2": "**请落实** {{ occurrence.reason }}"}


def now() -> datetime:
    """The machine's now, in the town."""
    return SystemClock().now().astimezone(SHANGHAI)


def on(moment: datetime) -> dict[str, str]:
    """The rule of a reminder that goes out at this moment."""
    return {"date": f"{moment:%Y-%m-%d}", "at": f"{moment:%H:%M:%S}"}


def soon(seconds: float) -> datetime:
    """A whole second so many seconds from now, at least."""
    return (now() + timedelta(seconds=seconds + 0.999)).replace(microsecond=0)


def alert(moment: datetime, id_: str = "alert", **given: Any) -> dict[str, Any]:
    return a_duty_alert(id_, on=on(moment), **given)


def warning(moment: datetime, id_: str = "warning", **given: Any) -> dict[str, Any]:
    return a_reminder(id_, on=on(moment), **given)


def campaign(*reminders: Mapping[str, Any]) -> dict[str, Any]:
    """A campaign of these days."""
    day = timedelta(days=1)
    phase = a_phase(from_=f"{now() - day:%Y-%m-%d}", until=f"{now() + 2 * day:%Y-%m-%d}")
    return a_campaign("winter-now", phases=[phase], reminders=[dict(each) for each in reminders])


def a_folder(folder: Path, *reminders: Mapping[str, Any]) -> Path:
    """A town with a duty room, residents, an office's own chat and one on the board; its night is far from now."""
    far = now() + timedelta(hours=12)
    town = a_town(
        quiet_hours={"from": f"{far:%H:%M}", "until": f"{far + timedelta(minutes=1):%H:%M}"},
        chats=[
            a_chat(name="消防安全工作群", address=DUTY_ROOM),
            a_chat("longmen-residents", address=RESIDENTS, audiences=["residents"]),
            a_chat("squad", address=SQUAD, audiences=None, office="enforcement"),
            a_chat("village", on="board", address=None, audiences=None, office="village-longmen"),
        ],
    )
    for name, content in some_files(town=town, campaigns=[campaign(*reminders)]).items():
        save(folder, f"schedules/{name}", content)
    for name, text in MESSAGES.items():
        save(folder, f"messages/{name}", text.encode())
    return folder


def edit(folder: Path, *reminders: Mapping[str, Any]) -> None:
    """Save the campaign's file anew."""
    save(folder, CAMPAIGN, as_yaml(campaign(*reminders)))


def save(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def jinlong(server: TelegramServer) -> TelegramServer:
    """The town's people and groups on a Telegram server."""
    for id_, name in ((ADMIN, "管理员"), (POLICE, "王强"), (STRANGER, "路人")):
        server.person(id_, name)
    server.group(DUTY_ROOM, "消防安全工作群", members=[POLICE, STRANGER])
    server.group(SQUAD, "执法大队", members=[POLICE])
    server.group(RESIDENTS, "龙门村居民群", members=[STRANGER])
    return server


def settings(server: TelegramServer | None = None, **others: str) -> dict[str, str]:
    """The environment of a bot that speaks to this server, on a port that the machine picks."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GENGFU_")}
    own = {"GENGFU_WEB__LISTEN": "127.0.0.1:0"}
    if server is not None:
        own |= {"GENGFU_TELEGRAM__API_BASE": server.api_base, "GENGFU_TELEGRAM__TOKEN": server.token}
    return inherited | own | others


class Gengfu:
    """A running `gengfu`; `out` and `err` are all that it has printed."""

    def __init__(self, process: Process | Forked) -> None:
        self._process = process
        self.out = self.err = ""
        self._readers = [asyncio.create_task(self._read("out")), asyncio.create_task(self._read("err"))]

    @classmethod
    async def begin(cls, folder: Path, environment: Mapping[str, str], *command: str) -> "Gengfu":
        """Start it (`run` where nothing else is said), without waiting for anything."""
        name, *options = command or ("run",)
        return cls(await _begun(name, "--town", folder, *options, environment=environment))

    @classmethod
    async def run(cls, folder: Path, environment: Mapping[str, str]) -> "Gengfu":
        """Start it, and wait until it has said where its board is."""
        self = await cls.begin(folder, environment)
        await until(lambda: "Ctrl-C" in self.out or self.ended, within=40)
        assert not self.ended, self.err
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    @property
    def board(self) -> str:
        """Where its pages are."""
        return self.out.split("http://", 1)[1].split()[0].join(("http://", ""))

    async def where_it_stands(self) -> str:
        """End it, and have it say what each of its threads was at, where it was begun with `-X faulthandler`."""
        self._process.send_signal(signal.SIGABRT)
        await self.wait()
        return self.err[-8_000:]

    async def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        await self.wait()

    async def terminate(self) -> float:
        """SIGTERM; how many seconds it took to end."""
        clock = SystemClock()
        before = clock.monotonic()
        self._process.send_signal(signal.SIGTERM)
        await self.wait()
        return clock.monotonic() - before

    async def wait(self) -> int:
        """Its exit status."""
        status = await asyncio.wait_for(self._process.wait(), 20)
        await asyncio.gather(*self._readers)
        return status

    async def _read(self, name: str) -> None:
        stream = self._process.stdout if name == "out" else self._process.stderr
        assert stream is not None
        async for line in stream:
            setattr(self, name, getattr(self, name) + line.decode())


async def gengfu(*arguments: str | Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Another command, beside a running bot or without one: its status and what it printed."""
    process = await _begun(*arguments, environment=environment)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def _begun(*arguments: str | Path, environment: Mapping[str, str]) -> Process | Forked:
    """`gengfu` in a process of its own; a clock can only be set for one that begins afresh."""
    if environment.keys().isdisjoint({*AFRESH, "LD_PRELOAD"}):
        return await forked(arguments, environment)
    called: tuple[str | Path, ...] = (sys.executable, "-m", "bot", *arguments)
    return await asyncio.create_subprocess_exec(*called, stdout=PIPE, stderr=PIPE, env=environment)


async def ledger(folder: Path, environment: Mapping[str, str], *options: str) -> list[dict[str, Any]]:
    """What `gengfu ledger` prints."""
    status, out, err = await gengfu("ledger", "--town", folder, "--format", "json", *options, environment=environment)
    assert status == 0, err
    found: list[dict[str, Any]] = json.loads(out)
    return found


def texts(server: TelegramServer, chat: int) -> list[str]:
    """What was sent to a chat, in order."""
    return [each.text for each in server.accepted if each.chat == chat]
