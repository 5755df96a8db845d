"""Backups: the record, its archives and the version in force as one file, made beside a running bot; one a day kept.

No secret is in it: neither `.env` nor the key that signs links lies where it is taken from.
"""

import logging
from datetime import date, datetime
from pathlib import Path

from bot.app.adopt import VERSION, is_whole
from bot.errors import BackupRefused, NotFound, OutUnwritable, StoreError
from bot.language import sentence
from bot.store import atomic, evidence
from bot.store.archive import files_in
from bot.store.backup import Parcel, pack, unpack
from bot.store.reasons import why
from bot.store.tables import FILE, parsed_town

FOLDER, ADOPTED = "backups", "adopted"
KEPT_DAYS = 14
_TRIES = 5
_log = logging.getLogger(__name__)


def take_backup(data: Path, now: datetime) -> Parcel:
    """All that a town's data folder has on record at this moment. Takes no lock.

    The record is read before the archives: what moves to them meanwhile is in both, never in neither. Raises
    `NotFound` where there is no record, `StoreDamaged` where it is not what was written, `StoreError` where it cannot
    be read.
    """
    if not (data / FILE).exists():
        raise NotFound(sentence("safekeeping.nothing", folder=str(data)))
    try:
        record, version = _record(data)
        archives = {f"archive/{each.name}": each.read_bytes() for each in files_in(data)}
        adopted = _files(data, f"{ADOPTED}/{version}") if version else {}
    except OSError as error:
        raise StoreError(sentence("store.unreadable", file=str(error.filename or data), why=why(error))) from error
    return Parcel({FILE: record, **archives, **adopted}, now)


def with_evidence(parcel: Parcel, data: Path) -> Parcel:
    """The backup, and the photos and files that the record names as evidence. The daily ones do without: they lie in
    the same folder, where a copy of what never changes keeps nothing safe. Raises `StoreError` where it cannot be read.
    """
    try:
        return Parcel({**parcel.files, **evidence.files_of(data)}, parcel.made)
    except OSError as error:
        raise StoreError(sentence("store.unreadable", file=str(error.filename or data), why=why(error))) from error


def write_backup(parcel: Parcel, file: Path) -> None:
    """Write a backup as a whole or not at all, durably. Raises `OutUnwritable`, also where the file exists."""
    if file.exists():
        raise OutUnwritable(sentence("safekeeping.exists", file=str(file)))
    try:
        atomic.replace(file, pack(parcel), former=None)
    except OSError as error:
        raise OutUnwritable(sentence("cli.cannot-write", file=str(file), why=why(error))) from error


def read_backup(file: Path) -> Parcel:
    """Read a backup, and make sure that it is whole and of a form that is known.

    Raises `BackupRefused` where it is not, `NotFound` where there is no such file or it cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFound(sentence("safekeeping.no-such", file=str(file), why=why(error))) from error
    parcel = unpack(content, str(file))
    try:
        parsed_town(file, parcel.files.get(FILE, b""))
    except StoreError as error:
        key = "safekeeping.newer" if error.sentence.key == "store.newer" else "safekeeping.not-whole"
        raise BackupRefused(sentence(key, file=str(file))) from error
    return parcel


def back_up_the_day(data: Path, today: date, now: datetime) -> bool:
    """Take this day's backup where it is not there yet, and let go of those before the last fourteen days that have
    one. False where there is nothing to do. Raises as `take_backup` and `write_backup` do.
    """
    file = data / FOLDER / f"{today}.zip"
    if file.exists() or not (data / FILE).exists():
        return False
    parcel = take_backup(data, now)
    try:
        file.parent.mkdir(exist_ok=True)
        atomic.flush_folder(data)
    except OSError as error:
        raise OutUnwritable(sentence("cli.cannot-write", file=str(file), why=why(error))) from error
    write_backup(parcel, file)
    for old in daily_backups(data)[KEPT_DAYS:]:
        try:
            old.unlink()
        except OSError as error:
            _log.warning("an old backup could not be removed: %s", error)
    return True


def daily_backups(data: Path) -> list[Path]:
    """The daily backups, the newest first."""
    return sorted((data / FOLDER).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].zip"), reverse=True)


def _record(data: Path) -> tuple[bytes, str | None]:
    """The record and the version that it is under, as soon as that one's files are whole: an edit may come between."""
    for _ in range(_TRIES):
        content, version = _at_this_moment(data / FILE)
        if version is None or is_whole(data / ADOPTED / version):
            return content, version
    _log.warning("the files of the version in force are not whole: the backup goes without them")
    return _at_this_moment(data / FILE)[0], None


def _at_this_moment(file: Path) -> tuple[bytes, str | None]:
    content = file.read_bytes()
    return content, parsed_town(file, content)[1].marks.get(VERSION)


def _files(data: Path, folder: str) -> dict[str, bytes]:
    inside = sorted(each for each in (data / folder).rglob("*") if each.is_file())
    return {each.relative_to(data).as_posix(): each.read_bytes() for each in inside}
