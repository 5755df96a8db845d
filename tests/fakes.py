"""A channel and a store that fail on order, and a way to wait for what a thread does meanwhile."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.campaign.people import directory_of
from bot.channels.protocol import Batch, Button, File, Fit, Limits, Menu, Message, Receipt
from bot.clock import Clock, SystemClock
from bot.errors import ChannelDown, ChatGone, Moved, NotSent, Refused, SendError, StoreUnwritable, Throttled, Uncertain
from bot.language import Sentence, sentence
from bot.ledger.entries import Numbered
from bot.ledger.inbound import Attachment, Inbound
from bot.store.memory import MemoryStore
from bot.store.protocol import Change

WHY = sentence("telegram.refused", detail="as ordered")
AMPLE = Limits(per_second=1_000, private_gap=0.0, group_per_minute=1_000)


@dataclass(frozen=True)
class Sent:
    """A message that the platform has: where, what, and the moment of the clock."""

    address: str
    message: Message
    at: float


class FakeChannel:
    """A platform that keeps what it is given. `orders` are met one after the other, each by one request to an address;
    a request to an address in `stuck` waits until it is set; one to an address in `held` is accepted, and its reply
    waits. A message in a chat of `fixed` can be edited no more, one of `undeletable` not be taken down, and one has
    no id where it does not `number` them. While it is `away` it is out of reach for everything that is sent; nothing
    can be written to the addresses in `unreachable`, as it tells who asks.
    """

    keeps: timedelta | None = None
    amends = True
    exclusive = False
    hears_alone = False
    takes_presses = True
    numbers = True

    def __init__(self, clock: Clock, name: str = "telegram", limits: Limits = AMPLE) -> None:
        self.name, self.limits = name, limits
        self.sent: list[Sent] = []
        self.edited: list[Sent] = []
        self.deleted: list[str] = []
        self.files: dict[str, bytes] = {}
        self.answered: list[tuple[Inbound, str, tuple[tuple[Button, ...], ...]]] = []
        self.led_to: list[str | None] = []
        self.offered: list[Menu] = []
        self.orders: dict[str, deque[Exception]] = defaultdict(deque)
        self.stuck: dict[str, asyncio.Event] = {}
        self.held: dict[str, asyncio.Event] = {}
        self.tells: bool | None = None
        self.away = False
        self.unreachable: set[str] = set()
        self.fixed: set[str] = set()
        self.unreached: tuple[Sentence, ...] = ()
        self.undeletable: set[str] = set()
        self.opened = 0
        self.closed = False
        self.refuses_to_open: deque[SendError] = deque()
        self.asked_from: list[str | None] = []
        self.requests: list[str] = []
        self._updates: list[Inbound] = []
        self.is_full = False
        self._empty = 0
        self._news = asyncio.Event()
        self._clock = clock

    def order(self, address: str, *errors: Exception) -> None:
        """Meet the next requests to this address with these errors."""
        self.orders[address].extend(errors)

    def hear(self, *inbound: Inbound) -> None:
        """Somebody did something."""
        self._updates.extend(inbound)
        self._news.set()

    def idle(self) -> None:
        """A poll ends that has brought nothing."""
        self._empty += 1
        self._news.set()

    def texts(self, address: str) -> list[str]:
        """What was sent to an address."""
        return [each.message.text for each in self.sent if each.address == address]

    def read_address(self, written: object) -> str:
        return str(written)

    def fit(self, message: Message) -> Fit:
        return Fit(len(message.text), 4096)

    def is_group(self, address: str) -> bool:
        return address.startswith("-")

    def place(self, address: str) -> str:
        return address

    def presses(self, address: str) -> bool:
        return self.takes_presses

    async def open(self) -> None:
        if self.refuses_to_open:
            raise self.refuses_to_open.popleft()
        self.opened += 1

    async def close(self) -> None:
        self.closed = True

    async def send(self, address: str, message: Message) -> Receipt:
        await self._meet(address)
        self.sent.append(Sent(address, message, self._clock.monotonic()))
        receipt = Receipt(str(len(self.sent)) if self.numbers else None, self.unreached)
        if (gate := self.held.get(address)) is not None:
            await gate.wait()
        return receipt

    async def send_file(self, address: str, file: File) -> Receipt:
        await self._meet(address)
        self.files[file.name] = file.content
        return Receipt(None)

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        await self._meet(address)
        if address in self.fixed:
            raise refused()
        self.edited.append(Sent(f"{address}#{message_id}", message, self._clock.monotonic()))

    async def delete(self, address: str, message_id: str) -> None:
        await self._meet(address)
        if address in self.undeletable:
            raise refused()
        self.deleted.append(f"{address}#{message_id}")

    async def fetch(self, attachment: Attachment) -> bytes:
        await self._meet(attachment.ref)
        return self.files[attachment.ref]

    async def receive(self, offset: str | None) -> Batch:
        self.asked_from.append(offset)
        first = int(offset or 0)
        while len(self._updates) <= first:
            if self._empty:
                self._empty -= 1
                return Batch((), offset)
            self._news.clear()
            await self._news.wait()
        return Batch(tuple(self._updates[first:]), str(len(self._updates)), self.is_full)

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> Receipt | None:
        self.answered.append((inbound, text, buttons))
        self.led_to.append(opens if inbound.kind == "press" and not inbound.private else None)
        return None if inbound.kind == "press" and not buttons else Receipt(f"a{len(self.answered)}")

    def link(self, opens: str) -> str | None:
        return f"https://t.me/GengfuBot?start={opens}"

    def own_chat(self, person: str) -> str | None:
        platform, _, id_ = person.partition(":")
        return id_ if platform == directory_of(self.name) else None

    async def offer(self, menu: Menu) -> None:
        if self.away:
            raise not_sent()
        if menu.address in self.unreachable:
            raise gone()
        self.offered.append(menu)

    async def can_tell(self, address: str, text: str) -> bool | None:
        return self.tells

    async def reachable(self, address: str) -> bool:
        if self.away:
            raise not_sent()
        return address not in self.unreachable

    async def _meet(self, address: str) -> None:
        self.requests.append(address)
        if self.away:
            raise not_sent()
        if (gate := self.stuck.get(address)) is not None:
            await gate.wait()
        if self.orders[address]:
            raise self.orders[address].popleft()


class FailingStore(MemoryStore):
    """A store whose disk is full while `full`; what it is asked to write is kept in `asked`.

    `before_commit` happens in the instant before a commit, as another writer's would.
    """

    def __init__(self) -> None:
        super().__init__()
        self.full: Callable[[Change], bool] = lambda _change: False
        self.asked: list[Change] = []
        self.carried: list[Change] = []
        self.before_commit: Callable[[Change], Awaitable[None]] | None = None

    async def commit(self, change: Change) -> tuple[Numbered, ...]:
        if self.before_commit is not None:
            await self.before_commit(change)
        self.asked.append(change)
        if self.full(change):
            self.refused += 1
            raise StoreUnwritable(sentence("store.unwritable", file="data", why="No space left on device"))
        return await super().commit(change)

    async def carry(self, change: Change) -> None:
        self.carried.append(change)
        await super().carry(change)


def not_sent() -> NotSent:
    return NotSent(WHY)


def throttled(seconds: int) -> Throttled:
    return Throttled(WHY, timedelta(seconds=seconds))


def moved(address: str) -> Moved:
    return Moved(WHY, address)


def refused() -> Refused:
    return Refused(WHY)


def gone() -> ChatGone:
    return ChatGone(WHY)


def down() -> ChannelDown:
    return ChannelDown(WHY)


def uncertain() -> Uncertain:
    return Uncertain(WHY)


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]], within: float = 5.0) -> None:
    """Let real time pass until this holds; fails after so many seconds."""
    clock = SystemClock()
    end = clock.monotonic() + within
    while True:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return
        assert clock.monotonic() < end, "it never came to hold"
        await clock.sleep(0.005)
