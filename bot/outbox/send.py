"""The sender: write the intent, send, write the result; try again, give up loudly. No chat waits for another."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime

from structlog.contextvars import bound_contextvars

from bot.channels.protocol import Message, Receipt
from bot.channels.routes import Route, Routes
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, Moved, NotSent, Overtaken, Refused, SendError, StoreError, Throttled, Uncertain
from bot.language import sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.outbox import outcome
from bot.outbox.decide import decide
from bot.outbox.pace import Pace
from bot.outbox.terms import Terms
from bot.outbox.wording import message_of
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_IDLE = 15.0
_STORE_REST = 1.0


class Sender:
    """Sends what the store holds as unfinished, at most one request a chat at a time.

    `terms` may be replaced while it runs. Duty alerts overtake broadcasts; within a class the earlier due goes
    first. `wake` makes it look at once.
    """

    def __init__(self, store: Store, routes: Routes, clock: Clock, terms: Terms) -> None:
        self.terms = terms
        self._store, self._routes, self._clock = store, routes, clock
        self._paces: dict[str, Pace] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._asleep = False
        self.next_look: float | None = None
        """The monotonic moment until which something that is due has to wait; None while nothing has."""
        store.on_commit(self._heard)

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def _heard(self, change: Change) -> None:
        if change.planned:
            self._wake.set()

    def pace(self, route: Route) -> Pace:
        """The pace of a route's platform; edits share it."""
        return self._paces.setdefault(route.channel.name, Pace(route.channel.limits))

    @property
    def at_rest(self) -> bool:
        """Whether nothing is under way, and nothing may go before the next look."""
        return self._asleep and not self._busy and not self._wake.is_set()

    async def run(self) -> None:
        """Send until `stop`."""
        while not self._stopping:
            try:
                wait = await self.turn()
            except StoreError as error:
                _log.error("the outbox waits for the store: %s", error)
                wait = 1.0
            self._asleep = True
            await sleep_until(self._wake, self._clock, wait)
            self._asleep = False

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is in flight."""
        self._stopping = True
        self._wake.set()
        if self._busy:
            await asyncio.wait(self._busy.values())

    async def turn(self) -> float:
        """Look at everything that is unfinished and begin what may go now; seconds until the next look.

        What is intended and not under way was left so by a crash, and is judged.
        """
        now = self._clock.now()
        missed: list[Delivery] = []
        waits = [_IDLE]
        busy = set(self._busy)
        unfinished = await self._store.deliveries(unfinished=True)
        for delivery in sorted(unfinished, key=lambda each: (not each.duty_alert, each.due, each.id)):
            if delivery.chat in busy or delivery.chat in self._busy:
                continue
            issued = await self._store.issued(delivery.occurrence)
            if delivery.state == "intended":
                await self._judge(delivery, issued, now)
                continue
            decision = decide(delivery, issued, now, self.terms.quiet, self.terms.zone)
            if decision.what == "miss" and delivery.doubts:
                await self._store.commit(outcome.held(delivery, self.terms, now))
            elif decision.what == "miss":
                missed.append(delivery)
            elif decision.what == "wait":
                waits.append((decision.at - now).total_seconds())
            elif route := self._routes.to(delivery.chat):
                group = route.channel.is_group(route.address)
                wait = self.pace(route).wait(route.address, group, self._clock.monotonic())
                if wait > 0:
                    waits.append(wait)
                else:
                    self._begin(delivery, issued, route)
        if missed:
            await self._store.commit(outcome.missed(missed, self.terms, now))
        wait = max(min(waits), 0.01)
        self.next_look = self._clock.monotonic() + wait if len(waits) > 1 else None
        return wait

    def _begin(self, delivery: Delivery, issued: Issued | None, route: Route) -> None:
        self.pace(route).took(route.address, self._clock.monotonic())
        with bound_contextvars(occurrence=delivery.occurrence, chat=delivery.chat):
            task = asyncio.create_task(self._deliver(delivery, issued, route), name=f"send {delivery.id}")
        self._busy[delivery.chat] = task
        task.add_done_callback(lambda _: self._free(delivery.chat))

    def _free(self, chat: str) -> None:
        self._busy.pop(chat, None)
        self._wake.set()

    async def _deliver(self, delivery: Delivery, issued: Issued | None, route: Route) -> None:
        try:
            started = self._clock.now()
            due_by = outcome.deadline_from(delivery, issued, started)
            asked = delivery.model_copy(update={"deadline": due_by})
            message = await message_of(self._store, asked, issued, route.platform, started, self.terms)
            intent = outcome.intended(delivery, message, route.address, due_by)
            await self._store.commit(intent)
        except Overtaken:
            return
        except StoreError as error:
            _log.error("%s waits, its intent cannot be written: %s", delivery.id, error)
            await self._clock.sleep(_STORE_REST)
            return
        except Exception as error:  # noqa: BLE001 - a bug costs only the delivery that it befell
            _log.exception("%s broke before it was sent", delivery.id)
            again = outcome.retry(delivery, _broken(NotSent, error), self._clock.now())
            await self._record(replace(again, given=(delivery,)))
            return
        await self._record(await self._attempt(intent.deliveries[0], issued, route, message, started))

    async def _attempt(
        self, delivery: Delivery, issued: Issued | None, route: Route, message: Message, started: datetime
    ) -> Change:
        """One request, and what becomes of the delivery by it."""
        try:
            receipt = await route.channel.send(route.address, message)
        except SendError as error:
            _log.warning("%s to %s: %s", delivery.id, route.channel.name, error)
            return self._after_error(delivery, issued, route, error)
        except Exception as error:  # noqa: BLE001 - as above; it may have left
            _log.exception("%s broke while it was sent", delivery.id)
            return self._after_error(delivery, issued, route, _broken(Uncertain, error))
        return outcome.sent(delivery, route.channel.name, receipt, started, self._clock.now())

    def _after_error(self, delivery: Delivery, issued: Issued | None, route: Route, error: SendError) -> Change:
        now, pace = self._clock.now(), self.pace(route)
        match error:
            case Uncertain():
                return outcome.uncertain(delivery, issued, error.sentence, self.terms, now)
            case ChannelDown():
                pace.hold(None, self._clock.monotonic() + outcome.CHANNEL_REST.total_seconds())
                return outcome.channel_down(delivery, route.channel.name, error, self.terms, now)
            case Moved():
                self._routes.moved[f"{route.channel.name}:{route.address}"] = error.new_address
                return outcome.moved(delivery, route, error.new_address, self.terms, now)
            case Throttled():
                pace.hold(route.address, self._clock.monotonic() + error.retry_after.total_seconds())
                return outcome.retry(delivery, error, now)
            case Refused():
                return outcome.failed(delivery, error, self.terms, now)
            case _:
                return outcome.retry(delivery, error, now)

    async def _record(self, change: Change) -> None:
        """The result must reach the disk, however long the disk refuses: nothing else knows it."""
        while True:
            try:
                await self._store.commit(change)
            except Overtaken:
                return
            except StoreError as error:
                _log.error("a result waits to be written: %s", error)
                await self._clock.sleep(_STORE_REST)
            else:
                return

    async def _judge(self, delivery: Delivery, issued: Issued | None, now: datetime) -> None:
        """A request that was under way when it was cut off: perhaps it arrived."""
        route = self._routes.to(delivery.chat)
        arrived = await route.channel.can_tell(delivery.address or "", delivery.text or "") if route else None
        if arrived is None or route is None:
            why = sentence("service.ended-while-sending")
            change = outcome.uncertain(delivery, issued, why, self.terms, now)
        elif arrived:
            change = outcome.sent(delivery, route.channel.name, Receipt(None), now, now)
        else:
            change = outcome.never_left(delivery)
        await self._store.commit(change)
        self.wake()


def _broken(kind: type[SendError], error: Exception) -> SendError:
    """A bug, as an outcome. Its text may hold anything, so only its name is told."""
    return kind(sentence("service.broke", what=type(error).__name__))
