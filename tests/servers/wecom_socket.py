"""A strict local smart bot of WeCom's: the far end of the long connection (facts: wecom, section 2). It knows the chats
that a test declares, checks each frame, keeps what it accepted, speaks for people, and misbehaves on order.

    async with SmartBotServer() as wecom:
        wecom.group("wrGroup1", members=["PoliceDuty"])
        …  # a bot whose GENGFU_WECOM__WS_URL is wecom.ws_url
        wecom.types("PoliceDuty", "wrGroup1", "收到")
        wecom.presses("PoliceDuty", wecom.accepted[-1].task_id, "r:token")

A frame that no client should send (an unknown command or field, a req_id that was used) fails the test when the server
closes. What may be said, `wecom_bot_talk` knows. By hand: `python -m tests.servers.wecom_socket_alone`.
"""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bot.clock import Clock, SystemClock
from tests.servers.log import Log
from tests.servers.wecom_bot_talk import CHUNK, FORMS, REPLY, UPDATE, WELCOME, Talk, What
from tests.servers.wecom_cards import BAD_PARAMETER
from tests.servers.wecom_faults import No
from tests.servers.wecom_log import Asked
from tests.servers.wecom_media import Media

BOT_ID, SECRET = "aibLocalSmartBot", "theSecretOfTheLocalSmartBot"
NOT_SUBSCRIBED, BAD_CREDENTIALS = 846609, 853000
SUBSCRIBE, PING = "aibot_subscribe", "ping"
_CALLED = "@更夫"
_REPLIES = frozenset({REPLY, WELCOME, UPDATE})


@dataclass(frozen=True)
class Fault:
    """What is done instead of the true answer to a frame: the work is done all the same where it `accepts`. `ack`:
    none comes; the connection is cut, or closed in order; a code; or a frame that is none, and then nothing. The ack
    comes so many seconds `late` by the server's clock.
    """

    ack: Literal["none", "cut", "closed", "garbage"] | int = 0
    accepts: bool = False
    late: float = 0.0


@dataclass
class _Order:
    fault: Fault
    cmd: str
    times: float


