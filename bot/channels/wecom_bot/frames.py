"""The frames of the long connection, made and read (facts: wecom, section 2). Pure."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.channels.wecom.addresses import person_of
from bot.channels.wecom_bot.media import ref_of
from bot.ledger.inbound import Attachment, Inbound

SUBSCRIBE, PING, SEND = "aibot_subscribe", "ping", "aibot_send_msg"
Reply = Literal["aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg"]
"""By which command what came in is replied to: each serves what asks for it alone."""

REPLY: Reply = "aibot_respond_msg"
WELCOME: Reply = "aibot_respond_welcome_msg"
UPDATE: Reply = "aibot_respond_update_msg"

_CALLBACKS = frozenset({"aibot_msg_callback", "aibot_event_callback"})
_CALLED_FIRST = re.compile(r"\A(?:\s*@\S+(?=\s|\Z))+")
_CALLED_LAST = re.compile(r"\s*@\S+\s*\Z")
_SENT = {"image": "photo", "file": "file", "video": "file"}
GREETING = "/start"
"""What somebody says by opening the chat, or by calling the bot and saying no more."""


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
        text, attachment = _typed(body, group=group), _attached(body)
        if not text and attachment is None and not group:
            return None
        text = text or ("" if attachment else GREETING)
        kind = "command" if text.startswith("/") else "text"
        said = {"kind": kind, "text": text or None, "attachment": attachment}
        return Came(Inbound.model_validate(common | said), REPLY)
    match frame.event:
        case "template_card_event":
            pressed = body["event"].get("template_card_event")
            if not isinstance(pressed, Mapping):
                return None
            data, task = str(pressed.get("event_key", "")), str(pressed.get("task_id", ""))
            return Came(Inbound.model_validate(common | {"kind": "press", "data": data, "message_id": task}), UPDATE)
        case "enter_chat":
            return Came(Inbound.model_validate(common | {"kind": "command", "text": GREETING}), WELCOME)
        case _:
            return None


def _typed(body: Mapping[str, Any], *, group: bool) -> str:
    """What was typed or said, without the name by which a group calls the bot."""
    found = [
        str(part[kind].get("content", ""))
        for part in _parts(body)
        for kind in ("text", "voice")
        if isinstance(part.get(kind), Mapping)
    ]
    text = " ".join(found).strip()
    if not group:
        return text
    said = _CALLED_FIRST.sub("", text, count=1)
    return (said if said != text else _CALLED_LAST.sub("", text)).strip()


def _attached(body: Mapping[str, Any]) -> Attachment | None:
    """The photo or file that came with it, else the one that was quoted: in a group no other way leads to the bot."""
    quote = body.get("quote")
    for part in (*_parts(body), *(_parts(quote) if isinstance(quote, Mapping) else ())):
        for kind, as_ in _SENT.items():
            sent = part.get(kind)
            if not isinstance(sent, Mapping):
                continue
            url, key, name = sent.get("url"), sent.get("aeskey"), sent.get("name")
            if isinstance(url, str) and isinstance(key, str) and url and key:
                named = {"name": name} if isinstance(name, str) and name else {}
                return Attachment.model_validate({"kind": as_, "ref": ref_of(url, key), **named})
    return None


def _parts(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What it is made of: itself, or where it is mixed its items."""
    mixed = body.get("mixed")
    items = mixed.get("msg_item") if isinstance(mixed, Mapping) else None
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else [body]
