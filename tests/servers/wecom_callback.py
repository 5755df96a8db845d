"""People who press and type in an app of a local WeCom: encrypted requests to the app's callback (facts: wecom, 3).

    phones = Speaker(corp, by_http("http://127.0.0.1:8765/wecom/callback"))
    assert await phones.check()
    await phones.press("PoliceDuty", task_id, "r:Ab12")

What is not answered by a 200 in five seconds is told again, three times, as WeCom does. Its own cryptography, so that a
mistake of the bot's is not made twice.
"""

import base64
import hashlib
import os
import secrets
import struct
from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.servers.wecom_corp import Corp

Way = Callable[[str, dict[str, str], bytes], Awaitable[tuple[int, bytes]]]
"""Asks the callback: method, query and body, to status and body. It waits for no longer than WeCom does."""

_TRIES = 4


def by_http(url: str, patience: float = 5.0) -> Way:
    """Over a socket; a status of 0 is an answer that did not come in time."""

    async def ask(method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=patience) as client:
            try:
                answer = await client.request(method, url, params=query, content=body)
            except httpx.HTTPError:
                return 0, b""
            return answer.status_code, answer.content

    return ask


class Speaker:
    """Speaks for the people of a corp. `spoken` is what was told, by its query and body, for a replay."""

    def __init__(self, corp: Corp, way: Way) -> None:
        self._corp, self._way, self._clock = corp, way, corp.clock
        self._key = base64.b64decode(corp.callback_aes_key + "=")
        self.spoken: list[tuple[dict[str, str], bytes]] = []

    async def check(self) -> bool:
        """As when an admin of WeCom saves the URL: whether the callback says what was sent to it."""
        said = secrets.token_hex(10).encode()
        encrypted = self._encrypted(said, self._corp.corp_id)
        status, body = await self._way("GET", {**self._signed(encrypted), "echostr": encrypted}, b"")
        return (status, body) == (200, said)

    async def press(self, userid: str, task_id: str, key: str, *, at: int | None = None) -> list[int]:
        """Somebody presses a button of a card; the statuses that telling it met."""
        self._corp.card(task_id)
        event = {"CardType": "button_interaction", "EventKey": key, "TaskId": task_id}
        return await self._event(userid, "template_card_event", at, **event, ResponseCode=self._corp.new_code(task_id))

    async def types(self, userid: str, text: str, msgid: str | None = None) -> list[int]:
        """Somebody types to the app."""
        return await self.tell(self._from(userid, "text", None, Content=text, MsgId=msgid or _number()))

    async def photo(self, userid: str, content: bytes) -> list[int]:
        """Somebody sends a photo to the app."""
        media_id = self._corp.medium("photo.jpg", content)
        more = {"PicUrl": "http://example.org/photo", "MediaId": media_id, "MsgId": _number()}
        return await self.tell(self._from(userid, "image", None, **more))

    async def enters(self, userid: str, *, at: int | None = None) -> list[int]:
        """Somebody opens the app."""
        return await self._event(userid, "enter_agent", at, EventKey="")

    async def _event(self, userid: str, event: str, at: int | None, **more: str) -> list[int]:
        return await self.tell(self._from(userid, "event", at, Event=event, **more))

    async def tell(self, xml: str, *, tries: int = _TRIES) -> list[int]:
        """Tell it until it is answered by a 200, each time encrypted and signed anew."""
        statuses: list[int] = []
        while len(statuses) < tries and 200 not in statuses:
            query, body = self.sealed(xml)
            self.spoken.append((query, body))
            statuses.append((await self._way("POST", query, body))[0])
        return statuses

    async def once(self, query: dict[str, str], body: bytes) -> int:
        """Tell exactly this, once."""
        return (await self._way("POST", query, body))[0]

    def sealed(
        self, xml: str, *, receiver: str | None = None, timestamp: int | None = None
    ) -> tuple[dict[str, str], bytes]:
        """The query and the body by which something is told."""
        encrypted = self._encrypted(xml.encode(), receiver or self._corp.corp_id)
        body = (
            f"<xml><ToUserName><![CDATA[{self._corp.corp_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID><![CDATA[{self._corp.agent_id}]]></AgentID></xml>"
        )
        return self._signed(encrypted, timestamp), body.encode()

    def text_from(self, userid: str, text: str) -> str:
        """What is told of somebody who types."""
        return self._from(userid, "text", None, Content=text, MsgId=_number())

    def _from(self, userid: str, kind: str, at: int | None, **more: str) -> str:
        person = self._corp.people.get(userid.lower())
        fields = {
            "ToUserName": self._corp.corp_id,
            "FromUserName": person.userid if person else userid,
            "CreateTime": str(at or int(self._clock.now().timestamp())),
            "MsgType": kind,
            **more,
            "AgentID": str(self._corp.agent_id),
        }
        return f"<xml>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in fields.items())}</xml>"

    def _signed(self, encrypted: str, timestamp: int | None = None) -> dict[str, str]:
        at = str(timestamp or int(self._clock.now().timestamp()))
        nonce = _number()
        joined = "".join(sorted((self._corp.callback_token, at, nonce, encrypted)))
        return {"msg_signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": at, "nonce": nonce}

    def _encrypted(self, said: bytes, receiver: str) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(said)) + said + receiver.encode()
        short = 32 - len(plain) % 32
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([short]) * short) + encryptor.finalize()).decode()


def _number() -> str:
    return str(secrets.randbelow(10**17) + 10**16)
