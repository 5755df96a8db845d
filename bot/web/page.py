"""One open page: what it shows, and what it has not been told yet."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from sse_starlette import ServerSentEvent

from bot.web.pieces import Piece

MOST_UNTOLD = 1_000
"""A page that has so many pieces still to read loads itself anew instead."""


class Page:
    """What it shows, and what it has not been told yet, the newest of each piece."""

    def __init__(self, sees: Iterable[str] = (), *, may_press: bool = True) -> None:
        self.sees = frozenset(sees)
        self.may_press = may_press
        self._told: dict[str, int] = {}
        self._untold: dict[str, bytes] = {}
        self._news = asyncio.Event()
        self._closed = False

    def shows(self, piece: Piece) -> bool:
        """Whether the page has to be told of it."""
        return piece.topic in {None, *self.sees} and piece.may_press in {None, self.may_press}

    def tell(self, name: str, event: bytes, *, again: bool = False) -> None:
        """Have the page told; an older word on the same piece is dropped, the same word too, but where it is said
        `again`.
        """
        if self._told.get(name) == hash(event) and not again:
            return
        self._told[name] = hash(event)
        self._untold[name] = event
        if len(self._untold) > MOST_UNTOLD:
            self.reload()

    def seen(self, version: str) -> None:
        """Say that whoever got so far has missed nothing of this version."""
        self._untold.pop("version", None)
        self._untold["version"] = event_of(version, "version", version)

    def alive(self, hour: bytes) -> None:
        """Say that the connection is alive, though nothing may have changed."""
        self._untold["hour"] = hour

    def reload(self) -> None:
        """Have the page loaded anew, which spares it everything else."""
        self._told.clear()
        self._untold = {"reload": event_of("", "reload")}

    def wake(self) -> None:
        """Send what has not been told."""
        if self._untold:
            self._news.set()

    def close(self) -> None:
        """End the page's stream, after what it has not been told yet."""
        self._closed = True
        self._news.set()

    async def events(self) -> AsyncIterator[bytes]:
        """What to send, as it comes."""
        while not self._closed or self._untold:
            if self._untold:
                chunk = b"".join(self._untold.values())
                self._untold.clear()
                yield chunk
            else:
                self._news.clear()
                await self._news.wait()


def event_of(html: str, kind: str, version: str | None = None, retry: int | None = None) -> bytes:
    """An event of a page's stream, as it is sent; `retry` in milliseconds."""
    return ServerSentEvent(html, event=kind, id=version, retry=retry, sep="\n").encode()
