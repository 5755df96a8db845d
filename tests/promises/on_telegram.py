"""A whole bot on a clock that stands still, which speaks to a strict Telegram over a real socket."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.channels.protocol import Channel
from bot.channels.telegram import Patience, TelegramChannel
from bot.ledger.deliveries import Delivery
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, TOKEN, Stage
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_rates import Rates

POLICE = 2001
ROOM, HOMES = int(DUTY_ROOM), int(RESIDENTS)


class OnTelegram(Stage):
    """The bot of `tests.app.stage`, with the real channel in place of a fake."""

    server: TelegramServer

    def channels(self) -> dict[str, Channel]:
        """The board, and a client that has sent nothing yet."""
        patience = Patience(answer=timedelta(milliseconds=300), poll=timedelta(seconds=1))
        client = TelegramChannel(
            TOKEN, self.clock, api_base=self.server.api_base, patience=patience, httpx_kwargs=NO_TLS
        )
        return {"board": self.board, "telegram": client}

    def texts(self, chat: int) -> list[str]:
        """What the platform accepted for a chat."""
        return [each.text for each in self.server.accepted if each.chat == chat]

    @property
    def told(self) -> list[str]:
        """What the admin was told on the platform."""
        return self.texts(int(ADMIN))

    def asked(self, chat: int) -> int:
        """How many messages were sent to a chat, whatever became of them."""
        return sum(each.method == "sendMessage" and each.chat == chat for each in self.server.asked)

    async def delivery(self, reminder: str) -> Delivery:
        """The delivery of a reminder that goes to one chat."""
        everything = await self.store.deliveries()
        (found,) = [each for each in everything if f"/{reminder}/" in each.occurrence and not each.is_notice]
        return found

    async def comes_to(self, reminder: str, state: str) -> Delivery:
        """Wait for what becomes of a reminder."""

        async def is_so() -> bool:
            return (await self.delivery(reminder)).state == state

        await until(is_so)
        return await self.delivery(reminder)

    async def kinds(self, reminder: str) -> list[str]:
        """What the ledger says of a reminder."""
        return [each.kind for each in await self.store.entries() if f"/{reminder}/" in (each.occurrence or "")]

    async def passes(self, minutes: int, at_once: int = 1) -> None:
        """Let time pass, so many minutes at once, and what the bot does in it be done, also over the socket."""
        for _ in range(0, minutes, at_once):
            await self.leap_to(self.clock.now() + timedelta(minutes=at_once))
            await self.quiet()

    async def before_long(self, holds: Callable[[], bool]) -> None:
        """Wait for this while a little time passes: a person is told one thing a second."""

        async def and_time_passes() -> bool:
            await self.clock.advance(0.1)
            return holds()

        await until(and_time_passes)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        await self.clock.settle()
        await until(lambda: self.bot.sender.at_rest)


@asynccontextmanager
async def on_telegram(folder: Path, limits: Rates | None = None) -> AsyncIterator[OnTelegram]:
    """The town before its Telegram, which keeps these limits by the bot's clock; the bot not yet running."""
    stage = OnTelegram(folder)
    async with TelegramServer(TOKEN.get_secret_value(), stage.clock, limits=limits) as server:
        stage.server = server
        server.person(int(ADMIN), "管理员")
        server.person(POLICE, "王强")
        server.group(ROOM, "消防安全工作群", members=[POLICE])
        server.group(-1001002, "龙门村委会", members=[POLICE])
        server.group(HOMES, "龙门村居民群", members=[POLICE])
        yield stage
        await stage.end()
