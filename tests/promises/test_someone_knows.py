"""Fault 18: when all falls quiet, somebody outside knows within five minutes; and why, where the bot can still say it.

The outsider is set as `.env.example` says: a period of one minute and a grace of three.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.watch.watch import Watch
from bot.app.watch.watching import watching
from bot.clock import SystemClock
from bot.errors import NotSent
from bot.language import sentence
from bot.settings import Settings
from tests.app.stage import RESIDENTS, TOKEN, Stage
from tests.fakes import not_sent, until
from tests.servers.outsider import Outsider

PERIOD_AND_GRACE = timedelta(minutes=1 + 3)
AT_MOST = timedelta(minutes=5)


class Heard(Stage):
    """A bot whose settings name an outsider."""

    url = ""

    @property
    def settings(self) -> Settings:
        return super().settings.model_copy(update={"heartbeat_url": SecretStr(self.url)})


class Case:
    """A bot, the outsider who waits for it, and who calls its look each fifteen seconds while it is `looking`."""

    def __init__(self, folder: Path, outsider: Outsider) -> None:
        self.stage, self.outsider = Heard(folder), outsider
        self.stage.url = outsider.url
        self.looking = True
        self._watching = AsyncExitStack()

    async def begin(self) -> None:
        bot = await self.stage.run()
        await self._watching.enter_async_context(watching(bot, self.stage.live, Watch(bot), {}))
        await self.stage.clock.settle()
        await self.stage.look()
        await self.stage.clock.advance(5)
        await until(lambda: [each.method for each in self.outsider.pings] == ["GET"])

    async def die(self) -> None:
        """Nothing of it runs any more."""
        await self._watching.aclose()
        await self.stage.end()

    async def knows_after(self, most: timedelta) -> timedelta | None:
        """How long until the outsider knows that something is wrong: by being told so, or by hearing nothing."""
        clock = self.stage.clock
        begun = last = clock.now()
        heard = len(self.outsider.pings)
        while clock.now() - begun < most:
            await clock.advance(15)
            if self.looking:
                await self.stage.look()
            await SystemClock().sleep(0.02)
            news = self.outsider.pings[heard:]
            heard += len(news)
            last = clock.now() if news else last
            if any(each.path.endswith("/fail") for each in news) or clock.now() - last >= PERIOD_AND_GRACE:
                return clock.now() - begun
        return None

    @property
    def why(self) -> str:
        """What the outsider was told last."""
        return self.outsider.pings[-1].text


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    async with Outsider() as outsider:
        made = Case(tmp_path, outsider)
        await made.begin()
        yield made
        await made.die()


async def test_while_all_is_well_nobody_is_alarmed(case: Case) -> None:
    assert await case.knows_after(timedelta(minutes=10)) is None
    assert len(case.outsider.pings) >= 9


async def test_a_bot_that_is_dead_is_missed(case: Case) -> None:
    case.looking = False
    await case.die()
    found = await case.knows_after(AT_MOST)
    assert found is not None
    assert case.why == ""


async def test_one_whose_network_is_gone_is_missed(case: Case) -> None:
    case.outsider.unreachable = True
    assert await case.knows_after(AT_MOST) is not None


async def test_one_that_lives_but_looks_no_more_says_so(case: Case) -> None:
    case.looking = False
    assert await case.knows_after(timedelta(minutes=2)) is not None
    assert "没有查看该发什么" in case.why


async def test_one_that_cannot_get_a_message_out_says_so(case: Case) -> None:
    case.stage.telegram.order(RESIDENTS, *[not_sent()] * 1_000)
    assert await case.knows_after(AT_MOST) is not None, "due after a minute, overdue after three"
    assert "1 条该发的还没有发出" in case.why
    assert "longmen" not in case.why


async def test_one_whose_platform_is_gone_says_why_without_a_secret(case: Case) -> None:
    why = sentence("telegram.unreachable", detail=f"https://api.example/bot{TOKEN.get_secret_value()}/getUpdates")
    case.stage.bot.out_of_reach["telegram"] = NotSent(why)
    assert await case.knows_after(AT_MOST) is not None
    assert "Telegram 已有 " in case.why
    for secret in (TOKEN.get_secret_value(), TOKEN.get_secret_value().partition(":")[2]):
        assert secret not in case.why


async def test_one_whose_disk_refuses_says_so_until_it_is_mended(case: Case) -> None:
    case.stage.store.full = lambda _change: True
    assert await case.knows_after(timedelta(minutes=2)) is not None
    assert "磁盘写不进去" in case.why
    case.stage.store.full = lambda _change: False
    assert await case.knows_after(AT_MOST) is None
