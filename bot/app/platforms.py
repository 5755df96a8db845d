"""The table of platforms: YAML word to what can be known of it without speaking to it."""

import re
from collections.abc import Mapping

from bot.campaign.model import Chat
from bot.campaign.people import directory_of
from bot.channels.board import BoardPlatform
from bot.channels.protocol import Platform
from bot.channels.telegram import TelegramPlatform
from bot.channels.wecom import addresses
from bot.channels.wecom_app.platform import WecomAppPlatform
from bot.channels.wecom_bot.platform import WecomBotPlatform
from bot.channels.wecom_robot.platform import WecomRobotPlatform
from bot.errors import SettingsError
from bot.language import sentence
from bot.settings import PREFIX, Settings

KNOWN = ("telegram", "wecom-robot", "wecom-bot", "wecom-app", "board")
"""Every word that `on` may have."""

WORDINGS = frozenset({*KNOWN, *map(directory_of, KNOWN)})
"""Every word that may stand in the name of a message's own wording, NAME.WORD.j2: a platform, or all ways into one."""

PERSONS = {"telegram": re.compile(r"[1-9][0-9]{0,15}"), "wecom": re.compile(r"[\w@.\-]{1,64}", re.ASCII)}
"""Every word that a person may be written with, and how that platform's people are numbered or named."""


def platform_named(name: str, settings: Settings) -> Platform | None:
    """What can be known of a platform by its word, None for an unknown one. Of an app that is not set up yet it is
    supposed that it will hear.
    """
    match name:
        case "telegram":
            return TelegramPlatform()
        case "wecom-robot":
            return WecomRobotPlatform()
        case "wecom-bot":
            return WecomBotPlatform()
        case "wecom-app":
            return WecomAppPlatform(hears=settings.wecom.has_callback or not settings.wecom.has_app)
        case "board":
            return BoardPlatform()
        case _:
            return None


def address_of(chat: Chat, settings: Settings) -> str:
    """A chat's address in its platform's canonical form, a named secret looked up.

    Raises `SettingsError` where the name has no value or the platform cannot take the address, KeyError for a word
    that no platform has.
    """
    written, name = chat.address, ""
    if isinstance(written, dict) and set(written) == {"env"}:
        name = written["env"]
        if not (written := settings.named.get(name)):
            raise SettingsError(sentence("settings.env-missing", name=name))
    if (platform := platform_named(chat.on, settings)) is None:
        raise KeyError(chat.on)
    try:
        return platform.read_address(written)
    except SettingsError:
        if chat.on == "wecom-robot" and written is not chat.address:
            raise SettingsError(sentence("settings.no-robot-key", name=name)) from None
        raise


def as_written(platform: str, address: str) -> str:
    """An address as the YAML has it."""
    match platform:
        case "wecom-bot":
            return addresses.written(address, alone="chat")
        case "wecom-app":
            return addresses.written(address)
        case _:
            return address


def worded_for(chat: Chat, settings: Settings) -> str:
    """The platform for which a chat's messages are worded: its own where there is a key for it, else the board."""
    return chat.on if has_key(chat, settings) else "board"


def has_key(chat: Chat, settings: Settings) -> bool:
    """Whether the settings let us speak to the platform of this chat. A group robot's key is its chat's own address."""
    match chat.on:
        case "board":
            return True
        case "telegram":
            return settings.telegram.token is not None
        case "wecom-robot":
            named = chat.address["env"] if isinstance(chat.address, Mapping) and "env" in chat.address else None
            return chat.address is not None if named is None else bool(settings.named.get(named))
        case "wecom-bot":
            return settings.wecom.has_bot
        case "wecom-app":
            return settings.wecom.has_app
        case _:
            return False


def lacking(chat: Chat, settings: Settings) -> tuple[str, ...]:
    """The settings without which the platform of this chat cannot be spoken to, by the names under which they are
    written.
    """
    match chat.on:
        case "telegram":
            return () if settings.telegram.token else (f"{PREFIX}TELEGRAM__TOKEN",)
        case "wecom-robot" if isinstance(chat.address, Mapping) and "env" in chat.address:
            return () if settings.named.get(chat.address["env"]) else (chat.address["env"],)
        case "wecom-bot":
            return _unset(settings, "bot_id", "bot_secret")
        case "wecom-app":
            return _unset(settings, "corp_id", "agent_id", "app_secret")
        case _:
            return ()


def _unset(settings: Settings, *fields: str) -> tuple[str, ...]:
    return tuple(f"{PREFIX}WECOM__{each.upper()}" for each in fields if getattr(settings.wecom, each) is None)
