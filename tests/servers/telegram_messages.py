"""Chats, people and messages, and the rules by which Telegram takes a message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.telegram_html import CannotParse, Entity, parse

Buttons = tuple[tuple[tuple[str, str], ...], ...]


class No(Exception):
    """Telegram refuses: an error code, a description, and parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: int
    name: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name}


@dataclass(frozen=True)
class Posted:
    """A message of the bot as people see it: `text` without markup, `buttons` as (label, data); `at` in seconds of
    the loop's clock when it was accepted or edited last, `date` the moment of the server's clock when it was accepted;
    `field` is the hint in the field that it opens for a reply.
    """

    chat: int
    message_id: int
    text: str
    html: str
    entities: tuple[Entity, ...]
    buttons: Buttons
    topic: int | None
    reply_to: int | None
    at: float
    date: int
    field: str | None = None

    @property
    def mentioned(self) -> tuple[int, ...]:
        """The people whom it mentions."""
        urls = (each.url or "" for each in self.entities)
        return tuple(int(url.removeprefix("tg://user?id=")) for url in urls if url.startswith("tg://user?id="))

    def data(self, label: str) -> str:
        """What the button of this label carries; KeyError where there is none."""
        return {label: data for row in self.buttons for label, data in row}[label]


@dataclass
class Chat:
    """A private chat (its person's id), group or supergroup; a forum where it has topics. `standing` is the bot's."""

    id: int
    kind: str
    title: str
    members: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    refusal: tuple[int, str] | None = None
    standing: dict[str, Any] = field(default_factory=lambda: {"status": "member"})
    moved_to: int | None = None
    last_message: int = 0
    posted: dict[int, Posted] = field(default_factory=dict)
    said: dict[int, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": self.kind, "title": self.title, **forum}

    def number(self) -> int:
        self.last_message += 1
        return self.last_message

    def must_take(self) -> None:
        """Raises No where the bot may not speak here."""
        if self.moved_to is not None:
            raise No(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved_to,
            )
        if self.refusal is not None:
            raise No(*self.refusal)


def read_text(form: Mapping[str, str]) -> tuple[str, tuple[Entity, ...]]:
    """The text of a message after parsing. Raises No."""
    raw = form["text"]
    if len(raw.encode()) > 32_768:
        raise No(400, "Bad Request: message is too long")
    try:
        text, entities = parse(raw) if form.get("parse_mode") == "HTML" else (raw.strip(), ())
    except CannotParse as error:
        raise No(400, f"Bad Request: can't parse entities: {error}") from None
    if not text:
        raise No(400, "Bad Request: message text is empty")
    if len(text) > 4096:
        raise No(400, "Bad Request: message is too long")
    return text, entities


def read_field(form: Mapping[str, str]) -> str | None:
    """The hint of the field that a message opens for a reply (Bot API, "ForceReply"), None where it opens none."""
    markup = json.loads(form.get("reply_markup", "{}"))
    if "force_reply" not in markup:
        return None
    hint = markup.get("input_field_placeholder", "")
    if markup["force_reply"] is not True or not 1 <= len(hint) <= 64 or markup.get("selective") is not True:
        raise ValueError("a reply is forced of those who are asked, with a hint of 1 to 64 characters")
    return str(hint)


def read_buttons(form: Mapping[str, str]) -> Buttons:
    """The inline keyboard. Raises No."""
    if "reply_markup" not in form:
        return ()
    markup = json.loads(form["reply_markup"])
    rows = markup.pop("inline_keyboard", None)
    if markup or not isinstance(rows, list):
        raise No(400, "Bad Request: object expected as reply markup")
    if any(len(row) > 8 for row in rows) or sum(map(len, rows)) > 100:
        raise No(400, "Bad Request: BUTTON_COUNT_INVALID")
    return tuple(tuple(_read_button(button) for button in row) for row in rows)


def _read_button(button: dict[str, Any]) -> tuple[str, str]:
    if set(button) != {"text", "callback_data"}:
        raise No(400, "Bad Request: can't parse inline keyboard button: one action expected")
    if not button["text"].strip():
        raise No(400, "Bad Request: can't parse inline keyboard button: text is empty")
    if not 1 <= len(button["callback_data"].encode()) <= 64:
        raise No(400, "Bad Request: BUTTON_DATA_INVALID")
    return button["text"], button["callback_data"]
