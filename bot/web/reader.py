"""Who looks at a page."""

from dataclasses import dataclass
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.app.view.protocol import Live
from bot.web.guard import is_at_this_machine

SPEAKER = "gengfu_speaker"
"""The cookie that keeps whom somebody speaks as, in the town and in a rehearsal."""


@dataclass(frozen=True)
class Reader:
    """Whom somebody speaks as (None: a resident), whether they sit at the machine itself, where one may press, and
    the `version` of the pages when they asked: what changes after it, their page is still told.
    """

    office: str | None = None
    may_press: bool = True
    version: str = ""


def reader_of(request: Request, live: Live) -> Reader:
    """Who sent this request."""
    office = unquote(request.cookies.get(SPEAKER, "")) or None
    if office not in {speaker.office for speaker in live.speakers()}:
        office = None
    return Reader(office, is_at_this_machine(request), getattr(request.state, "version", ""))


def must_be_here(request: Request) -> None:
    """Refuse (403) whoever does not sit at this machine."""
    if not is_at_this_machine(request):
        raise HTTPException(403)
