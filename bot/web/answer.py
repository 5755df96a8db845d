"""The page of a signed link, `/answer/LINK`: the one page that outsiders reach by PUBLIC_URL's host.

It needs no script. Looking changes nothing, so that a chat's preview of the link answers for nobody; only the form
does, and may be sent as often as one likes.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from bot.app.answering import LinkAnswers
from bot.errors import GengfuError, LinkStale, StoreError
from bot.language import Sentence, say, sentence
from bot.ledger.entries import ANSWERS, AnswerState
from bot.web.words import HERE, environment

ROOT = "/answer/"
_LONGEST_FORM = 8_000
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


class AnswerPages:
    """The page, and its stylesheet, which stands beside it for who reaches nothing else."""

    def __init__(self, links: LinkAnswers) -> None:
        self._links = links

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(f"{ROOT}answer.css", self.style),
            Route(f"{ROOT}{{link}}", self.look),
            Route(f"{ROOT}{{link}}", self.answer, methods=["POST"]),
        ]

    async def style(self, _request: Request) -> Response:
        """The stylesheet."""
        return FileResponse(HERE / "static" / "answer.css", media_type="text/css")

    async def look(self, request: Request) -> Response:
        """What is asked, who owes, and the buttons."""
        return await self._page(request.path_params["link"])

    async def answer(self, request: Request) -> Response:
        """Answer, and see what became of it."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LONGEST_FORM:
            return self._sorry(413, sentence("board.too-long"))
        async with request.form(max_files=0, max_fields=8) as form:
            said, name, why = (str(form.get(field, "")) for field in ("answer", "name", "why"))
        answer: AnswerState | None = next((each for each in ANSWERS if each == said), None)
        if answer is None:
            return self._sorry(400, sentence("board.bad-request"))
        try:
            told = await self._links.answer(request.path_params["link"], answer, name, why)
        except StoreError:
            return self._sorry(503, sentence("answers.not-recorded"))
        except GengfuError as error:
            return self._refused(error)
        return await self._page(request.path_params["link"], told)

    async def _page(self, link: str, told: Sentence | None = None) -> Response:
        try:
            shown = await self._links.shown(link)
        except GengfuError as error:
            return self._refused(error)
        return self._rendered(200, shown=shown, told=say(told, self._links.lang) if told else None)

    def _refused(self, error: GengfuError) -> Response:
        return self._sorry(410 if isinstance(error, LinkStale) else 404, error.sentence)

    def _sorry(self, status: int, why: Sentence) -> Response:
        return self._rendered(status, shown=None, told=say(why, self._links.lang))

    def _rendered(self, status: int, **values: object) -> Response:
        html = environment(self._links.lang).get_template("answer.html").render(**values)
        return HTMLResponse(html, status, headers=_HEADERS)
