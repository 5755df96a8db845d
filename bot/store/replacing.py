"""A data folder's record put in the place of another one: all of it or nothing, wherever it is cut off.

The new record is made whole beside the old one. From the moment at which its folder has its name (`restoring-…`) it
is the one that counts, and whoever takes the town next ends what a crash interrupted. What was there before is kept
(`before-restore-…`).
"""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import StoreUnwritable
from bot.language import sentence
from bot.store.atomic import flush_folder
from bot.store.protocol import Change
from bot.store.reasons import why
from bot.store.records import Batch, WorkingSet
from bot.store.tables import FILE, load_town

_NEW, _OLD = "restoring-", "before-restore-"


def replace_record(
    data: Path,
    files: Mapping[str, bytes],
    amend: Callable[[Batch, str], Change],
    folders: tuple[str, ...],
    now: datetime,
) -> str:
    """Put these files in the place of the record and these folders; the name of the folder in `data` in which what
    was there before is kept.

    `amend` says what is written into the new record before it counts, given all that is in it and that name. The town
    must be held. Raises `StoreUnwritable` where the disk refuses: before it counts, nothing has changed.
    """
    name = _free_name(data, now)
    staged = data / f".{_NEW}{name}"
    try:
        staged.mkdir()
        for folder in folders:
            (staged / folder).mkdir(parents=True)
        for path, content in files.items():
            file = staged / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        tables, contents = load_town(staged / FILE)
        record = WorkingSet()
        record.adopt(contents)
        tables.keep([record.after((amend(contents, _OLD + name),))], contents.inbox)
        _flush(staged)
        staged.rename(data / f"{_NEW}{name}")
        flush_folder(data)
        finish_replacing(data)
    except OSError as error:
        raise StoreUnwritable(sentence("store.folder-unwritable", folder=str(data), why=why(error))) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return _OLD + name


def finish_replacing(data: Path) -> None:
    """End what was begun: move what was there aside, and what is new into its place. The town must be held.

    Raises OSError.
    """
    for new in sorted(data.glob(f"{_NEW}*")):
        old = data / (_OLD + new.name.removeprefix(_NEW))
        old.mkdir(exist_ok=True)
        for each in sorted(new.iterdir()):
            there = data / each.name
            if there.exists():
                there.rename(old / each.name)
                flush_folder(old)
            each.rename(there)
            flush_folder(data)
        new.rmdir()
        flush_folder(data)


def _flush(folder: Path) -> None:
    """Make all that is in a folder last."""
    for each in folder.rglob("*"):
        if each.is_dir():
            flush_folder(each)
        else:
            with each.open("rb") as file:
                os.fsync(file.fileno())
    flush_folder(folder)


def _free_name(data: Path, now: datetime) -> str:
    """The moment, and a number where that is taken."""
    wanted = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, 1_000)))
    return next(name for name in names if not any((data / (kind + name)).exists() for kind in (_NEW, _OLD, f".{_NEW}")))
