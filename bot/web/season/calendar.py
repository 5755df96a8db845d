"""The season as a calendar, and each of its days word for word."""

import re
from collections.abc import Mapping
from datetime import date

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.protocol import Live
from bot.app.view.season import ShownSeason
from bot.errors import NotFound
from bot.language import sentence
from bot.web.reader import reader_of
from bot.web.season.day_words import DayWords
from bot.web.season.months import months
from bot.web.season.ribbon import ribbon
from bot.web.season.years import Years
from bot.web.templating import Templating

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = range(1970, 3000)


class CalendarPages:
    """The season's page and its days'."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating
        self._words = DayWords(live.lang)
        self._rendered: dict[str, tuple[tuple[ShownSeason, Mapping[str, str]], Markup]] = {}
        self._years = Years(live)

    def routes(self) -> list[Route]:
        """Where each page is."""
        return [Route("/calendar", self.season), Route("/calendar/{day}", self.day)]

    async def season(self, request: Request) -> Response:
        """A campaign's season. One that the town does not have is a 404."""
        named = request.query_params.get("campaign") or None
        season = self._live.season(named)
        if season is None and named is not None:
            raise NotFound(sentence("board.no-such-campaign", name=named))
        return await self._templating.page(
            "calendar.html",
            reader_of(request, self._live),
            here="calendar",
            sees=("calendar",),
            season=season and self._shown(season),
        )

    async def day(self, request: Request) -> Response:
        """What a day brings or brought. What is no date is a 404."""
        day = date_in(request.path_params["day"])
        if day is None:
            raise HTTPException(404)
        return await self._templating.page(
            "day.html",
            reader_of(request, self._live),
            here="calendar",
            sees=("calendar",),
            words=self._words,
            shown=await self._live.day(day),
        )

    def _shown(self, season: ShownSeason) -> Markup:
        """All that depends on nothing but the season: rendered again only once that looks otherwise."""
        years = self._years.of(season.campaigns)
        known, shown = self._rendered.get(season.campaign, (None, Markup()))
        if known != (season, years):
            shown = self._templating.piece(
                "calendar-season.html",
                season=season,
                years=years,
                months=months(season),
                drawn=ribbon(season),
                words=self._words,
            )
            self._rendered[season.campaign] = ((season, years), shown)
        return shown


def date_in(written: str) -> date | None:
    """The day that a page's address names, None where it names none."""
    if not _DAY.fullmatch(written):
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
