"""Whether the town's sends are held: one file that the bot and the command line both write, and that needs no lock.

`data/paused` is there while they are, and says by whom, since when and why. Whoever makes it by hand (`touch`) pauses
the town, whoever removes it lets it go on. `data/resumed` tells who last did the latter by a command.
"""

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bot.errors import PauseRefused, StoreUnwritable
from bot.language import Sentence, sentence
from bot.outbox.questions import BY_HAND, who
from bot.store import atomic
from bot.store.reasons import why as reason

PAUSED, RESUMED = "paused", "resumed"
LONGEST_WHY = 200


class Said(BaseModel):
    """Who paused the town or had it go on (`telegram:1001`, `cli:li`, and their name where it is known), and when."""

    model_config = ConfigDict(frozen=True)

    by: str
    at: AwareDatetime
    name: str | None = None
    why: str | None = None

    def in_words(self, zone: tzinfo | None = None) -> Sentence:
        """Who, since when (as it was written down, where no zone is named), and why where it was said."""
        at = self.at.astimezone(zone) if zone else self.at
        if self.why:
            return sentence("admin.pause-why", by=who(self.by, self.name), at=at, why=self.why)
        return sentence("admin.pause", by=who(self.by, self.name), at=at)


def pause_of(data: Path) -> Said | None:
    """The pause in force, None where there is none. One that cannot be read is a pause all the same: nobody is warned
    by mistake of a file that somebody meant.
    """
    return _read(data / PAUSED)


def resumed_of(data: Path) -> Said | None:
    """Who last had the town go on by a command."""
    return _read(data / RESUMED)


def pause(data: Path, said: Said) -> Said:
    """Hold all sends. Raises `PauseRefused` where they are held already, `StoreUnwritable` where the disk refuses."""
    if (before := pause_of(data)) is not None:
        raise PauseRefused(sentence("admin.already-paused", pause=before.in_words(said.at.tzinfo)))
    _write(data / PAUSED, said)
    return said


def resume(data: Path, said: Said) -> Said:
    """Let sends go again; returns the pause that ends. Raises `PauseRefused` where there is none, `StoreUnwritable`
    where the disk refuses.
    """
    before = pause_of(data)
    if before is None:
        raise PauseRefused(sentence("admin.not-paused"))
    _write(data / RESUMED, said)
    try:
        (data / PAUSED).unlink(missing_ok=True)
        atomic.flush_folder(data)
    except OSError as error:
        raise StoreUnwritable(sentence("admin.pause-unwritten", file=str(data / PAUSED), why=reason(error))) from error
    return before


def _read(file: Path) -> Said | None:
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        content = b""
    with suppress(ValidationError):
        return Said.model_validate_json(content)
    with suppress(OSError):
        return Said(by=BY_HAND, at=datetime.fromtimestamp(file.stat().st_mtime, UTC))
    return None


def _write(file: Path, said: Said) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(file, said.model_dump_json().encode(), None)
    except OSError as error:
        raise StoreUnwritable(sentence("admin.pause-unwritten", file=str(file), why=reason(error))) from error
