"""One ask: what was sent, who stands where, what has happened, and what comes next."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.occurrence import ShownOccurrence
from bot.app.view.protocol import Live
from bot.web.reader import reader_of
from bot.web.season.day_words import DayWords
from bot.web.templating import Templating

_TOKEN = re.compile(r"[\w-]{6,32}", re.ASCII)


class OccurrencePage:
    """The page of each occurrence that fell due, by the token of its buttons, which says nothing about it."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating
        self._words = DayWords(live.lang)

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/asks/{token}", self.occurrence)]

    async def occurrence(self, request: Request) -> Response:
        """One occurrence. A token that none has is a 404."""
        return await self._templating.page(
            "occurrence.html",
            reader_of(request, self._live),
            here="asks",
            sees=("calendar",),
            words=self._words,
            shown=await self._shown(request),
        )

    async def _shown(self, request: Request) -> ShownOccurrence:
        token = request.path_params["token"]
        shown = await self._live.occurrence(token) if _TOKEN.fullmatch(token) else None
        if shown is None:
            raise HTTPException(404)
        return shown
