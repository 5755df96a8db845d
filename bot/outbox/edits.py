"""Messages that show who has answered: one edit for many presses, within the chat's pace."""

import asyncio
import logging

from bot.channels.routes import Routes
from bot.clock import Clock, sleep_until
from bot.errors import NotSent, SendError, StoreError, Throttled
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import ANSWERS
from bot.outbox.send import Sender
from bot.outbox.wording import message_of
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_GAP = 3.0
"""Seconds between two edits of one message, during which presses gather."""
_IDLE = 60.0


class Edits:
    """Keeps the messages of asks true to the ledger, from the moment that an answer is on disk."""

    def __init__(self, store: Store, routes: Routes, clock: Clock, sender: Sender) -> None:
        self._store, self._routes, self._clock, self._sender = store, routes, clock, sender
        self._stale: set[str] = set()
        self._edited: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._running = True
        store.on_commit(self._heard)

    async def run(self) -> None:
        """Edit until `stop`; messages that a stop left untrue are found first."""
        self._stale.update(issued.occurrence for issued in await self._store.all_issued() if issued.owing)
        while self._running:
            wait = _IDLE
            for occurrence in tuple(self._stale):
                try:
                    again = await self._mend(occurrence)
                except StoreError as error:
                    _log.error("an edit waits for the store: %s", error)
                    again = 1.0
                if again is None:
                    self._stale.discard(occurrence)
                else:
                    wait = min(wait, again)
            if not self._stale or wait > 0:
                await sleep_until(self._wake, self._clock, wait)

    def stop(self) -> None:
        """Begin no more edits."""
        self._running = False
        self._wake.set()

    def _heard(self, change: Change) -> None:
        answered = {entry.occurrence for entry in change.entries if entry.kind in (*ANSWERS, "sent")}
        self._stale.update(each for each in answered if each)
        if answered:
            self._wake.set()

    async def _mend(self, occurrence: str) -> float | None:
        """Edit what is untrue of one ask; seconds until more may be done, None where all is true."""
        issued = await self._store.issued(occurrence)
        if issued is None or issued.owing is None:
            return None
        waits: list[float] = []
        for delivery in await self._store.deliveries(occurrence=occurrence):
            route = self._routes.to(delivery.chat)
            if delivery.state != "sent" or not delivery.message_id or not delivery.sent_at or route is None:
                continue
            terms = self._sender.terms
            message = await message_of(self._store, delivery, issued, route.channel.name, delivery.sent_at, terms)
            if message.text == delivery.text:
                continue
            address = delivery.address or route.address
            now = self._clock.monotonic()
            pace = self._sender.pace(route)
            wait = max(
                pace.wait(address, route.channel.is_group(address), now),
                self._edited.get(delivery.id, -_GAP) + _GAP - now,
            )
            if wait > 0:
                waits.append(wait)
                continue
            pace.took(address, now)
            self._edited[delivery.id] = now
            try:
                await route.channel.edit(address, delivery.message_id, message)
            except Throttled as error:
                pace.hold(address, now + error.retry_after.total_seconds())
                waits.append(error.retry_after.total_seconds())
                continue
            except NotSent:
                waits.append(_GAP)
                continue
            except SendError as error:
                _log.info("%s can no longer be edited: %s", delivery.id, error)
            await self._remember(delivery, message.text)
        return min(waits) if waits else None

    async def _remember(self, delivery: Delivery, text: str) -> None:
        await self._store.commit(Change(deliveries=(delivery.model_copy(update={"text": text}),)))
