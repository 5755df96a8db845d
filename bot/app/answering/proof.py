"""How somebody proves who they are: led away from a link's page, back with a code, which the app exchanges."""

import logging
import secrets
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from bot.app.answering import identity
from bot.app.answering.links import PEOPLE, can_prove
from bot.app.answering.often import Often
from bot.app.routing import Channels
from bot.app.secret import secret_key
from bot.channels.wecom_app.api import Keys, sign_in_url
from bot.clock import Clock
from bot.errors import Refused, SendError
from bot.settings import Settings

_log = logging.getLogger(__name__)
_IN_VAIN, _EVERY = 30, 20.0
"""So many unknown codes WeCom is asked about by one link: made up ones must not use up the app's quota."""

Trouble = Literal["again", "refused", "down"]
"""Why nothing was proved: it took too long, was begun elsewhere, or the browser keeps no cookie; WeCom knows the code
not (any more), or nobody of the corp's by it; WeCom does not answer.
"""


@runtime_checkable
class Knows(Protocol):
    """The app, which knows whom a code names."""

    async def who(self, code: str) -> str:
        """The WeCom userid of who came back with this code. Raises `SendError`: `Refused` for a code that is not good,
        and for who is not of the corp.
        """


@dataclass(frozen=True)
class Proved:
    """Who it is (`wecom:USERID`), or why nobody is known."""

    person: str | None
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Leading:
    """Where a browser is led, and the secret that it keeps meanwhile."""

    address: str
    browser: str


class Proof:
    """One bot's."""

    def __init__(self, settings: Settings, channels: Channels, clock: Clock) -> None:
        self._settings, self._channels, self._clock = settings, channels, clock
        self._in_vain = Often(_IN_VAIN, _EVERY)

    @property
    def is_possible(self) -> bool:
        """Whether anybody can prove who they are."""
        return can_prove(self._settings) and self._app is not None

    def lead(self, link: str, browser: str | None) -> Leading:
        """Where a browser is led that opened this link, with the secret that it has already. Raises ValueError where
        nobody can prove who they are (a bug).
        """
        wecom, url = self._settings.wecom, self._settings.web.public_url
        if url is None or wecom.corp_id is None or wecom.agent_id is None or wecom.app_secret is None:
            raise ValueError("nobody can prove who they are")
        browser = browser or secrets.token_urlsafe(16)
        state = identity.state_for(self._key, link, browser, self._clock.now())
        keys = Keys(wecom.corp_id, wecom.agent_id, wecom.app_secret)
        address = sign_in_url(wecom.oauth_url, keys, f"{url.rstrip('/')}/answer/{link}", state)
        return Leading(address, browser)

    async def exchanged(self, link: str, browser: str, code: str, state: str) -> Proved:
        """Whom the code names with which a browser came back."""
        if not code or not identity.is_state(self._key, link, browser, state, self._clock.now()):
            return Proved(None, "again")
        app, now = self._app, self._clock.monotonic()
        if app is None or not self._in_vain.may((link,), now):
            return Proved(None, "down")
        try:
            userid = await app.who(code)
        except Refused as error:
            _log.info("who opened a link is not known: %s", error)
            self._in_vain.took((link,), now)
            return Proved(None, "refused")
        except SendError as error:
            _log.warning("who opened a link cannot be asked: %s", error)
            return Proved(None, "down")
        return Proved(f"{PEOPLE}:{userid.lower()}")

    def kept(self, link: str, person: str) -> str:
        """What the browser of this person keeps."""
        return identity.pass_for(self._key, link, person, self._clock.now())

    def person(self, link: str, kept: str) -> str | None:
        """Whose browser it is that keeps this; None where it proves nothing (any more)."""
        if not kept or not self.is_possible:
            return None
        return identity.person_of(self._key, link, kept, self._clock.now())

    def form_word(self, kept: str) -> str:
        """What the form of who keeps this carries."""
        return identity.form_word(self._key, kept)

    @property
    def _app(self) -> Knows | None:
        app: object = self._channels.get("wecom-app")
        return app if isinstance(app, Knows) else None

    @property
    def _key(self) -> bytes:
        return secret_key(self._settings)
