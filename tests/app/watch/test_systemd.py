"""What systemd hears, over a real socket (sd_notify(3))."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.watch.systemd import Systemd
from bot.clock import ManualClock
from tests.app.stage import EIGHT


class Manager:
    """The other end of the socket."""

    def __init__(self, address: str, bound: str | None = None) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(bound or address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(4_096).decode())
            except BlockingIOError:
                return found


class Case:
    def __init__(self, address: str, **environment: str) -> None:
        self.clock, self.turning, self.status = ManualClock(EIGHT), False, "一切正常"
        self.systemd = Systemd({"NOTIFY_SOCKET": address, **environment}, self.clock, lambda: self.turning, self._now)
        self.running = asyncio.create_task(self.systemd.run())

    async def begins(self) -> None:
        """It begins to turn."""
        self.turning = True
        await self.clock.settle()
        await self.clock.advance(0.25)

    async def _now(self) -> str:
        return self.status


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.socket.close()


async def test_it_is_ready_once_it_turns_and_says_how_it_does(manager: Manager) -> None:
    case = Case(manager.address)
    await case.clock.advance(30)
    assert manager.heard() == []
    await case.begins()
    assert manager.heard() == ["READY=1", "STATUS=一切正常"]
    case.status = "磁盘写不进去\n"
    await case.clock.advance(10)
    assert manager.heard() == ["STATUS=磁盘写不进去"]
    case.systemd.stopping()
    assert manager.heard() == ["STOPPING=1"]
    case.running.cancel()


async def test_the_watchdog_hears_of_it_thrice_in_its_time_and_only_while_it_turns(manager: Manager) -> None:
    case = Case(manager.address, WATCHDOG_USEC="6000000", WATCHDOG_PID=str(os.getpid()))
    await case.begins()
    await case.clock.advance(5)
    assert manager.heard().count("WATCHDOG=1") == 3
    case.turning = False
    await case.clock.advance(60)
    assert "WATCHDOG=1" not in manager.heard()
    case.running.cancel()


@pytest.mark.parametrize("environment", [{"WATCHDOG_USEC": "6000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}])
async def test_a_watchdog_that_watches_another_process_hears_nothing(
    manager: Manager, environment: dict[str, str]
) -> None:
    case = Case(manager.address, **environment)
    await case.begins()
    await case.clock.advance(30)
    assert "WATCHDOG=1" not in manager.heard()
    case.running.cancel()


async def test_an_address_in_the_abstract_namespace_is_found(tmp_path: Path) -> None:
    name = f"gengfu-{os.getpid()}-{tmp_path.name}"
    manager = Manager(f"@{name}", f"\0{name}")
    case = Case(manager.address)
    await case.begins()
    assert manager.heard()[0] == "READY=1"
    case.running.cancel()
    manager.socket.close()


async def test_nobody_to_tell_and_nobody_who_listens_cost_nothing(tmp_path: Path) -> None:
    alone = Case("")
    await asyncio.wait_for(alone.running, 1)
    alone.systemd.stopping()
    deaf = Case(str(tmp_path / "nobody"))
    await deaf.begins()
    await deaf.clock.advance(60)
    assert not deaf.running.done()
    deaf.running.cancel()
