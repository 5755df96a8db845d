"""The menus of commands, and the rules by which Telegram takes one (Bot API, "setMyCommands", "BotCommandScope")."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.servers.telegram_messages import No

_EVERYWHERE = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})


@dataclass(frozen=True)
class Scope:
    """Who sees a menu: everybody, a chat, or one member of it; in one language, or in all that have none."""

    type: str
    chat: int | None = None
    person: int | None = None
    language: str = ""


def read_scope(form: Mapping[str, str]) -> Scope:
    """The scope of a request. Raises No."""
    scope = json.loads(form.get("scope", '{"type": "default"}'))
    language = form.get("language_code", "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise No(400, "Bad Request: invalid language code specified")
    match scope:
        case {"type": str(kind), **rest} if kind in _EVERYWHERE and not rest:
            return Scope(kind, language=language)
        case {"type": "chat", "chat_id": int(chat), **rest} if not rest:
            return Scope("chat", chat, language=language)
        case {"type": "chat_member", "chat_id": int(chat), "user_id": int(person), **rest} if not rest:
            return Scope("chat_member", chat, person, language)
        case _:
            raise No(400, "Bad Request: unsupported scope specified")


def read_commands(written: str) -> tuple[tuple[str, str], ...]:
    """The commands of a request, as word and description. Raises No."""
    commands = json.loads(written)
    if len(commands) > 100:
        raise No(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if set(each) != {"command", "description"}:
            raise No(400, "Bad Request: expected a command and its description")
        if not re.fullmatch("[a-z0-9_]{1,32}", each["command"]):
            raise No(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise No(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return tuple((each["command"], each["description"]) for each in commands)
