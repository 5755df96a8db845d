"""Live pages: one task waits for changes and hands each open page the newest pieces of what it shows.

A page that reads slowly costs nothing and loses nothing: of what it has not yet been sent only the newest is kept.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from datetime import datetime

from bot.app.view.protocol import Changed, Live
from bot.clock import turn
from bot.web.page import Page, event_of
from bot.web.pieces import Piece, Pieces
from bot.web.templating import Templating

BEAT = 5.0
"""Seconds between two words of life, which carry the town's hour; a page that hears none for 15 says it is offline."""
RETRY = 1_000
"""Milliseconds after which a browser tries again when the stream broke."""
GATHER = 0.05
"""Seconds for which a further change is waited for before pages are told …"""
GATHER_MOST = 10
"""… and how many are gathered at most."""
AGAIN = 2
"""So many beats long parts are told again after one was shown past the stream."""
AFRESH = 5.0
"""Seconds of rest after telling broke, before it is begun afresh."""

logger = logging.getLogger(__name__)


class Updates:
    """The open pages and what they are told. `version` names a state: a page that bears it has missed nothing.

    Each `beat` seconds `parts` are asked for, and those that changed are told to every page, by their names; all of
    them with each word of life.
    """

    def __init__(
        self,
        live: Live,
        templating: Templating,
        *,
        parts: Callable[[], Mapping[str, str]] | None = None,
        beat: float | None = None,
    ) -> None:
        self._live = live
        self._templating = templating
        self._parts = parts or dict[str, str]
        self._beat = beat
        self._again = 0
        self._pieces = Pieces(live, templating)
        self._pages: set[Page] = set()
        self._closed = False
        self._started = secrets.token_hex(4)
        self._changes = 0
        self._minute = self._now()

    @property
    def version(self) -> str:
        """The state that a page rendered from now on shows at least."""
        return f"{self._started}-{self._changes}"

    async def stream(self, version: str, sees: Iterable[str], *, may_press: bool) -> AsyncIterator[bytes]:
        """The events of one page that shows this version, until it leaves or the pages close."""
        if self._closed:
            return
        page = Page(sees, may_press=may_press)
        self._pages.add(page)
        try:
            page.alive(self._hour(retry=RETRY))
            if version != self.version:
                page.reload()
                page.seen(self.version)
            async for chunk in page.events():
                yield chunk
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
                await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=AFRESH)
                self._changes += 1
                self._reload_all()
                await self._wake()

    def repeat(self) -> None:
        """Tell the parts again, changed or not: some page may have got one by another way, and it may be old by now."""
        self._again = AGAIN

    def reload(self, topic: str) -> None:
        """Have the pages that see this load themselves anew."""
        for page in self._pages:
            if topic in page.sees:
                page.reload()
                page.wake()

    def close(self, *, reload: bool = False) -> None:
        """End every stream, so that no open page holds the process; with `reload` the pages load themselves anew."""
        self._closed = True
        for page in self._pages:
            if reload:
                page.reload()
            page.close()

    async def _tell_changes(self) -> None:
        changed = asyncio.ensure_future(self._live.changed())
        beat = self._beat or BEAT
        turns = 0
        try:
            while True:
                await asyncio.wait({changed}, timeout=beat)
                gathered: list[Changed] = []
                while changed.done() and len(gathered) < GATHER_MOST:
                    gathered.append(changed.result())
                    changed = asyncio.ensure_future(self._live.changed())
                    await asyncio.wait({changed}, timeout=GATHER)
                await self._tell(gathered)
                turns += 1
                self._tell_time(alive=turns % max(round(BEAT / beat), 1) == 0)
                await self._wake()
        finally:
            changed.cancel()

    async def _tell(self, changes: Collection[Changed]) -> None:
        before, self._minute = self._minute, self._now()
        if not changes and self._minute == before:
            return
        self._changes += 1
        seen = {(topic, page.may_press) for page in self._pages for topic in page.sees}
        if self._minute.year != before.year:
            pieces = self._pieces.of(Changed(everything=True), seen)
        elif self._minute.date() != before.date() and not any(each.everything for each in changes):
            pieces = self._pieces.of_a_new_day(_together(changes), seen)
        else:
            pieces = self._pieces.of(_together(changes), seen, later=self._minute != before)
        try:
            async for piece in pieces:
                self._give(piece)
                await turn()
        except Exception:
            logger.exception("open pages could not be told what changed")
            self._reload_all()
        for page in self._pages:
            page.seen(self.version)

    def _give(self, piece: Piece) -> None:
        event = event_of(piece.html, "pieces") if piece.html is not None else None
        for page in self._pages:
            if page.shows(piece):
                page.tell(piece.name, event) if event else page.reload()

    def _tell_time(self, *, alive: bool) -> None:
        if not self._pages:
            return
        hour = self._hour()
        parts = {name: event_of(html, "pieces") for name, html in self._parts().items()}
        again, self._again = alive or self._again > 0, max(self._again - 1, 0)
        for page in self._pages:
            for name, event in parts.items():
                page.tell(name, event, again=again)
            page.alive(hour) if alive else page.tell("hour", hour)

    async def _wake(self) -> None:
        """Have the pages sent what they are told, one after the other: a hundred at once would hold up the bot."""
        for page in tuple(self._pages):
            page.wake()
            await turn()

    def _reload_all(self) -> None:
        for page in self._pages:
            page.reload()

    def _hour(self, retry: int | None = None) -> bytes:
        return event_of(self._templating.hour(), "pieces", retry=retry)

    def _now(self) -> datetime:
        return self._live.clock.now().astimezone(self._live.town.zone).replace(second=0, microsecond=0)


def _together(changes: Iterable[Changed]) -> Changed:
    messages: dict[str, frozenset[str]] = {}
    for each in changes:
        for chat, ids in each.messages.items():
            messages[chat] = messages.get(chat, frozenset()) | ids
    return Changed(messages, any(each.asks for each in changes), any(each.everything for each in changes))
