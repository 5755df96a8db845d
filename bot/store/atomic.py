"""A file that is replaced as a whole: after a crash at any moment it holds the former content or the new one."""

import os
from contextlib import suppress
from pathlib import Path


def replace(file: Path, content: bytes, former: bytes | None, mode: int = 0o666) -> None:
    """Put `content` in the file's place, durably: written beside it, flushed, renamed, and the rename flushed. A file
    that is made has this `mode`, less the process's mask.

    `former` is what stands there now (None: nothing). Where the last flush fails it is put back, for what has
    been reported as not written must not be read. Raises OSError; the file is then as it was.
    """
    beside = _beside(file)
    try:
        beside.touch(mode)
        _write(beside, content)
        beside.replace(file)
    except OSError:
        clear(file)
        raise
    try:
        flush_folder(file.parent)
    except OSError:
        with suppress(OSError):
            _put_back(file, former)
        raise


def clear(file: Path) -> None:
    """Remove what a crash in the midst of `replace` left beside the file."""
    with suppress(OSError):
        _beside(file).unlink()


def _put_back(file: Path, former: bytes | None) -> None:
    if former is None:
        file.unlink()
    else:
        _write(_beside(file), former)
        _beside(file).replace(file)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def flush_folder(folder: Path) -> None:
    """Make what was made, renamed or removed in a folder last through a loss of power. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.new")
