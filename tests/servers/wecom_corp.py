"""The self-built app of a local WeCom's corp (facts: wecom, 3): tokens, people, messages, groups, media, who is who.

    corp = Corp(wecom.clock, wecom.violations)
    wecom.take_in(corp)
    corp.person("PoliceDuty", parties=(2,))
    …  # a bot whose GENGFU_WECOM__… are corp.corp_id, agent_id, secret, callback_token, callback_aes_key
    corp.shown("PoliceDuty")[-1].text
    corp.callback_url = "https://town.example.org/wecom/callback"      # without one no card is taken

People press and type through `tests.servers.wecom_callback.Speaker`.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.clock import Clock
from tests.servers.wecom_cards import BAD_PARAMETER
from tests.servers.wecom_corp_messages import AGENT_OF_ANOTHER, BAD_AGENT, Accepted, Messages, Person
from tests.servers.wecom_faults import No, yes
from tests.servers.wire import Reply, Request

TOKEN, SEND, UPDATE, RECALL = (
    "/cgi-bin/gettoken",
    "/cgi-bin/message/send",
    "/cgi-bin/message/update_template_card",
    "/cgi-bin/message/recall",
)
CREATE, SAY = "/cgi-bin/appchat/create", "/cgi-bin/appchat/send"
UPLOAD, LOAD, WHO = "/cgi-bin/media/upload", "/cgi-bin/media/get", "/cgi-bin/auth/getuserinfo"
ABOUT = "/cgi-bin/agent/get"
AUTHORIZE = "/connect/oauth2/authorize"
BAD_SECRET, BAD_CORP, BAD_TOKEN, ENDED, BAD_CODE, UNTRUSTED, BAD_MEDIA = (
    40001,
    40013,
    40014,
    42001,
    40029,
    60020,
    40007,
)
TOKEN_LASTS, CODE_LASTS, MEDIA_LASTS = timedelta(seconds=7200), timedelta(minutes=5), timedelta(days=3)
_ASKED = {"appid", "redirect_uri", "response_type", "scope", "state", "agentid"}
_MOST_FILE = 20 * 1024 * 1024


class Corp(Messages):
    """One corp and its one app. `is_trusted` says whether our address stands among the app's trusted IPs, `is_disabled`
    whether an admin has disabled it; `sees` are the parties of its visible range, `domain` its trusted one; `reader` is
    whose phone opens the authorise page, None somebody's who is no member.
    """

    paths = (
        TOKEN,
        "/cgi-bin/message/",
        "/cgi-bin/appchat/",
        "/cgi-bin/media/",
        "/cgi-bin/auth/",
        "/cgi-bin/agent/",
        "/connect/oauth2/",
    )

    def __init__(self, clock: Clock, violations: list[str], *, limits: bool = False) -> None:
        super().__init__(clock, violations.append, limits=limits)
        self.corp_id, self.secret = "wx5823bf96d3bd56c7", "tVAtZqnqTXO4jYkXcCjRCQ0pwFrR5aq0jk9QPGqeR3E"
        self.callback_token, self.callback_aes_key = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
        self.is_trusted, self.is_disabled = True, False
        self.sees: tuple[int, ...] = (1,)
        self.domain = ""
        self.reader: str | None = None
        self.tokens_given: list[str] = []
        self._ends: dict[str, datetime] = {}
        self._codes: dict[str, tuple[str | None, datetime]] = {}
        self._media: dict[str, tuple[str, bytes, datetime]] = {}

    def person(
        self,
        userid: str,
        *,
        parties: tuple[int, ...] = (),
        tags: tuple[int, ...] = (),
        licensed: bool = True,
        visible: bool = True,
    ) -> None:
        """A member of the corp, whom the app sees or not, for whom it has a licence or not."""
        self.people[userid.lower()] = Person(userid, frozenset(parties), frozenset(tags), licensed, visible)

    def end_tokens(self) -> None:
        """What token there is has ended, before its time."""
        for each in self._ends:
            self._ends[each] = min(self._ends[each], self.clock.now())

    def forget_tokens(self) -> None:
        """No token is known any more, as when the secret was made anew."""
        self._ends.clear()

    def shown(self, userid: str) -> list[Accepted]:
        """What a member sees of the app and its groups, in order; what was recalled is gone."""
        return [each for each in self.accepted if userid.lower() in each.seen_by and not each.recalled]

    def code_of(self, userid: str | None) -> str:
        """What the authorise page gives to a member's phone (None: to one who is no member), for one use."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = userid, self.clock.now() + CODE_LASTS
        return code

    def medium(self, name: str, content: bytes) -> str:
        """The media_id of what somebody sent to the app."""
        media_id = secrets.token_urlsafe(32)
        self._media[media_id] = name, content, self.clock.now()
        return media_id

    def to(self, request: Request) -> str | None:
        """Its receivers as they are written: `user:a|b`, `party:1`, `chat:ID`."""
        if request.method != "POST" or request.kind != "application/json":
            return None
        try:
            written = request.json()
        except ValueError:
            return None
        if not isinstance(written, dict):
            return None
        named = {"touser": "user", "toparty": "party", "totag": "tag", "chatid": "chat"}
        found = [f"{kind}:{written[field]}" for field, kind in named.items() if written.get(field)]
        return "+".join(found) or None

    async def handle(self, request: Request) -> Reply:
        """Do as asked. Raises `No`."""
        doing: Mapping[str, tuple[str, set[str], Callable[[Request], Reply]]] = {
            TOKEN: ("GET", {"corpid", "corpsecret"}, self._token),
            AUTHORIZE: (
                "GET",
                {"appid", "redirect_uri", "response_type", "scope", "state", "agentid"},
                self._authorize,
            ),
            WHO: ("GET", {"access_token", "code"}, self._who),
            ABOUT: ("GET", {"access_token", "agentid"}, self._about),
            UPLOAD: ("POST", {"access_token", "type"}, self._upload),
            LOAD: ("GET", {"access_token", "media_id"}, self._load),
            **{
                path: ("POST", {"access_token"}, self._of_json(do))
                for path, do in (
                    (SEND, self.send),
                    (UPDATE, self.update),
                    (RECALL, self.recall),
                    (CREATE, self.create),
                    (SAY, self.say),
                )
            },
        }
        method, fields, do = doing.get(request.path, ("", set(), self._token))
        if request.method != method or request.query.keys() - fields:
            self._violation(f"unexpected {request.method} {request.path} with {sorted(request.query)}")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        if "access_token" in fields:
            self._prove_token(request)
        return do(request)

    def _of_json(self, do: Callable[[dict[str, Any]], Reply]) -> Callable[[Request], Reply]:
        def read(request: Request) -> Reply:
            try:
                written = request.json()
            except ValueError:
                written = None
            if not isinstance(written, dict) or request.kind != "application/json":
                self._violation(f"{request.path} without a JSON object")
                raise No(BAD_PARAMETER, "invalid Request Parameter")
            return do(written)

        return read

    def _token(self, request: Request) -> Reply:
        """The same one until it ends; `expires_in` tells its whole life, whatever has passed of it."""
        if request.query.get("corpid") != self.corp_id:
            raise No(BAD_CORP, "invalid corpid")
        if request.query.get("corpsecret") != self.secret:
            raise No(BAD_SECRET, "invalid credential")
        now = self.clock.now()
        token = next((each for each, ends in self._ends.items() if ends > now), None)
        if token is None:
            token = secrets.token_urlsafe(64)
            self._ends[token] = now + TOKEN_LASTS
            self.tokens_given.append(token)
        return yes(access_token=token, expires_in=7200)

    def _prove_token(self, request: Request) -> None:
        token = request.query.get("access_token", "")
        if token not in self._ends:
            raise No(BAD_TOKEN, "invalid access_token")
        if self._ends[token] <= self.clock.now():
            raise No(ENDED, "access_token expired")
        if not self.is_trusted:
            raise No(UNTRUSTED, "not allow to access from your ip, hint: [1764115200], from ip: 203.0.113.7")

    def _authorize(self, request: Request) -> Reply:
        asked = request.query
        scope = asked.get("scope") == "snsapi_base" and asked.get("response_type") == "code"
        if not scope or not urlsplit(asked.get("redirect_uri", "")).hostname or len(asked.get("state", "")) > 128:
            self._violation(f"authorize with {sorted(asked)}")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        if asked.get("appid") != self.corp_id:
            raise No(BAD_CORP, "invalid corpid")
        if "agentid" in asked and asked["agentid"] != str(self.agent_id):
            raise No(BAD_AGENT, "invalid agentid")
        back, more = asked["redirect_uri"], {"code": self.code_of(self.reader), "state": asked.get("state", "")}
        joined = f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(more)}"
        return Reply(302, b"", "text/html", headers=(("Location", joined),))

    def _who(self, request: Request) -> Reply:
        userid, until = self._codes.pop(request.query.get("code", ""), (None, None))
        if until is None or until <= self.clock.now():
            raise No(BAD_CODE, "invalid code")
        return yes(userid=userid) if userid else yes(openid=secrets.token_urlsafe(20))

    def _about(self, request: Request) -> Reply:
        if request.query.get("agentid") != str(self.agent_id):
            raise No(BAD_AGENT, "invalid agentid")
        seen = [each.userid for each in self.people.values() if each.visible]
        return yes(
            agentid=self.agent_id,
            name="更夫",
            square_logo_url="",
            description="",
            allow_userinfos={"user": [{"userid": each} for each in seen]},
            allow_partys={"partyid": list(self.sees)},
            allow_tags={"tagid": []},
            close=int(self.is_disabled),
            redirect_domain=self.domain,
            report_location_flag=0,
            isreportenter=0,
            home_url="",
        )

    def _upload(self, request: Request) -> Reply:
        media = request.uploads.get("media")
        if request.query.get("type") not in ("file", "image", "voice", "video") or media is None:
            self._violation("media/upload without its field media, or of an unknown type")
            raise No(BAD_PARAMETER, "invalid Request Parameter")
        if not 5 < len(media.content) <= _MOST_FILE:
            raise No(40006 if len(media.content) <= 5 else 45001, "invalid media size")
        media_id = self.medium(media.filename, media.content)
        return yes(type=request.query["type"], media_id=media_id, created_at=str(int(self.clock.now().timestamp())))

    def _load(self, request: Request) -> Reply:
        name, content = self.file_of(request.query.get("media_id", ""))
        named = (("Content-Disposition", f'attachment; filename="{name}"'),) if name.isascii() else ()
        return Reply(200, content, "application/octet-stream", headers=named)

    def file_of(self, media_id: str) -> tuple[str, bytes]:
        """Its name and what is in it, for three days. Raises `No`."""
        name, content, at = self._media.get(media_id, ("", b"", None))
        if at is None or self.clock.now() - at >= MEDIA_LASTS:
            raise No(BAD_MEDIA, "invalid media_id")
        return name, content


__all__ = ["AGENT_OF_ANOTHER", "Accepted", "Corp"]
