"""What keeps the record safe and small while the bot runs: once a day a backup, and what is settled put away."""

import asyncio
import logging
from datetime import date
from pathlib import Path
from typing import Protocol

from bot.app.in_force import InForce
from bot.app.safekeeping.archiving import archive_settled
from bot.app.safekeeping.backups import back_up_the_day
from bot.clock import Clock
from bot.errors import GengfuError, StoreError
from bot.language import say, sentence
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Store

_LOOK = 600.0
"""Seconds until it is looked whether a new day has begun, or what failed can be done by now."""

_log = logging.getLogger(__name__)


class Bot(Protocol):
    """By what it goes: both may change while it runs."""

    in_force: InForce
    terms: Terms


async def keep_safe(store: Store, data: Path, clock: Clock, bot: Bot) -> None:
    """Do it on each day of the town's, as early in it as the bot runs. A failure is logged and told once a day, tried
    again, and stops nothing.
    """
    put_away: date | None = None
    while True:
        now = clock.now()
        today = now.astimezone(bot.terms.zone).date()
        try:
            await asyncio.to_thread(back_up_the_day, data, today, now)
            if put_away != today:
                await archive_settled(store, bot.in_force.schedule, now)
                put_away = today
        except GengfuError as error:
            _log.error("the record was not kept safe: %s", error)
            await _tell(store, bot, today, error, clock)
        await clock.sleep(_LOOK)


async def _tell(store: Store, bot: Bot, today: date, error: GengfuError, clock: Clock) -> None:
    words = say(sentence("safekeeping.failed", why=error.sentence), bot.terms.lang)
    try:
        await store.commit(
            Change(planned=notice_to_admins(bot.terms.admins, f"safekeeping/{today}", words, clock.now()))
        )
    except StoreError as refused:
        _log.error("nor could the admins be told: %s", refused)
