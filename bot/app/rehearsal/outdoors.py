"""A platform's own channel in a rehearsal (`--real-chats`): real people, real limits, a played clock."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import TypeVar

from bot.channels.buttons import read_data, read_decision, read_wish
from bot.channels.protocol import Batch, Button, Channel, File, Fit, Menu, Message, Receipt
from bot.clock import Clock
from bot.errors import Throttled
from bot.ledger.inbound import Attachment, Inbound
from bot.outbox.pace import Pace
from bot.store.protocol import Change, Store

T = TypeVar("T")


class Outdoors:
    """Speaks to the platform at its pace in real time, however fast the rehearsal's clock goes.

    What comes in bears the rehearsal's hour. A press on one of the town's own messages, or a reply to it, is none of
    the rehearsal's: it is put aside in the town's store, where the bot finds it at its next start. A chat that moved
    or was left concerns both. Hours of the rehearsal that pass between two polls are none in which nobody was heard.
    """

    def __init__(self, inner: Channel, town: Store, played: Clock, real: Clock) -> None:
        self._inner, self._town, self._played, self._real = inner, town, played, real
        self._pace = Pace(inner.limits)
        self._edited: dict[tuple[str, str], float] = {}
        self.name = inner.name
        self.limits = replace(inner.limits, edits_apart=0.0)
        self.keeps: timedelta | None = None
        self.amends, self.exclusive, self.hears_alone = inner.amends, inner.exclusive, inner.hears_alone

    def read_address(self, written: object) -> str:
        """As the platform reads it."""
        return self._inner.read_address(written)

    def fit(self, message: Message) -> Fit:
        """As the platform measures it."""
        return self._inner.fit(message)

    def is_group(self, address: str) -> bool:
        """As the platform sees it."""
        return self._inner.is_group(address)

    def place(self, address: str) -> str:
        """As the platform counts."""
        return self._inner.place(address)

    def presses(self, address: str) -> bool:
        """As the platform has it."""
        return self._inner.presses(address)

    async def open(self) -> None:
        """Connect."""
        await self._inner.open()

    async def close(self) -> None:
        """Let go."""
        await self._inner.close()

    async def send(self, address: str, message: Message) -> Receipt:
        """Send at the platform's pace."""
        return await self._paced(address, lambda: self._inner.send(address, message))

    async def send_file(self, address: str, file: File) -> Receipt:
        """Send a file at the platform's pace."""
        return await self._paced(address, lambda: self._inner.send_file(address, file))

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Edit at the platform's pace."""
        ready = self._edited.get((address, message_id), -inf) + self._inner.limits.edits_apart
        if (wait := ready - self._real.monotonic()) > 0:
            await self._real.sleep(wait)
        await self._paced(address, lambda: self._inner.edit(address, message_id, message))
        self._edited[address, message_id] = self._real.monotonic()

    async def delete(self, address: str, message_id: str) -> None:
        """Take a message down at the platform's pace."""
        await self._paced(address, lambda: self._inner.delete(address, message_id))

    async def fetch(self, attachment: Attachment) -> bytes:
        """What a message brought."""
        return await self._inner.fetch(attachment)

    async def receive(self, offset: str | None) -> Batch:
        """What came in for the rehearsal; the town's own is on its disk when this returns."""
        batch = await self._inner.receive(offset)
        aside = [each for each in batch.inbound if await self._is_the_town_s(each)]
        if aside:
            await self._town.commit(Change(inbound=tuple(aside)))
        own = [each for each in batch.inbound if each not in aside or each.kind in {"moved", "left", "joined"}]
        now = self._played.now()
        return replace(batch, inbound=tuple(each.model_copy(update={"at": now}) for each in own))

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> Receipt | None:
        """Tell who sent this."""
        return await self._inner.answer(inbound, text, buttons, opens)

    def link(self, opens: str) -> str | None:
        """As the platform has it."""
        return self._inner.link(opens)

    def own_chat(self, person: str) -> str | None:
        """As the platform has it."""
        return self._inner.own_chat(person)

    async def offer(self, menu: Menu) -> None:
        """The menus are the town's, and stay as they are."""
        del menu

    async def can_tell(self, address: str, text: str) -> bool | None:
        """As the platform can."""
        return await self._inner.can_tell(address, text)

    async def reachable(self, address: str) -> bool:
        """Ask at the platform's pace."""
        return await self._paced(address, lambda: self._inner.reachable(address))

    async def _is_the_town_s(self, inbound: Inbound) -> bool:
        match inbound.kind:
            case "moved" | "left" | "joined":
                return True
            case "press" if read_decision(inbound.data or ""):
                return await self._is_under_the_town_s(inbound)
            case "press":
                pressed = read_data(inbound.data or "") or read_wish(inbound.data or "")
                return pressed is not None and await self._town.issued_by_token(pressed.token) is not None
            case "text" if inbound.message_id:
                return await self._is_under_the_town_s(inbound)
            case _:
                return False

    async def _is_under_the_town_s(self, inbound: Inbound) -> bool:
        """Whether it belongs to a message that the town sent; what is rehearsed bears the town's own ids."""
        sent = await self._town.deliveries()
        where = (inbound.address, inbound.message_id)
        return any((each.address, each.message_id) == where for each in sent)

    async def _paced(self, address: str, request: Callable[[], Awaitable[T]]) -> T:
        place = self.place(address)
        while True:
            while (wait := self._pace.wait(place, self.is_group(address), self._real.monotonic())) > 0:
                await self._real.sleep(wait)
            self._pace.took(place, self._real.monotonic())
            try:
                return await request()
            except Throttled as error:
                self._pace.hold(place, self._real.monotonic() + error.retry_after.total_seconds())
