"""A town in a folder, and a whole bot in this process: real files, a clock moved by hand, a platform made up."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from bot.app.live import LiveBot
from bot.app.run import Bot, start
from bot.channels.board import BoardChannel
from bot.channels.protocol import Channel
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery
from bot.ledger.inbound import Inbound
from bot.settings import Settings, TelegramSettings
from tests.builders import a_campaign, a_chat, a_duty_alert, a_phase, a_reminder, a_town, as_yaml, some_files
from tests.fakes import FailingStore, FakeChannel, until
from tests.outbox.stage import SHANGHAI

EIGHT = datetime(2036, 2, 5, 8, 0, tzinfo=SHANGHAI)
"""Far ahead of the machine's clock, by which the timer keeps its own jobs: here `look` is called by hand."""

MESSAGES = {"sanqing-sanguan.j2": "**三清三关** {{ occurrence.reason }}", "duty-alert.j2": "**请落实** 值守"}
TOKEN = SecretStr("10001:AAtokenThatNobodyMaySee")
DUTY_ROOM, RESIDENTS, ADMIN = "-1001001", "-1001003", "1001"


def on(clock: str, day: str = "2036-02-05") -> dict[str, str]:
    """The rule of a reminder that goes out once."""
    return {"date": day, "at": clock}


def at(clock: str, day: int = 5) -> datetime:
    """A moment of February 2036 in the town."""
    return datetime.fromisoformat(f"2036-02-{day:02}T{clock}").replace(tzinfo=SHANGHAI)


def a_winter(*reminders: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """A campaign of this winter; a warning at 8:01 and an ask at 8:02 where nothing else is said."""
    if not reminders:
        reminders = (a_reminder(on=on("08:01")), a_duty_alert(on=on("08:02")))
    phase = a_phase(from_="2036-01-01", until="2036-03-31")
    return a_campaign("winter-2036", phases=[phase], reminders=[dict(each) for each in reminders], **given)


def a_board_town() -> dict[str, Any]:
    """The town with its duty room on the board, and no other chat."""
    chats = [
        a_chat(on="board", address=None),
        a_chat("longmen-office", on="board", address=None, audiences=None, office="village-longmen"),
        a_chat("longmen-residents", on="board", address=None, audiences=["residents"]),
    ]
    return a_town(chats=chats)


@dataclass
class Stage:
    """The folder, and the bot that runs on it once `run` was called."""

    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(EIGHT.astimezone(UTC)))
    store: FailingStore = field(default_factory=FailingStore)
    token: SecretStr | None = TOKEN

    def __post_init__(self) -> None:
        self.telegram = FakeChannel(self.clock)
        self.board = BoardChannel(self.clock)
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._numbers = count(1)
        self.write()

    @property
    def settings(self) -> Settings:
        return Settings(telegram=TelegramSettings(token=self.token), folder=self.folder)

    def write(self, *reminders: Mapping[str, Any], messages: Mapping[str, str] | None = None, **files: Any) -> None:
        """Save the town's files as an editor does."""
        texts = some_files(campaigns=[a_winter(*reminders)], **files)
        for name, content in texts.items():
            self.save(f"schedules/{name}", content)
        for name, text in {**MESSAGES, **(messages or {})}.items():
            self.save(f"messages/{name}", text.encode())

    def write_campaign(self, campaign: Mapping[str, Any]) -> None:
        """Save the campaign's file alone."""
        self.save("schedules/winter-2036.yaml", as_yaml(dict(campaign)))

    def save(self, name: str, content: bytes) -> None:
        """Save one file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def files(self) -> dict[Path, bytes]:
        """What was saved, by its path."""
        return {path: path.read_bytes() for path in sorted(self.folder.glob("[sm]*s/*"))}

    def channels(self) -> dict[str, Channel]:
        """What the bot speaks through."""
        return {"board": self.board, **({"telegram": self.telegram} if self.token else {})}

    async def run(self, meanwhile: Callable[[], None] = lambda: None) -> Bot:
        """Start the bot, until it says that it has started; `meanwhile` happens once it has read the files."""
        self.bot = await start(self.settings, self.clock, self.store, self.channels())
        meanwhile()
        self.live = LiveBot(self.bot, self.board)
        before = len(await self.ledger("started"))
        self._stop.clear()
        self._running = asyncio.create_task(self.bot.run(self._stop))

        async def has_started() -> bool:
            assert self._running is not None
            assert not self._running.done(), self._running.exception()
            return len(await self.ledger("started")) > before

        await until(has_started)
        await self.clock.settle()
        return self.bot

    async def end(self) -> None:
        """Stop it in order."""
        if self._running is not None:
            self._stop.set()
            await self._running
            self._running = None

    async def restart(self) -> Bot:
        """Stop it and start another on the same store."""
        await self.end()
        self.telegram = FakeChannel(self.clock)
        self.board = BoardChannel(self.clock)
        return await self.run()

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass to this moment, and let the bot look."""
        await self.clock.advance((moment - self.clock.now()).total_seconds())
        await self.look()

    async def leap_to(self, moment: datetime) -> None:
        """Let time pass at once, as while a machine sleeps: nobody waits through it second by second."""
        self.clock.leap(moment.astimezone(UTC))
        await self.clock.settle()
        await self.look()

    async def look(self) -> None:
        """What the timer does every few seconds."""
        await self.bot.lookout.look()
        await self.clock.settle()

    def hears(self, kind: Literal["press", "text", "command", "moved", "left", "joined"], **what: Any) -> Inbound:
        """Somebody does something on the platform."""
        number = next(self._numbers)
        given = {"platform": "telegram", "id": str(number), "at": self.clock.now(), "kind": kind, "address": DUTY_ROOM}
        inbound = Inbound.model_validate({**given, "person": "telegram:2001", **what})
        self.telegram.hear(inbound)
        return inbound

    async def ledger(self, kind: str | None = None) -> list[str]:
        """Kinds of the ledger's entries, in order."""
        return [entry.kind for entry in await self.store.entries() if kind in (None, entry.kind)]

    async def deliveries(self, chat: str) -> dict[str, str]:
        """What became of each reminder in a chat."""
        return {_reminder(each): each.state for each in await self.store.deliveries(chat=chat)}

    @property
    def told(self) -> list[str]:
        """What the admin was told on the platform."""
        return self.telegram.texts(ADMIN)


def _reminder(delivery: Delivery) -> str:
    return delivery.occurrence.split("/")[1]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
