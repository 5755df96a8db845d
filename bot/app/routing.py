"""Which channel carries which chat: its own platform's where there is a key for it, else the board."""

from collections.abc import Mapping

from pydantic import SecretStr

from bot.app.platforms import address_of, has_key, worded_for
from bot.campaign.model import Chat, Person, Schedule
from bot.channels.board import BoardChannel
from bot.channels.protocol import Channel
from bot.channels.routes import Route
from bot.channels.telegram import TelegramChannel
from bot.channels.wecom_app import Keys, WecomAppChannel
from bot.channels.wecom_bot import WecomBotChannel
from bot.channels.wecom_robot import WecomRobotChannel
from bot.clock import Clock
from bot.outbox.outcome import LIVED, MOVED
from bot.settings import Settings, WecomSettings

Channels = Mapping[str, Channel]
ADMINS = ":admins"
"""The board's own chat in which the admins are told things, besides their own chats on a platform. No chat of a town
can have such an id.
"""


def channels_of(settings: Settings, clock: Clock) -> Channels:
    """The channels that the settings give keys for; the board always, and group robots, whose keys are their chats'."""
    channels: dict[str, Channel] = {"board": BoardChannel(clock)}
    if settings.telegram.token is not None:
        proxy = settings.telegram.proxy
        channels["telegram"] = TelegramChannel(
            settings.telegram.token,
            clock,
            api_base=settings.telegram.api_base,
            proxy=proxy.get_secret_value() if proxy else None,
        )
    wecom = settings.wecom
    if wecom.corp_id is not None and wecom.agent_id is not None and wecom.app_secret is not None:
        keys = Keys(wecom.corp_id, wecom.agent_id, wecom.app_secret, wecom.callback_token, _aes_key(wecom))
        channels["wecom-app"] = WecomAppChannel(
            keys, clock, settings.lang, api_base=wecom.api_base, oauth_url=wecom.oauth_url
        )
    if wecom.bot_id is not None and wecom.bot_secret is not None:
        channels["wecom-bot"] = WecomBotChannel(
            wecom.bot_id, wecom.bot_secret, clock, ws_url=wecom.ws_url, lang=settings.lang
        )
    channels["wecom-robot"] = WecomRobotChannel(api_base=settings.wecom.api_base)
    return channels


def _aes_key(wecom: WecomSettings) -> SecretStr | None:
    """None for one that cannot be right: for it alone neither the app nor the other platforms stop sending."""
    return None if wecom.has_bad_aes_key else wecom.callback_aes_key


def admin_chats(schedule: Schedule, channels: Channels) -> tuple[str, ...]:
    """Where the admins are told things: their own chats on the platforms that are spoken to, and the board."""
    own = [str(admin) for admin in schedule.town.admins if _own_chat(admin, channels)]
    return (*dict.fromkeys(own), ADMINS)


def _own_chat(person: Person, channels: Channels) -> Route | None:
    """The way to somebody's own chat, by the first channel that leads there."""
    for channel in channels.values():
        if (address := channel.own_chat(str(person))) is not None:
            return Route(channel, address)
    return None


def routes_of(schedule: Schedule, settings: Settings, channels: Channels, lived: Mapping[str, str]) -> dict[str, Route]:
    """Every chat's way out. A chat that was sent to on its platform gets no stand-in when the key is gone."""
    board = channels["board"]
    table = {ADMINS: Route(board, ADMINS)}
    for chat in schedule.town.chats:
        if chat.on != "board" and chat.on in channels and has_key(chat, settings):
            table[chat.id] = Route(channels[chat.on], address_of(chat, settings))
        elif chat.on == "board" or lived.get(chat.id) != chat.on:
            words = worded_for(chat, settings)
            table[chat.id] = Route(board, chat.id, None if words == board.name else words)
    for admin in schedule.town.admins:
        if own := _own_chat(admin, channels):
            table[str(admin)] = own
    return table


def waiting_for_a_key(schedule: Schedule, settings: Settings, lived: Mapping[str, str]) -> list[Chat]:
    """The chats that appear on the board for want of a key."""
    return [each for each in schedule.town.chats if not has_key(each, settings) and lived.get(each.id) != each.on]


def stand_ins(schedule: Schedule, settings: Settings, lived: Mapping[str, str]) -> dict[str, int]:
    """How many chats of each platform appear on the board for want of a key."""
    found: dict[str, int] = {}
    for chat in waiting_for_a_key(schedule, settings, lived):
        found[chat.on] = found.get(chat.on, 0) + 1
    return found


def cut_off(schedule: Schedule, table: Mapping[str, Route]) -> list[Chat]:
    """The chats that have no way out: their platform's key is gone and the board does not stand in."""
    return [chat for chat in schedule.town.chats if chat.id not in table]


def moved_to(marks: Mapping[str, str]) -> dict[str, str]:
    """Where chats went (`platform:old address` to the new one), from the store's marks."""
    return {name.removeprefix(MOVED): address for name, address in marks.items() if name.startswith(MOVED)}


def lived_on(marks: Mapping[str, str]) -> dict[str, str]:
    """Chats that were once sent to on their platform, from the store's marks."""
    return {name.removeprefix(LIVED): platform for name, platform in marks.items() if name.startswith(LIVED)}
