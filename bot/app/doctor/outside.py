"""How the town's pages look from outside, by PUBLIC_URL: those for outsiders are reached, and nobody passes there for
whoever sits at this machine.

A proxy on this machine speaks to the bot over loopback. Where it hands on the name by which it was called, as many
examples have it, a stranger who calls it by 127.0.0.1 sees the board, and presses.
"""

from collections.abc import AsyncIterator
from ipaddress import ip_address

import httpx
from httpx import codes

from bot.app.doctor.finding import Finding
from bot.language import say, sentence
from bot.settings import host_of

_PATIENCE = 5.0
_NOBODY = ":nobody"
"""An id that no chat can have, so that nothing is sent to any."""


async def outside(url: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Finding]:
    """Call the running bot by its public address, through whatever stands before it; `transport` is the way there. An
    address by which only this machine calls is nothing to outsiders.
    """
    url = url.rstrip("/")
    if _is_here(url):
        yield Finding(False, sentence("doctor.outside-is-here", url=url), sentence("doctor.where-public-url"))
        return
    async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE, transport=transport) as client:
        try:
            page = await client.get(f"{url}/answer/x")
            strange = await client.post(f"{url}/chats/{_NOBODY}/test", headers={"Host": "127.0.0.1"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            what = sentence("doctor.outside-unreached", url=url, why=type(error).__name__)
            yield Finding(True, what, sentence("doctor.outside-unreached-mend", url=url))
            return
    if any(say(sentence("links.sorry"), lang) in page.text for lang in ("zh", "en")):
        yield Finding(True, sentence("doctor.outside", url=url))
    else:
        what = sentence("doctor.outside-elsewhere", url=url, status=page.status_code)
        yield Finding(False, what, sentence("doctor.proxy-mend"))
    if _is_the_board(strange):
        may_press = strange.status_code == codes.NOT_FOUND
        what = sentence("doctor.outside-as-here" if may_press else "doctor.outside-sees")
        yield Finding(False, what, sentence("doctor.proxy-mend"))


def _is_the_board(answer: httpx.Response) -> bool:
    """Whether the board has answered: to whoever sits at this machine that it has no such chat, to others that they may
    only look.
    """
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("chat") == _NOBODY


def _is_here(url: str) -> bool:
    host = host_of(url) or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
