"""What an app of a local WeCom says (facts: wecom, 3): to people, parties, tags and its groups; cards that change."""

import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from tests.servers.wecom_cards import BAD_PARAMETER, FIELDS, prove_fields, prove_notice, prove_url
from tests.servers.wecom_faults import No, yes
from tests.servers.wire import Reply

ALL_INVALID, BAD_AGENT, AGENT_OF_ANOTHER, BAD_TYPE, EMPTY = 81013, 40056, 301002, 40008, 44004
NO_CHAT, CHAT_KNOWN, CODE_USED, TASK_KNOWN = 86003, 86216, 60140, 42014
PER_MINUTE, PER_HOUR = 30, 1000
LONGEST = 2048
"""Bytes of a text or of markdown; the rest is cut."""

_CODE_LASTS, _RECALLABLE = timedelta(hours=72), timedelta(hours=24)
_BUTTONS: dict[str, Any] = {
    **{name: form for name, form in FIELDS["text_notice"].items() if name not in ("emphasis_content", "jump_list")},
    "task_id": str,
    "button_list": [{"text": str, "style": int, "key": str, "type": int, "url": str}],
    "replace_text": str,
}
_MESSAGES: dict[str, dict[str, Any]] = {
    "text": {"content": str},
    "markdown": {"content": str},
    "file": {"media_id": str},
    "image": {"media_id": str},
}
_SENT: dict[str, Any] = {
    "touser": str,
    "toparty": str,
    "totag": str,
    "agentid": int,
    "msgtype": str,
    "safe": int,
    "enable_id_trans": int,
    "enable_duplicate_check": int,
    "duplicate_check_interval": int,
}
_UPDATED: dict[str, Any] = {
    "userids": [str],
    "partyids": [int],
    "tagids": [int],
    "atall": int,
    "agentid": int,
    "response_code": str,
    "button": {"replace_name": str},
    "template_card": {**_BUTTONS, **FIELDS["text_notice"]},
}


@dataclass(frozen=True)
class Person:
    """A member, by the id as the corp wrote it."""

    userid: str
    parties: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()
    licensed: bool = True
    visible: bool = True


@dataclass
class Accepted:
    """A message as the app sent it: `to` as it was addressed, `seen_by` those on whose phones it stands, `dropped` who
    has had too many. A card is as it stands now, `views` where it stands otherwise for somebody.
    """

    at: datetime
    msgid: str | None
    to: str
    msgtype: str
    body: dict[str, Any]
    text: str
    seen_by: frozenset[str]
    dropped: frozenset[str] = frozenset()
    recalled: bool = False
    content: bytes | None = None
    views: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def task_id(self) -> str:
        """By which a card's presses are known."""
        return str(self.body["task_id"])

    def seen(self, userid: str) -> dict[str, Any]:
        """A card as it stands for one who has it."""
        return self.views.get(userid.lower(), self.body)


@dataclass
class _Code:
    task_id: str
    until: datetime
    used: bool = False


