"""The app's access token: one, kept until WeCom says that it is none any more, and asked for by one request, however
many wait for it (facts: wecom, section 3: the same token for 7,200 s; 40014 and 42001 mean a new one).
"""

import asyncio

from pydantic import SecretStr

from bot.channels.wecom.codes import harmless_to_repeat
from bot.channels.wecom.wire import Wire
from bot.clock import Clock
from bot.errors import SendError

PATH = "/cgi-bin/gettoken"


class Token:
    """The token of one app."""

    def __init__(self, wire: Wire, corp_id: str, secret: SecretStr, clock: Clock) -> None:
        self._wire, self._corp_id, self._secret, self._clock = wire, corp_id, secret, clock
        self._now: tuple[str, float] | None = None
        self._asking: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """The token of now. Raises `NotSent` where WeCom gives none, `ChannelDown` where it does not know the app."""
        if self._now is not None and self._clock.monotonic() < self._now[1]:
            return self._now[0]
        if self._asking is None:
            self._asking = asyncio.create_task(self._asked(), name="wecom-app token")
            self._asking.add_done_callback(self._have_it)
        return await asyncio.shield(self._asking)

    def is_over(self, token: str) -> None:
        """WeCom takes this token no longer; nothing happens where there is a newer one already."""
        if self._now is not None and self._now[0] == token:
            self._now = None

    async def _asked(self) -> str:
        try:
            answer = await self._wire.get(
                PATH, {"corpid": self._corp_id, "corpsecret": self._secret.get_secret_value()}
            )
            answer.prove()
        except SendError as error:
            raise harmless_to_repeat(error) from None
        token = str(answer.given["access_token"])
        self._now = token, self._clock.monotonic() + float(answer.given["expires_in"])
        return token

    def _have_it(self, asked: asyncio.Task[str]) -> None:
        self._asking = None
        if not asked.cancelled():
            asked.exception()
