"""The ladder climbed: each open ask is looked at in its time, and what its absence of answers brings is planned.

What comes next is taken from the record at each look (`bot.escalation.ladder`); what is kept here says only which asks
need no look before when. Each audit goes over every ask that may still bring something, whatever was kept, and mends
one whose step was lost.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.campaign.model import Schedule
from bot.errors import HoldLost, Overtaken, StoreError, StoreUnwritable
from bot.escalation.ask import Ask
from bot.escalation.ladder import Step, next_moment, steps
from bot.ledger.deliveries import asked_of
from bot.ledger.entries import Entry
from bot.outbox.outcome import together
from bot.outbox.rungs import ask_of, planned
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_AUDIT_EVERY = timedelta(seconds=15)
_AGAIN = timedelta(seconds=1)
_DEALT_WITHIN = timedelta(minutes=1)
"""What came in and is not dealt with by then is set aside until the next start, and nothing waits for it."""
_A_POLL = timedelta(minutes=1)
"""Longer than any poll: a platform of which none has ended by then is out of reach, perhaps for days."""

_BEGINNINGS = frozenset({"sent", "merged", "uncertain", "settled", "corrected"})

Heard = Callable[[str, datetime], bool]
"""Whether all that was said in a chat by a moment has come: nobody is late for a press that is on its way."""


@dataclass(frozen=True)
class Ground:
    """What a look stands on."""

    schedule: Schedule
    terms: Terms
    heard: Heard


class Climb:
    """One bot's ladder."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next: dict[str, datetime] = {}
        self._resting: set[str] = set()
        self._stale: set[str] = set()
        self._afresh = True
        self.audited: datetime | None = None
        """When every ask that may still bring something was last gone over; None before that was ever done."""
        self.broken: dict[str, str] = {}
        """Asks that could not be climbed at the last look, and by which error."""
        self.mended = 0
        """How many lost steps the audits have found."""
        self.look_now: Callable[[], None] = lambda: None
        """Called when something was committed by which a step may be due earlier than was known."""
        store.on_commit(self._heard)

    def look_afresh(self) -> None:
        """Every ask is to be looked at: another schedule is in force."""
        self._afresh = True
        self._stale |= self._next.keys()
        self._resting.clear()

    async def look(self, ground: Ground, now: datetime) -> datetime | None:
        """Plan what is due by now; when there is something again. Raises `StoreError`; the next look does the rest."""
        if await self._waits_for_answers(now):
            return now + _AGAIN
        audits = self._afresh or self.audited is None or abs(now - self.audited) >= _AUDIT_EVERY
        if audits:
            await self._find_all()
        due = {each for each, at in self._next.items() if at <= now or audits} | self._stale
        asks = {each: await self._ask(each, ground) for each in sorted(due)}
        found = {each: change for each, ask in asks.items() if ask and (change := self._due_of(ask, ground, now))}
        lost = [each for each in found if each not in self._stale and self._next.get(each, now) > now]
        await self._put_on_record(found)
        for occurrence, ask in asks.items():
            again = await self._ask(occurrence, ground) if occurrence in found else ask
            self._note(occurrence, self._next_of(occurrence, again, ground, now))
        if lost:
            self.mended += len(lost)
            _log.warning("these had lost their next step, which was taken now: %s", ", ".join(lost))
        if audits:
            self.audited, self._afresh = now, False
        return min(self._next.values(), default=None)

    async def _waits_for_answers(self, now: datetime) -> bool:
        """Whether something that came in by now is still to be dealt with: it may be the answer."""
        return any(now - _DEALT_WITHIN < each.at <= now for each in await self._store.unhandled())

    async def _find_all(self) -> None:
        """Asks that nothing is known of, and those that are kept: none is passed over for what was forgotten here."""
        for issued in await self._store.all_issued():
            known = issued.occurrence in self._next or issued.occurrence in self._resting
            if issued.owing and not issued.withdrawn and not known:
                self._stale.add(issued.occurrence)

    def _due_of(self, ask: Ask, ground: Ground, now: datetime) -> Change | None:
        """What an ask's steps that are due come to; a bug costs only the ask that it befell, and is told."""
        try:
            if not (every := steps(ask, now)):
                return None
            may_answer = [office for office in ask.deadlines if office in ground.schedule.offices]
            heard = [office for office in may_answer if _is_heard(ask, office, every, ground.heard)]
            due = every if len(heard) == len(ask.deadlines) else steps(ask, now, heard)
            changes: list[Change] = []
            for each in due:
                changes.append(planned(ask, each, ground.schedule, ground.terms.admins, now))
                ask = replace(ask, calls=(*ask.calls, *changes[-1].planned))
            change = together(changes)
            return change if change.entries or change.planned else None
        except Exception as error:  # noqa: BLE001 - nobody foresaw it, and the others owe all the same
            self._broke(ask.issued.occurrence, error)
            return None

    def _broke(self, occurrence: str, error: Exception) -> None:
        _log.error("the ladder of %s cannot be climbed", occurrence, exc_info=error)
        self.broken[occurrence] = type(error).__name__

    async def _ask(self, occurrence: str, ground: Ground) -> Ask | None:
        self.broken.pop(occurrence, None)
        issued = await self._store.issued(occurrence)
        try:
            return await ask_of(self._store, ground.schedule, ground.terms, issued) if issued else None
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._broke(occurrence, error)
            return None

    async def _put_on_record(self, found: Mapping[str, Change]) -> None:
        """All that a look found as one commit, so that what asks again in one chat goes out as one message; one by one
        where a reminder that was to be withdrawn has just begun to be sent.
        """
        if found and not await self._is_written(together(found.values())):
            for change in found.values():
                await self._is_written(change)

    async def _is_written(self, change: Change) -> bool:
        """Whether it is on record, or is carried: who owes is asked though the disk refuses. False where it was
        overtaken: the next look takes it anew.
        """
        try:
            await self._store.commit(change)
        except Overtaken:
            return False
        except HoldLost:
            raise
        except StoreUnwritable as error:
            _log.error("the ladder goes on unrecorded: %s", error)
            await self._store.carry(change)
        return True

    def _next_of(self, occurrence: str, ask: Ask | None, ground: Ground, now: datetime) -> datetime | None:
        """When this ask is to be looked at again: soon where something is due that had to wait, by the audits alone
        where it waits for a platform that is out of reach, or nobody is there to be told of it.
        """
        if occurrence in self.broken:
            return now + _AUDIT_EVERY
        if ask is None:
            return None
        if left := steps(ask, now):
            lately = [each for each in left if now - each.at <= _A_POLL]
            waits = any(not _is_heard(ask, office, lately, ground.heard) for office in ask.deadlines)
            return now + (_AGAIN if waits or self._due_of(ask, ground, now) else _AUDIT_EVERY)
        return next_moment(ask, now)

    def _note(self, occurrence: str, moment: datetime | None) -> None:
        self._stale.discard(occurrence)
        self._next.pop(occurrence, None)
        self._resting.discard(occurrence)
        if moment is None:
            self._resting.add(occurrence)
        else:
            self._next[occurrence] = moment

    def _heard(self, change: Change) -> None:
        """A message that went out begins an ask's time, a correction brings it back, and once the late have been named
        they are reminded again; an answer only ends something.
        """
        begun = {each.occurrence for each in change.entries if each.occurrence and _begins(each)}
        self._stale |= begun
        self._stale |= {each.call.of for each in change.deliveries if each.call}
        if begun:
            self.look_now()


def _begins(entry: Entry) -> bool:
    return entry.kind in _BEGINNINGS or (entry.kind == "reminded" and (entry.detail or {}).get("call") == "late")


def _is_heard(ask: Ask, office: str, due: Iterable[Step], heard: Heard) -> bool:
    """Whether this office could make itself heard by the moments of the steps that are due about it."""
    moments = [step.at for step in due if office in step.offices]
    chats = [each.chat for each in asked_of(ask.issued, office, ask.deliveries)]
    return not moments or all(heard(chat, max(moments)) for chat in chats)
