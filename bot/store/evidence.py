"""Photos and files that came with an answer, kept in the data folder as they came: `evidence/HASH.jpg`.

A file is named by its content, so that the same one is kept once, and read by nobody but the bot's own user. It counts
when an entry of the ledger names it; one that a crash left without is in nobody's way.
"""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePath

from bot.errors import StoreUnwritable
from bot.language import sentence
from bot.store import atomic
from bot.store.reasons import why

FOLDER = "evidence"
MOST_BYTES = 20_000_000
"""As much as Telegram lets a bot load (Bot API, getFile: 20 MB)."""

_LEFT_FREE = 100_000_000
"""So many bytes stay free on the disk: for what evidence would take the record could not be written."""
_PICTURES = "jpg jpeg png gif webp heic bmp tif tiff mp4 mov mp3 m4a"
_PAPERS = "pdf doc docx xls xlsx ppt pptx wps et dps ofd txt csv zip"
_KNOWN = frozenset(f"{_PICTURES} {_PAPERS}".split())
_FILE = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{2,4}")


def keep(data: Path, content: bytes, name: str | None) -> str:
    """Keep a file durably; its path in the data folder. `name` is what it came as, of which only a harmless ending is
    kept. Raises `StoreUnwritable` where the disk refuses or is nearly full.
    """
    file = PurePath(FOLDER) / f"{hashlib.sha256(content).hexdigest()}.{_ending(name)}"
    place = data / file
    try:
        if place.exists() and place.read_bytes() == content:
            return file.as_posix()
        if shutil.disk_usage(data).free - len(content) < _LEFT_FREE:
            raise StoreUnwritable(sentence("store.no-room-for-evidence"))
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700)
            atomic.flush_folder(data)
        atomic.replace(place, content, former=None, mode=0o600)
    except OSError as error:
        raise StoreUnwritable(sentence("store.unwritable", file=str(file), why=why(error))) from error
    return file.as_posix()


def path_of(data: Path, file: str) -> Path | None:
    """Where a file that an entry names lies; None where it is not there, or where the name leads elsewhere."""
    folder, _, name = file.partition("/")
    if folder != FOLDER or not _FILE.fullmatch(name):
        return None
    place = data / FOLDER / name
    return place if place.is_file() else None


def files_of(data: Path) -> dict[str, bytes]:
    """All that is kept, by its path in the data folder. Raises OSError."""
    found = sorted(each for each in (data / FOLDER).glob("*") if _FILE.fullmatch(each.name))
    return {f"{FOLDER}/{each.name}": each.read_bytes() for each in found}


def put_back(data: Path, files: Mapping[str, bytes]) -> None:
    """Keep what `files_of` found, durably, beside what is there. Raises `StoreUnwritable`."""
    for file, content in files.items():
        if path_of(data, file) is None and _FILE.fullmatch(file.removeprefix(f"{FOLDER}/")):
            keep(data, content, file)


def _ending(name: str | None) -> str:
    ending = PurePath(name or "").suffix.removeprefix(".").lower()
    return ending if ending in _KNOWN else "bin"
