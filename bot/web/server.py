"""The web server inside the bot: builds the pages over `Live` and serves them until it is told to stop."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.app.view.protocol import Live
from bot.app.view.stage import Stage
from bot.channels.board import Told
from bot.errors import GengfuError, NotFound
from bot.language import Sentence, say, sentence
from bot.web.answer import AnswerPages
from bot.web.board import FRAGMENT
from bot.web.callback import CallbackPage
from bot.web.guard import Guard, host_of, is_at_this_machine
from bot.web.listen import Listener
from bot.web.ops import OpsPages
from bot.web.player.player import Player
from bot.web.reader import Reader
from bot.web.site import Site
from bot.web.templating import Answered, Templating
from bot.web.words import HERE

_STATUS = {403: "only-here", 404: "no-such-page", 405: "no-such-page", 413: "too-long"}


def pages(site: Site | None, host: str, beside: Sequence[BaseRoute] = (), public_url: str | None = None) -> ASGIApp:
    """All pages, behind the guard: the town's, and what stands `beside` them, or instead of them. `host` is what the
    server listens at, as written; `public_url` how outsiders call it.
    """

    async def refuse(request: Request, status: int, why: Sentence) -> Response:
        templating: Templating | None = getattr(request.state, "templating", site.templating if site else None)
        if templating is None:
            return PlainTextResponse(f"{say(why, 'zh')}\n{say(why, 'en')}\n", status)
        words = templating.words(why)
        if FRAGMENT in request.headers:
            return HTMLResponse(templating.told(Answered("", None, Told(words))), status)
        return HTMLResponse(templating.error(status, words, Reader(None, is_at_this_machine(request))), status)

    async def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return await refuse(request, status, sentence(f"board.{_STATUS.get(status, 'bad-request')}"))

    async def known_error(request: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, NotFound) else 500
        why = error.sentence if isinstance(error, GengfuError) else sentence("board.broken")
        return await refuse(request, status, why)

    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *beside,
            *([Mount("/", site)] if site else []),
        ],
        exception_handlers={HTTPException: http_error, GengfuError: known_error, Exception: known_error},
    )
    return Guard(app, host, refuse, host_of(public_url))


async def serve(
    live: Live | None,
    listener: Listener,
    stop: asyncio.Event,
    stage: Stage | None = None,
    ops: OpsPages | None = None,
    public_url: str | None = None,
    answers: AnswerPages | None = None,
    callback: CallbackPage | None = None,
) -> None:
    """Serve the pages until `stop` is set, then end within two seconds, open streams too. Takes no signals.

    With a `stage` one may rehearse at `/rehearsal`; without a town's own bot there is nothing else. `ops` are what
    machines ask of it, `answers` the page of signed links, `callback` where WeCom tells its app what people say;
    `public_url` is how outsiders call it.
    """
    site = Site(live) if live else None
    player = Player(stage, (live, site) if live and site else None) if stage else None
    beside = [route for each in (ops, answers, callback, player) if each for route in each.routes()]
    server = _Server(
        uvicorn.Config(
            pages(site, listener.host, beside, public_url),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            telling = [tasks.create_task(each.run()) for each in (site, player) if each]
            serving = tasks.create_task(server.serve(sockets=[listener.socket]))
            await stop.wait()
            if site:
                site.updates.close()
            if player:
                player.close()
            server.should_exit = True
            await serving
            for task in telling:
                task.cancel()
    finally:
        listener.socket.close()


class _Server(uvicorn.Server):
    """uvicorn, which leaves signals to the bot."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield
