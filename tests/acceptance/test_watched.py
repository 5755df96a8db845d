"""A real bot and who watches it: the outsider, systemd, machines that ask. It is stopped in the middle."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.acceptance.process import Gengfu, a_folder, settings, soon, warning
from tests.fakes import until
from tests.servers.outsider import Outsider, Ping


class Manager:
    """systemd's end of the socket; it has heard `words`."""

    def __init__(self, address: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(address))
        self._socket.setblocking(False)
        self.words: list[str] = []

    def close(self) -> None:
        self._socket.close()

    def has_heard(self, word: str, times: int = 1) -> bool:
        """Whether it has, so many times since it was last cleared."""
        while True:
            try:
                self.words.append(self._socket.recv(4_096).decode())
            except BlockingIOError:
                return self.words.count(word) >= times


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.close()


async def test_who_watches_hears_of_it_and_of_a_bot_that_was_stopped_hears_nothing(
    tmp_path: Path, manager: Manager
) -> None:
    async with Outsider() as outsider, httpx.AsyncClient(trust_env=False) as machine:
        environment = settings(
            GENGFU_HEARTBEAT_URL=outsider.url, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1500000"
        )
        bot = await Gengfu.run(a_folder(tmp_path, warning(soon(3_600))), environment)
        await until(lambda: manager.has_heard("READY=1"), within=20)
        await until(lambda: manager.has_heard("WATCHDOG=1", 2), within=20)
        for page in ("healthz", "readyz", "metrics"):
            assert (await machine.get(f"{bot.board}/{page}")).status_code == 200, page

        os.kill(bot.pid, signal.SIGSTOP)
        manager.has_heard("")
        manager.words.clear()
        with pytest.raises(httpx.TimeoutException):
            await machine.get(f"{bot.board}/healthz", timeout=1.0)
        assert not manager.has_heard("WATCHDOG=1")
        os.kill(bot.pid, signal.SIGCONT)
        await until(lambda: manager.has_heard("WATCHDOG=1"), within=20)

        await until(lambda: manager.has_heard("WATCHDOG=1") and bool(outsider.pings), within=20)
        assert outsider.pings[0] == Ping("GET", urlsplit(outsider.url).path, "")
        assert await bot.terminate() < 10
        assert manager.has_heard("STOPPING=1")
        assert outsider.url.rpartition("/")[2] not in bot.err + bot.out
        assert "Traceback" not in bot.err
