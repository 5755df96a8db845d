"""Messages that show who has answered, and what an admin decided: one edit for many presses, within the chat's pace.
No chat waits for another.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from structlog.contextvars import bound_contextvars

from bot.channels.protocol import Message
from bot.channels.routes import Route, Routes
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, Moved, NotSent, Overtaken, SendError, StoreError, Throttled, Uncertain
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import ANSWERS
from bot.outbox.send import Sender
from bot.outbox.wording import message_of
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_AGAIN = 30.0
"""Seconds until an edit that perhaps never arrived, or that the disk did not take, is made once more; that does no
harm.
"""
_IDLE = 60.0
_RECENT = timedelta(days=7)


class Edits:
    """Keeps the messages of asks true to the ledger, from the moment that an answer is on disk."""

    def __init__(self, store: Store, routes: Routes, clock: Clock, sender: Sender) -> None:
        self._store, self._routes, self._clock, self._sender = store, routes, clock, sender
        self._stale: set[str] = set()
        self._decided = True
        self._rest: dict[str, float] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._running = True
        self._asleep = False
        store.on_commit(self._heard)

    @property
    def at_rest(self) -> bool:
        """Whether no edit is under way and none may be made before the next look."""
        return self._asleep and not self._busy and not self._wake.is_set()

    async def run(self) -> None:
        """Edit until `stop`; messages that a stop left untrue are found first."""
        for entry in await self._store.entries(since=self._clock.now() - _RECENT):
            if entry.kind in ANSWERS and entry.occurrence:
                self._stale.add(entry.occurrence)
        while self._running:
            try:
                wait = await self.turn()
            except StoreError as error:
                _log.error("edits wait for the store: %s", error)
                wait = 1.0
            self._asleep = True
            await sleep_until(self._wake, self._clock, wait)
            self._asleep = False

    def stop(self) -> None:
        """Begin no more edits and let go of those under way: the next start makes them again."""
        self._running = False
        self._wake.set()
        for task in self._busy.values():
            task.cancel()

    async def turn(self) -> float:
        """Begin every edit that may go now; seconds until the next look."""
        waits = [_IDLE]
        for occurrence in tuple(self._stale):
            self._stale.discard(occurrence)
            pending = await self._mend(occurrence)
            if pending:
                self._stale.add(occurrence)
                waits += pending
        if self._decided:
            pending = await self._mend_notices()
            self._decided = bool(pending)
            waits += pending
        return max(min(waits), 0.01)

    def _heard(self, change: Change) -> None:
        answered = {
            entry.occurrence for entry in change.entries if entry.kind in (*ANSWERS, "sent", "merged", "reminded")
        }
        self._stale.update(each for each in answered if each)
        decided = any(entry.kind == "settled" for entry in change.entries)
        self._decided |= decided
        if answered or decided:
            self._wake.set()

    async def _mend(self, occurrence: str) -> list[float]:
        """Begin what may be edited of one ask; how long each message that is not true yet has to wait."""
        issued = await self._store.issued(occurrence)
        if issued is None or issued.owing is None:
            return []
        pending: list[float] = []
        for each in await self._store.deliveries(occurrence=occurrence):
            delivery = (
                await self._store.delivery(each.carried_by) if each.state == "merged" and each.carried_by else each
            )
            if delivery is not None and (wait := await self._mend_message(delivery)) is not None:
                pending.append(wait)
        return pending

    async def _mend_notices(self) -> list[float]:
        """Begin what may be edited of the notices whose question has been decided; how long the others have to wait."""
        asking = [
            each
            for chat in self._sender.terms.admins
            for each in await self._store.deliveries(chat=chat)
            if each.question is not None
        ]
        waits = [await self._mend_message(each) for each in asking]
        return [wait for wait in waits if wait is not None]

    async def _mend_message(self, delivery: Delivery) -> float | None:
        """Begin the edit of one message; how long it has to wait, or None where it is true or beyond editing."""
        route = self._routes.to(delivery.chat)
        if delivery.state != "sent" or not delivery.message_id or not delivery.sent_at or route is None:
            return None
        if delivery.chat in self._busy:
            return _IDLE
        terms, issued = self._sender.terms, await self._store.issued(delivery.occurrence)
        message = await message_of(self._store, delivery, issued, route.platform, delivery.sent_at, terms)
        if message.text == delivery.text:
            return None
        at = replace(route, address=delivery.address or route.address)
        now = self._clock.monotonic()
        place, group = at.channel.place(at.address), at.channel.is_group(at.address)
        wait = max(self._sender.pace(at.channel).wait(place, group, now), self._rest.get(delivery.id, now) - now)
        if wait > 0:
            return wait
        self._begin(delivery, delivery.message_id, at, message)
        return _IDLE

    def _begin(self, delivery: Delivery, message_id: str, at: Route, message: Message) -> None:
        now = self._clock.monotonic()
        self._sender.pace(at.channel).took(at.channel.place(at.address), now)
        self._rest[delivery.id] = now + at.channel.limits.edits_apart
        with bound_contextvars(occurrence=delivery.occurrence, chat=delivery.chat):
            task = asyncio.create_task(self._edit(delivery, message_id, at, message), name=f"edit {delivery.id}")
        self._busy[delivery.chat] = task
        task.add_done_callback(lambda _: self._free(delivery.chat))

    def _free(self, chat: str) -> None:
        self._busy.pop(chat, None)
        self._wake.set()

    async def _edit(self, delivery: Delivery, message_id: str, at: Route, message: Message) -> None:
        asked_at = self._clock.now()
        try:
            await at.channel.edit(at.address, message_id, message)
        except Throttled as error:
            place = at.channel.place(at.address)
            self._sender.pace(at.channel).hold(place, self._clock.monotonic() + error.retry_after.total_seconds())
            return
        except SendError as error:
            _log.info("%s was not edited: %s", delivery.id, error)
            if isinstance(error, NotSent | Uncertain | ChannelDown) and not isinstance(error, Moved):
                self._rest[delivery.id] = self._clock.monotonic() + _AGAIN
                return
        await self._remember(delivery, message, asked_at)

    async def _remember(self, delivery: Delivery, message: Message, asked_at: datetime) -> None:
        """What stands in the chat now, or can never stand there, so that it is not tried for ever."""
        try:
            question = delivery.question if message.buttons else None
            changed = delivery.model_copy(update={"text": message.text, "asked_at": asked_at, "question": question})
            await self._store.commit(Change(deliveries=(changed,), given=(delivery,)))
        except Overtaken:
            _log.info("%s changed while it was edited", delivery.id)
        except StoreError as error:
            _log.error("the edit of %s could not be recorded: %s", delivery.id, error)
            self._rest[delivery.id] = self._clock.monotonic() + _AGAIN
