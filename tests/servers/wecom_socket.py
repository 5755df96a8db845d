"""A strict local smart bot of WeCom's: the far end of the long connection (facts: wecom, section 2). It knows the chats
that a test declares, checks each frame, keeps what it accepted, speaks for people, and misbehaves on order.

    async with SmartBotServer() as wecom:
        wecom.group("wrGroup1", "消防安全工作群", members=["policeduty"])
        …  # a bot whose GENGFU_WECOM__WS_URL is wecom.ws_url
        wecom.types("policeduty", "wrGroup1", "收到")
        wecom.presses("policeduty", wecom.accepted[-1].task_id, "r:token")

A frame that no client should send (an unknown command or field, a req_id that was used) fails the test when the server
closes.
"""

import asyncio
import json
import re
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bot.clock import Clock, SystemClock
from tests.servers.log import Log
from tests.servers.wecom_cards import BAD_PARAMETER, prove_fields, prove_notice
from tests.servers.wecom_faults import No
from tests.servers.wecom_log import Asked

BOT_ID, SECRET = "aibLocalSmartBot", "theSecretOfTheLocalSmartBot"
NOT_IN_GROUP, NO_SUCH_CHAT = 93001, 93006
NOT_SUBSCRIBED, TOO_FAST, TOO_LATE, BAD_CREDENTIALS = 846609, 846607, 846605, 853000
TASK_USED = 42014

_MOST_MARKDOWN = 20_480
_BUTTONS: Mapping[str, Any] = {
    "card_type": str,
    "main_title": {"title": str, "desc": str},
    "sub_title_text": str,
    "horizontal_content_list": [{"keyname": str, "value": str}],
    "button_list": [{"text": str, "style": int, "key": str}],
    "task_id": str,
}
_TASK = re.compile(r"[0-9A-Za-z_@-]{1,128}")
_BODIES: Mapping[str, frozenset[str]] = {
    "aibot_subscribe": frozenset({"bot_id", "secret"}),
    "aibot_send_msg": frozenset({"chatid", "chat_type", "msgtype", "markdown", "template_card"}),
    "aibot_respond_msg": frozenset({"msgtype", "stream", "markdown", "template_card"}),
    "aibot_respond_welcome_msg": frozenset({"msgtype", "text", "template_card"}),
    "aibot_respond_update_msg": frozenset({"response_type", "userids", "template_card"}),
    "ping": frozenset(),
}
_SERVES = {"msg": "aibot_respond_msg", "press": "aibot_respond_update_msg", "enter": "aibot_respond_welcome_msg"}
_LASTS = {"msg": 24 * 3600.0, "press": 5.0, "enter": 5.0}


@dataclass(frozen=True)
class Fault:
    """What is done instead of the true answer to a frame: the work is done all the same where it `accepts`. `ack`:
    none comes; the connection is cut, or closed in order; a code; or a frame that is none, and then nothing.
    """

    ack: Literal["none", "cut", "closed", "garbage"] | int
    accepts: bool = False


@dataclass(frozen=True)
class Posted:
    """A message that stands in a chat, as it was sent."""

    at: datetime
    chat: str
    group: bool
    msgtype: str
    text: str
    card: Mapping[str, Any] | None = None
    task_id: str | None = None


@dataclass
class _Callback:
    kind: str
    until: float
    chat: str
    spent: bool = False


@dataclass
class _Order:
    fault: Fault
    cmd: str
    times: float


@dataclass
class Chat:
    """A group or a single chat. Nothing can be sent there before somebody has spoken to the bot in it."""

    id: str
    members: frozenset[str]
    group: bool
    spoken: bool = False
    has_bot: bool = True
    lately: deque[float] = field(default_factory=deque)


