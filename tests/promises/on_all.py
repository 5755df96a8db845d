"""A whole bot that speaks to both local platforms over real sockets, by its real channels, on a clock moved by hand;
and its pages, as who has a signed link reaches them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.app.answering.answers import LinkAnswers
from bot.app.in_force import once_in_force
from bot.app.rehearsal.timer import PlayedTimer
from bot.app.run import Bot
from bot.app.sources import read_sources
from bot.channels.board import BoardChannel
from bot.channels.protocol import Channel
from bot.channels.telegram import Patience, TelegramChannel
from bot.channels.wecom import wire
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.channels.wecom_bot import WecomBotChannel
from bot.channels.wecom_robot import WecomRobotChannel
from bot.clock import ManualClock
from bot.settings import Settings
from bot.store.memory import MemoryStore
from bot.web.answer import AnswerPages
from bot.web.callback import CallbackPage
from bot.web.server import pages
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.servers.platforms import CALLBACK, PUBLIC, Platforms
from tests.servers.wecom_callback import Speaker

_PATIENCE = 60.0
"""Seconds of real time; a machine may have much else to do."""


class OnAll:
    """The bot, and who moves its clock. `acts` are what people do, each at its moment."""

    def __init__(self, bot: Bot, clock: ManualClock, platforms: Platforms) -> None:
        self.bot, self.clock, self.platforms = bot, clock, platforms
        self.store = bot.store
        board = bot.channels["board"]
        assert isinstance(board, BoardChannel)
        self.board = board
        app = bot.channels["wecom-app"]
        assert isinstance(app, WecomAppChannel)
        routes = [*AnswerPages(LinkAnswers(bot)).routes(), *CallbackPage(app).routes()]
        self._pages = pages(None, "127.0.0.1", routes, PUBLIC)
        self.outside = httpx.AsyncClient(trust_env=False, verify=False)
        self.phones = Speaker(platforms.corp, self._told)

    def browser(self) -> httpx.AsyncClient:
        """A phone's, inside WeCom, that reaches the pages from outside."""
        transport = httpx.ASGITransport(app=self._pages, client=("203.0.113.5", 4_000), raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url=PUBLIC, headers={"User-Agent": "Mozilla/5.0 wxwork/4.1"}, trust_env=False
        )

    async def _told(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async with self.browser() as wecom:
            answer = await wecom.request(method, CALLBACK, params=query, content=body)
            return answer.status_code, answer.content

    def is_on_board(self, chat: str) -> bool:
        """Whether a chat stands there, for itself or for want of a key."""
        route = self.bot.routes.to(chat)
        return route is not None and route.channel is self.board

    async def step(self, *moments: datetime | None) -> datetime:
        """Go to the next moment at which something is due, or to one of these if that is sooner, and let it be done."""
        bot, clock = self.bot, self.clock
        waits = bot.sender.next_look
        sender = clock.now() + timedelta(seconds=waits - clock.monotonic()) if waits is not None else None
        ahead = min(each for each in (bot.lookout.next, bot.summing_up.next_look, sender, *moments) if each)
        clock.leap(max(ahead, clock.now() + timedelta(seconds=0 if ahead > clock.now() else 1)))
        await self.done()
        return clock.now()

    async def done(self) -> None:
        """Wait until all that is due is done, however long that takes here: the clock stands still meanwhile."""
        await ManualClock.settle()
        await until(lambda: self.bot.at_rest, within=_PATIENCE)


@asynccontextmanager
async def on_all(folder: Path, first: datetime, also: Iterable[str] = ()) -> AsyncIterator[OnAll]:
    """The town in this folder before both platforms, its bot begun at this moment; others are `also` in its groups."""
    in_force = once_in_force(read_sources(folder), "zh")
    assert in_force is not None
    clock = ManualClock(first)
    async with Platforms(clock) as platforms:
        settings = platforms.settings(Settings(folder=folder))
        platforms.declare(in_force.schedule, also)
        bot = Bot(settings, clock, MemoryStore(), channels_to(platforms, settings, clock), in_force, timer=PlayedTimer)
        stop = asyncio.Event()
        running = asyncio.create_task(bot.run(stop))
        it = OnAll(bot, clock, platforms)
        try:
            await until(lambda: running.done() or bot.lookout.last is not None)
            if running.done():
                running.result()
            await it.done()
            yield it
        finally:
            stop.set()
            await running
            await it.outside.aclose()


def channels_to(platforms: Platforms, settings: Settings, clock: ManualClock) -> dict[str, Channel]:
    """The real channels, less patient than in life. Hours that pass at once are none in which nobody was heard."""
    token = settings.telegram.token
    assert token is not None
    patience = Patience(answer=timedelta(seconds=2), poll=timedelta(seconds=20))
    api_base = settings.telegram.api_base
    channels: dict[str, Channel] = {
        "board": BoardChannel(clock),
        "telegram": TelegramChannel(token, clock, api_base=api_base, patience=patience, httpx_kwargs=NO_TLS),
        "wecom-app": an_app(platforms, settings, clock),
        "wecom-bot": WecomBotChannel(
            platforms.smart_bot.bot_id, SecretStr(platforms.smart_bot.secret), clock, ws_url=settings.wecom.ws_url
        ),
        "wecom-robot": WecomRobotChannel(api_base=settings.wecom.api_base, httpx_kwargs=NO_TLS),
    }
    for channel in channels.values():
        channel.keeps = None
    return channels


def an_app(platforms: Platforms, settings: Settings, clock: ManualClock) -> WecomAppChannel:
    corp, wecom = platforms.corp, settings.wecom
    token, aes_key = SecretStr(corp.callback_token), SecretStr(corp.callback_aes_key)
    keys = Keys(corp.corp_id, corp.agent_id, SecretStr(corp.secret), token, aes_key)
    patience = wire.Patience(answer=timedelta(seconds=2))
    return WecomAppChannel(
        keys,
        clock,
        "zh",
        api_base=wecom.api_base,
        oauth_url=wecom.oauth_url,
        patience=patience,
        httpx_kwargs=NO_TLS,
    )
