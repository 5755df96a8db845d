"""The table of platforms: YAML word to what can be known of it without speaking to it."""

import re

from bot.campaign.model import Chat
from bot.channels.board import BoardPlatform
from bot.channels.protocol import Platform
from bot.channels.telegram import TelegramPlatform
from bot.errors import SettingsError
from bot.language import sentence
from bot.settings import Settings

PLATFORMS: dict[str, Platform] = {"telegram": TelegramPlatform(), "board": BoardPlatform()}
"""Those that can be spoken to."""

KNOWN = ("telegram", "wecom-robot", "wecom-bot", "wecom-app", "board")
"""Every word that `on` may have; the chats of one that cannot be spoken to yet stand on the board."""

PERSONS = {"telegram": re.compile(r"[1-9][0-9]{0,15}"), "wecom": re.compile(r".+", re.DOTALL)}
"""Every word that a person may be written with, and how that platform's people are numbered or named."""


def address_of(chat: Chat, settings: Settings) -> str:
    """A chat's address in its platform's canonical form, a named secret looked up.

    Raises `SettingsError` where the name has no value or the platform cannot take the address.
    """
    written = chat.address
    if isinstance(written, dict) and set(written) == {"env"}:
        name = written["env"]
        if not (written := settings.named.get(name)):
            raise SettingsError(sentence("settings.env-missing", name=name))
    return PLATFORMS[chat.on].read_address(written)


def worded_for(chat: Chat, settings: Settings) -> str:
    """The platform for which a chat's messages are worded: its own where there is a key for it, else the board."""
    return chat.on if has_key(chat.on, settings) else "board"


def has_key(platform: str, settings: Settings) -> bool:
    """Whether the settings let us speak to this platform."""
    return platform == "board" or (platform == "telegram" and settings.telegram.token is not None)
