"""The group robots (消息推送) of a local WeCom: `/cgi-bin/webhook/…` (facts: wecom, 1)."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from tests.servers.wecom_cards import BAD_PARAMETER, prove_fields, prove_notice
from tests.servers.wecom_faults import No, yes
from tests.servers.wire import Reply, Request

SEND, UPLOAD = "/cgi-bin/webhook/send", "/cgi-bin/webhook/upload_media"
BAD_KEY, DISABLED, EMPTY, BAD_TYPE, TOO_FAST, BAD_MEDIA = 93000, 93004, 44004, 40008, 45009, 40007
PER_MINUTE = 20
LONGEST = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
"""In bytes of UTF-8."""
_MENTIONED = {"mentioned_list": [str], "mentioned_mobile_list": [str]}
_BODIES: dict[str, dict[str, Any]] = {
    "text": {"content": str, **_MENTIONED},
    "markdown": {"content": str},
    "markdown_v2": {"content": str},
    "file": {"media_id": str},
}
_MOST_FILE, _KEPT = 20 * 1024 * 1024, timedelta(days=3)


@dataclass(frozen=True)
class Posted:
    """A message as it stands in a robot's group: `text` is its content, a card's title and text, or a file's name;
    `mentioned` whom it calls by name.
    """

    at: datetime
    key: str
    group: str
    msgtype: str
    body: dict[str, Any]
    text: str
    mentioned: tuple[str, ...] = ()
    content: bytes | None = None

    @property
    def links(self) -> tuple[str, ...]:
        """Every address that the message leads to, once each."""
        if self.msgtype == "template_card":
            card = self.body
            led = (card["card_action"], *card.get("jump_list", ()), *card.get("horizontal_content_list", ()))
            return tuple(dict.fromkeys(each["url"] for each in led if each.get("url")))
        return tuple(dict.fromkeys(re.findall(r"https?://[^\s<>()\"']+", self.text)))


@dataclass
class _Robot:
    group: str
    disabled: bool = False
    lately: deque[float] = field(default_factory=deque)
    shut_until: float = float("-inf")
    media: dict[str, tuple[str, bytes, datetime]] = field(default_factory=dict)


class Webhook:
    """The robots by their keys. `accepted` are the messages that stand in their groups, in order."""

    paths = ("/cgi-bin/webhook/",)

    def __init__(self, clock: Clock, violations: list[str], *, limits: bool = False) -> None:
        self.accepted: list[Posted] = []
        self.on_accepted: Callable[[Posted], object] = lambda _: None
        self._clock, self._violations, self._limits = clock, violations, limits
        self._robots: dict[str, _Robot] = {}

    def robot(self, key: str, group: str = "工作群") -> None:
        """A robot with this key stands in a group of this name."""
        self._robots[key] = _Robot(group)

    def disable(self, key: str) -> None:
        """The group's owner stops it."""
        self._robots[key].disabled = True

    def enable(self, key: str) -> None:
        """It may speak again."""
        self._robots[key].disabled = False

    def remove(self, key: str) -> None:
        """It is taken out of its group: its key is none any more."""
        del self._robots[key]

    def shown(self, key: str) -> list[Posted]:
        """What stands in its group, in order."""
        return [each for each in self.accepted if each.key == key]

    def to(self, request: Request) -> str | None:
        """The robot's key."""
        return request.query.get("key")

    async def handle(self, request: Request) -> Reply:
        """Send or take a file."""
        expected = {SEND: {"key"}, UPLOAD: {"key", "type"}}.get(request.path)
        if expected is None or request.method != "POST":
            self._violation(f"unexpected {request.method} {request.path}")
            raise No(BAD_PARAMETER, "invalid Request")
        if request.query.keys() != expected:
            self._violation(f"{request.path} with {sorted(request.query)}")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        key = request.query["key"]
        if (robot := self._robots.get(key)) is None:
            raise No(BAD_KEY, "invalid webhook url, hint: [1764115200318423]")
        if robot.disabled:
            raise No(DISABLED, "webhook disabled")
        if request.path == UPLOAD:
            return self._upload(robot, key, request)
        posted = self.read(key, self._json(request))
        self._count(robot)
        self.accepted.append(posted)
        self.on_accepted(posted)
        return yes()

    def _count(self, robot: _Robot) -> None:
        """Twenty a minute, then nothing for a minute."""
        if not self._limits:
            return
        now, lately = self._clock.monotonic(), robot.lately
        while lately and lately[0] <= now - 60:
            lately.popleft()
        if now >= robot.shut_until and len(lately) >= PER_MINUTE:
            robot.shut_until = now + 60
        if now < robot.shut_until:
            raise No(TOO_FAST, "api freq out of limit")
        lately.append(now)

    def read(self, key: str, written: dict[str, Any]) -> Posted:
        """What would stand in the robot's group by this body. Raises `No` for what WeCom would not take."""
        robot = self._robots[key]
        kind = written.get("msgtype")
        if kind not in (*_BODIES, "template_card"):
            self._violation(f"msgtype {kind}")
            raise No(BAD_TYPE, "invalid message type")
        if unknown := written.keys() - {"msgtype", kind}:
            self._violation(f"{kind} message with unknown {sorted(unknown)}")
            raise No(BAD_PARAMETER, f"invalid Parameter: {sorted(unknown)}")
        posted = Posted(self._clock.now(), key, robot.group, kind, written.get(kind, {}), "")
        if kind == "template_card":
            prove_notice(posted.body, self._violation)
            title = posted.body.get("main_title", {})
            parts = (title.get("title"), title.get("desc"), posted.body.get("sub_title_text"))
            return replace(posted, text="\n".join(part for part in parts if part))
        prove_fields(posted.body, _BODIES[kind], kind, self._violation)
        if kind == "file":
            name, content = self._media(robot, posted.body.get("media_id", ""))
            return replace(posted, text=name, content=content)
        text = posted.body.get("content", "")
        if not text.strip():
            raise No(EMPTY, "text content is empty")
        if len(text.encode()) > LONGEST[kind]:
            raise No(BAD_PARAMETER, f"{kind}.content exceed max length {LONGEST[kind]}. invalid Request Parameter")
        called = (*posted.body.get("mentioned_list", ()), *posted.body.get("mentioned_mobile_list", ()))
        by_name = re.findall(r"<@([^<>]+)>", text) if kind == "markdown" else ()
        return replace(posted, text=text, mentioned=(*called, *by_name))

    def _json(self, request: Request) -> dict[str, Any]:
        try:
            written = request.json()
        except ValueError:
            written = None
        if not isinstance(written, dict) or request.kind != "application/json":
            self._violation(f"{request.path} without a JSON object")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        return written

    def _media(self, robot: _Robot, media_id: str) -> tuple[str, bytes]:
        """A file of this robot's own, for three days."""
        name, content, at = robot.media.get(media_id, ("", b"", None))
        if at is None or self._clock.now() - at >= _KEPT:
            raise No(BAD_MEDIA, "invalid media_id")
        return name, content

    def _upload(self, robot: _Robot, key: str, request: Request) -> Reply:
        media = request.uploads.get("media")
        if request.query["type"] not in ("file", "voice") or media is None:
            self._violation("upload_media without its field media, or of an unknown type")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        if not 5 < len(media.content) <= _MOST_FILE:
            raise No(40006 if len(media.content) <= 5 else 45001, "invalid media size")
        media_id = f"3{len(robot.media)}{key[-8:]}{self._clock.now():%H%M%S%f}"
        robot.media[media_id] = (media.filename, media.content, self._clock.now())
        created = str(int(self._clock.now().timestamp()))
        return yes(type=request.query["type"], media_id=media_id, created_at=created)

    def _violation(self, what: str) -> None:
        self._violations.append(what)
