"""A town's store in one TinyDB file: a single writer, and readers beside it that take no lock.

Questions are answered from the working set in memory. Commits that wait at the same time are written together,
in a thread, by one replacement of the file.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from bot.clock import Clock
from bot.errors import Overtaken, StoreUnwritable
from bot.language import sentence
from bot.ledger.entries import Numbered
from bot.store import atomic
from bot.store.archive import Archives, WithArchives
from bot.store.beside import Beside
from bot.store.hold import Hold, take
from bot.store.listeners import Listeners
from bot.store.protocol import Change, Reader, Settled
from bot.store.reasons import why
from bot.store.records import Batch, unrecorded
from bot.store.replacing import finish_replacing
from bot.store.tables import FILE, Tables, load_town


@dataclass(frozen=True)
class _Waiting:
    """A commit on its way to the disk, and who waits for it."""

    change: Change
    done: asyncio.Future[tuple[Numbered, ...]]


@dataclass(frozen=True)
class _Carried:
    """What was taken in without the disk, and what it came to."""

    change: Change
    batch: Batch


class TinyStore(WithArchives):
    """The writer of a town. `open_store` makes it, with the hold on the folder."""

    def __init__(self, file: Path, hold: Hold, tables: Tables, contents: Batch, archives: Archives) -> None:
        super().__init__(archives)
        self.adopt(contents)
        self._inbox_on_disk = contents.inbox
        self._file = file
        self._hold = hold
        self._tables = tables
        self._listeners = Listeners()
        self._waiting: list[_Waiting] = []
        self._carried: list[_Carried] = []
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._moving: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._closed = False
        self.refused = 0

    async def commit(self, change: Change) -> tuple[Numbered, ...]:
        """Write all of it or nothing, durably; returns its entries with their `seq`.

        A caller that is cancelled while it waits takes nothing back. Raises `StoreUnwritable` where the disk
        refuses, to all who wait: nothing has changed then, and a later commit works once the disk does. Raises
        TypeError for what JSON cannot hold, and `Overtaken` where its `given` no longer stands, to its caller alone.
        """
        self._prove_open()
        _prove_writable(change)
        waiting = _Waiting(change, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="store-writer", context=Context())
        return await waiting.done

    async def carry(self, change: Change) -> None:
        """Take it in now and keep it for the next commit that the disk takes; listeners hear of it then.

        It waits for nothing, also while the disk is slow over a commit; until that is through its entries stand
        before that one's. Raises `StoreUnwritable` where the town is no longer ours: another bot may act for it.
        """
        self._prove_open()
        _prove_writable(change)
        with suppress(OSError):
            self._hold.verify()
        self._carried.append(self._taken(unrecorded(change)))

    async def archive(self, months: Mapping[str, Settled]) -> None:
        """Move what is settled to the archives. Who is cancelled while it waits takes nothing back."""
        if self._carried:
            await self.commit(Change())
        self._prove_open()
        self._moving = asyncio.create_task(self._move(months), name="store-archives")
        await asyncio.shield(self._moving)

    async def _move(self, months: Mapping[str, Settled]) -> None:
        async with self._writing:
            if self._carried:
                return  # what is on no disk yet is not settled either
            chosen = {month: self.chosen(settled) for month, settled in months.items()}
            moved = {month: each for month, each in chosen.items() if each.entries or each.issued or each.deliveries}
            if not moved:
                return
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write_archives, moved)
            self._archives.wrote(moved)
            for batch in moved.values():
                self.part_with(batch)

    def _write_archives(self, months: Mapping[str, Batch]) -> None:
        with self._disk():
            self._archives.write(months)
            self._tables.part_with(months.values())

    def on_commit(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` on the loop after each commit that is durable."""
        self._listeners.add(listener)

    async def close(self) -> None:
        """End what is under way, write what is carried if the disk allows, and give the town free; a second call does
        nothing.
        """
        try:
            if self._carried and not self._closed:
                with suppress(StoreUnwritable):
                    await self.commit(Change())
            self._closed = True
            if busy := {task for task in (self._writer, self._moving) if task is not None}:
                await asyncio.wait(busy)
        finally:
            self._closed = True
            self._thread.shutdown()
            self._hold.release()

    async def _write_all(self) -> None:
        while self._waiting:
            async with self._writing:
                group, self._waiting = self._waiting, []
                await self._write_group(self._not_overtaken(group))

    async def _write_group(self, group: list[_Waiting]) -> None:
        if not group:
            return
        carried, batch = tuple(self._carried), self.after([each.change for each in group])
        batches = [*(each.batch for each in carried), batch]
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, batches)
        except asyncio.CancelledError:
            self._closed = True  # whether the file has it is now unknown here; who opens it next will see
            for each in (*group, *self._waiting):
                each.done.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is handed to all who wait
            self.refused += 1
            for each in group:
                if not each.done.done():
                    each.done.set_exception(error)
        else:
            self._durable(carried, batch)
            for known in carried:
                self._listeners.tell(known.change)
            self._report(group, batch)

    def _durable(self, carried: tuple[_Carried, ...], batch: Batch) -> None:
        """Take in what is on disk now; what was carried while that was written comes after it, renumbered."""
        late = self._carried[len(carried) :]
        self.forget_last(sum(len(each.batch.entries) for each in late))
        self.adopt(batch)
        self._inbox_on_disk = batch.inbox
        self._carried = [self._taken_after(batch, each) for each in late]

    def _taken(self, change: Change) -> _Carried:
        carried = _Carried(change, self.after((change,)))
        self.adopt(carried.batch)
        return carried

    def _taken_after(self, batch: Batch, before: _Carried) -> _Carried:
        """What was planned while it was carried gives way to what `batch` made durable by its id, as always."""
        set_ = {each.id for each in before.change.deliveries}
        deliveries = {
            id_: each for id_, each in before.batch.deliveries.items() if id_ in set_ or id_ not in batch.deliveries
        }
        carried = _Carried(before.change, replace(self.after((before.change,)), deliveries=deliveries))
        self.adopt(carried.batch)
        return carried

    def _not_overtaken(self, group: list[_Waiting]) -> list[_Waiting]:
        verdicts = self.overtaken([each.change for each in group])
        for each, overtaken in zip(group, verdicts, strict=True):
            if overtaken and not each.done.done():
                each.done.set_exception(Overtaken(sentence("store.overtaken")))
        return [each for each, overtaken in zip(group, verdicts, strict=True) if not overtaken]

    def _write(self, batches: list[Batch]) -> None:
        with self._disk():
            self._tables.keep(batches, self._inbox_on_disk)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """What is done to the disk inside is done to the town that we hold. Raises `StoreUnwritable`."""
        try:
            self._hold.verify()
            yield
        except OSError as error:
            raise StoreUnwritable(sentence("store.unwritable", file=str(self._file), why=why(error))) from error

    def _prove_open(self) -> None:
        if self._closed:
            raise StoreUnwritable(sentence("store.closed", file=str(self._file)))

    def _report(self, group: list[_Waiting], batch: Batch) -> None:
        entries = iter(batch.entries)
        for each in group:
            own = tuple(next(entries) for _ in each.change.entries)
            self._listeners.tell(each.change)
            if not each.done.done():
                each.done.set_result(own)


