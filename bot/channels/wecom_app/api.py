"""Requests of the app's (facts: wecom, section 3), each with its access token, which is renewed once where it ended on
the way: WeCom refused the request then, so that it may go again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from bot.channels.wecom import codes
from bot.channels.wecom.wire import Answer, Wire
from bot.channels.wecom_app.about import ABOUT, About, read
from bot.channels.wecom_app.token import Token
from bot.clock import Clock
from bot.errors import Refused, SendError
from bot.language import sentence

SEND, UPDATE, RECALL = "/cgi-bin/message/send", "/cgi-bin/message/update_template_card", "/cgi-bin/message/recall"
SAY, UPLOAD, LOAD = "/cgi-bin/appchat/send", "/cgi-bin/media/upload", "/cgi-bin/media/get"
WHO = "/cgi-bin/auth/getuserinfo"


@dataclass(frozen=True)
class Keys:
    """What one self-built app is known by; without the last two it hears nothing."""

    corp_id: str
    agent_id: int
    secret: SecretStr
    callback_token: SecretStr | None = None
    callback_aes_key: SecretStr | None = None


class Api:
    """One app's requests. All raise `SendError`."""

    def __init__(self, wire: Wire, keys: Keys, clock: Clock) -> None:
        self._wire, self._keys = wire, keys
        self.token = Token(wire, keys.corp_id, keys.secret, clock)

    async def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do something; what WeCom gives for it."""
        return await self._with_token(lambda query: self._wire.post(path, query, body))

    async def upload(self, name: str, content: bytes) -> str:
        """Hand over a file; its media_id."""
        try:
            given = await self._with_token(
                lambda query: self._wire.upload(UPLOAD, {**query, "type": "file"}, name, content)
            )
        except SendError as error:
            raise codes.harmless_to_repeat(error) from None
        return str(given["media_id"])

    async def load(self, media_id: str) -> bytes:
        """What somebody sent to the app."""
        try:
            given = await self._with_token(lambda query: self._wire.load(LOAD, {**query, "media_id": media_id}))
        except SendError as error:
            raise codes.harmless_to_repeat(error) from None
        return bytes(given["content"])

    async def about(self) -> About:
        """What WeCom says of the app itself."""
        query = {"agentid": str(self._keys.agent_id)}
        try:
            return read(await self._with_token(lambda token: self._wire.get(ABOUT, {**token, **query})))
        except SendError as error:
            raise codes.harmless_to_repeat(error) from None

    async def who(self, code: str) -> str:
        """The id, in small letters, of the member to whom the authorise page gave this code, which serves once and for
        five minutes. Raises `Refused` for another code, and for who is no member.
        """
        try:
            given = await self._with_token(lambda query: self._wire.get(WHO, {**query, "code": code}))
        except SendError as error:
            raise codes.harmless_to_repeat(error) from None
        if not (userid := str(given.get("userid") or given.get("UserId") or "")):
            raise Refused(sentence("wecom.no-member"))
        return userid.lower()

    async def _with_token(self, ask: Callable[[Mapping[str, str]], Awaitable[Answer]]) -> Mapping[str, Any]:
        token = await self.token.get()
        answer = await ask({"access_token": token})
        if answer.errcode in codes.TOKEN_OVER:
            self.token.is_over(token)
            answer = await ask({"access_token": await self.token.get()})
        answer.prove()
        return answer.given


def sign_in_url(oauth_url: str, keys: Keys, redirect: str, state: str) -> str:
    """The page of WeCom's that leads a member's phone to `redirect`, with a code and this state, without a question."""
    asked = {
        "appid": keys.corp_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
        "agentid": str(keys.agent_id),
    }
    return f"{oauth_url}?{urlencode(asked)}#wechat_redirect"
