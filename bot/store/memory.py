"""A store in memory: for tests and rehearsals. What it is told is gone with the process."""

from collections.abc import Callable, Mapping

from bot.errors import Overtaken
from bot.language import sentence
from bot.ledger.entries import Numbered
from bot.store.listeners import Listeners
from bot.store.protocol import Change, Settled
from bot.store.records import WorkingSet, unrecorded


class MemoryStore(WorkingSet):
    """Keeps every promise of `bot.store.protocol.Store` but the one about the disk. Its readers are itself."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0
        self._listeners = Listeners()
        self._carried: list[Change] = []

    async def commit(self, change: Change) -> tuple[Numbered, ...]:
        """Take in all of it; returns its entries with their `seq`. Raises `Overtaken` as the protocol says."""
        if any(self.overtaken((change,))):
            raise Overtaken(sentence("store.overtaken"))
        batch = self.after((change,))
        self.adopt(batch)
        for each in (*self._carried, change):
            self._listeners.tell(each)
        self._carried.clear()
        return batch.entries

    async def carry(self, change: Change) -> None:
        """Take it in; listeners hear of it with the next commit."""
        marked = unrecorded(change)
        self.adopt(self.after((marked,)))
        self._carried.append(marked)

    async def archive(self, months: Mapping[str, Settled]) -> None:
        """Nothing is in the way of anything here: it stays where it is."""

    def on_commit(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after each commit."""
        self._listeners.add(listener)
