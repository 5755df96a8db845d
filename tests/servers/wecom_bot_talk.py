"""What a local smart bot of WeCom's takes (facts: wecom, section 2): which chats there are, which messages, cards,
replies and files it may send there, what stands there, and how each reader sees a card. Knows no connection.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.clock import Clock
from tests.servers.wecom_cards import BAD_PARAMETER, prove_fields, prove_notice
from tests.servers.wecom_corp_messages import text_of
from tests.servers.wecom_faults import No

NOT_IN_GROUP, NO_SUCH_CHAT, BAD_TYPE, BAD_MEDIA = 93001, 93006, 40008, 40007
TOO_FAST, TOO_LATE, TASK_USED = 846607, 846605, 42014
PER_MINUTE, PER_HOUR = 30, 1_000
LONGEST = 20_480
"""Bytes of markdown."""

SEND, REPLY, WELCOME, UPDATE = (
    "aibot_send_msg",
    "aibot_respond_msg",
    "aibot_respond_welcome_msg",
    "aibot_respond_update_msg",
)
INIT, CHUNK, FINISH = "aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish"

_MESSAGE: Mapping[str, Any] = {"msgtype": str, "markdown": {"content": str}, "file": {"media_id": str}}
FORMS: Mapping[str, Mapping[str, Any]] = {
    SEND: {**_MESSAGE, "chatid": str, "chat_type": int},
    REPLY: _MESSAGE,
    WELCOME: {"msgtype": str, "text": {"content": str}},
    UPDATE: {"response_type": str, "userids": [str]},
    INIT: {"type": str, "filename": str, "total_size": int, "total_chunks": int, "md5": str},
    CHUNK: {"upload_id": str, "chunk_index": int, "base64_data": str},
    FINISH: {"upload_id": str},
}
"""What each command may hold, besides `template_card`, which has rules of its own."""

_BUTTONS: Mapping[str, Any] = {
    "card_type": str,
    "main_title": {"title": str, "desc": str},
    "sub_title_text": str,
    "horizontal_content_list": [{"keyname": str, "value": str}],
    "button_list": [{"text": str, "style": int, "key": str}],
    "task_id": str,
}
_TASK = re.compile(r"[0-9A-Za-z_@-]{1,128}")
_MOST_FILE, _MOST_PIECE, _MOST_PIECES = 20 * 1024 * 1024, 512 * 1024, 100
_MEDIA_LASTS = timedelta(days=3)

What = Literal["msg", "press", "enter"]
_SERVES: Mapping[What, str] = {"msg": REPLY, "press": UPDATE, "enter": WELCOME}
_LASTS: Mapping[What, float] = {"msg": 24 * 3600.0, "press": 5.0, "enter": 5.0}


@dataclass
class Chat:
    """A group or a single chat. Nothing can be sent there before somebody has spoken to the bot in it."""

    id: str
    members: frozenset[str]
    group: bool
    spoken: bool = False
    has_bot: bool = True
    lately: deque[float] = field(default_factory=deque)


@dataclass(frozen=True)
class Posted:
    """A message that stands in a chat, as it was sent; of a card what people read on it, of a file its name."""

    at: datetime
    chat: str
    group: bool
    msgtype: str
    text: str
    card: Mapping[str, Any] | None = None
    task_id: str | None = None
    content: bytes | None = None


@dataclass
class _Callback:
    what: What
    until: float
    chat: str
    task_id: str | None
    spent: bool = False


@dataclass
class _Upload:
    about: Mapping[str, Any]
    pieces: dict[int, bytes] = field(default_factory=dict)


class Talk:
    """Chats and what stands in them: `accepted` what was pushed, `replied` what answered a message, `welcomed` the
    greetings, `updated` each change of a card as (task, viewer in small letters or None for all, card). With `limits`
    it refuses who speaks too fast by the clock.
    """

    def __init__(self, clock: Clock, violation: Callable[[str], None], *, limits: bool) -> None:
        self._clock, self._violation, self._limits = clock, violation, limits
        self._callbacks: dict[str, _Callback] = {}
        self._uploads: dict[str, _Upload] = {}
        self._media: dict[str, tuple[str, bytes, datetime]] = {}
        self.chats: dict[str, Chat] = {}
        self.cards: dict[str, dict[str | None, Mapping[str, Any]]] = defaultdict(dict)
        self.accepted: list[Posted] = []
        self.replied: list[Posted] = []
        self.updated: list[tuple[str, str | None, Mapping[str, Any]]] = []
        self.welcomed: list[str] = []
        self.on_posted: Callable[[Posted], None] = lambda _: None

    def group(self, chat: str, members: Iterable[str], *, spoken: bool = True, has_bot: bool = True) -> None:
        """A group; `spoken`: somebody has called the bot there before."""
        self.chats[chat] = Chat(chat, frozenset(each.lower() for each in members), True, spoken, has_bot)

    def person(self, userid: str, *, spoken: bool = True) -> None:
        """Somebody who can write to the bot alone."""
        self.chats[userid.lower()] = Chat(userid.lower(), frozenset({userid.lower()}), False, spoken)

    def shown(self, chat: str) -> list[Posted]:
        """The messages that stand in a chat."""
        found = [each for each in (*self.accepted, *self.replied) if each.chat == chat]
        return sorted(found, key=lambda each: each.at)

    def card(self, task_id: str, viewer: str | None = None) -> Mapping[str, Any]:
        """A card as it stands now, for everybody or as one person sees it."""
        known = self.cards[task_id]
        return known.get(viewer.lower() if viewer else None) or known[None]

    def chat_of(self, task_id: str) -> str:
        """Where a card stands."""
        return next(each.chat for each in (*self.accepted, *self.replied) if each.task_id == task_id)

    def to_chat(self, cmd: str, req_id: str, body: Any) -> str | None:
        """For which chat a frame is."""
        if isinstance(body, dict) and isinstance(body.get("chatid"), str):
            return str(body["chatid"])
        callback = self._callbacks.get(req_id) if cmd in _SERVES.values() else None
        return callback.chat if callback else None

    def done(self, what: What, chat: str, task_id: str | None = None) -> str:
        """Somebody did something there: the req_id by which it may be replied to."""
        req_id = secrets.token_hex(12)
        self._callbacks[req_id] = _Callback(what, self._clock.monotonic() + _LASTS[what], chat, task_id)
        return req_id

    def do(self, cmd: str, req_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """As a frame asks; what is given for it. Raises `No`."""
        prove_fields({k: v for k, v in body.items() if k != "template_card"}, FORMS[cmd], cmd, self._violation)
        match cmd:
            case "aibot_send_msg":
                chat = self._chat(str(body.get("chatid", "")), body.get("chat_type"))
                self._pace(chat)
                self._accept(chat, body, self.accepted)
            case "aibot_upload_media_init":
                return self._begin_upload(body)
            case "aibot_upload_media_chunk":
                self._piece(body)
            case "aibot_upload_media_finish":
                return self._finish(body)
            case _:
                self._reply(cmd, req_id, body)
        return {}

    def _accept(self, chat: Chat, body: Mapping[str, Any], into: list[Posted]) -> None:
        at = self._clock.now()
        match body.get("msgtype"):
            case "markdown":
                content = body.get("markdown", {}).get("content", "")
                if not content.strip():
                    raise No(BAD_PARAMETER, "invalid Parameter: markdown")
                if len(content.encode()) > LONGEST:
                    raise No(BAD_PARAMETER, "markdown exceeds 20480 bytes")
                posted = Posted(at, chat.id, chat.group, "markdown", content)
            case "file":
                name, sent, since = self._media.get(body.get("file", {}).get("media_id", ""), ("", b"", None))
                if since is None or at - since >= _MEDIA_LASTS:
                    raise No(BAD_MEDIA, "invalid media_id")
                posted = Posted(at, chat.id, chat.group, "file", name, content=sent)
            case "template_card":
                card = body.get("template_card")
                task_id = self._prove_card(card, new=True)
                assert isinstance(card, dict)
                posted = Posted(at, chat.id, chat.group, "template_card", text_of(card), card, task_id)
                if task_id:
                    self.cards[task_id][None] = card
            case other:
                self._violation(f"msgtype {other} by a smart bot")
                raise No(BAD_TYPE, "invalid message type")
        into.append(posted)
        self.on_posted(posted)

    def _reply(self, cmd: str, req_id: str, body: Mapping[str, Any]) -> None:
        if (callback := self._callbacks.get(req_id)) is None:
            self._violation(f"{cmd} to nothing that came")
            raise No(TOO_LATE, "invalid req_id")
        if callback.spent or _SERVES[callback.what] != cmd or self._clock.monotonic() > callback.until:
            raise No(TOO_LATE, "invalid req_id")
        chat = self.chats[callback.chat]
        self._pace(chat)
        if cmd == UPDATE:
            self._update(chat, callback, body)
        elif cmd == WELCOME:
            self._welcome(body)
        else:
            self._accept(chat, body, self.replied)
        callback.spent = True

    def _welcome(self, body: Mapping[str, Any]) -> None:
        content = body.get("text", {}).get("content", "")
        if body.get("msgtype") != "text" or not content.strip():
            raise No(BAD_PARAMETER, "invalid Parameter: text")
        self.welcomed.append(content)

    def _update(self, chat: Chat, callback: _Callback, body: Mapping[str, Any]) -> None:
        card = body.get("template_card")
        task_id = self._prove_card(card, new=False)
        if body.get("response_type") != "update_template_card" or task_id is None or task_id != callback.task_id:
            raise No(BAD_PARAMETER, "invalid Parameter: response_type or task_id")
        userids = body.get("userids")
        if userids is not None and not chat.group:
            self._violation("userids outside a group")
            raise No(BAD_PARAMETER, "invalid Parameter: userids")
        assert isinstance(card, dict)
        viewers: list[str | None] = [each.lower() for each in userids or ()] or [None]
        if viewers == [None]:
            self.cards[task_id].clear()
        for each in viewers:
            self.cards[task_id][each] = card
            self.updated.append((task_id, each, card))

    def _prove_card(self, card: Any, *, new: bool) -> str | None:
        if not isinstance(card, dict) or card.get("card_type") != "button_interaction":
            prove_notice(card, self._violation)
            return None
        _prove_buttons(card, self._violation)
        task_id = card["task_id"]
        if not _TASK.fullmatch(task_id):
            self._violation("a task_id of another alphabet")
            raise No(TASK_USED, "invalid task_id")
        if new and task_id in self.cards:
            raise No(TASK_USED, "task_id repeated")
        return str(task_id)

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
        full = len(chat.lately) >= PER_HOUR or sum(each > now - 60 for each in chat.lately) >= PER_MINUTE
        if self._limits and full:
            raise No(TOO_FAST, "api freq out of limit")
        chat.lately.append(now)

    def _begin_upload(self, about: dict[str, Any]) -> dict[str, Any]:
        fits = 5 < about.get("total_size", 0) <= _MOST_FILE and 1 <= about.get("total_chunks", 0) <= _MOST_PIECES
        if about.keys() != FORMS[INIT].keys() or about["type"] != "file" or not fits:
            raise No(BAD_PARAMETER, "invalid Parameter: upload")
        upload_id = secrets.token_hex(12)
        self._uploads[upload_id] = _Upload(about)
        return {"upload_id": upload_id}

    def _piece(self, body: dict[str, Any]) -> None:
        upload = self._uploads.get(body.get("upload_id", ""))
        try:
            piece = base64.b64decode(body.get("base64_data", ""), validate=True)
        except binascii.Error:
            piece = b""
        if upload is None or not 0 < len(piece) <= _MOST_PIECE:
            raise No(BAD_PARAMETER, "invalid Parameter: upload_id or base64_data")
        upload.pieces[body.get("chunk_index", -1)] = piece

    def _finish(self, body: dict[str, Any]) -> dict[str, Any]:
        upload = self._uploads.pop(body.get("upload_id", ""), None)
        if upload is None:
            raise No(BAD_PARAMETER, "invalid Parameter: upload_id")
        content = b"".join(upload.pieces[each] for each in sorted(upload.pieces))
        whole = (list(range(upload.about["total_chunks"])), upload.about["total_size"], upload.about["md5"])
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if (sorted(upload.pieces), len(content), md5) != whole:
            raise No(BAD_PARAMETER, "invalid Parameter: the pieces make not what was said")
        media_id = secrets.token_hex(16)
        self._media[media_id] = upload.about["filename"], content, self._clock.now()
        return {"type": "file", "media_id": media_id, "created_at": str(int(self._clock.now().timestamp()))}


def _prove_buttons(card: dict[str, Any], violation: Callable[[str], None]) -> None:
    """A button_interaction card of a smart bot's: fewer fields than an app's, and no `source`, which is taken and never
    shown.
    """
    prove_fields(card, _BUTTONS, "template_card", violation)
    if not (card.get("main_title", {}).get("title") or card.get("sub_title_text")):
        raise No(BAD_PARAMETER, "invalid Parameter: main_title or sub_title_text")
    lines = card.get("horizontal_content_list", ())
    if len(lines) > 6 or not all(each.get("keyname") for each in lines):
        raise No(BAD_PARAMETER, "invalid Parameter: horizontal_content_list")
    buttons = card.get("button_list", ())
    keys = [each.get("key", "") for each in buttons]
    if not 1 <= len(buttons) <= 6 or len(set(keys)) < len(keys) or "task_id" not in card:
        raise No(BAD_PARAMETER, "invalid Parameter: button_list or task_id")
    for key, each in zip(keys, buttons, strict=True):
        if not each.get("text") or not 1 <= len(key.encode()) <= 1024 or each.get("style", 1) not in (1, 2, 3, 4):
            raise No(BAD_PARAMETER, "invalid Parameter: button")
        if len(each["text"]) > 10:
            violation(f"a button whose text is cut: {each['text']}")
