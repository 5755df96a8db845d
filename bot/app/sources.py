"""A town's files as they lie in its folder: read once, compared by content, judged by `bot.app.check`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.campaign.load import read
from bot.errors import TownMissing
from bot.language import sentence

Stamp = tuple[tuple[str, int, int, int], ...]
"""Each file with its time, size and inode."""


@dataclass(frozen=True)
class Sources:
    """The bytes of `schedules/*.yaml` and `messages/*.j2`, by file name."""

    schedules: Mapping[str, bytes]
    messages: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """A short name for just this content."""
        digest = hashlib.sha256()
        for kind in (self.schedules, self.messages):
            for name in sorted(kind):
                digest.update(f"{name}\0{len(kind[name])}\0".encode())
                digest.update(kind[name])
        return digest.hexdigest()[:12]


def read_sources(folder: Path) -> Sources:
    """Read a town's folder. Raises `TownMissing` where it holds no town, or none that can be read."""
    return Sources(read(folder), read_messages(folder))


def read_messages(folder: Path) -> dict[str, bytes]:
    """A town's templates. Raises `TownMissing` where one of them cannot be read."""
    messages = {}
    for path in sorted(each for each in (folder / "messages").glob("*.j2") if not each.is_dir()):
        try:
            messages[path.name] = path.read_bytes()
        except OSError as error:
            file = f"messages/{path.name}"
            raise TownMissing(sentence("schedule.unreadable", file=file, why=error.strerror or "")) from error
    return messages


def stamp_of(folder: Path) -> Stamp:
    """Changes whenever a file of the town may have changed; cheap enough to ask each second."""
    found = []
    for pattern in ("schedules/*", "messages/*.j2"):
        for path in sorted(folder.glob(pattern)):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def write_sources(sources: Sources, folder: Path) -> None:
    """Lay the files into a folder, which is made."""
    for kind, files in (("schedules", sources.schedules), ("messages", sources.messages)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / kind / name).write_bytes(content)
