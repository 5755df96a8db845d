"""What every channel promises: send, edit, receive, answer, limits, and how sending fails (`bot.errors.SendError`)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from bot.language import Lang, Sentence
from bot.ledger.inbound import Attachment, Inbound


@dataclass(frozen=True)
class Button:
    """A button under a message: what it says, and what comes back when it is pressed (at most 64 bytes); or the page to
    which it leads, from which nothing comes back.
    """

    label: str
    data: str = ""
    url: str | None = None


@dataclass(frozen=True)
class Message:
    """What is sent: small Markdown (bold, link, list, quote) and rows of buttons.

    A link to `person:telegram:2001` mentions that person on their own platform and is plain text on others. `field`
    says what the persons whom it mentions are to write in reply to it; a platform that can opens them the field for
    that. Such a message has no buttons, and is not edited.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    field: str | None = None


@dataclass(frozen=True)
class File:
    """A file to be sent, by the name under which people get it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Menu:
    """Commands that a platform shows to who may use them, as word (without its `/`) and description: in the chat at
    `address`, to `person` alone where one is named; None anywhere else, that is. `lang` is whose readers see it, None
    all that have none of their own. No commands at all take a menu away.
    """

    address: str | None
    person: str | None
    lang: Lang | None
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Receipt:
    """The platform's word that it has the message; `unreached` says, for the admins, who of those it was for did not
    get it all the same, and where that is mended.
    """

    message_id: str | None
    unreached: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How fast a platform may be spoken to: messages a second in all, and how many of them at once after a rest;
    seconds between two to one person; how many to a group within a `minute`, which is a hair longer than that where it
    is not known how the platform counts; how many to any one place within an hour. Edits count as messages; between two
    of one message so many seconds pass at least, in which presses gather.
    """

    per_second: float
    private_gap: float
    group_per_minute: int
    edits_apart: float = 3.0
    minute: float = 60.0
    per_hour: int | None = None
    burst: int | None = None
    """None: as many as in a second."""

    @property
    def at_once(self) -> int:
        """How many messages may go at once after a rest."""
        return self.burst or max(int(self.per_second), 1)


@dataclass(frozen=True)
class Fit:
    """How long a message is by the platform's own count, and how long it may be."""

    used: int
    allowed: int
    unit: Literal["characters", "bytes"] = "characters"

    @property
    def fits(self) -> bool:
        """Whether the platform takes it."""
        return self.used <= self.allowed


@dataclass(frozen=True)
class Batch:
    """What came in, and the place from which to ask next once all of it is on disk (None: there is no such place).
    `is_full` tells that more may wait at the platform behind it, which was said by then as well.
    """

    inbound: tuple[Inbound, ...]
    offset: str | None
    is_full: bool = False


class Platform(Protocol):
    """What can be known of a platform without speaking to it."""

    name: str
    limits: Limits
    keeps: timedelta | None
    """For how long what comes in waits for a bot that does not ask for it, before it is lost; None where nothing can
    come in meanwhile.
    """
    amends: bool
    """Whether a message can be changed as long as it stands. Where not, what must show later is a new message."""

    def read_address(self, written: object) -> str:
        """The canonical form of an address as written in the YAML (already looked up where it named a secret).

        Raises `bot.errors.SettingsError` whose sentence says what is expected.
        """

    def fit(self, message: Message) -> Fit:
        """Measure a message against the platform's limit."""

    def is_group(self, address: str) -> bool:
        """Whether the limits for groups apply."""

    def place(self, address: str) -> str:
        """What the platform counts messages by: topics of one group share its limits."""

    def presses(self, address: str) -> bool:
        """Whether the press of a button comes back from there; where not, a button must lead to a page."""


class Channel(Platform, Protocol):
    """A platform that is spoken to. Every method may be cancelled."""

    exclusive: bool
    """Whether there is one connection at a time: opening another pushes out the one that a running bot has."""

    hears_alone: bool
    """Whether what people do comes by itself, also while the platform is out of reach or refuses to be spoken to."""

    async def open(self) -> None:
        """Connect. Raises `SendError`: `NotSent` where trying again may help, `ChannelDown` where not."""

    async def close(self) -> None:
        """Let go of connections."""

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message. Raises a `SendError` that says whether it was sent."""

    async def send_file(self, address: str, file: File) -> Receipt:
        """Send a file. Raises `SendError`: `Refused` where the platform takes none, or none so large."""

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Replace a message that was sent; buttons that are not given are taken away. Raises `SendError`.

        No change at all is success; a message that can no longer be edited is `Refused`.
        """

    async def delete(self, address: str, message_id: str) -> None:
        """Take a message down; one that is gone already is success. Raises `SendError`: `Refused` where the platform no
        longer lets it.
        """

    async def fetch(self, attachment: Attachment) -> bytes:
        """What a photo or file holds that came with a message. Raises `SendError`: `Refused` where it is too large or
        gone.
        """

    async def receive(self, offset: str | None) -> Batch:
        """Wait for what comes in after `offset`; asking with an offset confirms all before it. Raises `SendError`."""

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> Receipt | None:
        """Tell just the person who sent this, as privately as the platform can; best effort, raises `SendError`. What
        stands in the chat by it can be edited by its receipt; None where nothing does.

        `opens` is a word (`link`) by which their own chat with the bot shows the same: a press in a group then leads
        there where the platform can do that, and the text is for where it cannot.
        """

    def link(self, opens: str) -> str | None:
        """The address that opens somebody's own chat with the bot and has them say `/start` with this word; None where
        there is none.
        """

    def own_chat(self, person: str) -> str | None:
        """The address of somebody's own chat with the bot, whether or not it may write there; None where there is no
        such chat.
        """

    async def offer(self, menu: Menu) -> None:
        """Show these commands; nothing where the platform has no such menus. Raises `SendError`."""

    async def can_tell(self, address: str, text: str) -> bool | None:
        """Whether an intended message arrived: True or False where the platform can tell, None where it cannot."""

    async def reachable(self, address: str) -> bool:
        """Whether a message could be written there now; none is. Raises `SendError` where the platform does not say:
        it does not answer, refuses this bot altogether, or has the chat elsewhere (`Moved`).
        """
