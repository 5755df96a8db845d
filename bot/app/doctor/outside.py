"""How the town's pages look from outside, by PUBLIC_URL: those for outsiders are reached, and nobody passes there for
whoever sits at this machine.

A proxy on this machine speaks to the bot over loopback. Where it hands on the name by which it was called, as many
examples have it, a stranger who calls it by 127.0.0.1 sees the board, and presses.
"""

from collections.abc import AsyncIterator

import httpx

from bot.app.doctor.finding import Finding
from bot.language import say, sentence

_PATIENCE = 5.0
_NOBODY = ":nobody"
"""An id that no chat can have, so that nothing is sent to any."""


async def outside(url: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Finding]:
    """Call the running bot by its public address, through whatever stands before it; `transport` is the way there."""
    url = url.rstrip("/")
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
        yield Finding(False, sentence("doctor.outside-as-here"), sentence("doctor.proxy-mend"))


def _is_the_board(answer: httpx.Response) -> bool:
    """Whether the board has answered, which knows no such chat or lets others send to none."""
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("chat") == _NOBODY
