"""撤回: what was sent by mistake is taken back, where a platform lets it, and is said to be void where it does not.

An admin's word is one commit (`recalled`): from then on nobody owes it, nothing follows it, and what of it has not gone
out does not. Its messages are taken down beside (`Recalls`), found by the record alone, so that a restart goes on with
it: those of a withdrawn ask that stand and were neither taken down nor told of. No chat waits for another.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from structlog.contextvars import bound_contextvars

from bot.channels.routes import Route, Routes
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, NotSent, Overtaken, SendError, StoreError, Throttled, Uncertain
from bot.language import say, sentence
from bot.ledger.deliveries import ASKED, Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.send import Sender
from bot.outbox.wording import carried_in
from bot.planner.plan import end_of_quiet
from bot.renderer.beside import headline_of
from bot.renderer.compose import short
from bot.store.protocol import Change, Reader, Store

WITHIN = timedelta(hours=48)
"""How long after it went out a message may be recalled: older ones are long read."""

_AGAIN, _IDLE = 30.0, 60.0
_KEPT_FOR = timedelta(days=3)
_log = logging.getLogger(__name__)


def recalled(
    issued: Issued, deliveries: Sequence[Delivery], calls: Sequence[Delivery], by: Entry, now: datetime
) -> Change:
    """An admin takes this back, with all that follows it: `by` is the ledger's word of it, written for each chat in
    which it stands or would. Of two who do so at once one is overtaken.
    """
    unsent = tuple(each for each in (*deliveries, *calls) if each.state in {"planned", "retrying"})
    chats = [each.chat for each in deliveries if each.state not in {"failed", "missed", "withdrawn"}]
    return Change(
        entries=tuple(by.model_copy(update={"at": now, "chat": chat}) for chat in chats),
        issued=(issued.model_copy(update={"withdrawn": True}),),
        deliveries=tuple(each.become("withdrawn") for each in unsent),
        given=unsent,
        given_issued=(issued,),
    )


class Recalls:
    """Takes down what was recalled, within each chat's pace."""

    def __init__(self, store: Store, routes: Routes, clock: Clock, sender: Sender) -> None:
        self._store, self._routes, self._clock, self._sender = store, routes, clock, sender
        self._recalled: set[str] = set()
        self._let_be: set[str] = set()
        self._rest: dict[str, float] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._asleep = False
        store.on_commit(self._heard)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being taken down."""
        return self._asleep and not self._busy and not self._wake.is_set()

    async def run(self) -> None:
        """For as long as it is let; what a stop left standing is found first."""
        self._recalled.update(each.occurrence for each in await self._store.all_issued() if each.withdrawn)
        try:
            while True:
                try:
                    wait = await self.turn()
                except StoreError as error:
                    _log.error("what was recalled waits for the store: %s", error)
                    wait = _AGAIN
                self._asleep = True
                await sleep_until(self._wake, self._clock, wait)
                self._asleep = False
        finally:
            for task in self._busy.values():
                task.cancel()

    async def turn(self) -> float:
        """Begin to take down all that may be by now; seconds until the next look."""
        waits = [_IDLE]
        since = self._clock.now() - _KEPT_FOR
        for issued in [await self._store.issued(each) for each in tuple(self._recalled)]:
            if issued and issued.withdrawn and issued.due >= since:
                waits += [await self._take(issued, each) for each in await standing(self._store, issued)]
        return min(waits)

    async def _take(self, issued: Issued, delivery: Delivery) -> float:
        """Begin to take one message down, or have its chat told; how long that has to wait, at most until something
        is heard of it.
        """
        route, now = self._routes.to(delivery.chat), self._clock.monotonic()
        if route is None or delivery.id in self._let_be or delivery.is_to_settle or delivery.chat in self._busy:
            return _IDLE
        pieces = await self._in_one_message(delivery)
        first = pieces[0]
        if first.taken_down:
            return _IDLE
        if first.state != "sent" or not first.message_id or not await self._are_all_void(pieces):
            return await self._tell(issued, delivery)
        address = first.address or route.address
        pace, place = self._sender.pace(route.channel), route.channel.place(address)
        wait = max(pace.wait(place, route.channel.is_group(address), now), self._rest.get(first.id, now) - now)
        if wait > 0:
            return wait
        pace.took(place, now)
        with bound_contextvars(occurrence=delivery.occurrence, chat=delivery.chat):
            taking = self._take_down(issued, first.message_id, pieces, route, address)
            task = asyncio.create_task(taking, name=f"recall {first.id}")
        self._busy[delivery.chat] = task
        task.add_done_callback(lambda _: self._free(delivery.chat))
        return _IDLE

    def _free(self, chat: str) -> None:
        self._busy.pop(chat, None)
        self._wake.set()

    async def _in_one_message(self, delivery: Delivery) -> tuple[Delivery, ...]:
        """All that stands in the message in which this does, first the one that carries the others."""
        first = await self._store.delivery(delivery.carried_by or delivery.id)
        return await carried_in(self._store, first or delivery)

    async def _are_all_void(self, pieces: Sequence[Delivery]) -> bool:
        found = [await self._store.issued(about(each)) for each in pieces]
        return all(each is not None and each.withdrawn for each in found)

    async def _take_down(
        self, issued: Issued, message_id: str, pieces: tuple[Delivery, ...], route: Route, address: str
    ) -> None:
        channel, id_, asked_at = route.channel, pieces[0].id, self._clock.now()
        try:
            await channel.delete(address, message_id)
        except Throttled as error:
            until = self._clock.monotonic() + error.retry_after.total_seconds()
            self._sender.pace(channel).hold(channel.place(address), until)
        except (NotSent, Uncertain, ChannelDown) as error:
            _log.info("%s is not taken down yet: %s", id_, error)
            self._rest[id_] = self._clock.monotonic() + _AGAIN
        except SendError as error:
            _log.info("%s cannot be taken down: %s", id_, error)
            if await self._tell(issued, pieces[0]) == _AGAIN:
                self._rest[id_] = self._clock.monotonic() + _AGAIN
        else:
            down = tuple(each.model_copy(update={"taken_down": True, "asked_at": asked_at}) for each in pieces)
            if not await self._is_written(Change(deliveries=down, given=pieces), id_):
                self._rest[id_] = self._clock.monotonic() + _AGAIN

    async def _tell(self, issued: Issued, delivery: Delivery) -> float:
        """The message stands; its chat reads, once for all of them, that it is void. What only went with another is
        void with that one.
        """
        if not (delivery.call and delivery.call.asks_nobody):
            now, terms = self._clock.now(), self._sender.terms
            read_at = end_of_quiet(terms.quiet, now.astimezone(terms.zone))
            when = short(delivery.sent_at or delivery.due, read_at, terms.zone)
            key = "message.recalled-ask" if issued.owing else "message.recalled"
            words = say(sentence(key, at=when, ask=headline_of(issued)), terms.lang)
            told = Delivery(occurrence=f"notice/recalled/{issued.occurrence}", chat=delivery.chat, due=now, text=words)
            if not await self._is_written(Change(planned=(told,)), delivery.id):
                return _AGAIN
        self._let_be.add(delivery.id)
        return _IDLE

    async def _is_written(self, change: Change, of: str) -> bool:
        try:
            await self._store.commit(change)
        except (Overtaken, StoreError) as error:
            _log.error("%s: not on record: %s", of, error)
            return False
        return True

    def _heard(self, change: Change) -> None:
        self._recalled.update(new := {each.occurrence for each in change.issued if each.withdrawn})
        came = {about(each) for each in change.deliveries if not each.taken_down}
        if new or came & self._recalled:
            self._wake.set()


async def standing(store: Reader, issued: Issued) -> list[Delivery]:
    """The messages of a recalled ask that stand, or of which nobody knows, and of what followed it. What an edit
    dropped before anybody had read it was never recalled.
    """
    own = await store.deliveries(occurrence=issued.occurrence)
    if not any(each.may_be_read for each in own):
        return []
    here = [each for chat in issued.chats for each in await store.deliveries(chat=chat)]
    asking = [each for each in here if each.question and each.question.of == issued.occurrence]
    found = [*own, *await store.calls(issued.occurrence), *asking]
    return [each for each in found if not each.taken_down and _is_before_somebody(each)]


def _is_before_somebody(delivery: Delivery) -> bool:
    return delivery.state in ASKED or (delivery.state == "withdrawn" and delivery.doubts > 0)


def about(delivery: Delivery) -> str:
    """The occurrence that a message is, or that it follows."""
    if delivery.call:
        return delivery.call.of
    return delivery.question.of if delivery.question else delivery.occurrence
