"""One long connection: subscribed, kept alive, and each request settled by its answer (facts: wecom, section 2).

There is one connection a bot: a newer one pushes out the older. Who is pushed out stays out, or both would push each
other out for ever. After any other end it connects anew as soon as somebody waits for what comes in.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.protocol import State

from bot.channels.urls import is_loopback, read_base
from bot.channels.wecom import codes
from bot.channels.wecom_bot import frames
from bot.channels.wecom_bot.frames import Frame
from bot.clock import Clock, sleep_until
from bot.errors import ChannelDown, NotSent, Refused, SendError, Uncertain
from bot.language import sentence

_log = logging.getLogger(__name__)
_MOST_UNANSWERED = 2
_MOST_FRAME = 4 * 1024 * 1024
_LULLS = ((0.1, 0.9), (1.0, 2.5))
"""Seconds between which one waits before each try to connect anew, at random: all bots are cut off at once."""


@dataclass(frozen=True)
class Patience:
    """For how long to wait: for a connection (real time); by the clock for an answer, between two pings, and for the
    change of a card by which its press is answered.
    """

    connect: timedelta = timedelta(seconds=10)
    answer: timedelta = timedelta(seconds=5)
    ping: timedelta = timedelta(seconds=30)
    edit: timedelta = timedelta(seconds=3)


PATIENCE = Patience()


class Connection:
    """The connection of one bot. `heard` is told of each callback, `alive` each time that the other side answers a
    ping or takes us in.
    """

    def __init__(
        self,
        url: str,
        bot_id: str,
        secret: SecretStr,
        clock: Clock,
        *,
        patience: Patience,
        heard: Callable[[Frame], None],
        alive: Callable[[], None],
    ) -> None:
        """Raises `SettingsError` for what is no address of a WebSocket."""
        self._url = read_base(url, ("ws", "wss"), sentence("wecom.ws-url"))
        self._proxy: Literal[True] | None = None if is_loopback(url) else True
        self._bot_id, self._secret, self._clock, self._patience = bot_id, secret, clock, patience
        self._heard, self._alive = heard, alive
        self._socket: ClientConnection | None = None
        self._keeping: list[asyncio.Task[None]] = []
        self._waiting: dict[str, asyncio.Future[Frame | None]] = {}
        self._unanswered = 0
        self._connecting = asyncio.Lock()
        self._doubted = asyncio.Event()
        self._closed = False
        self.lost = asyncio.Event()
        self.pushed_out = False
        logging.getLogger("websockets").setLevel(logging.WARNING)

    async def open(self) -> None:
        """Connect and subscribe. Raises `NotSent` where WeCom does not answer, `ChannelDown` for wrong credentials, and
        where it was pushed out: only who closes it and opens it then pushes out the other in turn.
        """
        async with self._connecting:
            if self.pushed_out:
                raise ChannelDown(sentence("wecom.bot-pushed-out"))
            self._closed = False
            await self._connect()

    async def again(self) -> None:
        """Be connected: at once where it is, after a short while where it was cut. Raises as `open`, and `ChannelDown`
        where a newer connection has pushed this one out.
        """
        async with self._connecting:
            met = NotSent(sentence("wecom.bot-away"))
            for tries in range(len(_LULLS)):
                if self.pushed_out:
                    raise ChannelDown(sentence("wecom.bot-pushed-out"))
                if self._socket is not None:
                    return
                await self._clock.sleep(lull(tries))
                if self._closed:
                    break
                try:
                    await self._connect()
                except NotSent as error:
                    _log.info("wecom-bot: %s", error)
                    met = error
                else:
                    return
            raise met

    async def close(self) -> None:
        """Let go of it, also where it was never opened; who was about to connect anew does not."""
        self._closed, self.pushed_out = True, False
        await self._end()

    async def request(self, cmd: str, body: Mapping[str, Any], req_id: str | None = None) -> Mapping[str, Any]:
        """Ask for something, as a reply to what came with this id or by a fresh one; what was given for it. Raises
        `SendError`: `NotSent` where nothing left, `Uncertain` where no answer came, and what the answer's code means.
        """
        if self.pushed_out:
            raise ChannelDown(sentence("wecom.bot-pushed-out"))
        answer = await self._asked(cmd, req_id or frames.fresh_id(), body, self._socket)
        answer.prove()
        return answer.frame.body

    async def _asked(
        self, cmd: str, req_id: str, body: Mapping[str, Any] | None, socket: ClientConnection | None
    ) -> "_Answer":
        if socket is None or socket.state is not State.OPEN:
            raise NotSent(sentence("wecom.bot-away"))
        if req_id in self._waiting:
            raise Refused(sentence("wecom.too-late-to-reply", detail="req_id"))
        answered: asyncio.Future[Frame | None] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = answered
        patience = asyncio.ensure_future(self._clock.sleep(self._patience.answer.total_seconds()))
        try:
            sending = asyncio.ensure_future(socket.send(frames.written(cmd, req_id, body)))
            await _first(sending, patience)
            if sending.done():
                sending.result()
                await asyncio.wait((answered, patience), return_when=asyncio.FIRST_COMPLETED)
            if answered.done():
                if (frame := answered.result()) is None:
                    raise Uncertain(sentence("wecom.bot-cut"))
                return _Answer(frame)
            self._doubt()
        except (WebSocketException, OSError) as error:
            raise Uncertain(sentence("wecom.uncertain", detail=type(error).__name__)) from None
        finally:
            patience.cancel()
            self._waiting.pop(req_id, None)
        raise Uncertain(sentence("wecom.uncertain", detail="no ack"))

    async def _connect(self) -> None:
        await self._end()
        try:
            socket = await connect(
                self._url,
                proxy=self._proxy,
                ping_interval=None,
                open_timeout=self._patience.connect.total_seconds(),
                close_timeout=1,
                max_size=_MOST_FRAME,
            )
        except (OSError, WebSocketException, TimeoutError, ValueError, ImportError) as error:
            raise NotSent(sentence("wecom.bot-unreachable", detail=type(error).__name__)) from None
        self.lost.clear()
        reading = asyncio.create_task(self._read(socket), name="wecom-bot reads")
        self._keeping = [reading]
        try:
            credentials = {"bot_id": self._bot_id, "secret": self._secret.get_secret_value()}
            answer = await self._asked(frames.SUBSCRIBE, frames.fresh_id(), credentials, socket)
            answer.prove()
        except BaseException as error:
            await _shut(socket)
            await self._end()
            if isinstance(error, SendError):
                raise codes.harmless_to_repeat(error) from None
            raise
        self._socket, self._unanswered = socket, 0
        self._keeping.append(asyncio.create_task(self._ping(socket), name="wecom-bot pings"))
        self._alive()

    async def _read(self, socket: ClientConnection) -> None:
        """Until it ends, by whatever: a clean close ends it without an error."""
        try:
            async for text in socket:
                if (frame := frames.read(text)) is None:
                    _log.warning("wecom-bot: a frame that is none is skipped")
                elif not self._deal_with(frame):
                    break
        except (WebSocketException, OSError) as error:
            _log.info("wecom-bot: the connection ended: %s", type(error).__name__)
        finally:
            self._forget(socket)
            await _shut(socket)

    def _deal_with(self, frame: Frame) -> bool:
        """False where the connection is to be ended."""
        if frame.event == "disconnected_event":
            _log.error("wecom-bot: another connection has pushed this one out")
            self.pushed_out = True
            return False
        if frame.is_callback:
            try:
                self._heard(frame)
            except Exception:  # noqa: BLE001 - one thing that nobody foresaw must not end the connection
                _log.exception("wecom-bot: something that came in cannot be used and is skipped")
        elif frame.cmd is None and frame.req_id in self._waiting:
            if not (waiting := self._waiting[frame.req_id]).done():
                waiting.set_result(frame)
        elif frame.cmd is None and frame.errcode == 0:
            self._ponged()
        return True

    async def _ping(self, socket: ClientConnection) -> None:
        """Each half a minute, and at once where a request was left unanswered; who leaves two unanswered is gone,
        whatever the socket says: one whose other side has vanished ends by itself only after a quarter of an hour.
        """
        while True:
            gone = self._unanswered >= _MOST_UNANSWERED
            patience = self._patience.answer if gone else self._patience.ping
            await sleep_until(self._doubted, self._clock, patience.total_seconds())
            if self._unanswered >= _MOST_UNANSWERED:
                _log.warning("wecom-bot: two were left unanswered")
                self._forget(socket)
                socket.transport.abort()
                return
            self._unanswered += 1
            sending = asyncio.ensure_future(socket.send(frames.written(frames.PING, frames.fresh_id())))
            waiting = asyncio.ensure_future(self._clock.sleep(self._patience.answer.total_seconds()))
            await _first(sending, waiting)
            waiting.cancel()
            if sending.done() and not sending.cancelled() and sending.exception() is not None:
                return

    def _doubt(self) -> None:
        """A request was left unanswered: whether the other side is there at all is asked at once, by one ping."""
        if self._unanswered == 0:
            self._unanswered = 1
            self._doubted.set()

    def _ponged(self) -> None:
        self._unanswered = 0
        self._alive()

    def _forget(self, socket: ClientConnection) -> None:
        """It is none any more: whoever waits for an answer does so in vain."""
        if self._socket is socket:
            self._socket = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        self.lost.set()

    async def _end(self) -> None:
        socket, self._socket = self._socket, None
        keeping, self._keeping = self._keeping, []
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        if socket is not None:
            await _shut(socket)


def lull(tries: int) -> float:
    """Seconds to wait before one tries to connect anew, after so many tries: another number each time."""
    least, most = _LULLS[tries]
    return least + (most - least) * secrets.randbelow(1000) / 1000


@dataclass(frozen=True)
class _Answer:
    frame: Frame

    def prove(self) -> None:
        """Raises the `SendError` that its code means, unless it is 0."""
        if self.frame.errcode != 0:
            raise codes.problem(-1 if self.frame.errcode is None else self.frame.errcode, self.frame.errmsg)


async def _first(sending: "asyncio.Future[None]", patience: "asyncio.Future[None]") -> None:
    """Wait for what is sent, as long as there is patience: where nobody takes it off the line it is held up here."""
    try:
        await asyncio.wait((sending, patience), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not sending.done():
            sending.cancel()


async def _shut(socket: ClientConnection) -> None:
    with suppress(WebSocketException, OSError):
        await socket.close()
