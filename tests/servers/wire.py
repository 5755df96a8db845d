"""A small HTTP/1.1 server whose answers can be held, cut at any byte, or left out altogether."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Upload:
    """A file in a form: the name that it was given, and what is in it."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """What was asked. `query` holds what stands behind the path's question mark; the names of `headers` are small."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What the body says that it is, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The fields of the form, files aside."""
        if self.kind == "multipart/form-data":
            return {name: part.content.decode() for name, part in self._parts if part.filename == ""}
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body)))

    @cached_property
    def uploads(self) -> dict[str, Upload]:
        """The files of the form, by their field."""
        return {name: part for name, part in self._parts if part.filename}

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is none."""
        return json.loads(self.body.decode())

    @cached_property
    def _parts(self) -> list[tuple[str, Upload]]:
        found = re.search(r'boundary="?([^";]+)', self.headers.get("content-type", ""))
        return [_part(each) for each in self.body.split(b"--" + found[1].encode())[1:-1]] if found else []


@dataclass(frozen=True)
class Reply:
    """What is answered. After `cut` bytes, head included, the connection is reset, or, `in_order`, closed as a server
    closes that ends; a `held` one leaves when it is released, or never.
    """

    status: int
    body: bytes
    content_type: str = "application/json"
    cut: int | None = None
    held: bool = False
    in_order: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    def as_bytes(self) -> bytes:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        head = (
            f"HTTP/1.1 {self.status} {phrase}\r\n"
            f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n"
        )
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"{head}{more}\r\n".encode() + self.body


def _part(written: bytes) -> tuple[str, Upload]:
    """One part of a multipart form (RFC 7578); a field's own has no filename."""
    head, _, content = written.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    says = dict(re.findall(r'\b(name|filename)="([^"]*)"', head.decode()))
    return says.get("name", ""), Upload(says.get("filename", ""), content.removesuffix(b"\r\n"))


class _CutOff(Exception):
    """The connection is to be reset before the request is whole."""


def _read_whole(target: str) -> int | None:
    return None


class Wire:
    """Listens on a loopback port, which stays its own when it stops and starts again. `begun` is told a request's path,
    query included, before its body is read, and says after how many bytes of the body the connection is reset (None: it
    is not).
    """

    def __init__(
        self,
        handle: Callable[[Request], Awaitable[Reply]],
        begun: Callable[[str], int | None] = _read_whole,
        port: int = 0,
    ) -> None:
        self._handle, self._begun = handle, begun
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._stalled: asyncio.Event | None = None
        self._released = asyncio.Event()
        self.port = port

    async def start(self) -> None:
        """Listen; before that, and after `stop`, connections are refused."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections and break those that are open."""
        if self._server is None:
            return
        self._server.close()
        for task, writer in list(self._connections.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def stall(self) -> None:
        """Take connections and look at nothing that comes, until `go_on` breaks those on which something came."""
        self._stalled = self._stalled or asyncio.Event()

    def go_on(self) -> None:
        """End the stall."""
        if self._stalled is not None:
            self._stalled.set()
            self._stalled = None

    def release(self) -> None:
        """Let every held answer go whose asker is still there."""
        self._released.set()
        self._released = asyncio.Event()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            while (request := await self._read(reader)) is not None:
                if self._stalled is not None:
                    await self._stalled.wait()
                    raise _CutOff
                reply = await self._handle(request)
                if reply.held and not await self._let_go(reader):
                    return
                writer.write(reply.as_bytes()[: reply.cut])
                await writer.drain()
                if reply.in_order:
                    return
                if reply.cut is not None:
                    raise _CutOff
        except _CutOff:
            _reset(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            del self._connections[task]
            writer.close()

    async def _let_go(self, reader: asyncio.StreamReader) -> bool:
        """Whether a held answer was released before the other side gave up."""
        released, gone = asyncio.ensure_future(self._released.wait()), asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((released, gone), return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            released.cancel()
            gone.cancel()

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError as end:
            if end.partial:
                raise
            return None
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        length = int(headers.get("content-length", "0"))
        if (cut := self._begun(target)) is not None:
            await reader.readexactly(min(cut, length))
            raise _CutOff
        body = await reader.readexactly(length)
        path, _, query = target.partition("?")
        return Request(method, path, dict(parse_qsl(query, keep_blank_values=True)), headers, body)


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
