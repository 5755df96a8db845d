"""Messages that show who has answered, and what an admin decided: one edit for many presses, within the chat's pace.
What asked again goes when a newer one stands. No chat waits for another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from structlog.contextvars import bound_contextvars

from bot.channels.buttons import read_data
from bot.channels.protocol import Message
from bot.channels.routes import Route, Routes
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, Moved, NotSent, Overtaken, SendError, StoreError, Throttled, Uncertain
from bot.ledger.deliveries import ASKED, Delivery, Issued
from bot.ledger.entries import Kind
from bot.outbox.calls import is_superseded
from bot.outbox.send import Sender
from bot.outbox.tidings import CHANGES, Place, tidings
from bot.outbox.wording import carried_in, message_of
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_AGAIN = 30.0
"""Seconds until an edit that perhaps never arrived, or that the disk did not take, is made once more; that does no
harm.
"""
_IDLE = 60.0
_RECENT = timedelta(days=7)
_DELETABLE = timedelta(hours=48)
"""How old a message may be that is taken down (Bot API, deleteMessage)."""
_STANDS: frozenset[Kind] = frozenset({"sent", "merged", "reminded", "escalated"})
"""Entries by which a message stands in a chat: what changed while it was on its way it does not tell."""

_KEPT_TRUE = frozenset({"remind", "late", "help"})
"""Calls that are told anew when their ask changes; the others tell of their own moment."""


class Edits:
    """Keeps the messages of asks true to the ledger, from the moment that an answer is on disk."""

    def __init__(self, store: Store, routes: Routes, clock: Clock, sender: Sender) -> None:
        self._store, self._routes, self._clock, self._sender = store, routes, clock, sender
        self._stale: set[str] = set()
        self._decided = True
        self._rest: dict[str, float] = {}
        self._let_be: set[str] = set()
        self._fixed: dict[str, int] = {}
        self._presses: dict[str, str] = {}
        self._pressed: set[str] = set()
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
            if entry.kind in CHANGES | {"reminded"} and entry.occurrence:
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
        await self._take_presses()
        for occurrence in tuple(self._stale):
            self._stale.discard(occurrence)
            pending = await self._mended(occurrence)
            if pending:
                self._stale.add(occurrence)
                waits += pending
        if self._decided:
            pending = await self._mend_notices()
            self._decided = bool(pending)
            waits += pending
        return max(min(waits), 0.01)

    def _heard(self, change: Change) -> None:
        answered = {entry.occurrence for entry in change.entries if entry.kind in CHANGES | _STANDS}
        self._stale.update(each for each in answered if each)
        self._stale.update(told := {each.call.of for each in change.deliveries if each.call and _is_told_by(each)})
        decided = any(entry.kind == "settled" for entry in change.entries)
        self._decided |= decided
        if answered or decided or told or self._is_pressed(change):
            self._wake.set()

    async def _mended(self, occurrence: str) -> list[float]:
        """As `_mend`; a bug costs only the ask that it befell, until something more is said of that."""
        try:
            return await self._mend(occurrence)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - nobody foresaw it, and the others' answers must be shown
            _log.exception("the messages of %s cannot be kept true", occurrence)
            return []

    def _is_pressed(self, change: Change) -> bool:
        """Whether a press was dealt with. It lets its message be changed, on a platform that lets it only then, also
        where it said nothing new: others may have answered elsewhere since.
        """
        for each in change.inbound:
            if each.kind == "press" and (pressed := read_data(each.data or "")):
                self._presses[each.key] = pressed.token
        dealt_with = {self._presses.pop(key) for key in change.handled if key in self._presses}
        self._pressed |= dealt_with
        return bool(dealt_with)

    async def _take_presses(self) -> None:
        while self._pressed:
            if issued := await self._store.issued_by_token(self._pressed.pop()):
                self._stale.add(issued.occurrence)
                self._fixed = {id_: said for id_, said in self._fixed.items() if issued.occurrence not in id_}

    async def _mend(self, occurrence: str) -> list[float]:
        """Begin what may be edited of one ask, and of what followed it; how long each message that is not true yet has
        to wait. A report to the next one up tells of its own moment and stays as it is.
        """
        issued = await self._store.issued(occurrence)
        if issued is None or issued.owing is None or issued.withdrawn:
            return []
        said = (*await self._store.deliveries(occurrence=occurrence), *await self._store.calls(occurrence))
        messages: dict[str, Delivery] = {}
        for each in said:
            if each.call and (each.call.kind not in _KEPT_TRUE or each.taken_down):
                continue
            delivery = (
                await self._store.delivery(each.carried_by) if each.state == "merged" and each.carried_by else each
            )
            if delivery is not None:
                messages[delivery.id] = delivery
        waits: dict[str, list[float]] = {each.chat: [] for each in messages.values()}
        for each in messages.values():
            if (wait := await self._mend_message(each)) is not None:
                waits[each.chat].append(wait)
        for chat in [each for each, pending in waits.items() if not pending]:
            waits[chat] += await self._tell_anew(issued, chat, said)
        return [wait for pending in waits.values() for wait in pending]

    async def _tell_anew(self, issued: Issued, chat: str, said: Iterable[Delivery]) -> list[float]:
        """A chat whose messages are as true as they can be made is told what they do not show; how long that has to
        wait for the store.
        """
        route = self._routes.to(chat)
        if route is None or route.channel.amends:
            return []
        is_one = not route.channel.is_group(route.address)
        place = Place(chat, route.platform, route.presses, is_one)
        try:
            if change := await tidings(self._store, issued, said, place, self._sender.terms, self._clock.now()):
                await self._store.commit(change)
        except (Overtaken, StoreError) as error:
            _log.error("%s waits to be told of %s: %s", chat, issued.occurrence, error)
            return [_AGAIN]
        return []

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
        """Begin the edit of one message, or take it down; how long it has to wait, or None where it is true or beyond
        editing.
        """
        route = self._routes.to(delivery.chat)
        if delivery.state != "sent" or not delivery.message_id or not delivery.sent_at or route is None:
            return None
        if delivery.taken_down:
            return None
        if delivery.chat in self._busy:
            return _IDLE
        goes = await self._has_had_its_time(delivery, delivery.sent_at)
        if not goes and delivery.id in self._fixed and self._fixed[delivery.id] == await self._said_there(delivery):
            return None
        message = None if goes else await self._untold(delivery, route, delivery.sent_at)
        if message is None and not goes:
            return None
        at = replace(route, address=delivery.address or route.address)
        now = self._clock.monotonic()
        place, group = at.channel.place(at.address), at.channel.is_group(at.address)
        wait = max(self._sender.pace(at.channel).wait(place, group, now), self._rest.get(delivery.id, now) - now)
        if wait > 0:
            return wait
        self._begin(delivery, delivery.message_id, at, message)
        return _IDLE

    async def _said_there(self, delivery: Delivery) -> int:
        """How much was said of its ask in a message's own chat: only a press there may make it changeable again."""
        of = delivery.call.of if delivery.call else delivery.occurrence
        said = await self._store.entries(occurrence=of)
        return sum(each.kind in CHANGES and each.chat == delivery.chat for each in said)

    async def _untold(self, delivery: Delivery, route: Route, sent_at: datetime) -> Message | None:
        """The message as it should stand, None where it does."""
        terms, issued = self._sender.terms, await self._store.issued(delivery.occurrence)
        presses = route.presses
        message = await message_of(self._store, delivery, issued, route.platform, sent_at, terms, presses=presses)
        return None if message.text == delivery.text else message

    async def _has_had_its_time(self, delivery: Delivery, sent_at: datetime) -> bool:
        """Whether newer ones ask again for all that this message does, and the platform may still take it down."""
        now = self._clock.now()
        if delivery.call is None or delivery.id in self._let_be or now - sent_at >= _DELETABLE:
            return False
        return await is_superseded(self._store, await carried_in(self._store, delivery), now)

    def _begin(self, delivery: Delivery, message_id: str, at: Route, message: Message | None) -> None:
        """Edit a message, or take it down where there is none to take its place."""
        now = self._clock.monotonic()
        self._sender.pace(at.channel).took(at.channel.place(at.address), now)
        self._rest[delivery.id] = now + at.channel.limits.edits_apart
        with bound_contextvars(occurrence=delivery.occurrence, chat=delivery.chat):
            doing = (
                self._edit(delivery, message_id, at, message) if message else self._take_down(delivery, message_id, at)
            )
            task = asyncio.create_task(doing, name=f"edit {delivery.id}")
        self._busy[delivery.chat] = task
        task.add_done_callback(lambda _: self._free(delivery.chat))

    def _free(self, chat: str) -> None:
        self._busy.pop(chat, None)
        self._wake.set()

    async def _edit(self, delivery: Delivery, message_id: str, at: Route, message: Message) -> None:
        asked_at, said = self._clock.now(), await self._said_there(delivery)
        became = await self._became(delivery, at, at.channel.edit(at.address, message_id, message))
        if became == "refused" and not at.channel.amends and delivery.question is None:
            self._fixed[delivery.id] = said
        elif became != "open":  # what can never stand there is not tried for ever
            question = delivery.question if message.buttons else None
            changes = {"text": message.text, "asked_at": asked_at, "question": question}
            await self._remember((delivery.model_copy(update=changes),), (delivery,))

    async def _take_down(self, delivery: Delivery, message_id: str, at: Route) -> None:
        asked_at = self._clock.now()
        match await self._became(delivery, at, at.channel.delete(at.address, message_id)):
            case "done":
                pieces = await carried_in(self._store, delivery)
                gone = (each.model_copy(update={"taken_down": True, "asked_at": asked_at}) for each in pieces)
                await self._remember(tuple(gone), pieces)
            case "refused":
                self._let_be.add(delivery.id)
            case "open":
                return

    async def _became(
        self, delivery: Delivery, at: Route, request: Awaitable[None]
    ) -> Literal["done", "refused", "open"]:
        """What became of a request about a message; `open`: it is made again later, and rests until then."""
        try:
            await request
        except Throttled as error:
            place = at.channel.place(at.address)
            self._sender.pace(at.channel).hold(place, self._clock.monotonic() + error.retry_after.total_seconds())
            return "open"
        except SendError as error:
            _log.info("%s was not edited: %s", delivery.id, error)
            if isinstance(error, NotSent | Uncertain | ChannelDown) and not isinstance(error, Moved):
                self._rest[delivery.id] = self._clock.monotonic() + _AGAIN
                return "open"
            return "refused"
        except Exception:  # noqa: BLE001 - as above; made again at once it would take the chat's whole pace
            _log.exception("%s broke while it was edited", delivery.id)
            self._rest[delivery.id] = self._clock.monotonic() + _AGAIN
            return "open"
        return "done"

    async def _remember(self, changed: tuple[Delivery, ...], given: tuple[Delivery, ...]) -> None:
        """What stands in the chat now."""
        id_ = given[0].id
        try:
            await self._store.commit(Change(deliveries=changed, given=given))
        except Overtaken:
            _log.info("%s changed while it was edited", id_)
        except StoreError as error:
            _log.error("the edit of %s could not be recorded: %s", id_, error)
            self._rest[id_] = self._clock.monotonic() + _AGAIN


def _is_told_by(delivery: Delivery) -> bool:
    """Whether by this a chat was told how an ask stands; what changed meanwhile it does not tell."""
    return delivery.state in ASKED and delivery.call is not None and delivery.call.kind == "status"
