"""The built-in channel: chats on a page, no token. What it shows is the record itself, so it can always tell."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.channels.protocol import Batch, Button, File, Fit, Limits, Menu, Message, Receipt
from bot.clock import Clock
from bot.errors import Refused
from bot.language import sentence
from bot.ledger.inbound import Attachment, Inbound

RESIDENT = "board:resident"
"""Who somebody is on the board that answers for no office."""


_MOST_HANDED_IN = 45_000_000
"""So many bytes of what was handed in last are held; what was kept needs them no more."""

ADMIN = "board:admin"
"""Who somebody is in the admins' own chat, which only they reach who sit at the machine."""


def person_of(office: str | None) -> str:
    """Who somebody is on the board that speaks for this office, or for none."""
    return f"board:office/{office}" if office else RESIDENT


def office_of(person: str) -> str | None:
    """The office that a person of the board speaks for, None for everybody else."""
    return person.removeprefix("board:office/") if person.startswith("board:office/") else None


@dataclass(frozen=True)
class Told:
    """What the bot told the person who pressed or typed, with buttons where it asks which."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """A photo or a file that somebody hands in on the page, by the name that it has there."""

    kind: Literal["photo", "file"]
    name: str | None
    content: bytes


class BoardPlatform:
    """What can be known of the board: no limit that a town could reach."""

    name = "board"
    keeps: timedelta | None = None
    amends = True
    limits = Limits(per_second=1_000.0, private_gap=0.0, group_per_minute=60_000, edits_apart=0.0)

    def read_address(self, written: object) -> str:
        """The board needs no address; one that is given is kept as its text."""
        return str(written or "")

    def fit(self, message: Message) -> Fit:
        """A page takes as much as a long Telegram message."""
        return Fit(len(message.text), 4096)

    def is_group(self, address: str) -> bool:
        """Its chats are read by many."""
        del address
        return True

    def place(self, address: str) -> str:
        """Each chat by itself."""
        return address

    def presses(self, address: str) -> bool:
        """Always."""
        del address
        return True


class BoardChannel(BoardPlatform):
    """Chats that live on a page of our own. Their addresses are the chats' ids."""

    exclusive = False
    hears_alone = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._came: asyncio.Queue[Inbound] = asyncio.Queue()
        self._asking: dict[str, asyncio.Future[Told]] = {}
        self._handed_in: dict[str, bytes] = {}

    async def open(self) -> None:
        """There is nothing to connect to."""

    async def close(self) -> None:
        """Whoever still waits for an answer is let go."""
        for waiting in self._asking.values():
            waiting.cancel()

    async def send(self, address: str, message: Message) -> Receipt:
        """The message shows as soon as it is recorded as sent; the page reads the record."""
        del address, message
        return Receipt(secrets.token_hex(8))

    async def send_file(self, address: str, file: File) -> Receipt:
        """A page offers its files itself."""
        del address, file
        raise Refused(sentence("board.takes-no-files"))

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """The page shows the record's text."""
        del address, message_id, message

    async def delete(self, address: str, message_id: str) -> None:
        """What the record calls taken down is shown no more."""
        del address, message_id

    async def fetch(self, attachment: Attachment) -> bytes:
        """What was handed in on the page. Raises `Refused` where this process no longer has it."""
        if (content := self._handed_in.get(attachment.ref)) is None:
            raise Refused(sentence("service.attachment-gone"))
        return content

    async def can_tell(self, address: str, text: str) -> bool | None:
        """What is not recorded as sent was never shown."""
        del address, text
        return False

    async def reachable(self, address: str) -> bool:
        """Always: its chats are our own."""
        del address
        return True

    async def receive(self, offset: str | None) -> Batch:
        """Wait for the next presses and typed answers from the page."""
        del offset
        first = await self._came.get()
        more = [self._came.get_nowait() for _ in range(self._came.qsize())]
        return Batch((first, *more), None)

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> None:
        """Hand the answer to the page that waits for it."""
        del opens
        waiting = self._asking.pop(inbound.id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(Told(text, buttons))

    def link(self, opens: str) -> str | None:
        """A page shows all at once."""
        del opens
        return None

    def own_chat(self, person: str) -> str | None:
        """Nobody has a chat of their own."""
        del person
        return None

    async def offer(self, menu: Menu) -> None:
        """What can be typed, `/help` tells."""
        del menu

    async def press(self, person: str, chat: str, message_id: str, data: str) -> Told:
        """A person of the board pressed a button; waits until it is recorded and answered."""
        return await self._ask(person, chat, "press", message_id, data=data)

    async def say(
        self, person: str, chat: str, text: str, message_id: str | None = None, handed_in: HandedIn | None = None
    ) -> Told:
        """A person of the board typed something, quoting a message or not, and handed in a file or not; an empty answer
        where it is no answer.
        """
        kind: Literal["command", "text"] = "command" if text.startswith("/") else "text"
        if handed_in is None:
            return await self._ask(person, chat, kind, message_id, text=text)
        ref = secrets.token_hex(8)
        self._handed_in[ref] = handed_in.content
        while len(self._handed_in) > 1 and sum(map(len, self._handed_in.values())) > _MOST_HANDED_IN:
            del self._handed_in[next(iter(self._handed_in))]
        size = len(handed_in.content)
        attachment = Attachment(kind=handed_in.kind, ref=ref, name=handed_in.name, size=size)
        return await self._ask(person, chat, kind, message_id, text=text, attachment=attachment)

    async def _ask(
        self,
        person: str,
        chat: str,
        kind: Literal["press", "text", "command"],
        message_id: str | None,
        data: str | None = None,
        text: str | None = None,
        attachment: Attachment | None = None,
    ) -> Told:
        inbound = Inbound(
            platform=self.name,
            id=secrets.token_hex(8),
            at=self._clock.now(),
            kind=kind,
            person=person,
            address=chat,
            message_id=message_id,
            data=data,
            text=text or None,
            attachment=attachment,
        )
        waiting: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._asking[inbound.id] = waiting
        self._came.put_nowait(inbound)
        try:
            return await waiting
        finally:
            self._asking.pop(inbound.id, None)
