"""The board: the town's chats beside each other, live; one picks who one is, presses and types."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from sse_starlette import EventSourceResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app.view.chats import ShownChat
from bot.app.view.protocol import Live
from bot.channels.board import HandedIn, Told
from bot.errors import GengfuError, NotFound
from bot.language import sentence
from bot.store.evidence import MOST_BYTES
from bot.web.flash import Flash
from bot.web.guard import is_at_this_machine
from bot.web.reader import SPEAKER, must_be_here, reader_of
from bot.web.templating import A_PAGE, LAST, LAST_ALONE, Answered, Templating
from bot.web.updates import Updates
from bot.web.words import key

PATIENCE = 10.0
"""Seconds that a press may take until the page says that it has not been answered."""
_LONGEST = 4_000
FRAGMENT = "gengfu-fragment"
"""The header by which the page's own script asks for the piece alone."""
_LONGEST_NAME = 120
"""Characters of a file's name."""
_BESIDE = 65_536
"""Bytes that a form may have besides the file in it."""
_TOO_BIG = sentence("evidence.too-big")
_PAGES = re.compile(r"/(chats/[^/]+|calendar(/[^/]+)?|asks(/[^/]+)?|problems|record|health)?")
"""The pages that forms stand on."""


class Board:
    """The pages, and what their forms do."""

    def __init__(self, live: Live, templating: Templating, updates: Updates, flash: Flash) -> None:
        self._live = live
        self._templating = templating
        self._updates = updates
        self._flash = flash

    def routes(self) -> list[Route]:
        """Where each page is."""
        return [
            Route("/", self.overview),
            Route("/events", self.events),
            Route("/speaker", self.speak_as, methods=["POST"]),
            Route("/chats/{chat}", self.alone),
            Route("/chats/{chat}/press", self.press, methods=["POST"]),
            Route("/chats/{chat}/say", self.say, methods=["POST"]),
            Route("/chats/{chat}/test", self.test, methods=["POST"]),
        ]

    async def overview(self, request: Request) -> Response:
        """Chats beside each other, so many a page."""
        heads = await self._live.heads()
        last_page = max(-(-len(heads) // A_PAGE), 1)
        asked = request.query_params.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
        if not 1 <= page <= last_page:
            raise HTTPException(404)
        on_page = heads[(page - 1) * A_PAGE : page * A_PAGE]
        found = [await self._shown(request, head.id, LAST) for head in on_page]
        chats = [chat for chat in found if chat]
        return await self._page(
            request, "board.html", [head.id for head in on_page], keep=LAST, chats=chats, page=page, last_page=last_page
        )

    async def alone(self, request: Request) -> Response:
        """One chat with more of its past. A name that no chat has is a 404."""
        chat = await self._shown(request, request.path_params["chat"], LAST_ALONE)
        if chat is None:
            raise HTTPException(404)
        heads = await self._live.heads()
        number = next((number for number, head in enumerate(heads) if head.id == chat.id), 0)
        first = number // A_PAGE * A_PAGE
        return await self._page(
            request, "chat.html", [chat.id], keep=LAST_ALONE, chat=chat, beside=heads[first : first + A_PAGE]
        )

    async def events(self, request: Request) -> Response:
        """The stream of what changed since the version that the page shows, of what it sees."""
        version = request.headers.get("last-event-id") or request.query_params.get("version", "")
        sees = request.query_params.get("sees", "").split()
        stream = self._updates.stream(version, sees, may_press=is_at_this_machine(request))
        return EventSourceResponse(stream, ping=0)

    async def speak_as(self, request: Request) -> Response:
        """Pick who one is; a browser keeps it."""
        must_be_here(request)
        async with request.form() as form:
            office = str(form.get("office", ""))
        if office not in {speaker.office or "" for speaker in self._live.speakers()}:
            raise NotFound(sentence("board.no-such-speaker", name=office))
        response = self._back(request)
        response.set_cookie(SPEAKER, quote(office, safe=""), httponly=True, samesite="strict", max_age=400 * 86_400)
        return response

    async def press(self, request: Request) -> Response:
        """Press a button of a message."""
        must_be_here(request)
        async with request.form() as form:
            message_id, data = str(form.get("message", "")), str(form.get("data", ""))
        chat = request.path_params["chat"]
        told = await self._patiently(self._live.press(chat, message_id, data, reader_of(request, self._live).office))
        return self._answered(request, Answered(chat, message_id or None, told))

    async def say(self, request: Request) -> Response:
        """Type something in a chat."""
        must_be_here(request)
        chat = request.path_params["chat"]
        if int(request.headers.get("content-length") or 0) > MOST_BYTES + _BESIDE:
            return self._answered(request, Answered(chat, None, Told(self._templating.words(_TOO_BIG))))
        async with request.form() as form:
            text, handed_in = str(form.get("text", "")).strip(), await _handed_in(form.get("file"))
        if not text and handed_in is None:
            return self._back(request, key(chat))
        if len(text) > _LONGEST:
            raise HTTPException(413)
        office = reader_of(request, self._live).office
        told = await self._patiently(self._live.say(chat, text, office, handed_in=handed_in))
        return self._answered(request, Answered(chat, None, told))

    async def test(self, request: Request) -> Response:
        """Send a test message to a chat, for `gengfu chats --test`; answers in JSON."""
        chat = request.path_params["chat"]
        if not is_at_this_machine(request):
            words = self._templating.words(sentence("board.only-here"))
            return JSONResponse({"ok": False, "chat": chat, "message": words}, 403)
        try:
            await self._live.test(chat)
        except GengfuError as error:
            status = 404 if isinstance(error, NotFound) else 502
            return JSONResponse({"ok": False, "chat": chat, "message": error.in_words(self._live.lang)}, status)
        return JSONResponse({"ok": True, "chat": chat, "message": None})

    async def _shown(self, request: Request, id_: str, last: int) -> ShownChat | None:
        if chat := await self._live.chat(id_, last):
            await self._templating.ready(chat, may_press=is_at_this_machine(request))
        return chat

    async def _page(self, request: Request, name: str, shown: Sequence[str], **values: object) -> Response:
        return await self._templating.page(
            name,
            reader_of(request, self._live),
            here="chats",
            sees=[f"chat-{key(chat)}" for chat in shown],
            answered=self._flash.take(request.query_params.get("told")),
            **values,
        )

    async def _patiently(self, asked: Awaitable[Told]) -> Told:
        """What the bot says, or that it says nothing: it is busy, or it is being stopped."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await asked
        except TimeoutError:
            return Told(self._templating.words(sentence("board.no-answer")))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return Told(self._templating.words(sentence("board.stopping")))

    def _answered(self, request: Request, answered: Answered) -> Response:
        if FRAGMENT in request.headers:
            return HTMLResponse(self._templating.told(answered) if answered.told.text else "")
        if not answered.told.text:
            return self._back(request, key(answered.chat))
        return self._back(request, "told", self._flash.keep(answered))

    def _back(self, request: Request, anchor: str | None = None, told: str | None = None) -> Response:
        """Back to the page that the form stands on, so that reloading it sends nothing twice."""
        referer, root = urlsplit(request.headers.get("referer", "")), self._templating.root
        where, query = "/", ""
        if referer.path.startswith(root) and _PAGES.fullmatch(referer.path.removeprefix(root)):
            where = quote(unquote(referer.path.removeprefix(root)))
            query = urlencode([(name, value) for name, value in parse_qsl(referer.query) if name != "told"])
        if told:
            query += f"{'&' if query else ''}told={told}"
        return RedirectResponse(root + where + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else ""), 303)


async def _handed_in(file: UploadFile | str | None) -> HandedIn | None:
    """What somebody chose in the form, None where they chose nothing. Of its name only the last part counts."""
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    name = file.filename.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]
    kind: Literal["photo", "file"] = "photo" if (file.content_type or "").startswith("image/") else "file"
    return HandedIn(kind, name, await file.read())
