"""Somebody outside who waits for the heartbeat: keeps each ping, answers as told, or never."""

import asyncio
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Ping:
    """One request: how and where, and its body."""

    method: str
    path: str
    text: str


class Outsider:
    """Listens on a loopback port. `status` is what it answers; while it `hangs` it answers nothing; while it is
    `unreachable` nothing even arrives.
    """

    def __init__(self) -> None:
        self.pings: list[Ping] = []
        self.status = 200
        self.hangs = False
        self.unreachable = False
        self.url = ""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/ping/5f2c1d0e-whoHasItCanPing"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                first, *rest = head.splitlines()
                headers = dict(line.lower().split(": ", 1) for line in rest if line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split()
                if self.unreachable:
                    return
                self.pings.append(Ping(method, path, body.decode()))
                if self.hangs:
                    await reader.read(1)
                    return
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 2\r\n\r\nOK".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
