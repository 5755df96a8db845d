"""A file that somebody asked for with `--out`."""

import errno
import os
from pathlib import Path

from bot.errors import OutUnwritable
from bot.language import sentence
from bot.store import atomic
from bot.store.reasons import why


def write_out(file: Path, content: bytes) -> None:
    """Write it as a whole or not at all, in the place of a file that is there; a pipe or a device takes it as it comes.

    Raises `OutUnwritable`, also where the name is a folder's: then nothing has changed.
    """
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        target = file.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            atomic.replace(target, content, target.read_bytes() if target.exists() else None)
    except OSError as error:
        raise OutUnwritable(sentence("cli.cannot-write", file=str(file), why=why(error))) from None
