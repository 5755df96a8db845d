"""The hold on a data folder: one bot a town. A lock of the kernel's, which ends with the process that has it.

Who holds, and since when, stands in the lock file for others to read; text without a lock means nothing.
"""

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bot.errors import HoldLost, StoreError, StoreUnwritable, TownHeld
from bot.language import sentence
from bot.store.atomic import flush_folder
from bot.store.reasons import why

LOCK = "gengfu.lock"
_TRIES = 1_000


@dataclass(frozen=True)
class Holder:
    """The process that holds a town (0 where its file does not tell), and since when, in UTC."""

    pid: int
    since: datetime


class Hold:
    """A data folder held by this process until `release`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = folder
        self._descriptor: int | None = descriptor

    def verify(self) -> None:
        """Make sure that the folder is still the one that was taken: a lock outlives its file's name.

        Raises `HoldLost` where the lock file was removed or replaced, so that two never write one town, and
        OSError where the disk does not say.
        """
        try:
            there = (self._folder / LOCK).stat()
        except (FileNotFoundError, NotADirectoryError):
            there = None
        if self._descriptor is None or there is None or not os.path.samestat(there, os.fstat(self._descriptor)):
            raise HoldLost(sentence("store.hold-lost", folder=str(self._folder)))

    def release(self) -> None:
        """Give the town free. The file stays, empty; a second call does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):  # what a disk that takes nothing leaves there means nothing without the lock
                os.ftruncate(descriptor, 0)
            os.close(descriptor)


def take(folder: Path, now: datetime) -> Hold:
    """Hold this data folder, which is made where it is missing.

    Raises `TownHeld` where another process has it, `StoreUnwritable` where the folder cannot be made or written.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            flush_folder(folder.parent)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreUnwritable(sentence("store.folder-unwritable", folder=str(folder), why=why(error))) from error
    try:
        if not _lock(descriptor):
            other = _written_in(descriptor)
            raise TownHeld(sentence("store.held", pid=other.pid, since=other.since))
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # a full disk keeps nobody from holding: only the name is missing then
            os.pwrite(descriptor, orjson.dumps({"pid": os.getpid(), "since": now.astimezone(UTC)}), 0)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError):
            raise StoreUnwritable(sentence("store.folder-unwritable", folder=str(folder), why=why(error))) from error
        raise
    return Hold(folder, descriptor)


def holder(folder: Path) -> Holder | None:
    """Who holds this data folder, or None. Makes nothing, writes nothing, and keeps nobody from taking it.

    Raises `StoreError` where the lock file cannot be looked at.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(sentence("store.unreadable", file=str(folder / LOCK), why=why(error))) from error
    try:
        return None if _try(descriptor, fcntl.LOCK_SH) else _written_in(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock for good. Who only looks (`holder`) locks too, shared and for microseconds: that one is waited out."""
    for _ in range(_TRIES):
        if _try(descriptor, fcntl.LOCK_EX):
            return True
        if not _try(descriptor, fcntl.LOCK_SH):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.sched_yield()
    return False


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written_in(descriptor: int) -> Holder:
    """Who wrote himself into the file. He does so right after locking: a text not yet whole is read again."""
    for _ in range(_TRIES):
        try:
            found = orjson.loads(os.pread(descriptor, 1_000, 0))
            return Holder(int(found["pid"]), datetime.fromisoformat(found["since"]))
        except (ValueError, TypeError, KeyError):
            continue
    return Holder(0, datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC))
