"""What comes in: on disk before the platform is told that we have it, then dealt with, then answered."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.acknowledgements import problems
from bot.acknowledgements.correcting import corrected
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.receive import receive
from bot.app.admin.people import Admin
from bot.app.admin.press import press
from bot.app.admin.revive import revive
from bot.app.ground import Ground
from bot.app.hearing.commands.conduct import commanded, is_asked, wished
from bot.app.hearing.deaf import LOST, Deafness
from bot.app.hearing.evidence import Evidence
from bot.app.hearing.replies import Replies
from bot.app.hearing.talk import called_in_a_new_group, counts_for_nothing
from bot.channels.buttons import read_decision, read_wish
from bot.channels.protocol import Batch, Channel
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import ChannelDown, SendError, StoreError
from bot.language import sentence
from bot.ledger.inbound import Inbound
from bot.outbox.outcome import DEAD, chat_moved, chats_left, told_down
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_WAITS = (2.0, 5.0, 10.0, 30.0, 60.0)


async def hear(channel: Channel, store: Store, routes: Routes, clock: Clock, ground: Ground) -> None:
    """Connect, listen and deal with what comes, for as long as it is let; a platform out of reach is tried again."""
    replies = Replies(channel, clock, ground)
    evidence = Evidence(channel, store, clock, ground, replies)
    try:
        await _Ear(channel, store, routes, clock, ground, replies, evidence).listen()
    finally:
        await evidence.stop()
        await replies.stop()


class _Ear:
    """One channel's hearing. What cannot be dealt with, by a bug, is set aside until the next start."""

    def __init__(
        self,
        channel: Channel,
        store: Store,
        routes: Routes,
        clock: Clock,
        ground: Ground,
        replies: Replies,
        evidence: Evidence,
    ) -> None:
        self._channel, self._store, self._routes = channel, store, routes
        self._clock, self._ground, self._replies, self._evidence = clock, ground, replies, evidence
        self._set_aside: set[str] = set()
        self._deafness = Deafness(channel, store, routes, clock, ground)

    async def listen(self) -> None:
        tries = 0
        opened = False
        mark = f"offset:{self._channel.name}"
        await self._evidence.resume()
        await self._deal_with_all()
        while True:
            try:
                opened = opened or await self._opened()
                offset = await self._store.mark(mark)
                batch = await self._channel.receive(offset)
                answered = self._clock.now()
                heard = {**await self._deafness.heard(), **await self._regained()}
                if heard or batch.inbound or batch.offset != offset:
                    await self._keep(batch, {**heard, **({mark: batch.offset} if batch.offset else {})})
                if opened:
                    self._answered()
                tries = 0
            except (SendError, StoreError) as error:
                await self._is_away(error)
                await self._clock.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
                tries += 1
                continue
            is_dealt_with = await self._deal_with_all()
            await self._deafness.made_up_for(batch)
            if is_dealt_with and not batch.is_full:
                self._ground.caught_up[self._channel.name] = answered

    async def _opened(self) -> bool:
        """Connect. Who hears alone is listened to all the same where that fails. Raises `SendError` of any other."""
        try:
            await self._channel.open()
        except SendError as error:
            if not self._channel.hears_alone:
                raise
            await self._is_away(error)
            return False
        self._answered()
        _log.info("%s: connected", self._channel.name)
        return True

    async def _is_away(self, error: SendError | StoreError) -> None:
        """It cannot be reached, or the disk refuses; a platform that refuses the bot is told to the admins."""
        _log.warning("%s: %s", self._channel.name, error)
        known = self._ground.out_of_reach.get(self._channel.name)
        self._ground.out_of_reach[self._channel.name] = error
        if self._channel.exclusive and (known is None or known.sentence.key != error.sentence.key):
            await self._note_lost(error, is_new=known is None)
        if isinstance(error, ChannelDown):
            told = told_down(self._channel.name, error, self._ground.terms, self._clock.now())
            await self._store.commit(Change(planned=told))

    async def _note_lost(self, error: SendError | StoreError, *, is_new: bool) -> None:
        """Nobody beside this bot can try such a connection, so its record says that it is gone."""
        mark, since = f"{LOST}{self._channel.name}", self._clock.now().isoformat()
        try:
            if not is_new and (before := await self._store.mark(mark)):
                since = before.partition(" ")[0]
            await self._store.commit(Change(marks={mark: f"{since} {error.in_words(self._ground.lang)}"}))
        except StoreError as refusal:
            _log.warning("%s: that it is gone is on no record: %s", self._channel.name, refusal)

    async def _regained(self) -> Mapping[str, None]:
        mark = f"{LOST}{self._channel.name}"
        return {mark: None} if await self._store.mark(mark) else {}

    def _answered(self) -> None:
        self._ground.out_of_reach.pop(self._channel.name, None)
        self._ground.heard[self._channel.name] = self._clock.monotonic()

    async def _keep(self, batch: Batch, marks: Mapping[str, str | None]) -> None:
        """Put it on disk, and only then move the offset. Who would not be heard again is told, raises `StoreError`."""
        try:
            await self._store.commit(Change(inbound=batch.inbound, marks=marks))
        except StoreError:
            if batch.offset is None:
                for inbound in batch.inbound:
                    self._replies.tell(inbound, sentence("answers.not-recorded"))
            raise

    async def _deal_with_all(self) -> bool:
        """Deal with everything of this channel that is on disk and not dealt with, in the order in which it came. False
        where the disk takes no more of it now.
        """
        for inbound in await self._store.unhandled():
            if inbound.platform != self._channel.name or inbound.key in self._set_aside:
                continue
            try:
                await self._deal_with(inbound)
            except StoreError as error:
                _log.error("%s stays to be dealt with: %s", inbound.key, error)
                self._replies.tell(inbound, sentence("answers.not-recorded"))
                return False
            except Exception:  # noqa: BLE001 - one thing that nobody foresaw must not hold up the rest
                _log.exception("%s cannot be dealt with and is set aside until the next start", inbound.key)
                self._set_aside.add(inbound.key)
        return True

    async def _deal_with(self, inbound: Inbound) -> None:
        ground = self._ground
        if inbound.kind == "joined" or (inbound.private and inbound.kind != "left"):
            await self._can_be_reached(inbound)
        match inbound.kind:
            case "press" if (wish := read_wish(inbound.data or "")) and is_asked(wish):
                now = self._clock.now()
                answer = await wished(self._store, self._hearing(inbound), ground, now, wish)
                self._replies.answer(inbound, answer)
            case "press" | "text":
                hearing = self._hearing(inbound)
                decision, wish = read_decision(inbound.data or ""), read_wish(inbound.data or "")
                verdict: Verdict | None
                if decision is not None:
                    verdict = await press(self._store, hearing, decision, ground.terms)
                elif wish and wish.wish == "correct":
                    verdict = await corrected(self._store, hearing, wish)
                elif wish and wish.wish in {"take", "close"}:
                    verdict = await problems.pressed(self._store, hearing, wish)
                else:
                    verdict = await problems.typed(self._store, hearing) or await receive(self._store, hearing)
                if verdict is not None and verdict.evidence:
                    self._evidence.begin(verdict.evidence, verdict)
                elif verdict is not None:
                    self._replies.tell(inbound, verdict.told, verdict.buttons)
                elif (told := counts_for_nothing(hearing)) is not None:
                    self._replies.tell(inbound, told)
            case "command":
                now = self._clock.now()
                self._replies.answer(inbound, await commanded(self._store, self._hearing(inbound), ground, now))
            case "joined":
                known = self._routes.chats_in(inbound.platform, inbound.address)
                told_admins = () if known else called_in_a_new_group(inbound, ground.terms)
                await self._store.commit(Change(planned=told_admins, handled=(inbound.key,)))
            case "moved" | "left":
                await self._store.commit(replace(await self._chat_changed(inbound), handled=(inbound.key,)))

    async def _can_be_reached(self, inbound: Inbound) -> None:
        """The bot was added to a chat, or somebody writes to it in private (pressed Start at last): what was given up
        there is tried again.
        """
        for chat in self._routes.chats_in(inbound.platform, inbound.address):
            await revive(self._store, self._ground.terms, chat, Admin.who_sent(inbound))

    def _hearing(self, inbound: Inbound) -> Hearing:
        ground = self._ground
        chat = self._routes.chat_at(inbound.platform, inbound.address)
        paused = ground.pausing is not None and ground.pausing.pause is not None
        return Hearing(inbound, chat, ground.in_force.schedule, ground.terms.admins, ground.lang, paused)

    def _in(self, chat: str, place: str) -> str | None:
        """Where a chat is now, if that is in this place: one that moved on does not care for where it was."""
        route = self._routes.to(chat)
        return route.address if route and f"{route.address}/".startswith(f"{place}/") else None

    async def _chat_changed(self, inbound: Inbound) -> Change:
        """What follows from it for the town. A group that it does not know concerns no admin, nor one that is known to
        be gone.
        """
        platform, address, terms = inbound.platform, inbound.address, self._ground.terms
        if inbound.kind == "moved" and inbound.new_address:
            chat = self._routes.chat_at(platform, address)
            self._routes.moved[f"{platform}:{address}"] = inbound.new_address
            return chat_moved(platform, address, inbound.new_address, chat, terms, inbound.at)
        known = await self._store.marks(DEAD)
        chats = [each for each in self._routes.chats_in(platform, address) if f"{DEAD}{each}" not in known]
        if inbound.kind == "left" and (gone := {each: here for each in chats if (here := self._in(each, address))}):
            return chats_left(gone, inbound.key, terms, inbound.at)
        return Change()
