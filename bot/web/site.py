"""The pages over one bot, at one root: the town's at none, a rehearsal's at `/rehearsal`.

    site = Site(live)                                   # the town's
    site = Site(stage.live, "/rehearsal",               # a rehearsal's, made and torn down while the server runs
                scripts=("player.js",),                 # loaded after board.js on each of its pages
                bar=lambda: ...,                        # Markup of the transport bar, on each page below the head
                parts=lambda: {"player": html},         # pieces with data-part, told to every page when they changed …
                beat=0.25)                              # … which is looked at so often, in seconds

A site is an ASGI app: mount it (`Mount(root, site)`), or call it (`await site(scope, receive, send)`) from an app that
is mounted there and that exchanges its sites. Keep `site.run()` as a task for as long as it stands; to take it down,
`site.close()` (its open pages are told to load themselves anew, their streams end) and then cancel the task.

A class of pages is made of `(live, templating)` and has `routes()`. It answers with
`await templating.page(name, reader_of(request, live), here="calendar", sees=("calendar",), **values)`: `here` is the
place in the navigation (chats, calendar, asks, problems, record, health, rehearsal), `sees` what the page is told of
while it is open.
Its templates extend `base.html`, fill `{% block main %}`, write links as `{{ root }}/calendar`, and give an element
that changes `data-part="its-name"`; a list of items that come one by one is `data-list="its-name"` with items that
bear `data-key` and `data-at`. A page that sees `calendar` is loaded anew, part by part, whenever anything was sent,
answered or edited, or a day began.
"""

from collections.abc import Callable, Mapping

from markupsafe import Markup
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from bot.app.view.protocol import Live
from bot.web.asks import AsksPage
from bot.web.board import Board
from bot.web.flash import Flash
from bot.web.health import HealthPage
from bot.web.occurrence import OccurrencePage
from bot.web.problems import ProblemsPage
from bot.web.record.record import RecordPage
from bot.web.season.calendar import CalendarPages
from bot.web.templating import Templating
from bot.web.updates import Updates


class Site:
    """All pages over one bot."""

    def __init__(
        self,
        live: Live,
        root: str = "",
        *,
        scripts: tuple[str, ...] = (),
        bar: Callable[[], Markup] | None = None,
        parts: Callable[[], Mapping[str, str]] | None = None,
        beat: float | None = None,
    ) -> None:
        self.templating = Templating(live, root, scripts=scripts, bar=bar)
        self.updates = Updates(live, self.templating, parts=parts, beat=beat)
        self.flash = Flash()
        pages = (
            Board(live, self.templating, self.updates, self.flash),
            CalendarPages(live, self.templating),
            AsksPage(live, self.templating),
            OccurrencePage(live, self.templating, self.flash),
            ProblemsPage(live, self.templating, self.flash),
            RecordPage(live, self.templating),
            HealthPage(live, self.templating, self.flash),
        )
        self._router = Router([route for each in pages for route in each.routes()])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope.setdefault("state", {}).update(version=self.updates.version, templating=self.templating)
        await self._router(scope, receive, send)

    async def run(self) -> None:
        """Keep open pages live, until cancelled."""
        await self.updates.run()

    def close(self) -> None:
        """End every open stream; the pages load themselves anew."""
        self.updates.close(reload=True)
