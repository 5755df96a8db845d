"""What a page shows of the running bot, as data: chats with their last messages and the next one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.campaign.model import Town
from bot.channels.board import Told
from bot.channels.protocol import Button
from bot.clock import Clock
from bot.language import Lang


@dataclass(frozen=True)
class ShownMessage:
    """A message as it stands in a chat. `text` is Markdown with the answers so far; `at` bears the town's zone."""

    id: str
    message_id: str | None
    at: datetime
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    duty_alert: bool
    state: Literal["sent", "uncertain"]


@dataclass(frozen=True)
class NextSend:
    """What comes next in a chat, in full; `reason` says why then (“春节前 3 天”)."""

    occurrence: str
    due: datetime
    text: str
    reason: str
    provisional: bool
    duty_alert: bool


@dataclass(frozen=True)
class ShownChat:
    """A chat as people see it. `on_board` tells whether it lives on the board, where one may press and type;
    `platform` is where it belongs by the YAML. `kind` is for whom it is. `trouble` is why its last message failed.
    """

    id: str
    title: str
    platform: str
    on_board: bool
    kind: Literal["offices", "office", "audience", "admins"]
    messages: tuple[ShownMessage, ...]
    upcoming: NextSend | None
    trouble: str | None


@dataclass(frozen=True)
class Speaker:
    """Somebody that one may be on the board: an office, or (None) a resident."""

    office: str | None
    name: str


class Live(Protocol):
    """The running bot as the pages see it. Pages change nothing but through `press` and `say`."""

    lang: Lang
    clock: Clock

    @property
    def town(self) -> Town:
        """The town as the schedule in force has it."""

    async def chats(self, last: int = 20) -> tuple[ShownChat, ...]:
        """Every chat in the town's order (the admins' own last), each with so many of its last messages."""

    async def chat(self, id_: str, last: int = 200) -> ShownChat | None:
        """One chat."""

    def speakers(self) -> tuple[Speaker, ...]:
        """Whom one may be on the board."""

    def notices(self) -> tuple[str, ...]:
        """What the bot must say of itself on every page: a bad edit that it did not take, chats that stand in."""

    async def press(self, chat: str, message_id: str, data: str, office: str | None) -> Told:
        """Press a button as an office or as a resident. Raises `NotFound` where the chat does not live on the board."""

    async def say(self, chat: str, text: str, office: str | None, message_id: str | None = None) -> Told:
        """Type something in a chat as an office or as a resident. Raises `NotFound` like `press`."""

    async def test(self, chat: str) -> None:
        """Send a test message that says it is one. Raises `NotFound` where there is no such chat."""

    async def changed(self) -> frozenset[str]:
        """Wait until something that pages show changes; the ids of the chats concerned (empty: all of them)."""
