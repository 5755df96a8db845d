"""Where one begins a rehearsal: what it is, which stretch to play, how fast, and what became of the last one."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.app.view.protocol import Live
from bot.app.view.stage import Playing, Stage
from bot.errors import GengfuError
from bot.language import sentence
from bot.web.player.spans import SPEEDS, USUAL, Span, asked_for, proposed
from bot.web.reader import must_be_here, reader_of
from bot.web.season.day_words import DayWords
from bot.web.site import Site

BEGINNING = "beginning"
"""What the page sees: whether one may begin, or a rehearsal is played by now."""


class Start:
    """The page that stands where nothing is played. It belongs to the town's pages, over the town's own bot."""

    def __init__(self, stage: Stage, live: Live, site: Site) -> None:
        self._stage = stage
        self._live = live
        self.site = site
        self.over: Playing | None = None
        """Where the last rehearsal stood when somebody ended it."""

    async def page(self, request: Request) -> Response:
        """What a rehearsal is, and the form to begin one."""
        return await self._form(request, 200, {}, None)

    async def begin(self, request: Request) -> Response:
        """Begin one; what cannot be played is said above the form, which keeps what was typed."""
        must_be_here(request)
        async with request.form() as form:
            given = {name: str(value) for name, value in form.items()}
        try:
            await self._stage.begin(*asked_for(given, self._live.town.zone))
        except GengfuError as refused:
            return await self._form(request, 422, given, refused.in_words(self._live.lang))
        self.over = None
        return RedirectResponse("/rehearsal/", 303)

    async def _form(self, request: Request, status: int, given: dict[str, str], refused: str | None) -> Response:
        now = self._live.clock.now().astimezone(self._live.town.zone)
        spans = proposed(self._live.season(), now)
        first, last = spans[0].written.split("/")
        last_one = [Span(sentence("board.player-again"), self.over.first, self.over.last)] if self.over else []
        again = [each for each in last_one if each.written not in {span.written for span in spans}]
        response = await self.site.templating.page(
            "player-begin.html",
            reader_of(request, self._live),
            here="rehearsal",
            sees=(BEGINNING,),
            words=DayWords(self._live.lang),
            again=again,
            spans=spans,
            speeds=SPEEDS,
            given={"first": first, "last": last, "speed": USUAL} | given,
            refused=refused,
            over=self.over,
        )
        response.status_code = status
        return response
