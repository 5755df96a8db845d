"""The local Telegram takes the menus and addresses that Telegram takes, and no others."""

import json
from typing import Any

import pytest

from bot.clock import SystemClock
from tests.servers.telegram_commands import Scope, read_commands, read_scope
from tests.servers.telegram_messages import No
from tests.servers.telegram_methods import Methods

HELP = {"command": "help", "description": "能用的命令"}


def test_a_menu_is_read() -> None:
    assert read_commands(json.dumps([HELP])) == (("help", "能用的命令"),)


@pytest.mark.parametrize(
    "commands",
    [
        [HELP] * 101,
        [{**HELP, "command": "/help"}],
        [{**HELP, "command": "Help"}],
        [{**HELP, "command": "帮助"}],
        [{**HELP, "command": "h" * 33}],
        [{**HELP, "description": ""}],
        [{**HELP, "description": "长" * 257}],
        [{"command": "help"}],
    ],
)
def test_a_menu_that_telegram_would_refuse_is_refused(commands: list[dict[str, Any]]) -> None:
    with pytest.raises(No):
        read_commands(json.dumps(commands))


def test_who_sees_it_is_read_and_everybody_where_nothing_is_said() -> None:
    member = {"type": "chat_member", "chat_id": -5, "user_id": 11}
    assert read_scope({}) == Scope("default")
    assert read_scope({"scope": json.dumps(member), "language_code": "en"}) == Scope("chat_member", -5, 11, "en")


@pytest.mark.parametrize(
    "form",
    [
        {"scope": '{"type": "chat"}'},
        {"scope": '{"type": "chat", "chat_id": -5, "user_id": 11}'},
        {"scope": '{"type": "chat_member", "chat_id": -5}'},
        {"scope": '{"type": "everybody"}'},
        {"language_code": "zh-hans"},
    ],
)
def test_a_scope_that_there_is_not_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(No):
        read_scope(form)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://t.me/OtherBot?start=open",
        "https://t.me/GengfuBot",
        "https://t.me/GengfuBot?start=w:token",
        f"https://t.me/GengfuBot?start={'w' * 65}",
    ],
)
async def test_a_press_opens_nothing_but_the_bots_own_chat(url: str) -> None:
    town = Methods(SystemClock(), None)
    with pytest.raises(No, match="URL_INVALID"):
        await town.do("answerCallbackQuery", {"callback_query_id": "1", "url": url})
    assert town.violations == []