class Messages:
    """The app's messages. `accepted` are those that stand somewhere, in order; `updates` each change of a card that was
    taken; `callback_url` where the app hears, without which no card is taken. With `limits` a member gets thirty a
    minute and a thousand an hour, and the rest vanishes.
    """

    def __init__(self, clock: Clock, violation: Callable[[str], None], *, limits: bool) -> None:
        self.agent_id, self.other_agents = 1000002, {1000009}
        self.callback_url: str | None = None
        self.people: dict[str, Person] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.accepted: list[Accepted] = []
        self.updates: list[dict[str, Any]] = []
        self.on_accepted: Callable[[Accepted], None] = lambda _: None
        self.clock, self._violation, self._limits = clock, violation, limits
        self._codes_of_cards: dict[str, _Code] = {}
        self._lately: dict[str, deque[float]] = {}
        self._same: dict[str, tuple[datetime, Reply]] = {}

    def file_of(self, media_id: str) -> tuple[str, bytes]:
        """What was uploaded. Raises `No`."""
        raise NotImplementedError

    def new_code(self, task_id: str) -> str:
        """A right to change a card once, within 72 hours."""
        code = secrets.token_urlsafe(24)
        self._codes_of_cards[code] = _Code(task_id, self.clock.now() + _CODE_LASTS)
        return code

    def card(self, task_id: str) -> Accepted:
        """The card with this task."""
        return next(
            each for each in self.accepted if each.msgtype == "template_card" and each.body.get("task_id") == task_id
        )

    def send(self, written: dict[str, Any]) -> Reply:
        """message/send."""
        kind = self._kind(written, {**_MESSAGES, "template_card": {}})
        prove_fields({k: v for k, v in written.items() if k != kind}, _SENT, "message/send", self._violation)
        self._prove_agent(written)
        same = json.dumps(written, sort_keys=True)
        if written.get("enable_duplicate_check"):
            interval = timedelta(seconds=written.get("duplicate_check_interval", 1800))
            if interval > timedelta(hours=4):
                raise No(BAD_PARAMETER, "invalid duplicate_check_interval")
            before, reply = self._same.get(same, (None, None))
            if before is not None and reply is not None and self.clock.now() - before < interval:
                return reply
        seen_by, lacking = self._receivers(written)
        if not seen_by:
            raise No(ALL_INVALID, "user & party & tag all invalid")
        body, text, content = self._said(kind, written)
        more: dict[str, str] = {}
        if kind == "template_card":
            more = self._prove_card(body)
        dropped = frozenset(each for each in seen_by if not self._takes(each))
        named = (f"{name}:{written[f'to{name}']}" for name in ("user", "party", "tag") if written.get(f"to{name}"))
        msgid = secrets.token_urlsafe(32)
        self._stands(
            Accepted(
                self.clock.now(), msgid, "+".join(named), kind, body, text, seen_by - dropped, dropped, content=content
            )
        )
        reply = yes(msgid=msgid, **lacking, **more)
        if written.get("enable_duplicate_check"):
            self._same[same] = self.clock.now(), reply
        return reply

    def update(self, written: dict[str, Any]) -> Reply:
        """message/update_template_card."""
        prove_fields(written, _UPDATED, "update_template_card", self._violation)
        self._prove_agent(written)
        if ("button" in written) == ("template_card" in written):
            self._violation("update_template_card with both or none of button and template_card")
            raise No(BAD_PARAMETER, "invalid Parameter: button")
        code = self._codes_of_cards.get(written.get("response_code", ""))
        if code is None or code.used or code.until <= self.clock.now():
            raise No(CODE_USED, "invalid response_code")
        card = self.card(code.task_id)
        whom = set(card.seen_by) if written.get("atall") else {each.lower() for each in written.get("userids", ())}
        if not written.get("atall"):
            whom |= {
                userid
                for userid, each in self.people.items()
                if each.parties & set(written.get("partyids", ())) or each.tags & set(written.get("tagids", ()))
            }
        if not whom:
            raise No(BAD_PARAMETER, "invalid Parameter: userids")
        if "template_card" in written:
            now = written["template_card"]
            self._prove_form(now, needs_buttons="replace_text" not in now)
            now = {**now, "task_id": code.task_id}
        else:
            now = {**card.body, "button_list": [], "replace_text": written["button"]["replace_name"]}
        code.used = True
        card.views |= dict.fromkeys(whom & card.seen_by, now)
        if written.get("atall"):
            card.body, card.text = now, text_of(now)
        self.updates.append(written)
        return yes(invaliduser=sorted(whom - card.seen_by))

    def recall(self, written: dict[str, Any]) -> Reply:
        """message/recall, within 24 hours."""
        prove_fields(written, {"msgid": str}, "recall", self._violation)
        found = next((each for each in self.accepted if each.msgid == written.get("msgid")), None)
        if found is None:
            raise No(BAD_PARAMETER, "invalid msgid")
        if self.clock.now() - found.at >= _RECALLABLE:
            raise No(BAD_PARAMETER, "message can not be recalled")
        found.recalled = True
        return yes()

    def create(self, written: dict[str, Any]) -> Reply:
        """appchat/create."""
        expected = {"name": str, "owner": str, "userlist": [str], "chatid": str}
        prove_fields(written, expected, "appchat/create", self._violation)
        members = tuple(each.lower() for each in written.get("userlist", ()))
        if not 2 <= len(members) <= 2000 or any(each not in self.people for each in members):
            raise No(BAD_PARAMETER, "invalid userlist")
        chatid = written.get("chatid") or secrets.token_hex(12)
        if chatid in self.groups:
            raise No(CHAT_KNOWN, "dup chatid")
        self.groups[chatid] = members
        return yes(chatid=chatid)

    def say(self, written: dict[str, Any]) -> Reply:
        """appchat/send: no card, no msgid, no recall."""
        kind = self._kind(written, _MESSAGES)
        rest = {k: v for k, v in written.items() if k != kind}
        prove_fields(rest, {"chatid": str, "msgtype": str, "safe": int}, "appchat/send", self._violation)
        if (members := self.groups.get(written.get("chatid", ""))) is None:
            raise No(NO_CHAT, "chat not exist")
        body, text, content = self._said(kind, written)
        group = f"chat:{written['chatid']}"
        self._stands(Accepted(self.clock.now(), None, group, kind, body, text, frozenset(members), content=content))
        return yes()

    def _stands(self, accepted: Accepted) -> None:
        self.accepted.append(accepted)
        self.on_accepted(accepted)

    def _kind(self, written: dict[str, Any], known: dict[str, Any]) -> str:
        if (kind := written.get("msgtype")) not in known:
            self._violation(f"msgtype {kind}")
            raise No(BAD_TYPE, "invalid message type")
        return str(kind)

    def _prove_agent(self, written: dict[str, Any]) -> None:
        if (agent := written.get("agentid")) != self.agent_id:
            raise No(AGENT_OF_ANOTHER if agent in self.other_agents else BAD_AGENT, "invalid agentid")

    def _said(self, kind: str, written: dict[str, Any]) -> tuple[dict[str, Any], str, bytes | None]:
        body = written.get(kind, {})
        if kind == "template_card":
            return dict(body), text_of(body), None
        prove_fields(body, _MESSAGES[kind], kind, self._violation)
        if "media_id" in _MESSAGES[kind]:
            name, content = self.file_of(body.get("media_id", ""))
            return body, name, content
        if not body.get("content", "").strip():
            raise No(EMPTY, "content is empty")
        return body, body["content"].encode()[:LONGEST].decode(errors="ignore"), None

    def _receivers(self, written: dict[str, Any]) -> tuple[frozenset[str], dict[str, str]]:
        """Who gets it, and who of those named does not."""
        named = [each.strip() for each in written.get("touser", "").split("|") if each.strip()]
        everybody = {userid for userid, each in self.people.items() if each.visible}
        asked = set(everybody) if named == ["@all"] else {each.lower() for each in named}
        lacking = {"invaliduser": "|".join(sorted(each for each in asked if each not in everybody))}
        for name, of in (("party", "parties"), ("tag", "tags")):
            ids = {each.strip() for each in written.get(f"to{name}", "").split("|") if each.strip()}
            members = {each: {u for u in everybody if each in map(str, getattr(self.people[u], of))} for each in ids}
            asked.update(*members.values())
            lacking[f"invalid{name}"] = "|".join(sorted(each for each, found in members.items() if not found))
        unlicensed = sorted(each for each in asked & everybody if not self.people[each].licensed)
        lacking["unlicenseduser"] = "|".join(unlicensed)
        return frozenset(asked & everybody - set(unlicensed)), {k: v for k, v in lacking.items() if v}

    def _takes(self, userid: str) -> bool:
        """Thirty a minute, a thousand an hour."""
        now, lately = self.clock.monotonic(), self._lately.setdefault(userid, deque())
        while lately and lately[0] <= now - 3600:
            lately.popleft()
        full = len(lately) >= PER_HOUR or sum(each > now - 60 for each in lately) >= PER_MINUTE
        if self._limits and full:
            return False
        lately.append(now)
        return True

    def _prove_card(self, card: dict[str, Any]) -> dict[str, str]:
        """Refuse what is no card that it takes; the right to change it."""
        if self.callback_url is None:
            raise No(BAD_PARAMETER, "callback url not set")
        if card.get("card_type") != "button_interaction":
            prove_notice(card, self._violation)
            return {}
        self._prove_form(card, needs_buttons=True)
        if any(each.body.get("task_id") == card["task_id"] for each in self.accepted):
            raise No(TASK_KNOWN, "task_id has been used")
        return {"response_code": self.new_code(card["task_id"])}

    def _prove_form(self, card: dict[str, Any], *, needs_buttons: bool) -> None:
        prove_fields(card, _BUTTONS, "template_card", self._violation)
        if card.get("card_type") != "button_interaction":
            raise No(BAD_PARAMETER, "invalid Parameter: card_type")
        if not (card.get("main_title", {}).get("title") or card.get("sub_title_text")):
            raise No(BAD_PARAMETER, "invalid Parameter: main_title or sub_title_text")
        if len(card.get("horizontal_content_list", ())) > 6:
            raise No(BAD_PARAMETER, "invalid Parameter: horizontal_content_list")
        if any(not each.get("keyname") for each in card.get("horizontal_content_list", ())):
            raise No(BAD_PARAMETER, "invalid Parameter: keyname")
        buttons = card.get("button_list", [])
        if not (1 if needs_buttons else 0) <= len(buttons) <= 6:
            raise No(BAD_PARAMETER, "invalid Parameter: button_list")
        keys = [each.get("key") for each in buttons if each.get("type", 0) == 0]
        if len(set(keys)) < len(keys) or any(not key or len(key.encode()) > 1024 for key in keys):
            raise No(BAD_PARAMETER, "invalid Parameter: button_list key")
        for each in buttons:
            if not each.get("text"):
                raise No(BAD_PARAMETER, "invalid Parameter: button_list text")
            if each.get("type") == 1:
                prove_url(each.get("url"))
        task = card.get("task_id", "")
        if not 1 <= len(task) <= 128 or not all(each.isascii() and (each.isalnum() or each in "_-@") for each in task):
            raise No(TASK_KNOWN, "invalid task_id")


def text_of(card: dict[str, Any]) -> str:
    """What people read on a card."""
    title = card.get("main_title", {})
    lines = [f"{each.get('keyname')} {each.get('value', '')}" for each in card.get("horizontal_content_list", ())]
    return "\n".join(
        each for each in (title.get("title"), title.get("desc"), card.get("sub_title_text"), *lines) if each
    )
