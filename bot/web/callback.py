"""`/wecom/callback`: where WeCom tells the self-built app what people press and type, reached by PUBLIC_URL's host too.

A 200 says that it need not be told again, so it goes out once what was told is on disk (facts: wecom, section 3).
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.protocol import Channel
from bot.channels.wecom_app import WecomAppChannel
from bot.errors import CallbackRefused, StoreError

PATH = "/wecom/callback"
Tell = Callable[[CallbackRefused], Awaitable[None]]
_LONGEST = 100_000
_log = logging.getLogger(__name__)


class CallbackPage:
    """The page, which no person reads."""

    def __init__(self, channel: WecomAppChannel, tell: Tell | None = None) -> None:
        self._channel, self._tell = channel, tell

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(PATH, self.greet), Route(PATH, self.hear, methods=["POST"])]

    async def greet(self, request: Request) -> Response:
        """Say what WeCom wants to hear when an admin saves the URL in its console."""
        try:
            return PlainTextResponse(self._channel.greeted(request.query_params))
        except CallbackRefused as error:
            return _refused(error)

    async def hear(self, request: Request) -> Response:
        """Take what WeCom tells; a 503 has it told again."""
        if (body := await _body(request)) is None:
            return Response(status_code=413)
        try:
            is_kept = await self._channel.called(request.query_params, body)
        except CallbackRefused as error:
            await self._complain(error)
            return _refused(error)
        return Response(status_code=200 if is_kept else 503)

    async def _complain(self, error: CallbackRefused) -> None:
        try:
            if self._tell is not None:
                await self._tell(error)
        except StoreError as refusal:
            _log.error("/wecom/callback: the admins cannot be told: %s", refusal)


def callback_of(channels: Mapping[str, Channel], tell: Tell | None = None) -> CallbackPage | None:
    """The page where one of these channels is the app's; `tell` is told of what is refused, and may raise
    `StoreError`.
    """
    app = next((each for each in channels.values() if isinstance(each, WecomAppChannel)), None)
    return CallbackPage(app, tell) if app else None


async def _body(request: Request) -> bytes | None:
    """What was sent, None where it is longer than anything that WeCom tells."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return None
    return bytes(body)


def _refused(error: CallbackRefused) -> Response:
    """Whoever asked learns nothing; the log says what to look at."""
    _log.warning("/wecom/callback: %s", error)
    return Response(status_code=403)
