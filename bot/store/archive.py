"""Archives: what is settled, out of the way of each commit. One file a month, of the same form as the town's own.

A month's file is written whole before the same records leave the town's file, so that a crash at any point leaves
each of them in at least one of the two; being in both for a while does no harm, for the town's own word counts.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import orjson

from bot.errors import StoreError
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.store import atomic
from bot.store.records import Batch, Inbox, WorkingSet
from bot.store.tables import load

FOLDER = "archive"
_log = logging.getLogger(__name__)


class Archives:
    """The archives of a data folder, and in which month what is known by its id or token lies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._months: dict[str, str] = {}
        self._last: tuple[str, WorkingSet] | None = None
        self._nothing = WorkingSet()

    def find_out(self) -> frozenset[str]:
        """Learn what lies where; the ids of all archived deliveries. An archive that cannot be read is passed over,
        loudly: the town's bot can do without it.
        """
        deliveries: set[str] = set()
        for file in files_in(self._folder.parent):
            try:
                tables = orjson.loads(file.read_bytes())
                issued = {id_: str(each["token"]) for id_, each in tables.get("issued", {}).items()}
                deliveries |= tables.get("deliveries", {}).keys()
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                _log.exception("the archive %s cannot be read", file.name)
                continue
            self._know(file.stem, issued, tables.get("deliveries", {}))
        return frozenset(deliveries)

    def write(self, months: Mapping[str, Batch]) -> None:
        """Add to each month's archive, durably, each file as a whole. Raises OSError, and as `tables.load` does."""
        if not self._folder.is_dir():
            self._folder.mkdir()
            atomic.flush_folder(self._folder.parent)
        for month, batch in months.items():
            tables, _ = load(self._file(month))
            tables.keep([batch], Inbox())

    def wrote(self, months: Mapping[str, Batch]) -> None:
        """Know of what was written."""
        for month, batch in months.items():
            self._know(month, {id_: each.token for id_, each in batch.issued.items()}, batch.deliveries)
        self._last = None

    async def about(self, known_by: str) -> WorkingSet:
        """The month in which an occurrence, a delivery or a token is archived; nothing where none is, or where that
        month cannot be read, which is logged.
        """
        month = self._months.get(known_by)
        if month is None:
            return self._nothing
        if self._last is None or self._last[0] != month:
            try:
                self._last = month, await asyncio.to_thread(self._read, month)
            except StoreError as error:
                _log.error("what is archived of %s cannot be told: %s", known_by, error)
                return self._nothing
        return self._last[1]

    def _read(self, month: str) -> WorkingSet:
        found = WorkingSet()
        found.adopt(load(self._file(month))[1])
        return found

    def _know(self, month: str, issued: Mapping[str, str], deliveries: Mapping[str, object]) -> None:
        for names in (issued.keys(), issued.values(), deliveries.keys()):
            self._months.update(dict.fromkeys(names, month))

    def _file(self, month: str) -> Path:
        return self._folder / f"{month}.json"


class WithArchives(WorkingSet):
    """A working set that answers of what is archived too where it is asked of one occurrence, delivery or token."""

    def __init__(self, archives: Archives) -> None:
        super().__init__()
        self._archives = archives

    async def entries(
        self, since: datetime | None = None, until: datetime | None = None, occurrence: str | None = None
    ) -> tuple[Numbered, ...]:
        """The ledger in order of `seq`; as a whole only what is at hand of it."""
        here = await super().entries(since, until, occurrence)
        if occurrence is None:
            return here
        past = await (await self._archives.about(occurrence)).entries(since, until, occurrence)
        return tuple({each.seq: each for each in sorted((*past, *here), key=lambda each: each.seq)}.values())

    async def deliveries(
        self, *, occurrence: str | None = None, chat: str | None = None, unfinished: bool = False
    ) -> tuple[Delivery, ...]:
        """Deliveries in order of due time, then id; those archived only where one occurrence is asked for."""
        here = await super().deliveries(occurrence=occurrence, chat=chat, unfinished=unfinished)
        if occurrence is None or unfinished:
            return here
        past = await (await self._archives.about(occurrence)).deliveries(occurrence=occurrence, chat=chat)
        found = {each.id: each for each in (*past, *here)}
        return tuple(sorted(found.values(), key=lambda each: (each.due, each.id)))

    async def calls(self, occurrence: str) -> tuple[Delivery, ...]:
        """What followed an ask, in order of due time, then id, archived or not."""
        past = await (await self._archives.about(occurrence)).calls(occurrence)
        found = {each.id: each for each in (*past, *await super().calls(occurrence))}
        return tuple(sorted(found.values(), key=lambda each: (each.due, each.id)))

    async def delivery(self, id_: str) -> Delivery | None:
        """The delivery of this id (`occurrence@chat`)."""
        return await super().delivery(id_) or await (await self._archives.about(id_)).delivery(id_)

    async def issued(self, occurrence: str) -> Issued | None:
        """The occurrence as it fell due."""
        return await super().issued(occurrence) or await (await self._archives.about(occurrence)).issued(occurrence)

    async def issued_by_token(self, token: str) -> Issued | None:
        """The occurrence whose buttons carry this token."""
        return await super().issued_by_token(token) or await (await self._archives.about(token)).issued_by_token(token)


def archived(folder: Path) -> Batch:
    """All that is archived in a data folder. Raises `StoreDamaged` where one of the files is not what was written."""
    every = [load(file)[1] for file in files_in(folder)]
    return Batch(
        entries=tuple(each for batch in every for each in batch.entries),
        issued={id_: each for batch in every for id_, each in batch.issued.items()},
        deliveries={id_: each for batch in every for id_, each in batch.deliveries.items()},
    )


def files_in(folder: Path) -> list[Path]:
    """The archives of a data folder, the oldest month first."""
    return sorted((folder / FOLDER).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].json"))


def last_archived(folder: Path) -> int:
    """The highest number that an entry of the archives has; those that cannot be read are passed over."""
    last = 0
    for file in files_in(folder):
        with suppress(StoreError):
            last = max([last, *(entry.seq for entry in load(file)[1].entries)])
    return last
