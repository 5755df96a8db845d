"""Processes of `gengfu` that need not import everything anew: forked off one that has, they begin in a blink.

Each is a process of its own all the same, with its own environment, output, signals and end; only its first second, in
which nothing of a town is touched, is not lived again. Run as `python -m tests.acceptance.forks` it is that one, which
begins another for each message on its standard input, a socket; it ends with the tests that it serves.
"""

import asyncio
import atexit
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from bot import cli

_LONGEST = 128 * 1024


class Forked:
    """One of them, as asyncio shows a process."""

    def __init__(
        self, pid: int, ends: socket.socket, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._end(ends))

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit status."""
        return await asyncio.shield(self._ending)

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait until it has ended; all that it printed."""
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err

    async def _end(self, ends: socket.socket) -> int:
        with ends:
            self.returncode = int(await asyncio.get_running_loop().sock_recv(ends, _LONGEST))
        return self.returncode


async def forked(arguments: Sequence[str | Path], environment: Mapping[str, str], main: str = "bot.cli") -> Forked:
    """`gengfu`, or another module's `main`, with these arguments in a process of its own, which knows this environment
    alone.
    """
    ends, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    (out, its_out), (err, its_err) = os.pipe(), os.pipe()
    given = [str(each) for each in arguments]
    said = json.dumps({"main": main, "arguments": given, "environment": dict(environment)})
    with its_end:
        socket.send_fds(ancestor(), [said.encode()], [its_out, its_err, its_end.fileno()])
    os.close(its_out)
    os.close(its_err)
    ends.setblocking(False)
    pid = int(await asyncio.get_running_loop().sock_recv(ends, _LONGEST))
    return Forked(pid, ends, await _reader(out), await _reader(err))


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader, loop = asyncio.StreamReader(), asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb"))
    return reader


@cache
def ancestor() -> socket.socket:
    """The process that has imported everything, begun where somebody first needs it: that takes its second or two."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen([sys.executable, "-m", __name__], stdin=its.fileno())

    @atexit.register
    def _end() -> None:
        ours.close()
        process.wait()

    assert ours.recv(_LONGEST), "it could not begin"
    return ours


def main() -> None:
    """Begin what is asked for, and say of each when it has ended, until nobody is there to ask."""
    for module in set(cli.COMMANDS.values()):
        import_module(module)
    gc.collect()
    gc.freeze()
    asking = socket.socket(fileno=os.dup(0))
    asking.send(b"ready")
    watched = selectors.DefaultSelector()
    watched.register(asking, selectors.EVENT_READ)
    running: dict[int, tuple[int, int]] = {}
    while True:
        for key, _ in watched.select():
            if key.fd != asking.fileno():
                watched.unregister(key.fd)
                _ended(key.fd, *running.pop(key.fd))
                continue
            said, (*descriptors,), _, _ = socket.recv_fds(asking, _LONGEST, 3)
            if not said:
                return
            pid = os.fork()
            if pid == 0:
                _live(json.loads(said), *descriptors)
                sys.exit()
            out, err, ends = descriptors
            os.close(out)
            os.close(err)
            os.write(ends, str(pid).encode())
            ending = os.pidfd_open(pid)
            running[ending] = pid, ends
            watched.register(ending, selectors.EVENT_READ)


def _ended(ending: int, pid: int, ends: int) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(OSError):  # nobody waits for it any more
        os.write(ends, str(status).encode())
    os.close(ending)
    os.close(ends)


def _live(said: Mapping[str, Any], out: int, err: int, _: int) -> None:
    """The life of one that was forked, with nothing of its ancestor's open."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, own in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(descriptor, own)
    os.closerange(3, max(int(each.name) for each in Path("/proc/self/fd").iterdir()) + 1)
    os.environ.clear()
    os.environ.update(said["environment"])
    time.tzset()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.argv = ["gengfu", *said["arguments"]]
    import_module(said["main"]).main()


if __name__ == "__main__":
    main()
