"""The working set in memory: what every store that keeps its records at hand answers questions from.

A store works out what changes come to (`after`, which alters nothing), makes that durable in its own way, and
then adopts it. Until it does, nothing of it can be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, islice
from types import MappingProxyType

from bot.ledger.deliveries import UNFINISHED, Delivery, Issued
from bot.ledger.entries import Numbered, numbered
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change, Settled

HANDLED_KEYS = 10_000
"""So many keys of what has been dealt with are remembered; no platform repeats itself over a longer stretch."""


def unrecorded(change: Change) -> Change:
    """The same, its entries marked as not on disk when they happened."""
    marked = (
        each.model_copy(update={"detail": {**(each.detail or {}), "unrecorded": True}}) for each in change.entries
    )
    return replace(change, entries=tuple(marked))


@dataclass(frozen=True)
class Inbox:
    """What came in: what waits, by key in the order in which it came, and the keys of what was dealt with."""

    waiting: Mapping[str, Inbound] = field(default_factory=lambda: MappingProxyType({}))
    handled: Mapping[str, None] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, changes: Iterable[Change]) -> "Inbox":
        """The inbox once these changes have come, in their order; itself where they do not touch it."""
        concerned = [change for change in changes if change.inbound or change.handled]
        if not concerned:
            return self
        waiting, handled = dict(self.waiting), dict(self.handled)
        for change in concerned:
            for each in change.inbound:
                if each.key not in handled:
                    waiting.setdefault(each.key, each)
            for key in change.handled:
                waiting.pop(key, None)
                handled[key] = None
        for key in tuple(islice(handled, max(0, len(handled) - HANDLED_KEYS))):
            del handled[key]
        return Inbox(waiting, handled)


@dataclass(frozen=True)
class Batch:
    """What some changes come to, taken together: new entries, the last word on each id, and the inbox after."""

    entries: tuple[Numbered, ...] = ()
    issued: Mapping[str, Issued] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    marks: Mapping[str, str | None] = field(default_factory=dict)
    inbox: Inbox = Inbox()
    archived: int = 0
    """So many entries have been archived before."""


class WorkingSet:
    """Answers everything that `bot.store.protocol.Reader` asks, from memory and its indexes."""

    def __init__(self) -> None:
        self._entries: list[Numbered] = []
        self._entries_of: dict[str, list[Numbered]] = {}
        self._issued: dict[str, Issued] = {}
        self._occurrence_of_token: dict[str, str] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._of_occurrence: dict[str, dict[str, Delivery]] = {}
        self._of_chat: dict[str, dict[str, Delivery]] = {}
        self._calls_of: dict[str, dict[str, Delivery]] = {}
        self._unfinished: dict[str, dict[str, Delivery]] = {}
        self._marks: dict[str, str] = {}
        self._inbox = Inbox()
        self._archived = 0
        self._archived_deliveries: set[str] = set()

    def after(self, changes: Sequence[Change]) -> Batch:
        """Work out what these changes come to, in their order."""
        entries = [entry for change in changes for entry in change.entries]
        first = self._archived + len(self._entries) + 1
        return Batch(
            entries=tuple(numbered(entry, seq) for seq, entry in enumerate(entries, first)),
            issued={each.occurrence: each for change in changes for each in change.issued},
            deliveries=self._deliveries_after(changes),
            marks={name: value for change in changes for name, value in change.marks.items()},
            inbox=self._inbox.after(changes),
            archived=self._archived,
        )

    def overtaken(self, changes: Sequence[Change]) -> list[bool]:
        """Of each change whether something that it was given stands otherwise, those before it counted in."""
        found: dict[str, Delivery] = {}
        issued: dict[str, Issued] = {}
        verdicts: list[bool] = []
        for change in changes:
            verdicts.append(
                any(self._stands_otherwise(found, each) for each in change.given)
                or any(self._issued_as(issued, each) != each for each in change.given_issued)
            )
            if not verdicts[-1]:
                self._set(found, change)
                issued.update((each.occurrence, each) for each in change.issued)
        return verdicts

    def _stands_otherwise(self, found: Mapping[str, Delivery], given: Delivery) -> bool:
        """What is archived has not changed: it would be at hand again."""
        there = found.get(given.id, self._deliveries.get(given.id))
        return given.id not in self._archived_deliveries if there is None else there != given

    def _issued_as(self, found: Mapping[str, Issued], given: Issued) -> Issued:
        """How an occurrence stands; what is archived has not changed."""
        return found.get(given.occurrence) or self._issued.get(given.occurrence, given)

    def _deliveries_after(self, changes: Iterable[Change]) -> dict[str, Delivery]:
        found: dict[str, Delivery] = {}
        for change in changes:
            self._set(found, change)
        return found

    def _set(self, found: dict[str, Delivery], change: Change) -> None:
        """The deliveries that a change sets; one that is planned gives way to whatever there is by its id."""
        for each in change.planned:
            if each.id not in self._deliveries and each.id not in self._archived_deliveries:
                found.setdefault(each.id, each)
        for each in change.deliveries:
            found[each.id] = each

    def adopt(self, batch: Batch) -> None:
        """Take in what has become durable: from here on it is what is read."""
        for entry in batch.entries:
            self._entries.append(entry)
            if entry.occurrence is not None:
                self._entries_of.setdefault(entry.occurrence, []).append(entry)
        for issued in batch.issued.values():
            if before := self._issued.get(issued.occurrence):
                self._occurrence_of_token.pop(before.token, None)
            self._issued[issued.occurrence] = issued
            self._occurrence_of_token[issued.token] = issued.occurrence
        for id_, delivery in batch.deliveries.items():
            self._deliveries[id_] = delivery
            self._of_occurrence.setdefault(delivery.occurrence, {})[id_] = delivery
            self._of_chat.setdefault(delivery.chat, {})[id_] = delivery
            if delivery.call:
                self._calls_of.setdefault(delivery.call.of, {})[id_] = delivery
            if delivery.state in UNFINISHED:
                self._unfinished.setdefault(delivery.chat, {})[id_] = delivery
            elif (left := self._unfinished.get(delivery.chat)) and left.pop(id_, None) and not left:
                del self._unfinished[delivery.chat]
        for name, value in batch.marks.items():
            if value is None:
                self._marks.pop(name, None)
            else:
                self._marks[name] = value
        self._inbox = batch.inbox
        self._archived = batch.archived

    def forget_last(self, count: int) -> None:
        """Take the last entries back, whose numbers were not for good."""
        for _ in range(count):
            entry = self._entries.pop()
            if entry.occurrence is not None:
                self._entries_of[entry.occurrence].pop()

    def chosen(self, settled: Settled) -> Batch:
        """What there is of what is settled. A delivery that goes on by now stays."""
        return Batch(
            entries=tuple(each for each in self._entries if each.seq in settled.entries),
            issued={id_: each for id_, each in self._issued.items() if id_ in settled.issued},
            deliveries={
                id_: each
                for id_, each in self._deliveries.items()
                if id_ in settled.deliveries and each.state not in UNFINISHED
            },
        )

    def part_with(self, batch: Batch) -> None:
        """Let go of what is archived by now; its deliveries are not planned anew."""
        gone = {entry.seq for entry in batch.entries}
        self._entries = [entry for entry in self._entries if entry.seq not in gone]
        for occurrence in {entry.occurrence for entry in batch.entries if entry.occurrence is not None}:
            self._entries_of[occurrence] = [each for each in self._entries_of[occurrence] if each.seq not in gone]
        for issued in batch.issued.values():
            self._issued.pop(issued.occurrence, None)
            self._occurrence_of_token.pop(issued.token, None)
        for id_, delivery in batch.deliveries.items():
            self._deliveries.pop(id_, None)
            self._of_occurrence.get(delivery.occurrence, {}).pop(id_, None)
            self._of_chat.get(delivery.chat, {}).pop(id_, None)
            if delivery.call:
                self._calls_of.get(delivery.call.of, {}).pop(id_, None)
        self._archived += len(gone)
        self.know_archived(batch.deliveries)

    def know_archived(self, deliveries: Iterable[str]) -> None:
        """These deliveries are archived, and not planned anew."""
        self._archived_deliveries.update(deliveries)

    async def entries(
        self, since: datetime | None = None, until: datetime | None = None, occurrence: str | None = None
    ) -> tuple[Numbered, ...]:
        """The ledger in order of `seq`, those at or after `since` and before `until`, of one occurrence or all."""
        found = self._entries if occurrence is None else self._entries_of.get(occurrence, [])
        return tuple(
            entry for entry in found if (since is None or since <= entry.at) and (until is None or entry.at < until)
        )

    async def deliveries(
        self, *, occurrence: str | None = None, chat: str | None = None, unfinished: bool = False
    ) -> tuple[Delivery, ...]:
        """Deliveries in order of due time, then id; `unfinished` ones only where asked."""
        found: Iterable[Delivery]
        if occurrence is not None:
            found = self._of_occurrence.get(occurrence, {}).values()
            found = (each for each in found if not unfinished or each.state in UNFINISHED)
            found = (each for each in found if chat is None or each.chat == chat)
        elif unfinished:
            chats = self._unfinished.values() if chat is None else (self._unfinished.get(chat, {}),)
            found = chain.from_iterable(each.values() for each in chats)
        else:
            found = (self._deliveries if chat is None else self._of_chat.get(chat, {})).values()
        return tuple(sorted(found, key=lambda each: (each.due, each.id)))

    async def calls(self, occurrence: str) -> tuple[Delivery, ...]:
        """What followed an ask, in order of due time, then id."""
        return tuple(sorted(self._calls_of.get(occurrence, {}).values(), key=lambda each: (each.due, each.id)))

    async def delivery(self, id_: str) -> Delivery | None:
        """The delivery of this id (`occurrence@chat`)."""
        return self._deliveries.get(id_)

    async def issued(self, occurrence: str) -> Issued | None:
        """The occurrence as it fell due."""
        return self._issued.get(occurrence)

    async def all_issued(self) -> tuple[Issued, ...]:
        """Every occurrence that fell due, in order of due time, then id."""
        return tuple(sorted(self._issued.values(), key=lambda each: (each.due, each.occurrence)))

    async def issued_by_token(self, token: str) -> Issued | None:
        """The occurrence whose buttons carry this token."""
        occurrence = self._occurrence_of_token.get(token)
        return None if occurrence is None else self._issued[occurrence]

    async def unhandled(self) -> tuple[Inbound, ...]:
        """What came in and has not been dealt with, in the order in which it came."""
        return tuple(self._inbox.waiting.values())

    async def mark(self, name: str) -> str | None:
        """A mark, or None."""
        return self._marks.get(name)

    async def marks(self, prefix: str = "") -> Mapping[str, str]:
        """All marks whose names begin so."""
        return {name: value for name, value in self._marks.items() if name.startswith(prefix)}

    async def close(self) -> None:
        """Nothing is held: what has been read may still be asked."""
