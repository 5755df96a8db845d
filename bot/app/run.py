"""The running bot: look, send, listen, take edits, end in order."""

import asyncio
import logging
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.app.admin.pausing import Pausing
from bot.app.adopt import VERSION, adopt, adopted
from bot.app.answering.links import link_to
from bot.app.check import Judged, judge
from bot.app.hearing.hear import hear
from bot.app.in_force import InForce, once_in_force
from bot.app.kept import kept
from bot.app.look import Lookout
from bot.app.menus import Menus
from bot.app.routing import Channels, admin_chats, cut_off, lived_on, moved_to, routes_of, waiting_for_a_key
from bot.app.safekeeping.daily import keep_safe
from bot.app.safekeeping.restoring import tell_of_restore
from bot.app.sources import Sources, Stamp, read_sources, stamp_of
from bot.app.summing_up import SummingUp
from bot.app.timer import Look, Looks, Timer
from bot.campaign.problems import Problem
from bot.channels.protocol import Channel
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import GengfuError, HoldLost, ScheduleRefused, SendError, StoreError, StoreUnwritable, TownMissing
from bot.language import Lang, say, sentence
from bot.ledger.entries import Entry
from bot.outbox.edits import Edits
from bot.outbox.issue import notice_to_admins
from bot.outbox.outcome import LIVED
from bot.outbox.pace import Pace
from bot.outbox.recalling import Recalls
from bot.outbox.send import Sender
from bot.outbox.terms import Terms, terms_of
from bot.settings import Settings
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_LOOK_AT_FILES = 1.0
_STORE_REST = 5.0
_LAST_SENDS = 8.0