class SmartBotServer:
    """The server, an async context manager. `accepted` are the messages that stand, `updated` the changes of cards as
    (task, viewer or None for all, card); `subscribed` counts connections that were taken in, `calls` the frames by
    command; `asked` is every frame and what became of it, also in the file `log_to`. With `limits` it refuses who
    speaks too fast by its clock. While it is `silent` it answers no ping.
    """

    def __init__(
        self, clock: Clock | None = None, *, limits: bool = False, log_to: Path | None = None, port: int = 0
    ) -> None:
        self._clock = clock or SystemClock()
        self._limits, self._port = limits, port
        self._server: Server | None = None
        self._log: Log[Asked] = Log(log_to)
        self._current: ServerConnection | None = None
        self._pushed_out: set[ServerConnection] = set()
        self._req_ids: set[str] = set()
        self._callbacks: dict[str, _Callback] = {}
        self._orders: list[_Order] = []
        self._sending: set[asyncio.Task[None]] = set()
        self.chats: dict[str, Chat] = {}
        self.cards: dict[str, dict[str | None, Mapping[str, Any]]] = defaultdict(dict)
        self.accepted: list[Posted] = []
        self.updated: list[tuple[str, str | None, Mapping[str, Any]]] = []
        self.welcomed: list[str] = []
        self.replied: list[Posted] = []
        self.violations: list[str] = []
        self.calls: Counter[str] = Counter()
        self.subscribed = 0
        self.silent = False
        self.bot_id, self.secret = BOT_ID, SECRET

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
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
        for task in self._sending:
            task.cancel()

    # What there is.

    def group(self, chat: str, members: Iterable[str], *, spoken: bool = True, has_bot: bool = True) -> None:
        """A group; `spoken`: somebody has called the bot there before."""
        self.chats[chat] = Chat(chat, frozenset(each.lower() for each in members), True, spoken, has_bot)

    def person(self, userid: str, *, spoken: bool = True) -> None:
        """Somebody who can write to the bot alone."""
        self.chats[userid.lower()] = Chat(userid.lower(), frozenset({userid.lower()}), False, spoken)

    def shown(self, chat: str) -> list[Posted]:
        """The messages that stand in a chat."""
        return [each for each in self.accepted if each.chat == chat]

    def card(self, task_id: str, viewer: str | None = None) -> Mapping[str, Any]:
        """A card as it stands now, for everybody or as one person sees it."""
        known = self.cards[task_id]
        return known.get(viewer) or known[None]

    # What people do.

    def types(self, userid: str, chat: str, text: str) -> str:
        """Somebody types in a group, calling the bot; what does not call it never comes. Returns the req_id."""
        self.chats[chat].spoken = True
        return self._callback("msg", userid, chat, {"msgtype": "text", "text": {"content": f"@更夫 {text}"}})

    def writes(self, userid: str, text: str, *, msgid: str | None = None) -> str:
        """Somebody writes to the bot alone."""
        self.chats[userid.lower()].spoken = True
        return self._callback(
            "msg", userid, userid.lower(), {"msgtype": "text", "text": {"content": text}}, msgid=msgid
        )

    def enters(self, userid: str) -> str:
        """Somebody opens their chat with the bot for the first time that day."""
        event = {"eventtype": "enter_chat"}
        return self._callback("enter", userid, userid.lower(), {"msgtype": "event", "event": event})

    def presses(self, userid: str, task_id: str, key: str) -> str:
        """Somebody presses a button of a card. Raises LookupError for a button that they do not see."""
        posted = next(each for each in (*self.accepted, *self.replied) if each.task_id == task_id)
        if key not in [each["key"] for each in self.card(task_id, userid.lower())["button_list"]]:
            raise LookupError(f"{key} is not on the card")
        pressed = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event = {"eventtype": "template_card_event", "template_card_event": pressed}
        return self._callback("press", userid, posted.chat, {"msgtype": "event", "event": event})

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
            cmd, req_id, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body", {})
        except (ValueError, KeyError, TypeError):
            self.violations.append("a frame that is none")
            return
        self.calls[cmd] += 1
        fault = self._ordered(cmd)
        asked = Asked(self._clock.now(), cmd, _to(body), _safe(cmd, body), "accepted", stands=True)
        if fault and not fault.accepts:
            self._log.add(_but(asked, "fault", fault))
            await self._answer(socket, cmd, req_id, fault)
            return
        try:
            await self._do(socket, cmd, req_id, body)
        except No as no:
            self._log.add(_but(asked, "refused", Fault(no.errcode), no.errmsg))
            self._ack(socket, req_id, no.errcode, no.errmsg)
            return
        self._log.add(
            _but(asked, "fault", fault, stands=True) if fault else _but(asked, "accepted", Fault(0), stands=True)
        )
        await self._answer(socket, cmd, req_id, fault)

    async def _answer(self, socket: ServerConnection, cmd: str, req_id: str, fault: Fault | None) -> None:
        match fault.ack if fault else 0:
            case "none":
                return
            case "cut":
                socket.transport.abort()
            case "closed":
                await socket.close()
            case "garbage":
                self._post(socket, '{"headers": {"req_id": "')
            case int(code):
                if cmd == "ping" and not code:
                    if not self.silent:
                        self._post(socket, json.dumps({"errcode": 0, "errmsg": "ok"}))
                    return
                self._ack(socket, req_id, code, "ok" if not code else "as ordered")

    async def _do(self, socket: ServerConnection, cmd: str, req_id: str, body: dict[str, Any]) -> None:
        if (known := _BODIES.get(cmd)) is None or body.keys() - known:
            self.violations.append(f"{cmd} with unknown {sorted(body.keys() - (known or frozenset()))}")
            raise No(BAD_PARAMETER, "invalid Parameter")
        if cmd == "aibot_subscribe":
            self._fresh(req_id)
            await self._subscribe(socket, body)
            return
        if socket is not self._current:
            raise No(NOT_SUBSCRIBED, "not subscribed")
        match cmd:
            case "ping":
                self._fresh(req_id)
            case "aibot_send_msg":
                self._fresh(req_id)
                self._send(body)
            case _:
                self._reply(cmd, req_id, body)

    async def _subscribe(self, socket: ServerConnection, body: Mapping[str, Any]) -> None:
        if (body.get("bot_id"), body.get("secret")) != (self.bot_id, self.secret):
            raise No(BAD_CREDENTIALS, "invalid bot_id or secret")
        older, self._current = self._current, socket
        self.subscribed += 1
        if older is not None and older is not socket:
            event = {"eventtype": "disconnected_event"}
            self._pushed_out.add(older)
            told = {"msgid": secrets.token_hex(8), "create_time": 1, "aibotid": self.bot_id, "msgtype": "event"}
            self._post(older, _frame("aibot_event_callback", secrets.token_hex(8), told | {"event": event}))

    def _send(self, body: Mapping[str, Any]) -> None:
        chat = self._chat(str(body.get("chatid", "")), body.get("chat_type"))
        self._pace(chat)
        self._accept(chat, body)

    def _accept(self, chat: Chat, body: Mapping[str, Any], *, reply: bool = False) -> None:
        at, into = self._clock.now(), self.replied if reply else self.accepted
        match body.get("msgtype"):
            case "markdown":
                content = body.get("markdown", {}).get("content")
                if not isinstance(content, str) or not content.strip():
                    raise No(BAD_PARAMETER, "invalid Parameter: markdown")
                if len(content.encode()) > _MOST_MARKDOWN:
                    raise No(BAD_PARAMETER, "markdown exceeds 20480 bytes")
                into.append(Posted(at, chat.id, chat.group, "markdown", content))
            case "template_card":
                card = body.get("template_card")
                task_id = self._prove_card(card, new=True)
                assert isinstance(card, dict)
                into.append(Posted(at, chat.id, chat.group, "template_card", "", card, task_id))
                if task_id:
                    self.cards[task_id][None] = card
            case other:
                self.violations.append(f"msgtype {other} by a smart bot")
                raise No(40008, "invalid message type")

    def _reply(self, cmd: str, req_id: str, body: Mapping[str, Any]) -> None:
        callback = self._callbacks.get(req_id)
        if callback is None:
            self.violations.append(f"{cmd} to nothing that came")
            raise No(TOO_LATE, "invalid req_id")
        if callback.spent or _SERVES[callback.kind] != cmd or self._clock.monotonic() > callback.until:
            raise No(TOO_LATE, "invalid req_id")
        chat = self.chats[callback.chat]
        self._pace(chat)
        if cmd == "aibot_respond_update_msg":
            self._update(chat, body)
        elif cmd == "aibot_respond_welcome_msg" and body.get("msgtype") == "text":
            self.welcomed.append(str(body.get("text", {}).get("content", "")))
        else:
            self._accept(chat, body, reply=True)
        callback.spent = True

    def _update(self, chat: Chat, body: Mapping[str, Any]) -> None:
        card = body.get("template_card")
        task_id = self._prove_card(card, new=False)
        if body.get("response_type") != "update_template_card" or task_id not in self.cards:
            raise No(BAD_PARAMETER, "invalid Parameter: response_type or task_id")
        userids = body.get("userids")
        if userids is not None and not chat.group:
            raise No(BAD_PARAMETER, "userids outside a group")
        assert isinstance(card, dict)
        if userids is None:
            self.cards[task_id] = {None: card}
        for userid in userids or ():
            self.cards[task_id][userid] = card
        self.updated += [(task_id, each, card) for each in (userids or [None])]

    def _prove_card(self, card: Any, *, new: bool) -> str | None:
        kind = card.get("card_type") if isinstance(card, dict) else None
        if kind != "button_interaction":
            prove_notice(card, self.violations.append)
            return None
        _prove_buttons(card, self.violations.append)
        task_id = card["task_id"]
        if not isinstance(task_id, str) or not _TASK.fullmatch(task_id):
            raise No(BAD_PARAMETER, "invalid Parameter: task_id")
        if new and task_id in self.cards:
            raise No(TASK_USED, "task_id repeated")
        return task_id

    def _chat(self, id_: str, kind: object) -> Chat:
        chat = self.chats.get(id_ if kind == 2 else id_.lower())
        if chat is None or chat.group is not (kind == 2):
            raise No(NO_SUCH_CHAT, "invalid chatid")
        if not chat.has_bot:
            raise No(NOT_IN_GROUP, "bot not in group")
        if not chat.spoken:
            raise No(NO_SUCH_CHAT, "no session with this chat")
        return chat

    def _pace(self, chat: Chat) -> None:
        now = self._clock.monotonic()
        while chat.lately and chat.lately[0] <= now - 3600:
            chat.lately.popleft()
        minute = sum(1 for each in chat.lately if each > now - 60)
        if self._limits and (minute >= 30 or len(chat.lately) >= 1000):
            raise No(TOO_FAST, "api freq out of limit")
        chat.lately.append(now)

    def _fresh(self, req_id: str) -> None:
        if req_id in self._req_ids:
            self.violations.append("a req_id was used again")
        self._req_ids.add(req_id)

    def _callback(
        self,
        kind: str,
        userid: str,
        chat: str,
        what: Mapping[str, Any],
        *,
        msgid: str | None = None,
    ) -> str:
        """Tell the bot that is connected; nobody else ever hears of it."""
        req_id, there = secrets.token_hex(12), self.chats[chat]
        self._callbacks[req_id] = _Callback(kind, self._clock.monotonic() + _LASTS[kind], chat)
        body: dict[str, Any] = {
            "msgid": msgid or secrets.token_hex(12),
            "aibotid": self.bot_id,
            "create_time": int(self._clock.now().timestamp()),
            "chattype": "group" if there.group else "single",
            "from": {"userid": userid},
            **({"chatid": chat} if there.group else {}),
            **what,
        }
        cmd = "aibot_msg_callback" if kind == "msg" else "aibot_event_callback"
        if self._current is not None:
            self._post(self._current, _frame(cmd, req_id, body))
        return req_id

    def _ordered(self, cmd: str) -> Fault | None:
        for order in self._orders:
            if order.cmd == cmd:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
                return order.fault
        return None

    def _ack(self, socket: ServerConnection, req_id: str, code: int, said: str) -> None:
        self._post(socket, json.dumps({"headers": {"req_id": req_id}, "errcode": code, "errmsg": said}))

    def _post(self, socket: ServerConnection, text: str) -> None:
        async def send() -> None:
            try:
                await socket.send(text)
            except ConnectionClosed:
                return

        task = asyncio.ensure_future(send())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def _prove_buttons(card: dict[str, Any], violation: Callable[[str], None]) -> None:
    """A button_interaction card of a smart bot's: fewer fields than an app's, and no `source`, which is taken and never
    shown.
    """
    prove_fields(card, _BUTTONS, "template_card", violation)
    if not (card.get("main_title", {}).get("title") or card.get("sub_title_text")):
        raise No(BAD_PARAMETER, "invalid Parameter: main_title or sub_title_text")
    if len(card.get("horizontal_content_list", ())) > 6:
        raise No(BAD_PARAMETER, "invalid Parameter: horizontal_content_list")
    buttons = card.get("button_list", ())
    keys = [each.get("key") for each in buttons]
    if not 1 <= len(buttons) <= 6 or len(set(keys)) < len(keys) or "task_id" not in card:
        raise No(BAD_PARAMETER, "invalid Parameter: button_list or task_id")
    for each in buttons:
        if (
            not each.get("text")
            or not 1 <= len(each["key"].encode()) <= 1024
            or each.get("style", 1) not in (1, 2, 3, 4)
        ):
            raise No(BAD_PARAMETER, "invalid Parameter: button")
        if len(each["text"]) > 10:
            violation(f"a button whose text is cut: {each['text']}")


def _frame(cmd: str, req_id: str, body: Mapping[str, Any]) -> str:
    return json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False)


def _to(body: Any) -> str | None:
    return str(body["chatid"]) if isinstance(body, dict) and "chatid" in body else None


def _safe(cmd: str, body: Any) -> Any:
    return None if cmd == "aibot_subscribe" else body


def _but(
    asked: Asked,
    became: Literal["accepted", "refused", "fault"],
    fault: Fault,
    why: str | None = None,
    *,
    stands: bool = False,
) -> Asked:
    code = fault.ack if isinstance(fault.ack, int) else None
    told = why or (None if became == "accepted" else str(fault.ack))
    return Asked(asked.at, asked.path, asked.to, asked.body, became, stands, code, told)
