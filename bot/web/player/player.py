"""The player: a rehearsal on pages, which one begins, plays, pauses, steps through and ends, with a site of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from bot.app.view.protocol import Live
from bot.app.view.stage import Stage
from bot.language import say, sentence
from bot.web.board import FRAGMENT
from bot.web.player.bar import Bar
from bot.web.player.seats import Seats
from bot.web.player.spans import SPEEDS, asked_for
from bot.web.player.start import BEGINNING, Start
from bot.web.reader import must_be_here
from bot.web.site import Site

ROOT = "/rehearsal"
BEAT = 0.25
"""Seconds between two looks at how far a rehearsal has come."""
_FIRST = RedirectResponse(f"{ROOT}/", 303)


@dataclass(frozen=True)
class Show:
    """A rehearsal that is shown: its bot, the site over it with its transport bar, and the way to their pages."""

    live: Live
    site: Site
    bar: Bar
    router: Router


class Player:
    """What stands at `/rehearsal`. `town` is the town's own bot and its pages, where it runs beside.

    A rehearsal may begin and end by other hands (the command line): which one is played is looked at with each request
    and each beat. Open pages of one that is over are told to load themselves anew.
    """

    def __init__(self, stage: Stage, town: tuple[Live, Site] | None = None) -> None:
        self._stage = stage
        self._start = Start(stage, *town) if town else None
        self._show: Show | None = None
        self._exchanged = asyncio.Event()
        self._between = Router(
            [
                Route("/", self._start.page if self._start else _nothing_here),
                *self._beginning(),
                Route("/events", _reload),
            ],
            default=_FIRST,
            redirect_slashes=False,
        )

    def routes(self) -> list[BaseRoute]:
        """Where the player stands; without the town's pages it is what one comes to first."""
        there = RedirectResponse(f"{ROOT}/")
        return [*([] if self._start else [Route("/", there)]), Route(ROOT, there), Mount(ROOT, self)]

    @property
    def site(self) -> Site | None:
        """The pages of the rehearsal that is played, else the town's."""
        show = self._current()
        return show.site if show else self._start.site if self._start else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        show, site = self._current(), self.site
        if site:
            scope.setdefault("state", {}).update(version=site.updates.version, templating=site.templating)
        await (show.router if show else self._between)(scope, receive, send)

    async def run(self) -> None:
        """Keep the open pages of whatever is played live, until cancelled."""
        while True:
            show = self._current()
            self._exchanged.clear()
            telling = asyncio.create_task(show.site.run()) if show else None
            try:
                while self._current() is show:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(BEAT):
                            await self._exchanged.wait()
            finally:
                if telling:
                    telling.cancel()
            if self._start:
                self._start.site.updates.reload(BEGINNING)

    def close(self) -> None:
        """End every open stream, so that no open page holds the process."""
        if self._show:
            self._show.site.updates.close()

    def _current(self) -> Show | None:
        """What is shown; where something else is played by now, that."""
        live, before = self._stage.live, self._show
        if live is not (before.live if before else None):
            self._show = self._made(live) if live else None
            self._exchanged.set()
            if before:
                before.site.close()
        return self._show

    def _made(self, live: Live) -> Show:
        bar = Bar(self._stage, live)
        site = Site(
            live,
            ROOT,
            scripts=("player.js",),
            bar=lambda: bar.whole(site.templating),
            parts=lambda: bar.parts(site.templating),
            beat=BEAT,
        )
        moves = {
            "/play": self._stage.play,
            "/pause": self._stage.pause,
            "/step": self._stage.step,
        }
        routes = [
            *(Route(path, self._moved_by(move), methods=["POST"]) for path, move in moves.items()),
            Route("/speed", self._speed, methods=["POST"]),
            *self._beginning(),
            Route("/end", self._end, methods=["POST"]),
            *Seats(live, site, bar).routes(),
        ]
        return Show(live, site, bar, Router(routes, default=site, redirect_slashes=False))

    def _beginning(self) -> list[Route]:
        """Where a form to begin is sent; who looks there (a page that says why not, loaded anew) is led on."""
        return [Route("/begin", self._begin, methods=["POST"]), Route("/begin", _FIRST)]

    def _moved_by(self, move: Callable[[], None]) -> Callable[[Request], Awaitable[Response]]:
        async def moved(request: Request) -> Response:
            must_be_here(request)
            move()
            return self._moved(request)

        return moved

    async def _speed(self, request: Request) -> Response:
        must_be_here(request)
        async with request.form() as form:
            written = str(form.get("speed", ""))
        if written not in SPEEDS:
            raise HTTPException(400)
        self._stage.set_speed(SPEEDS[written])
        return self._moved(request)

    async def _begin(self, request: Request) -> Response:
        if self._start:
            return await self._start.begin(request)
        must_be_here(request)
        show = self._current()
        if show is None:
            return await _nothing_here(request)
        async with request.form() as form:
            given = {name: str(value) for name, value in form.items()}
        await self._stage.begin(*asked_for(given, show.live.town.zone))
        return RedirectResponse(f"{ROOT}/", 303)

    async def _end(self, request: Request) -> Response:
        must_be_here(request)
        if self._start:
            self._start.over = self._stage.playing()
        await self._stage.end()
        return RedirectResponse(f"{ROOT}/", 303)

    def _moved(self, request: Request) -> Response:
        """The bar as it stands by now, or back to the page that the form stands on."""
        show = self._current()
        if FRAGMENT in request.headers:
            if show is None:
                return HTMLResponse("")
            show.site.updates.repeat()
            return HTMLResponse(Markup().join(show.bar.parts(show.site.templating).values()))
        path = urlsplit(request.headers.get("referer", "")).path
        return RedirectResponse(path if path.startswith(f"{ROOT}/") else f"{ROOT}/", 303)


async def _nothing_here(_: Request) -> Response:
    """Where no town's pages are and nothing is played: before the command line has begun, and once it is done."""
    words = sentence("board.nothing-played")
    return PlainTextResponse(f"{say(words, 'zh')}\n{say(words, 'en')}\n", 503, {"Refresh": "2"})


async def _reload(_: Request) -> Response:
    """What a page of a rehearsal that is over is told when it asks for news."""
    return PlainTextResponse("event: reload\ndata:\n\n", media_type="text/event-stream")
