"""The page of the record: totals, a picture of who answered when, and tables. Nobody is ranked."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.protocol import Live
from bot.app.view.record import Asked, ShownRecord
from bot.errors import NotFound
from bot.language import sentence
from bot.reports.forms import MEDIA
from bot.web.reader import reader_of
from bot.web.record.matrix import MARKS, in_words, matrix
from bot.web.record.weeks import glance
from bot.web.season.calendar import date_in
from bot.web.season.day_words import DayWords
from bot.web.season.years import Years
from bot.web.templating import Templating


class RecordPage:
    """台账: what was asked of whom and what came of it, for a campaign and a span of days."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating
        self._words = DayWords(live.lang)
        self._years = Years(live)
        self._rendered: tuple[ShownRecord, Markup] | None = None

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/record", self.record), Route("/record.{form}", self.written)]

    async def record(self, request: Request) -> Response:
        """The record as it stands when it is asked for. A campaign that the town does not have is a 404."""
        shown = await self._shown(request)
        return await self._templating.page(
            "record.html", reader_of(request, self._live), here="record", record=self.body(shown)
        )

    async def written(self, request: Request) -> Response:
        """The same record as a workbook, or as the draft of the 通报."""
        asked, form = asked_in(request.query_params), request.path_params["form"]
        if form not in MEDIA:
            raise HTTPException(404)
        content = await self._live.record_as(asked, form)
        if content is None:
            raise NotFound(sentence("board.no-such-campaign", name=asked.campaign))
        day = self._live.clock.now().astimezone(self._live.town.zone)
        name = self._templating.words(sentence(f"pages.file-{form}", town=self._live.town.name, day=f"{day:%Y-%m-%d}"))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
        return Response(content, media_type=MEDIA[form], headers=headers)

    async def _shown(self, request: Request) -> ShownRecord:
        asked = asked_in(request.query_params)
        shown = await self._live.record(asked)
        if shown is None:
            raise NotFound(sentence("board.no-such-campaign", name=asked.campaign))
        return shown

    def body(self, shown: ShownRecord) -> Markup:
        """All that depends on nothing but the record: rendered again only once that is another."""
        record, season = shown.record, shown.season
        if self._rendered:
            before, body = self._rendered
            if before.record is record and (before.asked, before.season) == (shown.asked, season):
                return body
        first, last = shown.asked.first or record.first, shown.asked.last or record.last
        body = self._templating.piece(
            "record-body.html",
            shown=shown,
            record=record,
            season=season,
            years=self._years.of(season.campaigns) if season else {},
            first=first,
            last=last,
            query=query_of(shown),
            words=self._words,
            counted=lambda figures: in_words(figures, self._live.lang),
            drawn=glance(season, record.days) if season else None,
            grid=matrix(record.days, record.offices, first, last, self._live.lang) if first and last else None,
            marks=MARKS,
            most_in_a_week=_most_in_a_week(record.weeks),
            over=[
                (monday, office, count)
                for monday, counts in record.weeks.items()
                for office in record.offices
                if (count := counts.get(office, 0)) > record.per_week
            ],
        )
        self._rendered = (shown, body)
        return body


def asked_in(query: Mapping[str, str]) -> Asked:
    """Which record a page's address asks for. Raises `HTTPException` (400) for what is no date."""
    days: dict[str, date | None] = {}
    for name in ("from", "until"):
        written = query.get(name) or None
        days[name] = date_in(written) if written else None
        if written and days[name] is None:
            raise HTTPException(400)
    return Asked(query.get("campaign") or None, days["from"], days["until"])


def query_of(shown: ShownRecord) -> str:
    """The same record, as part of an address."""
    asked = shown.asked
    named = {
        "campaign": shown.season.campaign if shown.season else None,
        "from": asked.first and asked.first.isoformat(),
        "until": asked.last and asked.last.isoformat(),
    }
    return urlencode({name: value for name, value in named.items() if value})


def _most_in_a_week(weeks: Mapping[date, Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for offices in weeks.values():
        for office, count in offices.items():
            found[office] = max(found.get(office, 0), count)
    return found
