"""A group robot as a channel: it sends, and nothing else (facts: wecom, section 1)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.channels.protocol import Batch, Button, File, Menu, Message, Receipt
from bot.channels.wecom import codes
from bot.channels.wecom.wire import PATIENCE, Patience, Wire
from bot.channels.wecom_robot.address import key_of
from bot.channels.wecom_robot.forms import form_of
from bot.channels.wecom_robot.platform import WecomRobotPlatform
from bot.errors import ChatGone, NotSent, Refused, SendError, SettingsError, Throttled
from bot.language import sentence
from bot.ledger.inbound import Attachment, Inbound

_SEND, _UPLOAD = "/cgi-bin/webhook/send", "/cgi-bin/webhook/upload_media"
_LEAST_FILE, _MOST_FILE = 5, 20 * 1024 * 1024
"""Bytes that a file must exceed, and may have."""


class WecomRobotChannel(WecomRobotPlatform):
    """All group robots of a town through one pool of connections; each chat's address holds its robot's key. It paces
    nothing and repeats nothing: the outbox does. Its addresses are those that `read_address` gives, in this process:
    one that comes from disk is a digest and opens nothing.
    """

    exclusive = False
    hears_alone = False

    def __init__(
        self,
        *,
        api_base: str = "https://qyapi.weixin.qq.com",
        patience: Patience = PATIENCE,
        httpx_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises `SettingsError` where `api_base` is no URL."""
        self._wire = Wire(api_base, patience=patience, httpx_kwargs=httpx_kwargs)

    async def open(self) -> None:
        """There is nothing to connect to: each robot's key is tried by what is sent."""

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message; WeCom gives it no id, and says that it took it, not that anybody saw it. Raises
        `SendError`.
        """
        if not (fit := self.fit(message)).fits:
            raise Refused(sentence("wecom.too-long", used=fit.used, allowed=fit.allowed))
        await self._posted(self._key(address), form_of(message))
        return Receipt(None)

    async def send_file(self, address: str, file: File) -> Receipt:
        """Hand the file over, then have it sent: only the second may leave a doubt. Raises `SendError`."""
        if len(file.content) <= _LEAST_FILE:
            raise Refused(sentence("wecom.file-empty"))
        if len(file.content) > _MOST_FILE:
            size = f"{len(file.content) / 1024**2:.1f}"
            raise Refused(sentence("wecom.file-too-big", size=size, most=_MOST_FILE // 1024**2))
        key = self._key(address)
        try:
            handed = await self._wire.upload(_UPLOAD, {"key": key, "type": "file"}, file.name, file.content)
            handed.prove()
            media_id = handed.given.get("media_id")
        except SendError as error:
            met = codes.harmless_to_repeat(error)
        else:
            if isinstance(media_id, str):
                await self._posted(key, {"msgtype": "file", "file": {"media_id": media_id}})
                return Receipt(None)
            met = NotSent(sentence("wecom.unanswered", detail="media_id"))
        raise met

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Never. Raises `Refused`."""
        del address, message_id, message
        raise Refused(sentence("wecom.robot-only-sends"))

    async def delete(self, address: str, message_id: str) -> None:
        """Never. Raises `Refused`."""
        del address, message_id
        raise Refused(sentence("wecom.robot-only-sends"))

    async def fetch(self, attachment: Attachment) -> bytes:
        """Nothing comes in. Raises `Refused`."""
        del attachment
        raise Refused(sentence("wecom.robot-hears-nothing"))

    async def receive(self, offset: str | None) -> Batch:
        """Waits for ever."""
        await asyncio.Event().wait()
        return Batch((), offset)

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> None:
        """Nobody is heard, so nobody is answered."""
        del inbound, text, buttons, opens

    def link(self, opens: str) -> None:
        """Nobody has a chat of their own with a robot."""
        del opens

    def own_chat(self, person: str) -> None:
        """Nobody has a chat of their own with a robot."""
        del person

    async def offer(self, menu: Menu) -> None:
        """There are no menus."""
        del menu

    async def can_tell(self, address: str, text: str) -> bool | None:
        """Never: a robot reads nothing, its own messages neither."""
        del address, text
        return None

    async def reachable(self, address: str) -> bool:
        """Whether WeCom knows the key and lets the robot speak: it is asked to send nothing at all, and refuses that
        for its emptiness alone where the key is good. Raises `SendError` where WeCom does not say.
        """
        try:
            await self._posted(self._key(address), {"msgtype": "text", "text": {"content": ""}})
        except ChatGone:
            return False
        except Refused:
            return True
        except Throttled:
            raise
        except SendError as error:
            met = codes.harmless_to_repeat(error)
        else:
            return True
        raise met

    async def _posted(self, key: str, body: Mapping[str, Any]) -> None:
        (await self._wire.post(_SEND, {"key": key}, body)).prove()

    def _key(self, address: str) -> str:
        """Also of a key as it is written. Raises `Refused` for what was read back from disk, which holds none."""
        try:
            key = key_of(self.read_address(address))
        except SettingsError:
            key = None
        if key is None:
            raise Refused(sentence("wecom.robot-address"))
        return key