class SmartBotServer(Talk):
    """The server, an async context manager. `subscribed` counts connections that were taken in, `calls` the frames by
    command; `asked` is every frame and what became of it, also in the file `log_to`. While it is `silent` it answers no
    ping. Whoever is pushed out by a newer connection is told so, and cut off `lingers` seconds later.
    """

    def __init__(
        self, clock: Clock | None = None, *, limits: bool = False, log_to: Path | None = None, port: int = 0
    ) -> None:
        self.clock, self.violations = clock or SystemClock(), list[str]()
        super().__init__(self.clock, self.violations.append, limits=limits)
        self._port = port
        self._server: Server | None = None
        self._log: Log[Asked] = Log(log_to)
        self._current: ServerConnection | None = None
        self._req_ids: set[str] = set()
        self._orders: list[_Order] = []
        self._beside: set[asyncio.Task[None]] = set()
        self.media = Media(self.clock)
        self.calls: Counter[str] = Counter()
        self.subscribed = 0
        self.silent = False
        self.lingers = 60.0
        self.bot_id, self.secret = BOT_ID, SECRET

    async def __aenter__(self) -> Self:
        await self.media.start()
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self.media.stop()
        self._log.close()
        if kind is None:
            assert self.violations == []

    @property
    def asked(self) -> list[Asked]:
        """Every frame, in the order in which they were dealt with."""
        return self._log.asked

    @property
    def ws_url(self) -> str:
        """For `GENGFU_WECOM__WS_URL`."""
        return f"ws://127.0.0.1:{self._port}"

    @property
    def is_connected(self) -> bool:
        """Whether a bot is subscribed."""
        return self._current is not None

    async def start(self) -> None:
        """Listen, at the same address as before and with all that was known."""
        self._server = await serve(self._serve, "127.0.0.1", self._port, ping_interval=None, close_timeout=0.2)
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Break the connections and refuse new ones, until `start`."""
        if self._server is None:
            return
        server, self._server, self._current = self._server, None, None
        for each in server.connections:
            each.transport.abort()
        server.close()
        await server.wait_closed()
        for task in self._beside:
            task.cancel()

    # What people do. Nobody hears of it but the bot that is connected.

    def types(self, userid: str, chat: str, text: str) -> str:
        """Somebody types in a group, calling the bot; what does not call it never comes. Returns the req_id."""
        return self._says(userid, chat, {"msgtype": "text", "text": {"content": f"{_CALLED} {text}"}})

    def writes(self, userid: str, text: str, *, msgid: str | None = None) -> str:
        """Somebody writes to the bot alone."""
        return self._says(userid, userid.lower(), {"msgtype": "text", "text": {"content": text}}, msgid)

    def shows(self, userid: str, content: bytes, text: str = "") -> str:
        """Somebody sends a photo to the bot alone, with words or without."""
        return self._says(userid, userid.lower(), _photo(self.media.keep(content), text))

    def shows_here(self, userid: str, chat: str, content: bytes, text: str) -> str:
        """Somebody calls the bot in a group, with words and a photo."""
        return self._says(userid, chat, _photo(self.media.keep(content), f"{_CALLED} {text}"))

    def quotes_photo(self, userid: str, chat: str, content: bytes, text: str) -> str:
        """Somebody calls the bot in a group, quoting a photo that stands there."""
        quote = {"msgtype": "image", "image": self.media.keep(content)}
        said = {"msgtype": "text", "text": {"content": f"{_CALLED} {text}"}, "quote": quote}
        return self._says(userid, chat, said)

    def enters(self, userid: str) -> str:
        """Somebody opens their chat with the bot for the first time that day."""
        return self._event("enter", userid, userid.lower(), {"eventtype": "enter_chat"})

    def presses(self, userid: str, task_id: str, key: str) -> str:
        """Somebody presses a button of a card. Raises LookupError for a button that they do not see."""
        if key not in [each["key"] for each in self.card(task_id, userid)["button_list"]]:
            raise LookupError(f"{key} is not on the card")
        pressed = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event = {"eventtype": "template_card_event", "template_card_event": pressed}
        return self._event("press", userid, self.chat_of(task_id), event, task_id)

    # How it misbehaves.

    def order(self, fault: Fault, *, cmd: str = "aibot_send_msg", times: float = 1) -> None:
        """Misbehave at the next `times` frames with this command."""
        self._orders.append(_Order(fault, cmd, times))

    def heal(self) -> None:
        """Forget every order."""
        self._orders.clear()

    def cut(self) -> None:
        """Break the bot's connection."""
        if self._current:
            self._current.transport.abort()

    async def hang_up(self) -> None:
        """Close the bot's connection in order."""
        if self._current:
            await self._current.close()

    def babble(self, text: str) -> None:
        """Send the bot a frame that is none."""
        if self._current:
            self._post(self._current, text)

    # How frames are dealt with.

    async def _serve(self, socket: ServerConnection) -> None:
        try:
            async for text in socket:
                await self._deal_with(socket, text)
        except ConnectionClosed:
            pass
        finally:
            if self._current is socket:
                self._current = None

    async def _deal_with(self, socket: ServerConnection, text: str | bytes) -> None:
        try:
            frame = json.loads(text)
            cmd, req_id, body = str(frame["cmd"]), str(frame["headers"]["req_id"]), frame.get("body", {})
        except (ValueError, KeyError, TypeError):
            self.violations.append("a frame that is none")
            return
        self.calls[cmd] += 1
        fault = self._ordered(cmd) or Fault(accepts=True)
        to = self.to_chat(cmd, req_id, body)
        asked = Asked(self.clock.now(), cmd, to, _as_logged(cmd, body), "fault", stands=fault.accepts)
        given: dict[str, Any] = {}
        if fault.accepts:
            try:
                given = self._done(socket, cmd, req_id, body)
            except No as no:
                self._log.add(replace(asked, became="refused", stands=False, errcode=no.errcode, why=no.errmsg))
                self._ack(socket, req_id, no.errcode, no.errmsg)
                return
        code = fault.ack if isinstance(fault.ack, int) and not fault.late else None
        became: Literal["accepted", "fault"] = "accepted" if code == 0 and fault.accepts else "fault"
        card = body.get("template_card") if isinstance(body, dict) else None
        task_id = card.get("task_id") if isinstance(card, dict) else None
        why = None if became == "accepted" else f"{fault.ack} {fault.late}"
        self._log.add(replace(asked, became=became, errcode=code, why=why, message_id=task_id))
        if fault.late:
            self._begin(self._late(socket, cmd, req_id, fault, given))
        else:
            await self._answer(socket, cmd, req_id, fault, given)

    async def _late(
        self, socket: ServerConnection, cmd: str, req_id: str, fault: Fault, given: Mapping[str, Any]
    ) -> None:
        await self.clock.sleep(fault.late)
        await self._answer(socket, cmd, req_id, fault, given)

    async def _answer(
        self, socket: ServerConnection, cmd: str, req_id: str, fault: Fault, given: Mapping[str, Any]
    ) -> None:
        match fault.ack:
            case "none":
                return
            case "cut":
                socket.transport.abort()
            case "closed":
                await socket.close()
            case "garbage":
                self._post(socket, '{"headers": {"req_id": "')
            case 0 if cmd == PING:
                if not self.silent:
                    self._post(socket, json.dumps({"errcode": 0, "errmsg": "ok"}))
            case int(code):
                self._ack(socket, req_id, code, "as ordered" if code else "ok", given)

    def _done(self, socket: ServerConnection, cmd: str, req_id: str, body: Any) -> dict[str, Any]:
        known = {"bot_id", "secret"} if cmd == SUBSCRIBE else set()
        if not isinstance(body, dict) or not (cmd in FORMS or (cmd in {SUBSCRIBE, PING} and body.keys() == known)):
            self.violations.append(f"{cmd} as no client should ask")
            raise No(BAD_PARAMETER, "invalid Parameter")
        if cmd not in _REPLIES:
            if req_id in self._req_ids:
                self.violations.append("a req_id was used again")
            self._req_ids.add(req_id)
        if cmd == SUBSCRIBE:
            self._subscribe(socket, body)
            return {}
        if socket is not self._current:
            raise No(NOT_SUBSCRIBED, "not subscribed")
        return {} if cmd == PING else self.do(cmd, req_id, body)

    def _subscribe(self, socket: ServerConnection, body: Mapping[str, Any]) -> None:
        """Who is not known stays connected, and is nobody."""
        if (body["bot_id"], body["secret"]) != (self.bot_id, self.secret):
            raise No(BAD_CREDENTIALS, "invalid bot_id or secret")
        older, self._current = self._current, socket
        self.subscribed += 1
        if older is not None and older is not socket:
            event = {"eventtype": "disconnected_event"}
            body = {"msgid": secrets.token_hex(8), "create_time": 1, "aibotid": self.bot_id, "msgtype": "event"}
            self._post(older, _frame("aibot_event_callback", secrets.token_hex(8), body | {"event": event}))
            self._begin(self._cut_off(older))

    async def _cut_off(self, socket: ServerConnection) -> None:
        await self.clock.sleep(self.lingers)
        socket.transport.abort()

    def _says(self, userid: str, chat: str, said: Mapping[str, Any], msgid: str | None = None) -> str:
        self.chats[chat].spoken = True
        req_id = self.done("msg", chat)
        self._tell("aibot_msg_callback", req_id, userid, chat, said, msgid)
        return req_id

    def _event(self, what: What, userid: str, chat: str, event: Mapping[str, Any], task_id: str | None = None) -> str:
        req_id = self.done(what, chat, task_id)
        self._tell("aibot_event_callback", req_id, userid, chat, {"msgtype": "event", "event": event})
        return req_id

    def _tell(
        self, cmd: str, req_id: str, userid: str, chat: str, what: Mapping[str, Any], msgid: str | None = None
    ) -> None:
        there = self.chats[chat]
        if userid.lower() not in there.members:
            raise LookupError(f"{userid} is not in {chat}")
        body = {
            "msgid": msgid or secrets.token_hex(12),
            "aibotid": self.bot_id,
            "create_time": int(self.clock.now().timestamp()),
            "chattype": "group" if there.group else "single",
            "from": {"userid": userid},
            **({"chatid": chat} if there.group else {}),
            **what,
        }
        if self._current is not None and there.has_bot:
            self._post(self._current, _frame(cmd, req_id, body))

    def _ordered(self, cmd: str) -> Fault | None:
        for order in self._orders:
            if order.cmd == cmd:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
                return order.fault
        return None

    def _ack(
        self, socket: ServerConnection, req_id: str, code: int, said: str, given: Mapping[str, Any] | None = None
    ) -> None:
        frame = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": said}
        self._post(socket, json.dumps(frame | ({"body": dict(given)} if given else {})))

    def _post(self, socket: ServerConnection, text: str) -> None:
        async def send() -> None:
            try:
                await socket.send(text)
            except ConnectionClosed:
                return

        self._begin(send())

    def _begin(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(what)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


def _photo(image: Mapping[str, str], text: str) -> dict[str, Any]:
    if not text:
        return {"msgtype": "image", "image": image}
    items = [{"msgtype": "text", "text": {"content": text}}, {"msgtype": "image", "image": image}]
    return {"msgtype": "mixed", "mixed": {"msg_item": items}}


def _frame(cmd: str, req_id: str, body: Mapping[str, Any]) -> str:
    return json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False)


def _as_logged(cmd: str, body: Any) -> Any:
    """No secret, and no file."""
    if cmd == SUBSCRIBE:
        return None
    return {k: v for k, v in body.items() if k != "base64_data"} if cmd == CHUNK else body
