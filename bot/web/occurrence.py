"""One ask: what was sent, who stands where, what has happened, what comes next; and what an admin puts right of it."""

import re
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app.admin.recall import LONGEST_WHY
from bot.app.view.occurrence import ShownOccurrence
from bot.app.view.protocol import Live
from bot.channels.board import Told
from bot.language import sentence
from bot.web.board import FRAGMENT
from bot.web.flash import Flash
from bot.web.reader import must_be_here, reader_of
from bot.web.season.day_words import DayWords
from bot.web.templating import Answered, Templating

_TOKEN = re.compile(r"[\w-]{6,32}", re.ASCII)


class OccurrencePage:
    """The page of each occurrence that fell due, by the token of its buttons, which says nothing about it."""

    def __init__(self, live: Live, templating: Templating, flash: Flash) -> None:
        self._live = live
        self._templating = templating
        self._flash = flash
        self._words = DayWords(live.lang)

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            Route("/asks/{token}", self.occurrence),
            Route("/asks/{token}/files/{seq:int}", self.evidence),
            Route("/asks/{token}/amend", self.amend, methods=["POST"]),
            Route("/asks/{token}/recall", self.recall, methods=["POST"]),
        ]

    async def occurrence(self, request: Request) -> Response:
        """One occurrence. A token that none has is a 404."""
        reader, shown = reader_of(request, self._live), await self._shown(request)
        return await self._templating.page(
            "occurrence.html",
            reader,
            here="asks",
            sees=("calendar",),
            words=self._words,
            shown=shown,
            links=await self._live.answer_links(shown.token) if reader.may_press else {},
            answered=self._flash.take(request.query_params.get("told")),
        )

    async def evidence(self, request: Request) -> Response:
        """A file that came with an answer. Nobody knows what is in it: it is saved, and never shown by the browser."""
        token = request.path_params["token"]
        found = await self._live.evidence(token, request.path_params["seq"]) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise HTTPException(404)
        return FileResponse(
            found.path,
            media_type="application/octet-stream",
            filename=found.name,
            content_disposition_type="attachment",
            headers={"Cache-Control": "private, no-store"},
        )

    async def amend(self, request: Request) -> Response:
        """An admin at this machine corrects an office's answer, or answers on its behalf, with a reason."""
        must_be_here(request)
        token = request.path_params["token"]
        async with request.form() as form:
            office, how, to, reason = (str(form.get(name, "")) for name in ("office", "how", "to", "reason"))
        if len(reason) > LONGEST_WHY:
            raise HTTPException(413)
        answered = Answered("", None, await self._amended(token, office, how, to, reason))
        return self._told(request, token, answered)

    async def recall(self, request: Request) -> Response:
        """An admin at this machine takes it back, and has ticked that this is meant."""
        must_be_here(request)
        token = request.path_params["token"]
        async with request.form() as form:
            sure, reason = (str(form.get(name, "")) for name in ("sure", "reason"))
        if len(reason) > LONGEST_WHY:
            raise HTTPException(413)
        if sure != "yes" or not _TOKEN.fullmatch(token):
            raise HTTPException(400)
        return self._told(request, token, Answered("", None, await self._live.recall(token, reason)))

    def _told(self, request: Request, token: str, answered: Answered) -> Response:
        if FRAGMENT in request.headers:
            return HTMLResponse(self._templating.told(answered))
        where = f"{self._templating.root}/asks/{quote(token, safe='')}"
        return RedirectResponse(f"{where}?told={self._flash.keep(answered)}#told", 303)

    async def _amended(self, token: str, office: str, how: str, to: str, reason: str) -> Told:
        match how, to:
            case "correct", "open" | "received" | "done" | "help" as state:
                return await self._live.correct(token, office, state, reason)
            case "answer", "received" | "done" | "help" as answer:
                return await self._live.answer_for(token, office, answer, reason)
            case "answer", "open":
                return Told(self._templating.words(sentence("pages.no-answer-to-give")))
            case _:
                raise HTTPException(400)

    async def _shown(self, request: Request) -> ShownOccurrence:
        token = request.path_params["token"]
        shown = await self._live.occurrence(token) if _TOKEN.fullmatch(token) else None
        if shown is None:
            raise HTTPException(404)
        return shown
