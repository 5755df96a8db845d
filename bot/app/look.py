"""A look at what is due: occurrences to issue, asks to climb, campaigns to close; and when there is something next."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.app.in_force import InForce
from bot.app.timer import Looks
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import HoldLost, StoreError, StoreUnwritable
from bot.language import Lang, say, sentence
from bot.outbox.climb import Climb, Ground
from bot.outbox.closing import close
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.outbox.tick import tick
from bot.planner.plan import season
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_LOOK_AGAIN = timedelta(seconds=15)


class Bot(Protocol):
    """What a look goes by; all of it may change while the bot runs."""

    in_force: InForce
    terms: Terms
    lang: Lang
    caught_up: dict[str, datetime]
    """The moment of which all that was said by then on a platform has come in and was dealt with."""


class Lookout:
    """One bot's looks, one at a time. `asked` tells the timer that a look is wanted before the next one is due."""

    def __init__(self, store: Store, clock: Clock, routes: Routes, bot: Bot, done: Callable[[], None]) -> None:
        self._store, self._clock, self._routes, self._bot, self._done = store, clock, routes, bot, done
        self.lock = asyncio.Lock()
        self.climb = Climb(store)
        self.timer: Looks | None = None
        self.next: datetime | None = None
        """When something is due next, as of the last look."""
        self.last: float | None = None
        """When it last looked at what is due, whatever came of it: seconds on the monotonic clock."""
        self._asked = False
        self.climb.look_now = self._ask

    @property
    def at_rest(self) -> bool:
        """Whether no look is under way or wanted."""
        return not self.lock.locked() and not self._asked

    async def look(self) -> datetime | None:
        """Do what is due; the moment of the next look, an early one where the store refused."""
        async with self.lock:
            self._asked = False
            now = self._clock.now()
            moments = [await self._done_of(part, now) for part in (self._issued, self._climbed, self._closed)]
            self.next = min((each for each in moments if each), default=None)
            self.last = self._clock.monotonic()
            self._done()
            return self.next

    async def _issued(self, now: datetime) -> datetime | None:
        what = self._bot.in_force
        await tick(self._store, what.schedule, what.messages, self._bot.terms, now, what.version)
        return next((each.due for each in season(what.schedule) if each.due > now), None)

    async def _climbed(self, now: datetime) -> datetime | None:
        return await self.climb.look(Ground(self._bot.in_force.schedule, self._bot.terms, self._is_heard), now)

    async def _closed(self, now: datetime) -> datetime | None:
        return await close(self._store, self._bot.in_force.schedule, self._bot.lang, now)

    async def _done_of(self, part: Callable[[datetime], Awaitable[datetime | None]], now: datetime) -> datetime | None:
        """One part of a look: a disk that refuses one keeps none of the others from its alerts."""
        try:
            return await part(now)
        except StoreError as error:
            _log.error("what is due waits for the store: %s", error)
            await self._cry_out(error, now)
            return now + _LOOK_AGAIN

    async def _cry_out(self, error: StoreError, now: datetime) -> None:
        """A disk that takes nothing is told to the admins, once a day, without waiting for it."""
        if not isinstance(error, StoreUnwritable) or isinstance(error, HoldLost):
            return
        terms = self._bot.terms
        words = say(sentence("service.disk-refuses", why=error.sentence), self._bot.lang)
        told = notice_to_admins(terms.admins, f"disk/{now.astimezone(terms.zone):%Y-%m-%d}", words, now)
        if unheard := tuple([each for each in told if await self._store.delivery(each.id) is None]):
            await self._store.carry(Change(planned=unheard))

    def _is_heard(self, chat: str, by: datetime) -> bool:
        """Whether all that was said in a chat by that moment has come: a poll of its platform has ended since. The
        board keeps nothing back.
        """
        route = self._routes.to(chat)
        if route is None or route.channel.keeps is None:
            return True
        last = self._bot.caught_up.get(route.channel.name)
        return last is not None and last >= by

    def _ask(self) -> None:
        self._asked = True
        if self.timer:
            self.timer.look_now()
