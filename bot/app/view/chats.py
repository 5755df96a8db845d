"""Chats as people see them: their messages so far, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.channels.protocol import Button

ChatKind = Literal["offices", "office", "audience", "caller", "admins"]
"""For whom a chat is: every office, one office alone, an audience, whom a robot calls by name beside another chat, the
admins.
"""


@dataclass(frozen=True)
class ShownFile:
    """A photo or a file that an office of this chat handed in for an ask: what it came as, and where it is fetched (the
    ask's `token` and the entry's `seq`).
    """

    office: str
    at: datetime
    name: str
    token: str
    seq: int


@dataclass(frozen=True)
class ShownMessage:
    """A message as it stands in a chat. `text` is Markdown with the answers so far; `at` bears the town's zone. `files`
    are what came as evidence for the ask that it is. One that was `recalled` was deleted from its chat.
    """

    id: str
    message_id: str | None
    at: datetime
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    duty_alert: bool
    state: Literal["sent", "uncertain", "recalled"]
    files: tuple[ShownFile, ...] = ()


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
class ChatHead:
    """A chat in the list of all. `on_board` tells whether it lives on the board, where one may press and type;
    `platform` is where it belongs by the YAML. `trouble` is why its last message failed; `next_due` is when
    something comes next.
    """

    id: str
    title: str
    platform: str
    on_board: bool
    kind: ChatKind
    trouble: str | None
    next_due: datetime | None


@dataclass(frozen=True)
class ShownChat(ChatHead):
    """A chat with its last messages, in the order in which they came, and the next one."""

    messages: tuple[ShownMessage, ...]
    upcoming: NextSend | None


@dataclass(frozen=True)
class Speaker:
    """Somebody that one may be on the board: an office, or (None) a resident."""

    office: str | None
    name: str
