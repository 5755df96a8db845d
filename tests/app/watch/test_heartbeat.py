"""The heartbeat: all is well, or what is not, once a minute; its URL is told to nobody."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.app.watch import heartbeat as module
from bot.app.watch.heartbeat import Heartbeat
from bot.clock import ManualClock
from tests.app.stage import EIGHT
from tests.fakes import until
from tests.servers.outsider import Outsider, Ping

SECRET = "5f2c1d0e-whoHasItCanPing"


class Case:
    def __init__(self, outsider: Outsider, url: str | None = None) -> None:
        self.clock, self.outsider = ManualClock(EIGHT), outsider
        self.wrong: tuple[str, ...] = ()
        self.beating = asyncio.create_task(Heartbeat(SecretStr(url or outsider.url), self.clock, self._wrong).run())

    async def _wrong(self) -> tuple[str, ...]:
        return self.wrong

    async def ping(self, after: float = 60) -> Ping:
        """The next ping, so many seconds on."""
        before = len(self.outsider.pings)
        await self.clock.settle()
        await self.clock.advance(after)
        await until(lambda: len(self.outsider.pings) > before)
        await until(lambda: bool(self.clock._sleepers))
        return self.outsider.pings[-1]


@pytest.fixture
async def case() -> AsyncIterator[Case]:
    async with Outsider() as outsider:
        made = Case(outsider)
        yield made
        made.beating.cancel()
        await asyncio.gather(made.beating, return_exceptions=True)


async def test_it_pings_once_a_minute_while_all_is_well(case: Case) -> None:
    assert await case.ping(5) == Ping("GET", f"/ping/{SECRET}", "")
    await case.ping()
    await case.clock.advance(59)
    assert len(case.outsider.pings) == 2


async def test_where_something_is_wrong_it_says_what_and_that_it_failed(case: Case) -> None:
    case.wrong = ("磁盘写不进去", "2 条该发的还没有发出")
    assert await case.ping(65) == Ping("POST", f"/ping/{SECRET}/fail", "磁盘写不进去\n2 条该发的还没有发出")
    case.wrong = ()
    assert (await case.ping()).method == "GET"


async def test_what_is_mended_a_moment_after_is_not_told(case: Case) -> None:
    await case.ping(5)
    case.wrong = ("已有 8 小时没有查看该发什么",)
    await case.clock.advance(62)
    case.wrong = ()
    assert (await case.ping(3)).method == "GET"


async def test_what_stands_behind_the_path_stays_there(case: Case) -> None:
    other = Case(case.outsider, f"{case.outsider.url}/?create=1")
    other.wrong = ("x",)
    assert (await other.ping(65)).path == f"/ping/{SECRET}/fail?create=1"
    other.beating.cancel()
    await asyncio.gather(other.beating, return_exceptions=True)


async def test_that_nobody_hears_it_is_logged_once_without_its_url(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    case.outsider.status = 404
    await case.ping()
    await case.ping()
    case.outsider.status = 200
    await case.ping()
    assert [each.levelname for each in caplog.records if each.name.startswith("bot")] == ["WARNING", "INFO"]
    assert "HTTP 404" in caplog.text
    assert SECRET not in "".join(each.getMessage() for each in caplog.records if each.name.startswith("bot"))


async def test_an_outsider_that_hangs_is_not_waited_for(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    case.outsider.hangs = True
    await case.ping()
    case.outsider.hangs = False
    await case.ping()
    assert not case.beating.done()


async def test_one_that_is_not_there_costs_nothing_but_the_ping(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")
    case = Case(Outsider(), f"http://127.0.0.1:9/{SECRET}")
    await case.clock.settle()
    await case.clock.advance(5)
    await until(lambda: "ConnectError" in caplog.text)
    assert not case.beating.done()
    assert SECRET not in caplog.text
    case.beating.cancel()
