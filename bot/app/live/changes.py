"""What commits change of what pages show, gathered until somebody asks."""

import asyncio
from collections import defaultdict

from bot.app.live.asks import concerned
from bot.app.view.protocol import Changed
from bot.store.protocol import Change


class Changes:
    """Gathers; one task may wait."""

    def __init__(self) -> None:
        self._messages: dict[str, set[str]] = defaultdict(set)
        self._asks = self._everything = False
        self._woken = asyncio.Event()

    def hear(self, change: Change) -> None:
        """A commit: a new schedule changes everything, a delivery its chat, and its message where one stands there; a
        file that was handed in the message that it was handed in for.
        """
        if any(entry.kind == "schedule" for entry in change.entries):
            self.all()
        for delivery in (*change.planned, *change.deliveries):
            stood = self._messages[delivery.chat]
            if delivery.sent_at is not None:
                stood.add(delivery.id)
        for entry in change.entries:
            if entry.kind == "evidence" and entry.occurrence and entry.chat:
                self._messages[entry.chat].add(f"{entry.occurrence}@{entry.chat}")
        self._asks |= bool(concerned(change))
        if self._messages or self._asks:
            self._woken.set()

    def all(self) -> None:
        """Any page may look otherwise."""
        self._everything = True
        self._woken.set()

    async def next(self) -> Changed:
        """Wait until there is something, and hand it over."""
        await self._woken.wait()
        found = {chat: frozenset(messages) for chat, messages in self._messages.items()}
        changed = Changed(found, self._asks, self._everything)
        self._messages.clear()
        self._asks = self._everything = False
        self._woken.clear()
        return changed