async def open_store(folder: Path, clock: Clock) -> TinyStore:
    """Open a town's store to write: make the folder where it is missing, take the hold, read what is there.

    Raises `TownHeld` where another bot holds it, `StoreUnwritable` where the folder cannot be written,
    `StoreDamaged` where the file is not what was written; the file is then left as it is.
    """
    return await asyncio.to_thread(_open, folder, clock)


async def open_reader(folder: Path) -> Reader:
    """A town's store as it is committed at this moment. Takes no lock and makes nothing; a missing file is empty.

    Raises `StoreDamaged` where the file is not what was written.
    """
    return await asyncio.to_thread(_read, folder)


def _open(folder: Path, clock: Clock) -> TinyStore:
    file = folder / FILE
    hold = take(folder, clock.now())
    try:
        finish_replacing(folder)
        tables, contents = load_town(file)
        atomic.clear(file)
        archives = Archives(folder)
        store = TinyStore(file, hold, tables, contents, archives)
        store.know_archived(archives.find_out())
    except BaseException as error:
        hold.release()
        if isinstance(error, OSError):
            raise StoreUnwritable(sentence("store.folder-unwritable", folder=str(folder), why=why(error))) from error
        raise
    return store


def _read(folder: Path) -> Beside:
    return Beside(folder, load_town(folder / FILE)[1])


def _prove_writable(change: Change) -> None:
    records = (*change.entries, *change.issued, *change.deliveries, *change.planned, *change.inbound)
    orjson.dumps([[each.model_dump(mode="json") for each in records], change.handled, dict(change.marks)])
