"""Looks at a running bot: what `judge` goes by, at the moment at which somebody asks."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

from bot.app.run import Bot
from bot.app.watch.judge import LOOKS_WITHIN, Seen, Silence, Trouble, overdue, troubles
from bot.store.protocol import Change


class Watch:
    """One bot under observation, from the moment that this is built."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._since = bot.clock.monotonic()
        self._refused = bot.store.refused
        bot.store.on_commit(self._heard)

    async def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong at this moment."""
        return troubles(await self.seen())

    async def seen(self) -> Seen:
        """The bot as it is at this moment."""
        bot = self._bot
        store, now = bot.store, bot.clock.now()
        unfinished = [
            (each, await store.issued(each.occurrence))
            for each in await store.deliveries(unfinished=True)
            if each.due <= now
        ]
        return Seen(
            looked=self.looked,
            audited=now - bot.lookout.climb.audited if bot.lookout.climb.audited else None,
            stuck=len(bot.lookout.climb.broken),
            overdue=overdue(unfinished, now, bot.terms, self._per_second),
            silent={name: Silence(self.unheard(name), met.sentence) for name, met in bot.out_of_reach.items()},
            refusing=self.is_refused,
            free=await asyncio.to_thread(_free, bot.settings.data),
            paused=bot.sender.paused,
        )

    @property
    def looked(self) -> timedelta:
        """How long ago the bot looked at what is due; where it has not yet, how long it has been watched."""
        last = self._bot.lookout.last
        return self._ago(self._since if last is None else last)

    @property
    def is_refused(self) -> bool:
        """Whether the disk refused the last that was written."""
        return self._bot.store.refused > self._refused

    @property
    def is_turning(self) -> bool:
        """Whether the bot looks at what is due, whatever it finds there. That alone a restart may mend."""
        return self._bot.lookout.last is not None and self.looked <= LOOKS_WITHIN

    @property
    def missing(self) -> tuple[str, ...]:
        """What a bot that has just begun is not ready with: its first look, the platforms that never answered yet."""
        bot = self._bot
        looks = () if bot.lookout.last is not None else ("planner",)
        return (*looks, *(name for name in bot.channels if name not in bot.heard))

    def unheard(self, platform: str) -> timedelta:
        """How long ago a platform last answered; where it has not yet, how long it has been watched."""
        return self._ago(self._bot.heard.get(platform, self._since))

    @property
    def _per_second(self) -> float:
        return min(each.limits.per_second for each in self._bot.channels.values())

    def _ago(self, moment: float) -> timedelta:
        return timedelta(seconds=self._bot.clock.monotonic() - moment)

    def _heard(self, _change: Change) -> None:
        self._refused = self._bot.store.refused


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
