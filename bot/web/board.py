"""The board: the town's chats beside each other, live; one picks who one is, presses and types."""

import asyncio
from collections.abc import Awaitable
from urllib.parse import quote, unquote, urlsplit

from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app.view import Live
from bot.channels.board import Told
from bot.errors import GengfuError, NotFound
from bot.language import sentence
from bot.web.flash import Flash
from bot.web.guard import is_at_this_machine
from bot.web.templating import LAST, LAST_ALONE, Answered, Reader, Templating, key
from bot.web.updates import Updates

PATIENCE = 10.0
"""Seconds that a press may take until the page says that it has not been answered."""
_SPEAKER = "gengfu_speaker"
_LONGEST = 4_000
FRAGMENT = "gengfu-fragment"
"""The header by which the page's own script asks for the piece alone."""


class Board:
    """The pages, and what their forms do."""

    def __init__(self, live: Live, templating: Templating, updates: Updates) -> None:
        self._live = live
        self._templating = templating
        self._updates = updates
        self._flash = Flash()

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
        """All chats beside each other."""
        version = self._updates.version
        chats = await self._live.chats(LAST)
        return self._page(request, "board.html", version, keep=LAST, chats=chats, all_chats=chats)

    async def alone(self, request: Request) -> Response:
        """One chat with more of its past. A name that no chat has is a 404."""
        version = self._updates.version
        chat = await self._live.chat(request.path_params["chat"], LAST_ALONE)
        if chat is None:
            raise HTTPException(404)
        chats = await self._live.chats(1)
        return self._page(request, "chat.html", version, keep=LAST_ALONE, chat=chat, all_chats=chats)

    async def events(self, request: Request) -> Response:
        """The stream of pieces that changed since the version that the page shows."""
        version = request.headers.get("last-event-id") or request.query_params.get("version", "")
        stream = self._updates.stream(version, may_press=is_at_this_machine(request))
        return EventSourceResponse(stream, ping=0)

    async def speak_as(self, request: Request) -> Response:
        """Pick who one is; a browser keeps it."""
        self._at_this_machine(request)
        async with request.form() as form:
            office = str(form.get("office", ""))
        if office not in {speaker.office or "" for speaker in self._live.speakers()}:
            raise NotFound(sentence("board.no-such-speaker", name=office))
        response = self._back(request)
        response.set_cookie(_SPEAKER, quote(office, safe=""), httponly=True, samesite="strict", max_age=400 * 86_400)
        return response

    async def press(self, request: Request) -> Response:
        """Press a button of a message."""
        self._at_this_machine(request)
        async with request.form() as form:
            message_id, data = str(form.get("message", "")), str(form.get("data", ""))
        chat = request.path_params["chat"]
        told = await self._patiently(self._live.press(chat, message_id, data, self._reader(request).office))
        return self._answered(request, Answered(chat, message_id or None, told))

    async def say(self, request: Request) -> Response:
        """Type something in a chat."""
        self._at_this_machine(request)
        async with request.form() as form:
            text = str(form.get("text", "")).strip()
        chat = request.path_params["chat"]
        if not text:
            return self._back(request, key(chat))
        if len(text) > _LONGEST:
            raise HTTPException(413)
        told = await self._patiently(self._live.say(chat, text, self._reader(request).office))
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

    def _page(self, request: Request, name: str, version: str, **values: object) -> Response:
        answered = self._flash.take(request.query_params.get("told"))
        html = self._templating.page(name, self._reader(request), version=version, answered=answered, **values)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    def _reader(self, request: Request) -> Reader:
        office = unquote(request.cookies.get(_SPEAKER, "")) or None
        if office not in {speaker.office for speaker in self._live.speakers()}:
            office = None
        return Reader(office, is_at_this_machine(request))

    def _at_this_machine(self, request: Request) -> None:
        if not is_at_this_machine(request):
            raise HTTPException(403)

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
        path = urlsplit(request.headers.get("referer", "")).path
        alone = path.removeprefix("/chats/")
        where = f"/chats/{quote(unquote(alone), safe='')}" if path.startswith("/chats/") and "/" not in alone else "/"
        query = f"?told={told}" if told else ""
        return RedirectResponse(where + query + (f"#{anchor}" if anchor else ""), 303)
