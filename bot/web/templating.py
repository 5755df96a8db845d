"""What pages are made of, and the pieces of them that are sent when something changes."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from bot.app.view.asks import ShownAsk
from bot.app.view.chats import ChatHead, ShownChat, ShownMessage
from bot.app.view.protocol import Live
from bot.channels.board import Told
from bot.clock import turn
from bot.language import Sentence, say
from bot.web.reader import Reader
from bot.web.words import environment, is_far, key

LAST = 20
"""So many of its last messages a chat shows beside the others."""
LAST_ALONE = 200
"""So many it shows on its own page."""
A_PAGE = 24
"""So many chats stand beside each other on one page."""
_TROUBLED = 5
"""So many chats in trouble are named on every page; the health page has all."""
_MESSAGES = 8192
"""So many rendered messages are kept …"""
_ASKS = 128
"""… so many asks …"""
_DAYS = 512
"""… and so many days."""


@dataclass(frozen=True)
class Answered:
    """What the bot told somebody, and where it belongs: in a chat, beneath a message or beneath the text box."""

    chat: str
    message_id: str | None
    told: Told


class Templating:
    """Renders pages and pieces in the bot's language, with links below `root`. Pieces are the same for all readers
    who may press.

    `bar` is shown on every page below its head, `scripts` are loaded on every page after its own.
    """

    def __init__(
        self,
        live: Live,
        root: str = "",
        *,
        scripts: Sequence[str] = (),
        bar: Callable[[], Markup] | None = None,
    ) -> None:
        self._live = live
        self.root = root
        self.scripts = ("board.js", *scripts)
        self.bar = bar
        self._itself = (f"itself-{secrets.token_hex(4)}",) if root else ()
        self._rendering = asyncio.Lock()
        self._message = lru_cache(maxsize=_MESSAGES)(self._render_message)
        self._divider = lru_cache(maxsize=_DAYS)(lambda day, _: self.piece("divider.html", day=day))
        self._offices = lru_cache(maxsize=_ASKS)(lambda ask, _: self.piece("offices.html", ask=ask))

    async def page(self, name: str, reader: Reader, *, here: str, sees: Sequence[str] = (), **values: Any) -> Response:
        """A whole page; `here` is its place in the navigation, `sees` what it is told of while it is open.

        One is rendered a turn: a hundred that load anew at once do not hold up what the bot sends. What stands below a
        root sees itself: pages of one rehearsal are never merged with those of the next.
        """
        heads = await self._live.heads()
        async with self._rendering:
            await turn()
            html = self._render(
                name,
                reader=reader,
                here=here,
                sees=" ".join(("state", *sees, *self._itself)),
                heads=heads,
                places=self.places(heads),
                state=self.state(heads),
                speakers=self._live.speakers(),
                **values,
            )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    def error(self, status: int, why: str, reader: Reader) -> str:
        """The page of a thing that could not be done; asks the bot for nothing, which may be what is broken."""
        return self._render("error.html", reader=reader, here=None, status=status, why=why)

    def piece(self, name: str, **values: Any) -> Markup:
        """A part of a page."""
        return Markup(self._render(name, **values))  # noqa: S704 - templates escape what they are given

    async def ready(self, chat: ShownChat, *, may_press: bool) -> None:
        """Render what is new of a chat's messages, one after the other, so that nobody waits for all of them."""
        for message in chat.messages:
            rendered = self._message.cache_info().misses
            self._one(chat, message, None, may_press=may_press)
            if self._message.cache_info().misses > rendered:
                await turn()
        await turn()

    def messages(
        self, chat: ChatHead, messages: Iterable[ShownMessage], answered: Answered | None, *, may_press: bool
    ) -> Markup:
        """Messages of a chat with the days on which they came; `answered` stands below its own."""
        parts: list[Markup] = []
        now, day = self._now(), None
        for message in messages:
            at = message.at.astimezone(now.tzinfo)
            if at.date() != day:
                day = at.date()
                midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
                parts.append(self._divider(midnight, is_far(day, now)))
            parts.append(self._one(chat, message, answered, may_press=may_press))
        return Markup().join(parts)

    def arrived(self, chat: ChatHead, message: ShownMessage, *, may_press: bool) -> Markup:
        """One message of a chat, which finds its place in its list."""
        return self.piece("piece-messages.html", chat=chat, messages=(message,), may_press=may_press)

    def chat(self, chat: ShownChat, *, may_press: bool) -> Markup:
        """What stands round a chat's messages: its head, what comes next, and where one types."""
        return self.piece("piece-round.html", chat=chat, reader=Reader(may_press=may_press))

    def offices(self, ask: ShownAsk) -> Markup:
        """Where each office stands with an ask. Rendered once a day, which its moments are told by."""
        return self._offices(ask, self._now().date())

    def state(self, heads: Sequence[ChatHead]) -> Markup:
        """What the bot says of itself: what comes next, what is wrong."""
        due = min((head.next_due for head in heads if head.next_due), default=None)
        troubled = [head for head in heads if head.trouble]
        return self.piece(
            "piece-state.html",
            due=due and due.astimezone(self._live.town.zone),
            together=sum(head.next_due == due for head in heads),
            troubled=troubled[:_TROUBLED],
            more=len(troubled[_TROUBLED:]),
            places=self.places(heads),
            notices=self._live.notices(),
        )

    def hour(self) -> Markup:
        """The town's hour and day."""
        return self.piece("piece-hour.html")

    def told(self, answered: Answered) -> Markup:
        """What the bot told somebody, with the buttons by which it asks further."""
        return self.piece("piece-told.html", answered=answered)

    def words(self, what: Sentence) -> str:
        """A sentence in the bot's language."""
        return say(what, self._live.lang)

    def places(self, heads: Sequence[ChatHead]) -> Mapping[str, str]:
        """Where each chat stands beside the others: the page and its place there."""
        pages = (f"?page={number // A_PAGE + 1}" if number >= A_PAGE else "" for number in range(len(heads)))
        return {head.id: f"{self.root}/{page}#chat-{key(head.id)}" for head, page in zip(heads, pages, strict=True)}

    def _one(self, chat: ChatHead, message: ShownMessage, answered: Answered | None, *, may_press: bool) -> Markup:
        at, may_press = message.at.astimezone(self._live.town.zone), may_press and chat.on_board
        if answered and (answered.chat, answered.message_id) == (chat.id, message.message_id):
            return self._render_message(chat.id, message, at, answered, may_press=may_press)
        return self._message(chat.id, message, at, None, may_press=may_press)

    def _render_message(
        self, chat: str, message: ShownMessage, at: datetime, answered: Answered | None, *, may_press: bool
    ) -> Markup:
        buttons = message.buttons if may_press and message.message_id else ()
        return self.piece("message.html", chat=chat, message=message, at=at, buttons=buttons, answered=answered)

    def _now(self) -> datetime:
        return self._live.clock.now().astimezone(self._live.town.zone)

    def _render(self, name: str, **values: Any) -> str:
        return (
            environment(self._live.lang)
            .get_template(name)
            .render(now=self._now(), town=self._live.town, root=self.root, pages=self, **values)
        )
