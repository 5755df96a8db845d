"""The record's figures for pages: folded off the loop, and kept until something is committed or a minute has passed."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from bot.app.live.day import Days
from bot.app.run import Bot
from bot.app.safekeeping.archiving import is_over
from bot.app.view.record import Asked, ShownRecord
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.reports.forms import Form, written
from bot.reports.record import Record, fold
from bot.reports.wanted import Wanted
from bot.store.archive import archived
from bot.store.protocol import Change

_KEPT = 8
"""So many records are kept: of several readers' campaigns and spans."""
_DAY = timedelta(days=1)
_Key = tuple[Wanted, int, str, datetime]


class RecordFigures:
    """What is on record, counted. A year of fifty offices takes long enough that the bot must not wait for it."""

    def __init__(self, bot: Bot, days: Days) -> None:
        self._bot, self._days = bot, days
        self._revision = 0
        self._folding = asyncio.Lock()
        self._kept: OrderedDict[_Key, Record] = OrderedDict()

    def hear(self, change: Change) -> None:
        """A commit: what was counted before may be old."""
        if change.entries or change.issued or change.deliveries or change.planned:
            self._revision += 1

    async def shown(self, asked: Asked) -> ShownRecord | None:
        """The record of a campaign and a span. None where the town has no such campaign."""
        season = self._days.season(asked.campaign)
        if season is None and asked.campaign is not None:
            return None
        wanted = self._wanted(asked, season.campaign if season else None)
        return ShownRecord(asked, season, await self._counted(wanted))

    async def written(self, asked: Asked, form: Form) -> bytes | None:
        """The same as a file, written off the loop."""
        shown = await self.shown(asked)
        if shown is None:
            return None
        return await asyncio.to_thread(written, form, shown.record, self._bot.in_force.schedule, self._bot.lang)

    async def _counted(self, wanted: Wanted) -> Record:
        async with self._folding:
            bot, now = self._bot, self._bot.clock.now().astimezone(UTC)
            key = (wanted, self._revision, bot.in_force.version, now.replace(second=0, microsecond=0))
            if (found := self._kept.get(key)) is None:
                schedule = bot.in_force.schedule
                found = await asyncio.to_thread(fold, wanted, schedule, *await self._on_record(wanted), now)
                self._kept[key] = found
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return found

    async def _on_record(self, wanted: Wanted) -> tuple[Sequence[Issued], Sequence[Delivery], Sequence[Numbered]]:
        """What is at hand, and of a campaign that is over what is archived."""
        bot, store = self._bot, self._bot.store
        issued, deliveries, entries = await store.all_issued(), await store.deliveries(), await store.entries()
        if wanted.campaign and not is_over(wanted.campaign, bot.in_force.schedule, bot.clock.now()):
            return issued, deliveries, entries
        past = await asyncio.to_thread(archived, bot.settings.data)
        all_issued = {**past.issued, **{each.occurrence: each for each in issued}}
        all_entries = {each.seq: each for each in (*past.entries, *entries)}
        return (
            sorted(all_issued.values(), key=lambda each: (each.due, each.occurrence)),
            tuple({**past.deliveries, **{each.id: each for each in deliveries}}.values()),
            [all_entries[seq] for seq in sorted(all_entries)],
        )

    def _wanted(self, asked: Asked, campaign: str | None) -> Wanted:
        zone = self._bot.in_force.schedule.town.zone
        return Wanted(
            since=datetime.combine(asked.first, time(), zone) if asked.first else None,
            until=datetime.combine(asked.last + _DAY, time(), zone) if asked.last else None,
            campaign=campaign,
        )
