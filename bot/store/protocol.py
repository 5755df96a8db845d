"""What every store promises. Nothing above it knows which one it is.

`commit` is all or nothing, and durable when it returns: nothing is reported as sent or answered before. One
process writes (it holds the town); any number read beside it and see whole commits only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry, Numbered
from bot.ledger.inbound import Inbound


@dataclass(frozen=True)
class Change:
    """What one commit writes: new entries; issued occurrences and deliveries as they stand now (by their id);
    newly planned deliveries, ignored where their id is known already, so that nothing is sent twice; what came in
    (ignored where its key is known already) and the keys of what has been dealt with; marks, where None takes a mark
    away. `given` are deliveries as the writer read them, `given_issued` occurrences: where one stands otherwise by now,
    nothing is written.
    """

    entries: tuple[Entry, ...] = ()
    issued: tuple[Issued, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    planned: tuple[Delivery, ...] = ()
    given: tuple[Delivery, ...] = ()
    given_issued: tuple[Issued, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    handled: tuple[str, ...] = ()
    marks: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Settled:
    """What nothing is to be done about any more, by its ids: occurrences, deliveries, entries by `seq`."""

    issued: frozenset[str] = frozenset()
    deliveries: frozenset[str] = frozenset()
    entries: frozenset[int] = frozenset()


class Reader(Protocol):
    """What can be asked of a store, also beside a running bot.

    Who reads beside it is answered of all that was ever written. A writer may leave out what is archived, unless it is
    asked of one occurrence, delivery or token.
    """

    async def entries(
        self, since: datetime | None = None, until: datetime | None = None, occurrence: str | None = None
    ) -> tuple[Numbered, ...]:
        """The ledger in order of `seq`, those at or after `since` and before `until`, of one occurrence or all."""

    async def deliveries(
        self, *, occurrence: str | None = None, chat: str | None = None, unfinished: bool = False
    ) -> tuple[Delivery, ...]:
        """Deliveries in order of due time, then id; `unfinished` ones only where asked."""

    async def calls(self, occurrence: str) -> tuple[Delivery, ...]:
        """What followed an ask (`Delivery.call`), in order of due time, then id."""

    async def delivery(self, id_: str) -> Delivery | None:
        """The delivery of this id (`occurrence@chat`)."""

    async def issued(self, occurrence: str) -> Issued | None:
        """The occurrence as it fell due."""

    async def all_issued(self) -> tuple[Issued, ...]:
        """Every occurrence that fell due, in order of due time, then id."""

    async def issued_by_token(self, token: str) -> Issued | None:
        """The occurrence whose buttons carry this token."""

    async def unhandled(self) -> tuple[Inbound, ...]:
        """What came in and has not been dealt with, in the order in which it came."""

    async def mark(self, name: str) -> str | None:
        """A mark, or None."""

    async def marks(self, prefix: str = "") -> Mapping[str, str]:
        """All marks whose names begin so."""

    async def close(self) -> None:
        """Let go; a writer first ends what is under way and gives the town free."""


class Store(Reader, Protocol):
    """A reader that may also write; at most one at a time holds a town."""

    refused: int
    """How many writes the disk has refused since it was opened."""

    async def commit(self, change: Change) -> tuple[Numbered, ...]:
        """Write all of it or nothing, durably; returns its entries with their `seq`.

        Raises `bot.errors.Overtaken` where something that was `given` stands otherwise by now,
        `bot.errors.StoreUnwritable` where the disk refuses: then nothing of it is to be believed, and
        what was read before still holds.
        """

    async def carry(self, change: Change) -> None:
        """Take this in at once without the disk, for what must be done though the disk refuses (a duty alert): it is
        read from now on, and written before or with the next commit that succeeds, its entries marked `unrecorded`
        in their detail. Should the process end before, nothing of it was. `given` is not looked at. Listeners hear of
        it once it is durable. Its entries' numbers are for good only then.

        Raises `bot.errors.StoreUnwritable` where another bot may have taken the town: then nothing may be done.
        """

    async def archive(self, months: Mapping[str, Settled]) -> None:
        """Move what is settled out of the way, by its month (`2027-03`). A delivery that is unfinished by now stays.
        What is archived is never lost, planned anew or numbered anew.

        Raises `bot.errors.StoreError` where it cannot be written: all of it is then still there.
        """

    def on_commit(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` on the loop after each commit that is durable."""
