"""Whether a platform is heard without a gap: each good poll is a sign of it, written down once a minute.

A press bears no time, so one that comes with the first poll after a gap counts as of then; what ran out in the gap is
put off before any of that is dealt with. Telegram keeps what comes in for 24 hours ("Getting updates" in the Bot API's
documentation): after a longer gap it is asked again, once all that waited has been dealt with. So it is after a backup
was restored: what came in since it was made is in no record, and no platform has it any more.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.app.ground import Ground
from bot.app.hearing.gaps import Gap, asked_again, asks_in, put_off
from bot.channels.protocol import Batch, Channel
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import Overtaken, StoreError
from bot.store.protocol import Store

HEARD = "heard:"
"""Marks that say when a platform was last heard, by its name, true to a minute and a poll."""

LOST = "lost:"
"""Marks that say of a platform to which there is one connection, by its name, since when the bot has it no more, and
after a space why; none while it has it.
"""

_WRITTEN_EACH = timedelta(minutes=1)
_UNHEARD = timedelta(minutes=2)
_log = logging.getLogger(__name__)


class Deafness:
    """Watches for gaps in the hearing of one channel, and makes up for them."""

    def __init__(self, channel: Channel, store: Store, routes: Routes, clock: Clock, ground: Ground) -> None:
        self._name, self._keeps, self._mark = channel.name, channel.keeps, f"{HEARD}{channel.name}"
        self._store, self._routes, self._clock, self._ground = store, routes, clock, ground
        self._lossy: Gap | None = None

    async def heard(self) -> Mapping[str, str]:
        """The platform answered just now: the marks to write down with what it brought.

        What ran out while it was not heard has been put off when this returns. Raises `StoreError`.
        """
        if self._keeps is None or self._lossy:
            return {}
        now, last = self._clock.now(), await self._store.mark(self._mark)
        since = datetime.fromisoformat(last) if last else now
        if now - since <= _UNHEARD:
            return {self._mark: now.isoformat()} if last is None or abs(now - since) >= _WRITTEN_EACH else {}
        keeps = timedelta() if await self._restored(since) else self._keeps
        gap = Gap(self._name, since, now, keeps)
        _log.warning("%s was not heard from %s to %s", gap.platform, gap.since, gap.until)
        await self._put_off(gap)
        if gap.loses:
            self._lossy = gap
            return {}
        return {self._mark: now.isoformat()}

    async def made_up_for(self, batch: Batch) -> None:
        """What a poll brought has been dealt with. Where nothing more waits from a gap that lost something, ask again.

        That it was done is written in the same commit, so it is done once.
        """
        now, gap = self._clock.now(), self._lossy
        if gap is None or (batch.inbound and now < gap.made_up):
            return
        try:
            change = asked_again(await asks_in(self._store, self._routes, gap), gap, self._ground.terms, now)
            await self._store.commit(replace(change, marks={self._mark: now.isoformat()}))
        except (StoreError, Overtaken) as error:
            _log.warning("%s: who could not be heard is asked again after the next poll: %s", self._name, error)
        else:
            self._lossy = None

    async def _restored(self, since: datetime) -> bool:
        """Whether a backup was restored since: what came in after it was made is gone, here and at the platform."""
        return any(each.kind == "restored" for each in await self._store.entries(since=since))

    async def _put_off(self, gap: Gap) -> None:
        while True:
            change = put_off(await asks_in(self._store, self._routes, gap), gap)
            if not change.deliveries:
                return
            if not gap.loses:
                change = replace(change, entries=(gap.entry(),), marks={self._mark: gap.until.isoformat()})
            try:
                await self._store.commit(change)
            except Overtaken:
                continue
            return
