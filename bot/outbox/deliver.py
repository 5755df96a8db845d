"""One request: the intent on disk before it leaves, the result after, whatever disk and platform do meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.channels.protocol import Channel, Message
from bot.channels.routes import Route, Routes
from bot.clock import Clock
from bot.errors import (
    ChannelDown,
    ChatGone,
    HoldLost,
    Moved,
    NotSent,
    Overtaken,
    Refused,
    SendError,
    StoreError,
    StoreUnwritable,
    Throttled,
    Uncertain,
)
from bot.language import sentence
from bot.ledger.deliveries import Delivery
from bot.outbox import outcome
from bot.outbox.calls import narrowed
from bot.outbox.mentions import mentions_beside
from bot.outbox.pace import Pace
from bot.outbox.terms import Terms
from bot.outbox.wording import Piece, message_with
from bot.store.protocol import Change, Store

Parcel = tuple[Piece, ...]
"""What goes in one request to one chat; the first carries the others."""

_log = logging.getLogger(__name__)
_STORE_REST = 1.0


class Ground(Protocol):
    """What a request stands on, as it is at this instant."""

    terms: Terms

    def pace(self, channel: Channel) -> Pace:
        """The pace of a platform."""

    def still_goes(self, parcel: Parcel) -> bool:
        """Whether all of it may go now."""

    def look_at(self, chats: Iterable[str]) -> None:
        """Something may go to these chats by now."""


class Courier:
    """Carries parcels out. `by_itself` are the deliveries that a platform refused together with others, `unwritten`
    those of which the disk has not taken yet what became of them, with who waits for it.
    """

    def __init__(self, store: Store, routes: Routes, clock: Clock, ground: Ground) -> None:
        self._store, self._routes, self._clock, self._ground = store, routes, clock, ground
        self.by_itself: set[str] = set()
        self.unwritten: dict[str, asyncio.Task[None]] = {}

    async def deliver(self, parcel: Parcel, route: Route) -> None:
        """Send it, and put on record what came of it; never raises."""
        started = self._clock.now()
        try:
            parcel, dated, message = await self._worded(parcel, route, started)
            if not dated:
                return
            intent = outcome.intended(_deliveries(dated), _deliveries(parcel), message, route.address, started)
            await self._written(intent)
        except Overtaken:
            return
        except StoreError as error:
            _log.error("%s waits, its intent cannot be written: %s", parcel[0].delivery.id, error)
            await self._clock.sleep(_STORE_REST)
            return
        except Exception as error:  # noqa: BLE001 - a bug costs only the deliveries that it befell
            _log.exception("%s broke before it was sent", parcel[0].delivery.id)
            broken = _broken(NotSent, error)
            again = self._each(parcel, lambda each: outcome.retry(each.delivery, broken, started))
            await self._record(replace(again, given=_deliveries(parcel)))
            return
        leaving = tuple(replace(piece, delivery=each) for piece, each in zip(dated, intent.deliveries, strict=True))
        await self._in_turn(parcel, route)
        if await self._concerns_the_same(leaving) and self._ground.still_goes(parcel):
            await self._record(await self._attempt(leaving, route, message, started))
        else:
            await self._record(self._each(leaving, lambda each: outcome.never_left(each.delivery)))

    async def _in_turn(self, parcel: Parcel, route: Route) -> None:
        """What a slow disk held up leaves one after the other."""
        pace, urgent = self._ground.pace(route.channel), parcel[0].delivery.is_urgent
        while (wait := pace.wait_to_leave(self._clock.monotonic(), urgent=urgent)) > 0:
            await self._clock.sleep(wait)
        pace.leaves(self._clock.monotonic())

    async def _concerns_the_same(self, parcel: Parcel) -> bool:
        """Whether who owes is at this instant whom the message asks: an answer may have come since it was worded."""
        now = self._clock.now()
        try:
            return [await narrowed(self._store, each, now) for each in _deliveries(parcel)] == list(_deliveries(parcel))
        except StoreError as error:
            _log.error("%s waits, who owes cannot be read: %s", parcel[0].delivery.id, error)
            return False

    async def _as_it_leaves(self, piece: Piece, started: datetime) -> Piece | None:
        """A piece with the deadline that this message tells, or a call with those alone who owe; None: nobody does."""
        if (delivery := await narrowed(self._store, piece.delivery, started)) is None:
            return None
        if delivery.call:
            return Piece(delivery, None)
        due_by = outcome.deadline_from(delivery, piece.issued, started)
        return replace(piece, delivery=delivery.model_copy(update={"deadline": due_by}))

    async def _worded(self, parcel: Parcel, route: Route, started: datetime) -> tuple[Parcel, Parcel, Message]:
        """As many as one message holds and still concern somebody: as they were, as they leave, and the message. What
        still rests makes room first, or it would be tried in the place of what may go.
        """
        found = [(each, left) for each in parcel if (left := await self._as_it_leaves(each, started))]
        if not found:
            return (), (), Message("")
        terms, to = self._ground.terms, route.platform
        while True:
            dated = tuple(left for _, left in found)
            message = await message_with(self._store, dated, to, started, terms, presses=route.presses)
            if len(found) == 1 or route.channel.fit(message).fits:
                return tuple(each for each, _ in found), dated, message
            resting = [each for each in found if (until := each[0].delivery.not_before) and until > started]
            found.remove((resting or found)[-1])

    async def _attempt(self, parcel: Parcel, route: Route, message: Message, started: datetime) -> Change:
        """One request, and what becomes of its deliveries by it."""
        try:
            receipt = await route.channel.send(route.address, message)
        except SendError as error:
            _log.warning("%s to %s: %s", parcel[0].delivery.id, route.channel.name, error)
            return self._after_error(parcel, route, error)
        except Exception as error:  # noqa: BLE001 - as above; it may have left
            _log.exception("%s broke while it was sent", parcel[0].delivery.id)
            return self._after_error(parcel, route, _broken(Uncertain, error))
        now = self._clock.now()
        name = route.channel.name
        change = self._each(parcel, lambda each: outcome.sent(each.delivery, name, receipt, started, now))
        gone = ((each.delivery, each.issued) for each in parcel)
        beside = Change(planned=mentions_beside(gone, route.platform, self._ground.terms, now))
        lacking = outcome.unreached(parcel[0].delivery.chat, receipt, self._ground.terms, now)
        return outcome.together((change, beside, lacking))

    def _after_error(self, parcel: Parcel, route: Route, error: SendError) -> Change:
        now, terms, monotonic = self._clock.now(), self._ground.terms, self._clock.monotonic()
        name, place = route.channel.name, route.channel.place(route.address)
        match error:
            case Uncertain():
                why = error.sentence
                return self._each(parcel, lambda each: outcome.uncertain(each.delivery, each.issued, why, terms, now))
            case ChannelDown():
                self._ground.pace(route.channel).hold(None, monotonic + outcome.CHANNEL_REST.total_seconds())
                return self._each(parcel, lambda each: outcome.channel_down(each.delivery, name, error, terms, now))
            case Moved():
                self._routes.moved[f"{name}:{route.address}"] = error.new_address
                return self._each(
                    parcel, lambda each: outcome.moved(each.delivery, route, error.new_address, terms, now)
                )
            case Throttled():
                self._ground.pace(route.channel).hold(place, monotonic + error.retry_after.total_seconds())
                return self._each(parcel, lambda each: outcome.throttled(each.delivery, route, error, now))
            case ChatGone():
                return self._each(
                    parcel, lambda each: outcome.chat_gone(each.delivery, route.address, error, terms, now)
                )
            case Refused() if len(parcel) > 1:
                self.by_itself.update(each.id for each in _deliveries(parcel))
                return self._each(parcel, lambda each: outcome.alone(each.delivery))
            case Refused():
                return self._each(parcel, lambda each: outcome.failed(each.delivery, error, terms, now))
            case _:
                return self._each(parcel, lambda each: outcome.retry(each.delivery, error, now))

    @staticmethod
    def _each(parcel: Parcel, becomes: Callable[[Piece], Change]) -> Change:
        return outcome.together(becomes(piece) for piece in parcel)

    # What the disk does not take.

    async def _written(self, intent: Change) -> None:
        """The intent is on disk, or it is a duty alert's, which cries out though the disk refuses."""
        try:
            await self._store.commit(intent)
        except HoldLost:
            raise
        except StoreUnwritable as error:
            if not all(each.duty_alert for each in intent.deliveries):
                raise
            _log.error("%s goes out unrecorded: %s", intent.deliveries[0].id, error)
            await self._store.carry(intent)

    async def _record(self, change: Change) -> None:
        """The result must reach the disk, however long the disk refuses: nothing else knows it. No chat waits for that:
        a duty alert's is carried until then, and of anything else nothing is claimed meanwhile.
        """
        try:
            if await self._is_written(change):
                return
            if all(each.duty_alert for each in change.deliveries):
                await self._store.carry(change)
                return
        except HoldLost as error:
            _log.critical("a result cannot be written any more: %s", error)
            return
        task = asyncio.create_task(self._insist(change), name=f"write {change.deliveries[0].id}")
        self.unwritten.update((each.id, task) for each in change.deliveries)
        task.add_done_callback(lambda _: self._let_go(change))

    async def _insist(self, change: Change) -> None:
        try:
            while not await self._is_written(change):
                await self._clock.sleep(_STORE_REST)
        except HoldLost as error:
            _log.critical("a result cannot be written any more: %s", error)

    def _let_go(self, change: Change) -> None:
        for each in change.deliveries:
            self.unwritten.pop(each.id, None)
        self._ground.look_at(each.chat for each in change.deliveries)

    async def _is_written(self, change: Change) -> bool:
        """Whether there is nothing left to write. Raises `HoldLost`."""
        try:
            await self._store.commit(change)
        except Overtaken:
            return True
        except HoldLost:
            raise
        except StoreError as error:
            _log.error("a result waits to be written: %s", error)
            return False
        return True


def _deliveries(parcel: Parcel) -> tuple[Delivery, ...]:
    return tuple(each.delivery for each in parcel)


def _broken(kind: type[SendError], error: Exception) -> SendError:
    """A bug, as an outcome. Its text may hold anything, so only its name is told."""
    return kind(sentence("service.broke", what=type(error).__name__))
