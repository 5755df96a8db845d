"""Live pages: one task waits for changes and hands each open page the newest pieces.

A page that reads slowly costs nothing: what it has not yet been sent is replaced, never queued.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence

from sse_starlette import ServerSentEvent

from bot.app.view import Live
from bot.web.templating import LAST, Templating

BEAT = 5.0
"""Seconds between two words of life, which carry the town's hour; a page that hears none for 15 says it is offline."""
RETRY = 1_000
"""Milliseconds after which a browser tries again when the stream broke."""
GATHER = 0.05
"""Seconds for which a further change is waited for before pages are told …"""
GATHER_MOST = 10
"""… and how many are gathered at most."""
AFRESH = 5.0
"""Seconds of rest after telling broke, before it is begun afresh."""

logger = logging.getLogger(__name__)


class Page:
    """One open page: what it has not been told yet, the newest of each piece."""

    def __init__(self, *, may_press: bool) -> None:
        self.may_press = may_press
        self._untold: dict[str, ServerSentEvent] = {}
        self._news = asyncio.Event()
        self._closed = False

    def tell(self, piece: str, event: ServerSentEvent) -> None:
        """Have the page told; an older word on the same piece is dropped.

        The last of a change bears its version, so whoever got that far and comes again has missed nothing of it.
        """
        self._untold.pop(piece, None)
        self._untold[piece] = event
        self._news.set()

    def close(self) -> None:
        """End the page's stream."""
        self._closed = True
        self._news.set()

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """What to send, as it comes."""
        while not self._closed:
            await self._news.wait()
            self._news.clear()
            while self._untold and not self._closed:
                yield self._untold.pop(next(iter(self._untold)))


class Updates:
    """The open pages and what they are told. `version` names a state: a page that bears it has missed nothing."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating
        self._pages: set[Page] = set()
        self._closed = False
        self._started = secrets.token_hex(4)
        self._changes = 0
        self._day = self._today()

    @property
    def version(self) -> str:
        """The state that a page rendered from now on shows at least."""
        return f"{self._started}-{self._changes}"

    async def stream(self, version: str, *, may_press: bool) -> AsyncIterator[ServerSentEvent]:
        """The events of one page that shows this version, until it leaves or the pages close."""
        page = Page(may_press=may_press)
        if self._closed:
            return
        self._pages.add(page)
        try:
            page.tell("hour", ServerSentEvent(self._templating.hour(), event="hour", retry=RETRY))
            if version != self.version:
                page.tell("reload", self._reload())
            async for event in page.events():
                yield event
        finally:
            self._pages.discard(page)

    async def run(self) -> None:
        """Wait for changes and tell the pages, until cancelled.

        What breaks here must not end the bot, which goes on sending: it is logged and begun afresh, as every part of
        the bot is, and pages that may have missed something are told to reload.
        """
        while True:
            try:
                await self._tell_changes()
            except Exception:
                logger.exception("telling open pages broke and is begun afresh")
                await self._live.clock.sleep(AFRESH)
                self._changes += 1
                self._tell_all("reload", self._reload())

    async def _tell_changes(self) -> None:
        changed = asyncio.ensure_future(self._live.changed())
        try:
            while True:
                await asyncio.wait({changed}, timeout=BEAT)
                gathered: list[frozenset[str]] = []
                while changed.done() and len(gathered) < GATHER_MOST:
                    gathered.append(changed.result())
                    changed = asyncio.ensure_future(self._live.changed())
                    await asyncio.wait({changed}, timeout=GATHER)
                await self._tell(gathered)
                self._tell_all("hour", ServerSentEvent(self._templating.hour(), event="hour"))
        finally:
            changed.cancel()

    def close(self) -> None:
        """End every stream, so that no open page holds the process."""
        self._closed = True
        for page in self._pages:
            page.close()

    async def _tell(self, changes: Sequence[frozenset[str]]) -> None:
        new_day, self._day = self._day != self._today(), self._today()
        if not changes and not new_day:
            return
        self._changes += 1
        if not self._pages:
            return
        try:
            if new_day or not all(changes) or not await self._tell_chats(frozenset().union(*changes)):
                self._tell_all("reload", self._reload())
        except Exception:
            logger.exception("open pages could not be told what changed")
            self._tell_all("reload", self._reload())

    async def _tell_chats(self, chats: Iterable[str]) -> bool:
        for id_ in chats:
            shown = await self._live.chat(id_, LAST)
            if shown is None:
                return False
            for may_press in {page.may_press for page in self._pages}:
                html = self._templating.chat(shown, may_press=may_press)
                self._tell_all(f"chat {id_}", ServerSentEvent(html, event="chat"), may_press)
        state = self._templating.state(await self._live.chats(1))
        self._tell_all("state", ServerSentEvent(state, event="state", id=self.version))
        return True

    def _tell_all(self, piece: str, event: ServerSentEvent, may_press: bool | None = None) -> None:
        for page in self._pages:
            if may_press in {None, page.may_press}:
                page.tell(piece, event)

    def _reload(self) -> ServerSentEvent:
        return ServerSentEvent("", event="reload", id=self.version)

    def _today(self) -> str:
        return f"{self._live.clock.now().astimezone(self._live.town.zone):%Y-%m-%d}"
