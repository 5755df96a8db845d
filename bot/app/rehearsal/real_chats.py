"""A rehearsal in the real chats: the town is held meanwhile, its bot refused, its record untouched."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app.platforms import has_key
from bot.app.rehearsal.outdoors import Outdoors
from bot.app.routing import channels_of
from bot.campaign.model import Schedule
from bot.channels.protocol import Channel
from bot.clock import Clock
from bot.errors import RehearsalRefused
from bot.language import sentence
from bot.outbox.outcome import LIVED, MOVED
from bot.settings import Settings
from bot.store.protocol import Store
from bot.store.tinydb import open_store


@dataclass(frozen=True)
class RealChats:
    """The platforms' own channels, the town's store (held), and what that knows of where its chats are."""

    platforms: Mapping[str, Channel]
    town: Store
    marks: Mapping[str, str]

    def channels(self, played: Clock, real: Clock) -> dict[str, Channel]:
        """The channels of a rehearsal on this clock."""
        return {name: Outdoors(each, self.town, played, real) for name, each in self.platforms.items()}


def must_be_real(settings: Settings, schedule: Schedule) -> None:
    """Raise `RehearsalRefused` where no chat of the town is on a platform that there is a key for."""
    if not any(chat.on != "board" and has_key(chat, settings) for chat in schedule.town.chats):
        raise RehearsalRefused(sentence("rehearsal.no-real-chats"))


@asynccontextmanager
async def real_chats(settings: Settings, schedule: Schedule, real: Clock) -> AsyncIterator[RealChats]:
    """Hold the town for a rehearsal in its chats.

    Raises `TownHeld` where its bot runs, `RehearsalRefused` where no platform has a key: then no chat is real.
    """
    must_be_real(settings, schedule)
    platforms = {name: each for name, each in channels_of(settings, real).items() if name != "board"}
    town = await open_store(settings.data, real)
    try:
        marks = {**await town.marks(LIVED), **await town.marks(MOVED)}
        yield RealChats(platforms, town, marks)
    finally:
        await town.close()