class Bot:
    """One town's bot. Build it with `start`; `run` ends when `stop` is set, with nothing lost.

    One that rehearses says so in every message, and plays the version that it was given to the end: it takes no edits.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        store: Store,
        channels: Channels,
        in_force: InForce,
        trouble: str | None = None,
        *,
        timer: Callable[[Clock, Look], Looks] = Timer,
        rehearsal: bool = False,
    ) -> None:
        self.settings, self.clock, self.store, self.channels = settings, clock, store, channels
        self.lang: Lang = settings.lang
        self.in_force = in_force
        self.trouble = trouble
        self.out_of_reach: dict[str, SendError | StoreError] = {}
        self.heard: dict[str, float] = {}
        self.caught_up: dict[str, datetime] = {}
        self._refused: str | None = None
        self.routes = Routes()
        self.rehearsal = rehearsal
        self.terms: Terms = self._terms_of(in_force)
        self.sender = Sender(store, self.routes, clock, self.terms)
        self.edits = Edits(store, self.routes, clock, self.sender)
        self.recalls = Recalls(store, self.routes, clock, self.sender)
        self.pausing = None if rehearsal else Pausing(settings.data, store, clock, self.sender, lambda: self.terms)
        self.summing_up = SummingUp(store, settings.data, clock, self)
        self.lookout = Lookout(store, clock, self.routes, self, self.sender.wake)
        self._timer = self.lookout.timer = timer(clock, self.lookout.look)

    async def run(self, stop: asyncio.Event) -> None:
        """Do the bot's main job until `stop` is set; then end in order, within ten seconds."""
        await self._begin_in_force()
        await tell_of_restore(self.store, self.terms, self.clock.now())
        await self._begin_on_record()
        if self.pausing:
            await self.pausing.look()
        listening = [
            asyncio.create_task(
                kept(partial(hear, channel, self.store, self.routes, self.clock, self), name, self.clock)
            )
            for name, channel in self.channels.items()
        ]
        listening.append(asyncio.create_task(kept(self.summing_up.run, "summing-up", self.clock)))
        listening.append(asyncio.create_task(kept(self.recalls.run, "recalls", self.clock)))
        if not self.rehearsal:
            listening.append(asyncio.create_task(kept(self._take_edits, "schedule", self.clock)))
            safe = partial(keep_safe, self.store, self.settings.data, self.clock, self)
            listening.append(asyncio.create_task(kept(safe, "safekeeping", self.clock)))
            for channel in self.channels.values():
                menus = Menus(channel, self.store, self.routes, self.clock, self)
                listening.append(asyncio.create_task(kept(menus.run, f"menus of {channel.name}", self.clock)))
        if self.pausing:
            listening.append(asyncio.create_task(kept(self.pausing.run, "pause", self.clock)))
        sending = asyncio.create_task(kept(self.sender.run, "sender", self.clock))
        editing = asyncio.create_task(kept(self.edits.run, "edits", self.clock))
        self._timer.start()
        try:
            await stop.wait()
        finally:
            self._timer.stop()
            await self._end(listening, [sending, editing])

    async def _begin_on_record(self) -> None:
        """A full disk keeps no bot from starting: what is owed an answer must go out."""
        started = Change(entries=(self._entry("started"),))
        await self._write_or_carry(started)

    async def _write_or_carry(self, change: Change) -> None:
        try:
            await self.store.commit(change)
        except StoreUnwritable as error:
            _log.error("what the bot has to say waits to be recorded: %s", error)
            await self.store.carry(change)

    async def _begin_in_force(self) -> None:
        """Go by the version that was judged; where the disk does not take that one, by the last that it took, until it
        does.
        """
        try:
            await self._put_in_force(self.in_force)
        except HoldLost:
            raise
        except StoreUnwritable as error:
            before = await self._before(await self.store.mark(VERSION))
            if before is None or before is self.in_force:
                raise
            _log.error("an edit waits for the store: %s", error)
            await self._put_in_force(before)

    async def _end(self, listeners: list[asyncio.Task[None]], senders: list[asyncio.Task[None]]) -> None:
        for task in listeners:
            task.cancel()
        self.edits.stop()
        try:
            await asyncio.wait_for(self.sender.stop(), _LAST_SENDS)
        except TimeoutError:
            _log.warning("a message was still under way; the next start will say that it is uncertain")
        for task in senders:
            task.cancel()
        await asyncio.gather(*listeners, *senders, return_exceptions=True)
        try:
            await self.store.commit(Change(entries=(self._entry("stopped"),)))
        except StoreError as error:
            _log.error("the end could not be recorded: %s", error)
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()

    async def _put_in_force(self, new: InForce) -> None:
        """Adopt a checked version where it is not the one on record, and go by it from here on."""
        version = await self.store.mark(VERSION)
        terms = self._terms_of(new)
        if version != new.version:
            old = await self._before(version)
            keyless = await self._newly_keyless(old, new)
            async with self.lookout.lock:
                await adopt(self.store, self.settings.data, old, new, terms, self.clock.now(), keyless=keyless)
        self.in_force, self.terms, self.sender.terms = new, terms, terms
        self.lookout.climb.look_afresh()
        marks = await self.store.marks()
        self.routes.table = routes_of(new.schedule, self.settings, self.channels, lived_on(marks))
        self.routes.moved = moved_to(marks)
        await self._alarm()
        self.sender.wake()
        self._timer.look_now()

    async def _newly_keyless(self, old: InForce | None, new: InForce) -> tuple[str, ...]:
        """The chats that an edit puts on the board for want of a key: what a start finds, it says as it starts."""
        if old is None:
            return ()
        lived = lived_on(await self.store.marks(LIVED))
        before = {(each.id, each.on) for each in waiting_for_a_key(old.schedule, self.settings, lived)}
        after = waiting_for_a_key(new.schedule, self.settings, lived)
        return tuple(each.title for each in after if (each.id, each.on) not in before)

    async def _alarm(self) -> None:
        """Chats whose key is gone get nothing, and an app whose callback's key is wrong hears nothing: said in the log
        and to the admins, at a start or an edit, once a day.
        """
        today = self.clock.now().astimezone(self.terms.zone).date()
        if self.settings.wecom.has_bad_aes_key:
            words = say(sentence("wecom.hears-nothing", why=sentence("wecom.aes-key")), self.lang)
            _log.error("%s", words)
            await self._tell_admins(f"aes-key/{today}", words)
        for chat in cut_off(self.in_force.schedule, self.routes.table):
            words = say(
                sentence("check.lost-key", chat=chat.id, platform=sentence(f"board.platform-{chat.on}")), self.lang
            )
            _log.error("%s", words)
            await self._tell_admins(f"lost-key/{chat.id}/{today}", words)

    async def _before(self, version: str | None) -> InForce | None:
        if version is None:
            return None
        if version == self.in_force.version:
            return self.in_force
        sources = await adopted(self.store, self.settings.data)
        return await asyncio.to_thread(once_in_force, sources, self.lang) if sources else None

    async def _take_edits(self) -> None:
        """Look at the files each second; what has settled for one is judged and taken, or refused and told."""
        seen, changing = stamp_of(self.settings.folder), True
        while True:
            await self.clock.sleep(_LOOK_AT_FILES)
            stamp = stamp_of(self.settings.folder)
            if stamp != seen:
                seen, changing = stamp, True
            elif changing:
                changing = not await self._taken(seen)

    async def _taken(self, seen: Stamp) -> bool:
        """Take or refuse what lies in the folder; False where the disk does not let it, and it is to be tried again."""
        try:
            await self._take(seen)
        except StoreError as error:
            _log.error("an edit waits for the store: %s", error)
            await self.clock.sleep(_STORE_REST)
            return False
        return True

    async def _take(self, seen: Stamp) -> None:
        """Take what lies in the folder, unless it changed while it was read: then it has not settled yet."""
        try:
            sources = await asyncio.to_thread(read_sources, self.settings.folder)
        except TownMissing as error:
            if stamp_of(self.settings.folder) == seen:
                await self._refuse("unreadable", error.in_words(self.lang))
            return
        if stamp_of(self.settings.folder) != seen:
            return
        if sources.version == self.in_force.version:
            await self._mended()
            return
        found = await judged(sources, self.settings, self.clock, self.store)
        if found.in_force is None:
            await self._refuse(sources.version, told_of(found.errors, self.lang))
        else:
            await self._put_in_force(found.in_force)
            self.trouble = self._refused = None

    async def _mended(self) -> None:
        """A bad edit was taken back: what the admins last read of it must not stand."""
        if self._refused is not None:
            await self._tell_admins(f"mended/{self.clock.now()}", say(sentence("adopt.mended"), self.lang))
        self.trouble = self._refused = None

    async def _refuse(self, version: str, why: str) -> None:
        """Keep the last good version; the admins are told file, line and why, once for each bad one."""
        if version == self._refused:
            return
        self.trouble = f"{say(sentence('adopt.refused'), self.lang)}\n\n{why}"
        self._refused = version
        _log.warning("a bad edit was not taken: %s", why.splitlines()[0])
        await self._tell_admins(f"refused/{version}/{self.clock.now()}", self.trouble)

    async def _tell_admins(self, about: str, words: str) -> None:
        told = notice_to_admins(self.terms.admins, about, words, self.clock.now())
        await self._write_or_carry(Change(planned=told))

    def pace(self, channel: Channel) -> Pace:
        """How fast this platform may be spoken to; everything that is said there counts."""
        return self.sender.pace(channel)

    @property
    def at_rest(self) -> bool:
        """Whether all that is due by now has been looked at, sent, shown and summed up."""
        at_work = not (self.lookout.at_rest and self.summing_up.at_rest)
        return not at_work and self.sender.at_rest and self.edits.at_rest and self.recalls.at_rest

    def _terms_of(self, what: InForce) -> Terms:
        admins = admin_chats(what.schedule, self.channels)
        link = link_to(what.schedule, self.settings, rehearsal=self.rehearsal)
        return terms_of(what.schedule, admins, self.lang, rehearsal=self.rehearsal, link_to=link)

    def _entry(self, kind: str) -> Entry:
        detail = {"version": self.in_force.version, "pid": os.getpid()}
        return Entry.model_validate({"at": self.clock.now(), "kind": kind, "detail": detail})


