"""What stands before every page: by which name it was called, from where a form came, what a browser may load."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.language import Sentence, say, sentence
from bot.web.answer import ROOT as ANSWERS
from bot.web.callback import PATH as CALLBACK
from bot.web.listen import Listened, is_loopback
from bot.web.ops import PUBLIC

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""Content-Security-Policy: nothing inline, nothing from elsewhere."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would make a browser's own form say "Origin: null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Refuse = Callable[[Request, int, Sentence], Awaitable[Response]]


class Guard:
    """Refuses what is called by a foreign name (DNS rebinding) or posted from a foreign page; adds the headers.

    By `public`, the name that outsiders call (None: there is none), only the pages of `PUBLIC` are reached, and those
    of signed links, whose forms come from there alone.
    """

    def __init__(self, app: ASGIApp, host: str, refuse: Refuse, public: str | None = None) -> None:
        self._app = app
        self._host = host
        self._refuse = refuse
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        request = Request(scope, receive)
        app: ASGIApp = self._app
        if self._is_public(request):
            if request.url.path not in {*PUBLIC, CALLBACK} and not request.url.path.startswith(ANSWERS):
                app = _plain(404, sentence("board.no-such-page"))
            elif request.method not in {"GET", "HEAD"} and not self._is_from_public_page(request):
                app = _plain(403, sentence("links.foreign-form"))
        elif not is_called_by_our_name(request.headers.get("host", ""), self._host):
            app = await self._refuse(request, 421, sentence("board.wrong-host", url=self._url(scope)))
        elif request.method not in {"GET", "HEAD"} and not is_same_origin(request):
            app = await self._refuse(request, 403, sentence("board.foreign-form"))
        await app(scope, receive, with_headers)

    def _is_public(self, request: Request) -> bool:
        """Whether it is called by the public name; the machine's own names stay its own, whatever is set."""
        name = _name_in(request.headers.get("host", ""))
        return self._public is not None and name == self._public and not is_loopback(name)

    def _is_from_public_page(self, request: Request) -> bool:
        """Whether a form came from a page of the public name. What stands between may speak http to us and https to the
        browser, so only the name is looked at; a program that is no browser says none.
        """
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        return site in {None, "same-origin"} and (origin is None or host_of(origin) == self._public)

    def _url(self, scope: Scope) -> str:
        _, port = scope.get("server") or (None, None)
        return Listened(self._host, port or 80).url


def _plain(status: int, why: Sentence) -> Response:
    return PlainTextResponse(f"{say(why, 'zh')}\n{say(why, 'en')}\n", status)


def is_called_by_our_name(host: str, ours: str) -> bool:
    """Whether a Host header names us. A name in somebody's DNS can be bent to us, a bare address cannot.

    The port is not looked at: a forwarded one is another.
    """
    name = _name_in(host)
    if name == ours.lower() or is_loopback(name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return not is_loopback(ours)


def is_same_origin(request: HTTPConnection) -> bool:
    """Whether a form came from our own page. A program that is no browser says neither, and carries no cookie."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def is_at_this_machine(request: HTTPConnection) -> bool:
    """Whether somebody sits at the machine itself: over loopback, called by a name that means this machine to whoever
    calls it, and not through a proxy that stands on it. A proxy need not say that it is one; the name it was called
    by is another's.
    """
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    by_own_name = is_loopback(_name_in(request.headers.get("host", "")))
    return request.client is not None and is_loopback(request.client.host) and by_own_name and not forwarded


def host_of(url: str | None) -> str | None:
    """The host that a URL names."""
    return urlsplit(url).hostname if url else None


def _name_in(host: str) -> str:
    """The name in a Host header, without its port; empty where there is none to be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
