"""The page of a signed link, `/answer/LINK`: the one page that outsiders reach by PUBLIC_URL's host.

It needs no script. Looking changes nothing, so that a chat's preview of the link answers for nobody; only the form
does, and may be sent as often as one likes. Where an office's own people answer WeCom's browser is led away to prove
whose it is and comes back with a code, which stays in no address: it is exchanged, and the browser sent on.
"""

import hmac
from typing import Literal, get_args
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app.answering.answers import LinkAnswers
from bot.app.answering.identity import PASS_HOLDS, STATE_HOLDS
from bot.app.answering.proof import Trouble
from bot.errors import GengfuError, LinkBusy, LinkStale, StoreError
from bot.language import Sentence, say, sentence
from bot.ledger.entries import ANSWERS, AnswerState
from bot.web.words import HERE, environment

ROOT = "/answer/"
_LONGEST_FORM = 8_000
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_PASS, _BROWSER = "gengfu-answer", "gengfu-browser"
_PROVE = "prove"
"""By this in the address somebody asks to be led away who may also answer as one who proved nothing."""
_IN_WECOM = "wxwork"
"""What WeCom's own browser has in its User-Agent."""

_Told = Trouble | Literal["over"]


class AnswerPages:
    """The page, and its stylesheet, which stands beside it for who reaches nothing else."""

    def __init__(self, links: LinkAnswers) -> None:
        self._links = links
        self._public = urlsplit(links.public_url or "")

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
        """What is asked, who owes, and the buttons; or the way to prove who one is."""
        if not request.query_params.keys().isdisjoint({"code", "state"}):
            return await self._back(request)
        return await self._page(request, trouble=_trouble(request), may_lead=True)

    async def answer(self, request: Request) -> Response:
        """Answer, and see what became of it."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LONGEST_FORM:
            return self._sorry(413, sentence("board.too-long"))
        async with request.form(max_files=0, max_fields=8) as form:
            said, name, why, word, office = (
                str(form.get(field, "")) for field in ("answer", "name", "why", "form", "office")
            )
        answer: AnswerState | None = next((each for each in ANSWERS if each == said), None)
        if answer is None or (office and not (office.isdecimal() and office.isascii() and len(office) < 5)):
            return self._sorry(400, sentence("board.bad-request"))
        link, person = _link(request), self._person(request)
        try:
            if person and not hmac.compare_digest(word.encode(), self._word(request).encode()):
                return self._sorry(403, sentence("links.foreign-form"))
            if person is None and (word or (await self._links.shown(link)).way == "prove"):
                return await self._page(request, trouble="over")
            told = await self._links.answer(link, answer, name, why, person, int(office) if office else None)
        except StoreError:
            return self._sorry(503, sentence("answers.not-recorded"))
        except LinkBusy as error:
            return await self._page(request, error.sentence, status=429)
        except GengfuError as error:
            return self._refused(error)
        return await self._page(request, told)

    async def _page(
        self,
        request: Request,
        told: Sentence | None = None,
        *,
        status: int = 200,
        trouble: _Told | None = None,
        may_lead: bool = False,
    ) -> Response:
        link, in_wecom = _link(request), _IN_WECOM in request.headers.get("user-agent", "").lower()
        person = self._person(request)
        try:
            shown = await self._links.shown(link, person)
            asks = shown.way == "prove" or _PROVE in request.query_params
            if may_lead and asks and shown.provers and in_wecom and trouble is None:
                return self._lead(request)
            word = self._word(request) if person else None
        except StoreError as error:
            return self._sorry(503, error.sentence)
        except GengfuError as error:
            return self._refused(error)
        words = say(told, self._links.lang) if told else None
        return self._rendered(
            status,
            shown=shown,
            told=words,
            sorry=status != 200,
            link=link,
            word=word,
            in_wecom=in_wecom,
            trouble=None if person else trouble,
        )

    def _lead(self, request: Request) -> Response:
        """Away, to prove whose browser it is."""
        leading = self._links.proof.lead(_link(request), request.cookies.get(_BROWSER))
        response = RedirectResponse(leading.address, 302, headers=_HEADERS)
        self._keep(response, request, _BROWSER, leading.browser, int(STATE_HOLDS.total_seconds()) * 2)
        return response

    async def _back(self, request: Request) -> Response:
        """A browser comes back with a code: it is sent on to an address that holds none, knowing who it is or not."""
        link, proof, query = _link(request), self._links.proof, request.query_params
        trouble: Trouble | None = None
        person = self._person(request)
        proved = None
        try:
            if person is None and (await self._links.shown(link)).provers:
                browser = request.cookies.get(_BROWSER, "")
                proved = await proof.exchanged(link, browser, query.get("code", ""), query.get("state", ""))
                trouble = proved.trouble
            if proved and proved.person:
                await self._links.refuse_stranger(link, proved.person)
        except StoreError:
            trouble, proved = "down", None
        except GengfuError:
            return RedirectResponse(f"./{link}", 303, headers=_HEADERS)
        response = RedirectResponse(f"./{link}{f'?trouble={trouble}' if trouble else ''}", 303, headers=_HEADERS)
        if proved and proved.person:
            kept = proof.kept(link, proved.person)
            self._keep(response, request, _PASS, kept, int(PASS_HOLDS.total_seconds()))
            response.delete_cookie(_BROWSER, path=self._path(request))
        return response

    def _person(self, request: Request) -> str | None:
        return self._links.proof.person(_link(request), request.cookies.get(_PASS, ""))

    def _word(self, request: Request) -> str:
        return self._links.proof.form_word(request.cookies.get(_PASS, ""))

    def _keep(self, response: Response, request: Request, name: str, value: str, seconds: int) -> None:
        """A cookie of this link's page alone. Lax, since WeCom's address leads back to it."""
        secure = self._public.scheme == "https"
        path = self._path(request)
        response.set_cookie(name, value, seconds, path=path, secure=secure, httponly=True, samesite="lax")

    def _path(self, request: Request) -> str:
        return f"{self._public.path.rstrip('/')}{ROOT}{_link(request)}"

    def _refused(self, error: GengfuError) -> Response:
        return self._sorry(410 if isinstance(error, LinkStale) else 404, error.sentence)

    def _sorry(self, status: int, why: Sentence) -> Response:
        return self._rendered(status, shown=None, told=say(why, self._links.lang))

    def _rendered(self, status: int, **values: object) -> Response:
        html = environment(self._links.lang).get_template("answer.html").render(**values)
        return HTMLResponse(html, status, headers=_HEADERS)


def _link(request: Request) -> str:
    return str(request.path_params["link"])


def _trouble(request: Request) -> Trouble | None:
    """Why nothing was proved, as the address says to which a browser was sent on."""
    said = request.query_params.get("trouble")
    return next((each for each in get_args(Trouble) if each == said), None)
