"""Gengfu's outbox for many chats: the store on disk, the sender and Telegram's channel as in a running bot."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.campaign.model import QuietHours
from bot.channels.protocol import Channel, Limits, Message, Receipt
from bot.channels.routes import Route, Routes
from bot.channels.telegram import TelegramChannel
from bot.clock import Clock, SystemClock
from bot.ledger.deliveries import Issued
from bot.outbox.edits import Edits
from bot.outbox.issue import deliveries_of
from bot.outbox.send import Sender
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Store
from bot.store.tinydb import open_store
from tests.bench.limited import group
from tests.outbox.stage import a_broadcast, an_ask

WARNING = "天干物燥，小心火烛：请各户清理阳台楼道杂物，出门关火、关电、关气。"
_CONNECTIONS = 100


class Wide(TelegramChannel):
    """Telegram without limits, but for the number of connections."""

    limits = Limits(per_second=100_000, private_gap=0.0, group_per_minute=100_000)

    def __init__(self, token: SecretStr, clock: Clock, *, api_base: str) -> None:
        super().__init__(token, clock, api_base=api_base)
        self._connections = asyncio.Semaphore(_CONNECTIONS)

    async def send(self, address: str, message: Message) -> Receipt:
        async with self._connections:
            return await super().send(address, message)


@dataclass(frozen=True)
class Outbox:
    """An outbox that has not begun. Chats have the numbers of their groups."""

    clock: Clock
    channel: Channel
    store: Store
    sender: Sender
    edits: Edits

    async def fall_due(self, issued: Issued) -> None:
        """As at a tick: the occurrence and its deliveries in one commit."""
        await self.store.commit(Change(issued=(issued,), planned=deliveries_of(issued)))


@asynccontextmanager
async def an_outbox(url: str, token: str, chats: int, *, wide: bool = False) -> AsyncIterator[Outbox]:
    """One that sends to Telegram's groups."""
    channel = (Wide if wide else TelegramChannel)(SecretStr(token), SystemClock(), api_base=url)
    async with outbox_of(channel, [str(group(each)) for each in range(chats)]) as outbox:
        yield outbox


@asynccontextmanager
async def outbox_of(channel: Channel, addresses: Sequence[str]) -> AsyncIterator[Outbox]:
    """One with a store in a folder of its own, where it is not quiet for half a day, and a chat at each address."""
    clock = SystemClock()
    routes = Routes({_chat(number): Route(channel, each) for number, each in enumerate(addresses)})
    with TemporaryDirectory() as folder:
        store = await open_store(Path(folder), clock)
        sender = Sender(store, routes, clock, _terms(clock.now()))
        yield Outbox(clock, channel, store, sender, Edits(store, routes, clock, sender))
        await store.close()
        await channel.close()


def a_warning(chats: int, due: datetime, name: str = "warning") -> Issued:
    """A broadcast to the first so many chats."""
    return a_broadcast(name, due, chats={_chat(each): () for each in range(chats)}, bodies={"": WARNING})


def an_alert(name: str, chat: int, due: datetime) -> Issued:
    """A duty alert in one chat, which begins with its name."""
    return an_ask(name, due, chats={_chat(chat): ("police",)}, bodies={"": f"{name} {WARNING}"})


def _chat(number: int) -> str:
    return f"residents-{number:05}"


def _terms(now: datetime) -> Terms:
    later = now + timedelta(hours=12)
    quiet = {"from": f"{later:%H:%M}", "until": f"{later + timedelta(hours=1):%H:%M}"}
    return Terms(quiet=QuietHours.model_validate(quiet), zone=ZoneInfo("UTC"), mentions={}, admins=(), lang="zh")
