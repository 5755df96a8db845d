"""A town in a folder, and rehearsals of its February 2036 in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.app.in_force import InForce, once_in_force
from bot.app.rehearsal.real_chats import RealChats
from bot.app.rehearsal.rehearsal import Rehearsal, begin
from bot.app.sources import read_sources
from bot.app.view.stage import Speed
from bot.clock import SystemClock
from bot.ledger.deliveries import Delivery
from bot.settings import Settings
from tests.app.stage import Stage, at

MORNING, NOON = at("08:00"), at("12:00")


def in_force(folder: Path) -> InForce:
    """What lies in the folder."""
    found = once_in_force(read_sources(folder), "zh")
    assert found is not None
    return found


@asynccontextmanager
async def rehearsed(
    settings: Settings,
    first: datetime = MORNING,
    last: datetime = NOON,
    speed: Speed = None,
    outside: RealChats | None = None,
) -> AsyncIterator[Rehearsal]:
    """A rehearsal that has begun, ended with the test."""
    it = await begin(settings, in_force(settings.folder), first, last, speed, SystemClock(), outside)
    try:
        yield it
    finally:
        await it.end()


async def played(stage: Stage, first: datetime = MORNING, last: datetime = NOON, speed: Speed = None) -> Rehearsal:
    """A rehearsal that has been played and is over; its record may still be read."""
    async with rehearsed(stage.settings, first, last, speed) as it:
        await it.until_ended()
    return it


async def messages(it: Rehearsal, chat: str | None = None) -> list[Delivery]:
    """What was delivered of the plan, in order."""
    return [each for each in await it.bot.store.deliveries(chat=chat) if not each.is_notice]
