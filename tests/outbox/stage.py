"""An outbox on a stage: a schedule, a store, a clock that stands still, and a platform that fails on order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.campaign.model import QuietHours
from bot.channels.routes import Route, Routes
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery, Issued, Owing
from bot.ledger.entries import Numbered
from bot.outbox.edits import Edits
from bot.outbox.issue import deliveries_of
from bot.outbox.send import Sender
from bot.outbox.terms import Terms
from bot.store.protocol import Change
from tests.fakes import FailingStore, FakeChannel

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2027, 2, 5, 9, 0, tzinfo=SHANGHAI)
QUIET = QuietHours.model_validate({"from": "21:30", "until": "07:00"})
TERMS = Terms(quiet=QUIET, zone=SHANGHAI, mentions={}, admins=("admin",), lang="zh")
GROUPS = {"duty-room": "-1", "longmen-office": "-2", "longmen-residents": "-3", "admin": "1001"}


def at(clock: str, day: int = 5) -> datetime:
    """A moment of February 2027 in the town."""
    return datetime.fromisoformat(f"2027-02-{day:02}T{clock}").replace(tzinfo=SHANGHAI)


def a_broadcast(name: str = "warning", due: datetime = NINE, **but: Any) -> Issued:
    """A warning to the residents, held in doubt, worth sending for six hours."""
    given = {
        "occurrence": f"winter/{name}/date/{due:%Y-%m-%d@%H:%M}",
        "token": f"token-{name}",
        "campaign": "winter",
        "title": "今冬明春",
        "due": due,
        "late": timedelta(hours=6),
        "on_doubt": "hold",
        "urgent": False,
        "offices": {},
        "chats": {"longmen-residents": ()},
        "bodies": {"": f"小心火烛 {name}"},
        "version": "1",
    }
    return Issued.model_validate(given | but)


def an_ask(name: str = "alert", due: datetime = NINE, within: timedelta = timedelta(hours=2), **but: Any) -> Issued:
    """A duty alert that 派出所 owes an answer to in the duty room, resent in doubt."""
    given: Mapping[str, Any] = {
        "on_doubt": "resend",
        "offices": {"police": "派出所"},
        "chats": {"duty-room": ("police",)},
        "owing": Owing(expects="done", within=within, deadline=due + within),
    }
    return a_broadcast(name, due, **{**given, **but})


@dataclass
class Stage:
    """The outbox at work; the clock moves by `advance` alone."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NINE.astimezone(UTC)))
    store: FailingStore = field(default_factory=FailingStore)
    terms: Terms = TERMS

    def __post_init__(self) -> None:
        self.telegram = FakeChannel(self.clock)
        self.routes = Routes({chat: Route(self.telegram, address) for chat, address in GROUPS.items()})
        self.start()

    def start(self) -> None:
        """A fresh outbox on what the store holds, as after a restart."""
        self.sender = Sender(self.store, self.routes, self.clock, self.terms)
        self.edits = Edits(self.store, self.routes, self.clock, self.sender)
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Let the outbox work until all that can happen now has happened."""
        self.tasks = [asyncio.create_task(self.sender.run()), asyncio.create_task(self.edits.run())]
        await self.clock.settle()

    async def end(self) -> None:
        """End it in order."""
        for gate in self.telegram.stuck.values():
            gate.set()
        self.edits.stop()
        await self.sender.stop()
        await asyncio.gather(*self.tasks)

    async def crash(self) -> None:
        """End it as kill -9 would: whatever is under way is never heard of again."""
        mine = asyncio.current_task()
        for task in asyncio.all_tasks():
            if task is not mine and (task in self.tasks or task.get_name().startswith(("send ", "edit "))):
                task.cancel()
        await self.clock.settle()
        self.start()

    async def issue(self, *issued: Issued) -> None:
        """These fell due."""
        deliveries = tuple(each for one in issued for each in deliveries_of(one))
        await self.store.commit(Change(issued=issued, planned=deliveries))
        self.sender.wake()
        await self.clock.settle()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds)

    async def delivery(self, issued: Issued, chat: str | None = None) -> Delivery:
        """The delivery of an occurrence in a chat, its first one where none is named."""
        found = await self.store.delivery(f"{issued.occurrence}@{chat or next(iter(issued.chats))}")
        assert found is not None
        return found

    async def kinds(self, issued: Issued) -> list[str]:
        """What the ledger says of an occurrence."""
        return [entry.kind for entry in await self.store.entries(occurrence=issued.occurrence)]

    async def entries(self, issued: Issued) -> tuple[Numbered, ...]:
        """The ledger's entries on an occurrence."""
        return await self.store.entries(occurrence=issued.occurrence)

    @property
    def told(self) -> list[str]:
        """What the admin was told."""
        return self.telegram.texts(GROUPS["admin"])
