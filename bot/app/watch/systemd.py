"""What systemd is told (sd_notify(3)): that the bot has begun, that it turns, how it does, that it is about to end.

Each is one datagram of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names; a name that begins with `@` stands
for one in the abstract namespace.
"""

import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.clock import Clock

_MOST_APART = 10.0
_UNTIL_READY = 0.25


class Systemd:
    """The service manager that started this process; one that did not is told nothing.

    `is_turning` says whether the bot does its work: only then does the watchdog hear of it, which otherwise ends the
    process and begins it afresh after `WatchdogSec`. `status` is what `systemctl status` shows.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Clock,
        is_turning: Callable[[], bool],
        status: Callable[[], Awaitable[str]],
    ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._clock, self._is_turning, self._status = clock, is_turning, status
        patience = _watchdog_seconds(environment)
        self._watched = patience is not None
        self._every = min(patience / 3, _MOST_APART) if patience else _MOST_APART

    async def run(self) -> None:
        """Tell it for as long as this is let; returns at once where there is nobody to tell."""
        if not self._address:
            return
        while not self._is_turning():
            await self._clock.sleep(_UNTIL_READY)
        self._tell("READY=1")
        while True:
            if self._watched and self._is_turning():
                self._tell("WATCHDOG=1")
            self._tell(f"STATUS={(await self._status()).splitlines()[0]}")
            await self._clock.sleep(self._every)

    def stopping(self) -> None:
        """The bot ends in order."""
        if self._address:
            self._tell("STOPPING=1")

    def _tell(self, what: str) -> None:
        """Who does not listen is not waited for."""
        address = self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as to:
            to.sendto(what.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How long the watchdog waits for a word (sd_watchdog_enabled(3)); None where it does not watch this process."""
    written, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not written.isdecimal() or int(written) == 0 or whose not in ("", str(os.getpid())):
        return None
    return int(written) / 1_000_000