async def judged(sources: Sources, settings: Settings, clock: Clock, store: Store) -> Judged:
    """Judge a town's files off the loop: it goes on sending meanwhile."""
    lived = lived_on(await store.marks(LIVED))
    return await asyncio.to_thread(judge, sources, settings, clock.now(), lived)


def told_of(errors: tuple[Problem, ...], lang: Lang) -> str:
    """The first errors, a line each."""
    lines = [f"- {each.in_words(lang)}" for each in errors[:8]]
    return "\n".join([*lines, *([f"- … {len(errors) - 8}"] if len(errors) > 8 else [])])


async def start(settings: Settings, clock: Clock, store: Store, channels: Channels) -> Bot:
    """A bot on the town's files as they are, or on the last good version where they are bad.

    Raises `TownMissing` or `ScheduleRefused` where there is no good version to go by.
    """
    before = await adopted(store, settings.data)
    try:
        found = await judged(read_sources(settings.folder), settings, clock, store)
        trouble: GengfuError = ScheduleRefused(
            sentence("service.schedule-refused", count=len(found.errors)), found.errors
        )
        if found.in_force is not None:
            return Bot(settings, clock, store, channels, found.in_force, None)
        why = told_of(found.errors, settings.lang)
    except TownMissing as error:
        trouble, why = error, error.in_words(settings.lang)
    last_good = await judged(before, settings, clock, store) if before else None
    if last_good is None or last_good.in_force is None:
        raise trouble
    return Bot(settings, clock, store, channels, last_good.in_force, why)
