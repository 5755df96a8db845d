"""What can be seen of the machine: whether its clock is kept right, how much room is left, who watches a process."""

import ctypes
import shutil
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from bot.clock import Clock

_PATIENCE = 10.0
_HALF_A_SECOND = timedelta(seconds=0.5)
_UNKEPT = 16_000_000
"""Microseconds of possible error beyond which the kernel has given a clock up (its NTP_PHASE_LIMIT)."""


class _Timex(ctypes.Structure):
    """The beginning of adjtimex(2)'s `struct timex`, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def is_clock_kept() -> bool | None:
    """Whether a time server keeps the clock right, as the kernel says (and by it `timedatectl`).

    None where the kernel does not say.
    """
    try:
        found = _Timex()
        said = ctypes.CDLL(None).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return None
    return None if said < 0 else found.maxerror < _UNKEPT


async def ahead_of(url: str, proxy: str | None, clock: Clock) -> timedelta | None:
    """How far this machine's clock is ahead of a server's, to about a second, by the `Date` of its answer; None where
    it gives none.
    """
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, proxy=proxy) as client:
            before = clock.now()
            answer = await client.head(url)
            after = clock.now()
        theirs = parsedate_to_datetime(answer.headers["Date"]) + _HALF_A_SECOND
        return before + (after - before) / 2 - theirs
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Room:
    """Free bytes of a disk, and the share of it that they are."""

    free: int
    share: float


def room_at(folder: Path) -> Room:
    """The room on the disk that a folder is on, or will be on. Raises OSError."""
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    usage = shutil.disk_usage(there)
    return Room(usage.free, usage.free / usage.total if usage.total else 0.0)


def is_watched(pid: int) -> bool | None:
    """Whether systemd's watchdog looks after a process; None where it is somebody else's and cannot be asked."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    return any(each.startswith(b"WATCHDOG_USEC=") for each in environment.split(b"\0"))
