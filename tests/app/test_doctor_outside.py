"""`gengfu doctor` calls the bot as outsiders do: its links open, and nobody passes for who sits at the machine."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.answering.answers import LinkAnswers
from bot.app.doctor.outside import outside
from bot.language import say
from bot.web.answer import AnswerPages
from bot.web.server import pages
from bot.web.site import Site
from tests.web.test_answer import PUBLIC, Outside

HOST = b"huo.jinlong.example"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[ASGIApp]:
    """The pages of a bot that runs, its board too."""
    stage = Outside(tmp_path)
    await stage.run()
    yield pages(Site(stage.live), "127.0.0.1", AnswerPages(LinkAnswers(stage.bot)).routes(), PUBLIC)
    await stage.end()


async def told(app: ASGIApp) -> dict[str, bool]:
    """What is found through a proxy on the bot's own machine, and whether it is well."""
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4_000), raise_app_exceptions=False)
    found = [each async for each in outside(f"{PUBLIC}/", transport)]
    assert all(say(each.what, lang) for each in found for lang in ("zh", "en"))
    assert all("docs/wecom-app.md" in say(each.mend) for each in found if not each.ok and each.mend)
    return {each.what.key.removeprefix("doctor."): each.ok for each in found}


def naming(app: ASGIApp, host: bytes | None, *more: tuple[bytes, bytes]) -> ASGIApp:
    """A proxy that calls the bot by this name, or by the one that it was called by itself."""

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, host if host and name == b"host" else value) for name, value in scope["headers"]]
        await app({**scope, "headers": [*headers, *more]}, receive, send)

    return proxy


async def test_a_proxy_as_the_page_has_it_opens_links_and_nothing_else(bot: ASGIApp) -> None:
    assert await told(naming(bot, HOST, (b"x-forwarded-for", b"203.0.113.5"))) == {"outside": True}


async def test_a_proxy_that_hands_on_the_name_it_was_called_by_lets_strangers_press(bot: ASGIApp) -> None:
    assert await told(naming(bot, None)) == {"outside": True, "outside-as-here": False}


async def test_it_lets_strangers_see_the_board_even_where_it_says_whence_they_come(bot: ASGIApp) -> None:
    found = await told(naming(bot, None, (b"x-forwarded-for", b"203.0.113.5")))
    assert found == {"outside": True, "outside-sees": False}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost:8765/", "http://[::1]:8765"])
async def test_an_address_of_this_machine_is_nothing_to_a_telephone(url: str) -> None:
    found = [each async for each in outside(url)]
    assert [(each.ok, each.what.key) for each in found] == [(False, "doctor.outside-is-here")]


async def test_a_proxy_that_leads_elsewhere_is_told(bot: ASGIApp) -> None:
    assert await told(naming(bot, b"other.example")) == {"outside-elsewhere": False}


async def test_what_cannot_be_seen_from_here_may_be_well_all_the_same() -> None:
    async def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    found = [each async for each in outside(PUBLIC, httpx.MockTransport(refuse))]
    assert [(each.ok, each.what.key) for each in found] == [(True, "doctor.outside-unreached")]
    assert f"{PUBLIC}/answer/x" in say(found[0].mend or found[0].what)
