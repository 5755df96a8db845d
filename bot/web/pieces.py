"""What open pages are told when something changed: pieces of HTML, rendered once for all pages that show them."""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass

from bot.app.health import ChatHealth
from bot.app.view.asks import ShownAsk, ShownAsks
from bot.app.view.protocol import Changed, Live
from bot.app.view.questions import ShownQuestions
from bot.web.templating import Templating
from bot.web.words import key

Seen = Collection[tuple[str, bool]]
"""What open pages show, and whether one may press on them."""


@dataclass(frozen=True)
class Piece:
    """A part of pages that see `topic` (None: of all), for readers who may press, may not, or both (None).

    A later one of the same name takes its place. Without `html` the page has to be loaded anew.
    """

    name: str
    html: str | None
    topic: str | None = None
    may_press: bool | None = None


class Pieces:
    """What changed becomes pieces. It remembers what was told of asks and chats' health, for as long as it is seen."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating
        self._asks: ShownAsks | None = None
        self._health: tuple[ChatHealth, ...] | None = None
        self._questions: ShownQuestions | None = None

    async def of(self, changed: Changed, seen: Seen, *, later: bool = False) -> AsyncIterator[Piece]:
        """The pieces that look otherwise, of those that are seen at all; `later`: by a minute, which asks count."""
        if changed.everything:
            self._asks = self._health = self._questions = None
            yield Piece("reload", None)
            return
        for chat, messages in changed.messages.items():
            for may_press in sorted({may for topic, may in seen if topic == f"chat-{key(chat)}"}):
                async for piece in self._chat(chat, messages, may_press=may_press):
                    yield piece
        topics = {topic for topic, _ in seen}
        if "asks" not in topics:
            self._asks = None
        elif changed.asks or later or self._asks is None:
            async for piece in self._of_asks():
                yield piece
        if "health" not in topics:
            self._health = self._questions = None
        elif changed.messages or self._health is None:
            async for piece in self._of_health():
                yield piece
            async for piece in self._of_questions(seen):
                yield piece
        if changed.messages or changed.asks:
            yield Piece("reload", None, "calendar")
            if "state" in topics:
                yield Piece("state", self._templating.state(await self._live.heads()), "state")

    async def of_a_new_day(self, changed: Changed, seen: Seen) -> AsyncIterator[Piece]:
        """The same, and every piece that speaks of days."""
        every = {head.id: frozenset[str]() for head in await self._live.heads()}
        async for piece in self.of(Changed({**every, **changed.messages}, asks=True), seen):
            yield piece

    async def _chat(self, id_: str, messages: Iterable[str], *, may_press: bool) -> AsyncIterator[Piece]:
        chat = await self._live.chat(id_, 1)
        if chat is None:
            yield Piece("reload", None)
            return
        topic = f"chat-{key(id_)}"
        found = {each: await self._live.message(id_, each) for each in messages}
        for gone in sorted(each for each, message in found.items() if message is None):
            html = self._templating.piece("piece-gone.html", chat=chat, gone=gone)
            yield Piece(f"message-{key(gone)}", html, topic, may_press)
        for message in sorted((each for each in found.values() if each), key=lambda each: each.at):
            html = self._templating.arrived(chat, message, may_press=may_press)
            yield Piece(f"message-{key(message.id)}", html, topic, may_press)
        yield Piece(f"round-{topic}", self._templating.chat(chat, may_press=may_press), topic, may_press)

    async def _of_asks(self) -> AsyncIterator[Piece]:
        """The asks that look otherwise; all of them where they are others, or stand otherwise."""
        before, self._asks = self._asks, await self._live.asks()
        if before is None or _outline(before) != _outline(self._asks):
            yield Piece("asks", self._templating.piece("piece-asks.html", asks=self._asks), "asks")
            return
        known = {each.occurrence: each for each in _all(before)}
        for ask in _all(self._asks):
            if ask != known[ask.occurrence]:
                html = self._templating.piece("piece-ask.html", ask=ask)
                yield Piece(f"ask-{key(ask.occurrence)}", html, "asks")
        yield Piece("left", self._templating.piece("piece-left.html", asks=self._asks), "asks")

    async def _of_health(self) -> AsyncIterator[Piece]:
        before, self._health = self._health, await self._live.health()
        places = self._templating.places(await self._live.heads())
        if before is None or [each.chat for each in before] != [each.chat for each in self._health]:
            html = self._templating.piece("piece-health.html", chats=self._health, places=places)
            yield Piece("health", html, "health")
            return
        for old, new in zip(before, self._health, strict=True):
            if old != new:
                html = self._templating.piece("piece-chat-health.html", each=new, places=places)
                yield Piece(f"health-{key(new.chat)}", html, "health")
        yield Piece("troubled", self._templating.piece("piece-troubled.html", chats=self._health), "health")

    async def _of_questions(self, seen: Seen) -> AsyncIterator[Piece]:
        before, self._questions = self._questions, await self._live.questions()
        if before == self._questions:
            return
        for may_press in sorted({may for topic, may in seen if topic == "health"}):
            html = self._templating.piece("piece-questions.html", questions=self._questions, may_press=may_press)
            yield Piece("questions", html, "health", may_press)


def _all(asks: ShownAsks) -> tuple[ShownAsk, ...]:
    return (*asks.open, *asks.answered)


def _outline(asks: ShownAsks) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    return (tuple(each.occurrence for each in asks.open), tuple(each.occurrence for each in asks.answered), asks.more)
