"""The frames of the long connection, made and read (facts: wecom, section 2). Pure."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.channels.wecom.addresses import person_of
from bot.ledger.inbound import Inbound

SUBSCRIBE, PING, SEND = "aibot_subscribe", "ping", "aibot_send_msg"
Reply = Literal["aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg"]
"""By which command what came in is replied to: each serves what asks for it alone."""

REPLY: Reply = "aibot_respond_msg"
WELCOME: Reply = "aibot_respond_welcome_msg"
UPDATE: Reply = "aibot_respond_update_msg"

_CALLBACKS = frozenset({"aibot_msg_callback", "aibot_event_callback"})
_CALLED = re.compile(r"\A\s*@\S+\s+")


@dataclass(frozen=True)
class Frame:
    """One frame as it came: what it asks for, whose answer it is, what it holds. One without a command is an answer."""

    cmd: str | None
    req_id: str | None
    errcode: int | None
    errmsg: str
    body: Mapping[str, Any]

    @property
    def is_callback(self) -> bool:
        """Whether it tells of something that somebody did."""
        return self.cmd in _CALLBACKS

    @property
    def event(self) -> str | None:
        """What kind of event it tells of."""
        event = self.body.get("event")
        return str(event.get("eventtype")) if isinstance(event, Mapping) else None


@dataclass(frozen=True)
class Came:
    """Something that somebody did, and by which command it is replied to."""

    inbound: Inbound
    replied_by: Reply


def fresh_id() -> str:
    """What no frame was called before."""
    return secrets.token_hex(12)


def written(cmd: str, req_id: str, body: Mapping[str, Any] | None = None) -> str:
    """A frame as it is sent."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False)


def read(text: str | bytes) -> Frame | None:
    """A frame that came, None for what is none."""
    try:
        given = json.loads(text)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    headers, body, code = given.get("headers"), given.get("body"), given.get("errcode")
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    return Frame(
        cmd=given["cmd"] if isinstance(given.get("cmd"), str) else None,
        req_id=req_id if isinstance(req_id, str) else None,
        errcode=code if type(code) is int else None,
        errmsg=str(given.get("errmsg", "")),
        body=body if isinstance(body, dict) else {},
    )


def came(frame: Frame, now: datetime) -> Came | None:
    """What somebody did: pressed, wrote, or opened the chat with the bot for the first time that day; None for what is
    nothing to us, or lacks who or where.
    """
    body = frame.body
    sender, msgid = body.get("from"), body.get("msgid")
    userid = sender.get("userid") if isinstance(sender, Mapping) else None
    if not isinstance(userid, str) or not userid or not isinstance(msgid, str) or not msgid:
        return None
    group = body.get("chattype") == "group"
    if group and not isinstance(body.get("chatid"), str):
        return None
    common: dict[str, Any] = {
        "platform": "wecom-bot",
        "id": msgid,
        "at": now,
        "person": person_of(userid),
        "person_name": userid,
        "address": f"chat:{body['chatid']}" if group else f"user:{userid.lower()}",
        "private": not group,
        "reply_to": frame.req_id,
    }
    if frame.cmd == "aibot_msg_callback":
        text = _typed(body, group=group)
        kind = "command" if text.startswith("/") else "text"
        return Came(Inbound.model_validate(common | {"kind": kind, "text": text}), REPLY) if text else None
    match frame.event:
        case "template_card_event":
            pressed = body["event"].get("template_card_event")
            if not isinstance(pressed, Mapping):
                return None
            data, task = str(pressed.get("event_key", "")), str(pressed.get("task_id", ""))
            return Came(Inbound.model_validate(common | {"kind": "press", "data": data, "message_id": task}), UPDATE)
        case "enter_chat":
            return Came(Inbound.model_validate(common | {"kind": "command", "text": "/start"}), WELCOME)
        case _:
            return None


def _typed(body: Mapping[str, Any], *, group: bool) -> str:
    """What was typed or said, without the name by which a group calls the bot."""
    parts: list[Any] = [body]
    if isinstance(mixed := body.get("mixed"), Mapping) and isinstance(mixed.get("msg_item"), list):
        parts = mixed["msg_item"]
    found = [
        str(part[kind].get("content", ""))
        for part in parts
        if isinstance(part, Mapping)
        for kind in ("text", "voice")
        if isinstance(part.get(kind), Mapping)
    ]
    text = " ".join(found)
    return (_CALLED.sub("", text) if group else text).strip()
