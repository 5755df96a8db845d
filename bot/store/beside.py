"""Reading a town's record beside its bot, or without one: the whole of it, archives included."""

import asyncio
from datetime import datetime
from pathlib import Path

from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.store.archive import files_in
from bot.store.records import Batch, WorkingSet
from bot.store.tables import load


class Beside(WorkingSet):
    """The record as it was committed when this was made. Archives are read only when something is asked that may be
    in them; what is archived meanwhile is known from the town's own file and counted once.
    """

    def __init__(self, folder: Path, contents: Batch) -> None:
        super().__init__()
        self._folder, self._contents = folder, contents
        self._reading = asyncio.Lock()
        self._is_whole = False
        self.adopt(Batch(marks=contents.marks, inbox=contents.inbox))

    async def _whole(self) -> None:
        """Take in the archives. Raises `StoreDamaged` where one of them is not what was written."""
        async with self._reading:
            if not self._is_whole:
                self.adopt(await asyncio.to_thread(self._merged))
                self._is_whole = True

    def _merged(self) -> Batch:
        """The archives, and over them the town's own file."""
        every = [*(load(file)[1] for file in files_in(self._folder)), self._contents]
        entries = {each.seq: each for batch in every for each in batch.entries}
        return Batch(
            entries=tuple(entries[seq] for seq in sorted(entries)),
            issued={id_: each for batch in every for id_, each in batch.issued.items()},
            deliveries={id_: each for batch in every for id_, each in batch.deliveries.items()},
            inbox=self._contents.inbox,
        )

    async def entries(
        self, since: datetime | None = None, until: datetime | None = None, occurrence: str | None = None
    ) -> tuple[Numbered, ...]:
        """The ledger in order of `seq`, those at or after `since` and before `until`, of one occurrence or all."""
        await self._whole()
        return await super().entries(since, until, occurrence)

    async def deliveries(
        self, *, occurrence: str | None = None, chat: str | None = None, unfinished: bool = False
    ) -> tuple[Delivery, ...]:
        """Deliveries in order of due time, then id; `unfinished` ones only where asked."""
        await self._whole()
        return await super().deliveries(occurrence=occurrence, chat=chat, unfinished=unfinished)

    async def calls(self, occurrence: str) -> tuple[Delivery, ...]:
        """What followed an ask, in order of due time, then id."""
        await self._whole()
        return await super().calls(occurrence)

    async def delivery(self, id_: str) -> Delivery | None:
        """The delivery of this id (`occurrence@chat`)."""
        await self._whole()
        return await super().delivery(id_)

    async def issued(self, occurrence: str) -> Issued | None:
        """The occurrence as it fell due."""
        await self._whole()
        return await super().issued(occurrence)

    async def all_issued(self) -> tuple[Issued, ...]:
        """Every occurrence that fell due, in order of due time, then id."""
        await self._whole()
        return await super().all_issued()

    async def issued_by_token(self, token: str) -> Issued | None:
        """The occurrence whose buttons carry this token."""
        await self._whole()
        return await super().issued_by_token(token)
