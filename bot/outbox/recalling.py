"""撤回: what was sent by mistake is taken back, where a platform lets it, and is said to be void where it does not.

An admin's word is one commit (`recalled`): from then on nobody owes it, nothing follows it, and what of it has not gone
out does not. Its messages are taken down beside (`Recalls`), found by the record alone, so that a restart goes on with
it: those of a withdrawn ask that stand and were neither taken down nor told of.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.channels.routes import Routes
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, NotSent, Overtaken, SendError, StoreError, Throttled, Uncertain
from bot.language import say, sentence
from bot.ledger.deliveries import ASKED, Delivery, Issued, notice
from bot.ledger.entries import Entry
from bot.outbox.send import Sender
from bot.renderer.beside import headline_of
from bot.renderer.compose import short
from bot.store.protocol import Change, Reader, Store

WITHIN = timedelta(hours=48)
"""How long after it went out a message may be recalled: older ones are long read."""

_AGAIN, _IDLE = 30.0, 60.0
_KEPT_FOR = timedelta(days=3)
_log = logging.getLogger(__name__)


def recalled(issued: Issued, deliveries: Sequence[Delivery], by: Entry, now: datetime) -> Change:
    """An admin takes this back: `by` is the ledger's word of it, written for each chat in which it stands or would."""
    unsent = [each for each in deliveries if each.state in {"planned", "retrying"}]
    chats = [each.chat for each in deliveries if each.state not in {"failed", "missed", "withdrawn"}]
    return Change(
        entries=tuple(by.model_copy(update={"at": now, "chat": chat}) for chat in chats),
        issued=(issued.model_copy(update={"withdrawn": True}),),
        deliveries=tuple(each.become("withdrawn") for each in unsent),
        given=tuple(unsent),
    )


def was_recalled(deliveries: Sequence[Delivery]) -> bool:
    """Whether an ask that is withdrawn was taken back, and not dropped before anybody had read it."""
    return any(each.state in ASKED or each.state == "intended" for each in deliveries)


class Recalls:
    """Takes down what was recalled, within each chat's pace."""

    def __init__(self, store: Store, routes: Routes, clock: Clock, sender: Sender) -> None:
        self._store, self._routes, self._clock, self._sender = store, routes, clock, sender
        self._recalled: set[str] = set()
        self._let_be: set[str] = set()
        self._wake = asyncio.Event()
        self._asleep = False
        store.on_commit(self._heard)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being taken down."""
        return self._asleep and not self._wake.is_set()

    async def run(self) -> None:
        """For as long as it is let; what a stop left standing is found first."""
        self._recalled.update(each.occurrence for each in await self._store.all_issued() if each.withdrawn)
        while True:
            try:
                wait = await self.turn()
            except StoreError as error:
                _log.error("what was recalled waits for the store: %s", error)
                wait = _AGAIN
            self._asleep = True
            await sleep_until(self._wake, self._clock, wait)
            self._asleep = False

    async def turn(self) -> float:
        """Take down all that may be by now; seconds until the next look."""
        waits = [_IDLE]
        since = self._clock.now() - _KEPT_FOR
        for issued in [await self._store.issued(each) for each in tuple(self._recalled)]:
            if issued and issued.due >= since:
                taken = [await self._take(issued, each) for each in await standing(self._store, issued)]
                waits += [wait for wait in taken if wait]
        return min(waits)

    async def _take(self, issued: Issued, delivery: Delivery) -> float:
        """Take one message down, or have its chat told; how long that has to wait, 0 where it is done."""
        route, now = self._routes.to(delivery.chat), self._clock.monotonic()
        if route is None or delivery.id in self._let_be:
            return 0
        if delivery.message_id is None or delivery.state != "sent" or delivery.carries:
            return await self._tell(issued, delivery)
        channel, address = route.channel, delivery.address or route.address
        pace, place = self._sender.pace(channel), channel.place(address)
        if (wait := pace.wait(place, channel.is_group(address), now)) > 0:
            return wait
        pace.took(place, now)
        try:
            await channel.delete(address, delivery.message_id)
        except Throttled as error:
            pace.hold(place, now + error.retry_after.total_seconds())
            return error.retry_after.total_seconds()
        except (NotSent, Uncertain, ChannelDown) as error:
            _log.info("%s is not taken down yet: %s", delivery.id, error)
            return _AGAIN
        except SendError as error:
            _log.info("%s cannot be taken down: %s", delivery.id, error)
            return await self._tell(issued, delivery)
        down = delivery.model_copy(update={"taken_down": True})
        return await self._written(Change(deliveries=(down,), given=(delivery,)), delivery)

    async def _tell(self, issued: Issued, delivery: Delivery) -> float:
        """The message stands; its chat reads, once for all of them, that it is void."""
        now, terms = self._clock.now(), self._sender.terms
        when = short(delivery.sent_at or delivery.due, now, terms.zone)
        key = "message.recalled-ask" if issued.owing else "message.recalled"
        words = say(sentence(key, at=when, ask=headline_of(issued)), terms.lang)
        (told,) = notice(f"recalled/{issued.occurrence}", (delivery.chat,), words, now)
        wait = await self._written(Change(planned=(told.model_copy(update={"duty_alert": False}),)), delivery)
        if not wait:
            self._let_be.add(delivery.id)
        return wait

    async def _written(self, change: Change, of: Delivery) -> float:
        try:
            await self._store.commit(change)
        except (Overtaken, StoreError) as error:
            _log.error("%s: not on record: %s", of.id, error)
            return _AGAIN
        return 0

    def _heard(self, change: Change) -> None:
        self._recalled.update(new := {each.occurrence for each in change.issued if each.withdrawn})
        came = {each.call.of if each.call else each.occurrence for each in change.deliveries if not each.taken_down}
        if new or came & self._recalled:
            self._wake.set()


async def standing(store: Reader, issued: Issued) -> list[Delivery]:
    """The messages of a recalled ask that stand, and of what followed it, as those who read them have them."""
    own = await store.deliveries(occurrence=issued.occurrence)
    if not was_recalled(own):
        return []
    found = [each for each in (*own, *await store.calls(issued.occurrence)) if each.state in ASKED]
    return [each for each in found if not each.taken_down and not (each.call and each.call.kind == "status")]
