"""What the ledger and the issued occurrences come to for the pages: read once, then kept up with each commit."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.app.health import FAILURES, Sendings
from bot.clock import turn
from bot.ledger.deliveries import UNFINISHED, Delivery, Issued
from bot.ledger.entries import Entry
from bot.planner.occurrence import Occurrence
from bot.store.protocol import Change, Reader

_AT_A_TIME = 2_000


class Record:
    """`issued` is what fell due, by occurrence, and `revision` rises with each change of that; `sendings` are the last
    of each chat. What is committed while it reads is taken after what it read, where doing so twice does no harm.
    """

    def __init__(self, store: Reader) -> None:
        self._store = store
        self._reading = asyncio.Lock()
        self._meanwhile: list[Change] | None = []
        self._in_trouble: dict[str, set[str]] = {}
        self._unrendered: dict[str, tuple[datetime, str]] = {}
        self.issued: dict[str, Issued] = {}
        self.sendings = Sendings()
        self.doubtful: dict[str, Delivery] = {}
        """Deliveries of which nobody knows whether they arrived, until an admin says."""
        self.revision = 0

    @property
    def is_ready(self) -> bool:
        """Whether it has been read."""
        return self._meanwhile is None

    async def ready(self) -> None:
        """Read it, where that has not been done."""
        if self._meanwhile is not None:
            async with self._reading:
                await self._read()

    def hear(self, change: Change) -> None:
        """Keep up with a commit."""
        if self._meanwhile is not None:
            self._meanwhile.append(change)
        else:
            self._take(change)

    def troubled(self, plan: Mapping[str, Occurrence]) -> frozenset[str]:
        """The occurrences of which something was missed, failed, or may not have arrived."""
        unrendered = {id_ for id_ in self._unrendered if id_ in plan and self.why(plan[id_])}
        return frozenset(self._in_trouble.keys() | unrendered)

    def why(self, occurrence: Occurrence) -> str | None:
        """Why a planned occurrence could not be worded when it fell due; None where it could, or is yet to."""
        at, why = self._unrendered.get(occurrence.id, (None, None))
        return why if at is not None and at >= occurrence.due and occurrence.id not in self.issued else None

    async def _read(self) -> None:
        if self._meanwhile is None:
            return
        sendings, unrendered, doubtful = Sendings(), dict[str, tuple[datetime, str]](), dict[str, None]()
        for number, entry in enumerate(await self._store.entries()):
            if number % _AT_A_TIME == 0:
                await turn()
            sendings.take(entry)
            _note(entry, unrendered)
            if entry.kind in FAILURES and entry.occurrence and entry.chat:
                doubtful[f"{entry.occurrence}@{entry.chat}"] = None
        self.issued = {each.occurrence: each for each in await self._store.all_issued()}
        self.sendings, self._unrendered, self._in_trouble = sendings, unrendered, {}
        for id_ in doubtful:
            if delivery := await self._store.delivery(id_):
                self._judge(delivery)
        self.doubtful = {each.id: each for each in await self._store.deliveries() if each.is_to_settle}
        for change in self._meanwhile:
            self._take(change)
        self._meanwhile = None
        self.revision += 1

    def _take(self, change: Change) -> None:
        for entry in change.entries:
            self.sendings.take(entry)
            _note(entry, self._unrendered)
        for issued in change.issued:
            self.issued[issued.occurrence] = issued
            self.revision += 1
        for delivery in change.deliveries:
            self._judge(delivery)

    def _judge(self, delivery: Delivery) -> None:
        """Note that something of an occurrence went wrong, or was mended."""
        self.doubtful.pop(delivery.id, None)
        if delivery.is_to_settle:
            self.doubtful[delivery.id] = delivery
        if delivery.is_notice:
            return
        if delivery.state in FAILURES or (delivery.doubts and delivery.state in UNFINISHED):
            self._in_trouble.setdefault(delivery.occurrence, set()).add(delivery.chat)
        elif chats := self._in_trouble.get(delivery.occurrence):
            chats.discard(delivery.chat)
            if not chats:
                del self._in_trouble[delivery.occurrence]


def _note(entry: Entry, unrendered: dict[str, tuple[datetime, str]]) -> None:
    """A message that could not be worded has a failure of its own, in no chat."""
    if entry.kind == "failed" and entry.occurrence and entry.chat is None:
        unrendered[entry.occurrence] = (entry.at, str((entry.detail or {}).get("why") or ""))
