"""The sender: which chat is sent to next, and when. No chat waits for another."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from structlog.contextvars import bound_contextvars

from bot.channels.protocol import Channel
from bot.channels.routes import Route, Routes
from bot.clock import Clock, sleep_until, turn
from bot.errors import HoldLost, Overtaken, StoreError, StoreUnwritable
from bot.ledger.deliveries import Delivery
from bot.outbox import outcome
from bot.outbox.agenda import Agenda, Turn
from bot.outbox.calls import is_wanted
from bot.outbox.decide import decide
from bot.outbox.deliver import Courier, Parcel
from bot.outbox.pace import Pace
from bot.outbox.restart import judge, remember_pace
from bot.outbox.terms import Terms
from bot.outbox.wording import Piece
from bot.renderer.compose import is_late
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_AFRESH = 15.0
"""Seconds after which everything is looked at again, whatever was heard: clocks are set, notices are lost."""
_STORE_REST = 1.0
_LOOK_AGAIN = timedelta(seconds=_STORE_REST)
_MOST_TOGETHER = 10
_AT_A_TIME = 200


class Sender:
    """Sends what the store holds as unfinished, at most one request a chat at a time.

    `terms` may be replaced while it runs. While `paused` only the admins are told things, and nothing is called missed.
    Duty alerts overtake broadcasts; within a class the chat that was served longest ago goes first.
    """

    def __init__(self, store: Store, routes: Routes, clock: Clock, terms: Terms) -> None:
        self.terms = terms
        self.paused = False
        self.look_first: Callable[[], None] = lambda: None
        """Called before anything is decided or begun: a pause that was ordered this instant counts already."""
        self._store, self._routes, self._clock = store, routes, clock
        self._paces: dict[str, Pace] = {}
        self._agenda = Agenda()
        self._parcels: dict[str, Parcel] = {}
        self._courier = Courier(store, routes, clock, self)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._served: dict[str, float] = {}
        self._dead: dict[str, str] = {}
        self._afresh: float | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._asleep = False
        self.next_look: float | None = None
        """The monotonic moment until which something that is due has to wait; None while nothing has."""
        store.on_commit(self._heard)

    def wake(self) -> None:
        """Look at everything again now: the schedule, the clock or the ways out may have changed."""
        self._afresh = None
        self._wake.set()

    def pace(self, channel: Channel) -> Pace:
        """The pace of a platform; edits and replies share it."""
        return self._paces.setdefault(channel.name, Pace(channel.limits))

    @property
    def at_rest(self) -> bool:
        """Whether nothing is under way, and nothing may go before the next look."""
        return self._asleep and not self._busy and not self._courier.unwritten and not self._wake.is_set()

    async def run(self) -> None:
        """Send until `stop`, at the pace that was kept before a restart."""
        await remember_pace(self._store, self._routes, self._clock, self.pace)
        while not self._stopping:
            try:
                wait = await self.turn()
            except StoreError as error:
                _log.error("the outbox waits for the store: %s", error)
                self._afresh, wait = None, _STORE_REST
            self._asleep = True
            await sleep_until(self._wake, self._clock, wait)
            self._asleep = False

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is in flight. Who waits no longer lets go of it."""
        self._stopping = True
        self._wake.set()
        try:
            while under_way := {*self._busy.values(), *self._courier.unwritten.values()}:
                await asyncio.wait(under_way)
        finally:
            for task in (*self._busy.values(), *self._courier.unwritten.values()):
                task.cancel()

    async def turn(self) -> float:
        """Look at every chat of which there is news and begin what may go now; seconds until the next look."""
        self.look_first()
        await self._look_afresh()
        now, missed = self._clock.now(), list[Delivery]()
        for count, chat in enumerate(self._agenda.to_look_at(self._clock.monotonic()), 1):
            if chat not in self._busy:
                missed += await self._considered(chat, now)
            if count % _AT_A_TIME == 0:
                await turn()
        if missed:
            await self._put_on_record(outcome.missed(missed, self.terms, now))
        waits = [wait for platform in self._agenda.platforms() if (wait := self._begin_next(platform)) is not None]
        monotonic = self._clock.monotonic()
        if (moment := self._agenda.next_moment()) is not None:
            waits.append(moment - monotonic)
        self.next_look = monotonic + max(min(waits), 0.0) if waits else None
        return max(min([*waits, _AFRESH]), 0.001)

    # What there is to be done.

    async def _look_afresh(self) -> None:
        """From time to time, and when something changed of which no commit tells, every chat is looked at."""
        monotonic = self._clock.monotonic()
        if self._afresh is not None and monotonic < self._afresh:
            return
        self._afresh = monotonic + _AFRESH
        self._dead = dict(await self._store.marks(outcome.DEAD))
        self._agenda.look_at(each.chat for each in await self._store.deliveries(unfinished=True))

    def _heard(self, change: Change) -> None:
        """A commit: its chats are looked at, and a chat that was revived with all that waits for it."""
        for name, value in change.marks.items():
            if name.startswith(outcome.DEAD):
                self._dead.pop(name, None)
                if value is not None:
                    self._dead[name] = value
        chats = {each.chat for each in (*change.planned, *change.deliveries)}
        if chats:
            self.look_at(chats)

    def look_at(self, chats: Iterable[str]) -> None:
        """Something may go to these chats by now."""
        self._agenda.look_at(chats)
        self._wake.set()

    async def _considered(self, chat: str, now: datetime) -> list[Delivery]:
        """As `_consider`; a bug costs only the chat that it befell."""
        try:
            return await self._consider(chat, now)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - nobody foresaw it, and the others' alerts must go out
            _log.exception("%s cannot be looked at", chat)
            return []

    async def _consider(self, chat: str, now: datetime) -> list[Delivery]:
        """Queue a chat for what may go there now, or note when to look again; returns what is too late.

        What is intended and not under way was left so by a crash, and is judged.
        """
        missed, sendable, resting, soonest = list[Delivery](), list[Piece](), list[Piece](), list[datetime]()
        for delivery in await self._store.deliveries(chat=chat, unfinished=True):
            if delivery.id in self._courier.unwritten or (self.paused and not self._goes_all_the_same(delivery)):
                continue
            issued = await self._store.issued(delivery.occurrence)
            if delivery.state == "intended":
                change = await judge(delivery, issued, self._routes, self.terms, now)
                if not await self._put_on_record(replace(change, given=(delivery,))):
                    soonest.append(now + _LOOK_AGAIN)
                continue
            if not await is_wanted(self._store, delivery, now):
                await self._put_on_record(outcome.called_off(delivery))
                continue
            decision = decide(delivery, issued, now, self.terms.quiet, self.terms.zone)
            match decision.what:
                case "miss" if delivery.doubts:
                    await self._put_on_record(outcome.held(delivery, self.terms, now))
                case "miss":
                    missed.append(delivery)
                case "wait":
                    soonest.append(decision.at)
                    resting.append(Piece(delivery, issued))
                case "send":
                    sendable.append(Piece(delivery, issued))
        if soonest:
            self._agenda.look_later(chat, self._clock.monotonic() + (min(soonest) - now).total_seconds())
        if sendable and (route := self._routes.to(chat)):
            await self._queue(chat, sendable, resting, route, now)
        return missed

    async def _queue(self, chat: str, sendable: list[Piece], resting: list[Piece], route: Route, now: datetime) -> None:
        if why := self._given_up(chat, route):
            await self._put_on_record(outcome.in_dead_chat([each.delivery for each in sendable], why, now))
            return
        parcel = self._parcel(sorted(sendable, key=_urgency), resting, now)
        first = parcel[0].delivery
        self._parcels[chat] = parcel
        self._agenda.queue(
            route.channel.name,
            Turn(not first.is_urgent, self._served.get(chat, 0.0), first.due, first.id, chat),
        )

    async def _put_on_record(self, change: Change) -> bool:
        """What becomes of deliveries without a request. False where it is to be looked at again: another was faster, or
        the disk refuses, which must keep no duty alert from crying out; what concerns only such is carried.
        """
        try:
            await self._store.commit(change)
        except HoldLost:
            raise
        except (Overtaken, StoreUnwritable) as error:
            _log.error("%s: not on record: %s", change.deliveries[0].id, error)
            if isinstance(error, StoreUnwritable) and all(each.duty_alert for each in change.deliveries):
                await self._store.carry(change)
            return False
        return True

    def _parcel(self, sendable: Sequence[Piece], resting: Sequence[Piece], now: datetime) -> Parcel:
        """What goes in one request: the first by itself, or with everything else for this chat that is late like it, or
        asks again like it, what rests before it is tried again included.
        """
        if (kind := self._goes_with(sendable[0], now)) is None:
            return (sendable[0],)
        rested = [each for each in resting if self._goes_but_for_its_rest(each, now)]
        together = sorted([*sendable, *rested], key=_urgency)
        return tuple(each for each in together if self._goes_with(each, now) == kind)[:_MOST_TOGETHER]

    def _goes_but_for_its_rest(self, piece: Piece, now: datetime) -> bool:
        rested = piece.delivery.model_copy(update={"not_before": None})
        return decide(rested, piece.issued, now, self.terms.quiet, self.terms.zone).what == "send"

    def _goes_with(self, piece: Piece, now: datetime) -> Literal["late", "calls"] | None:
        """With which others it goes in one message; None: by itself."""
        delivery = piece.delivery
        if delivery.doubts or delivery.id in self._courier.by_itself:
            return None
        if delivery.call:
            return "calls" if delivery.call.asks_again else None
        return "late" if piece.issued is not None and is_late(delivery.due, now) else None

    def still_goes(self, parcel: Parcel) -> bool:
        """Whether all of it may go at this instant too: since it was decided the process may have stood still for
        hours (stopped, or suspended with the machine), or been paused.
        """
        self.look_first()
        now = self._clock.now()
        return all(
            self._goes_but_for_its_rest(each, now) and (not self.paused or self._goes_all_the_same(each.delivery))
            for each in parcel
        )

    def _given_up(self, chat: str, route: Route) -> str | None:
        """Why nothing is asked of this chat, at the address that it has."""
        address, _, why = self._dead.get(f"{outcome.DEAD}{chat}", "").partition(" ")
        return why if address == route.address else None

    def _goes_all_the_same(self, delivery: Delivery) -> bool:
        return delivery.is_notice and delivery.chat in self.terms.admins

    # Who goes.

    def _begin_next(self, platform: str) -> float | None:
        """Begin all that this platform takes now; how long the next one has to wait for the platform, None: nobody."""
        while not self._stopping and (next_ := self._agenda.next(platform)):
            chat, monotonic = next_.chat, self._clock.monotonic()
            route = self._routes.to(chat)
            if route is None or route.channel.name != platform or chat in self._busy:
                self._agenda.take(platform)
                continue
            pace = self.pace(route.channel)
            if (wait := pace.wait_in_all(monotonic, urgent=not next_.leisurely)) > 0:
                return wait
            self._agenda.take(platform)
            place, group = route.channel.place(route.address), route.channel.is_group(route.address)
            if (wait := pace.wait_at(place, group, monotonic)) > 0:
                self._agenda.look_later(chat, monotonic + wait)
            else:
                self._begin(chat, route, pace)
        return None

    def _begin(self, chat: str, route: Route, pace: Pace) -> None:
        parcel, monotonic = self._parcels.pop(chat), self._clock.monotonic()
        pace.began(route.channel.place(route.address), monotonic)
        self._served[chat] = monotonic
        first = parcel[0].delivery
        with bound_contextvars(occurrence=first.occurrence, chat=chat):
            task = asyncio.create_task(self._courier.deliver(parcel, route), name=f"send {first.id}")
        self._busy[chat] = task
        task.add_done_callback(lambda _: self._free(chat))

    def _free(self, chat: str) -> None:
        self._busy.pop(chat, None)
        self.look_at((chat,))


def _urgency(piece: Piece) -> tuple[bool, datetime, str]:
    return piece.delivery.urgency
