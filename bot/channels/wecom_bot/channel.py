"""The smart bot as a channel (facts: wecom, section 2)."""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from bot.channels.protocol import Batch, Button, File, Menu, Message, Receipt
from bot.channels.wecom.addresses import userid_of
from bot.channels.wecom.inbox import Inbox
from bot.channels.wecom_bot import forms, frames, media
from bot.channels.wecom_bot.connection import PATIENCE, Connection, Patience
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.platform import WecomBotPlatform
from bot.channels.wecom_bot.replies import Open, Replies
from bot.channels.wecom_bot.shown import Shown
from bot.clock import Clock
from bot.errors import ChatGone, Refused, SendError
from bot.language import Lang, sentence
from bot.ledger.inbound import Attachment, Inbound

_log = logging.getLogger(__name__)
_MOST_REMEMBERED = 5_000
Rows = tuple[tuple[Button, ...], ...]


class WecomBotChannel(WecomBotPlatform):
    """One smart bot through one long connection. It paces nothing and repeats nothing: the outbox does."""

    exclusive = True
    hears_alone = False

    def __init__(
        self,
        bot_id: str,
        secret: SecretStr,
        clock: Clock,
        *,
        ws_url: str = "wss://openws.work.weixin.qq.com",
        patience: Patience = PATIENCE,
        lang: Lang = "zh",
    ) -> None:
        """Raises `SettingsError` where `ws_url` is no address of a WebSocket."""
        self._clock, self._lang, self._for_the_edit = clock, lang, patience.edit.total_seconds()
        self._inbox, self._replies = Inbox(clock), Replies(clock)
        self._shown = Shown(self._replies, self._give, lang)
        self._alive = asyncio.Event()
        self._msgids: OrderedDict[str, None] = OrderedDict()
        self._telling: set[asyncio.Task[None]] = set()
        self._groups: set[str] = set()
        self._connection = Connection(
            ws_url, bot_id, secret, clock, patience=patience, heard=self._heard, alive=self._alive.set
        )

    async def open(self) -> None:
        """Connect and subscribe. Raises `NotSent` where WeCom does not answer, `ChannelDown` for wrong credentials."""
        await self._connection.open()

    async def close(self) -> None:
        """Let go of the connection, also where it was never opened."""
        for task in self._telling:
            task.cancel()
        await self._connection.close()

    async def send(self, address: str, message: Message) -> Receipt:
        """One message: a card where there is something to press and a card shows it whole, else markdown that tells how
        to answer in writing. A card's id is ours; markdown has none. Raises `SendError`.
        """
        task_id = secrets.token_urlsafe(16)
        body = forms.body_of(message, task_id, self._lang)
        await self._send(address, body)
        return self._sent(message, task_id, body)

    async def send_file(self, address: str, file: File) -> Receipt:
        """A file of up to 20 MB. Raises `SendError`."""
        media_id = await media.handed_over(file, self._connection.request)
        await self._send(address, {"msgtype": "file", "file": {"media_id": media_id}})
        return Receipt(None)

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Change a card for all who see it, by the last press of it; only within seconds of that. Raises `SendError`:
        `Refused` where nobody has just pressed.
        """
        del address
        await self._shown.change(message_id, message)

    async def delete(self, address: str, message_id: str) -> None:
        """Never. Raises `Refused`."""
        del address, message_id
        raise Refused(sentence("wecom.card-stays"))

    async def fetch(self, attachment: Attachment) -> bytes:
        """A photo or a file, for the five minutes that WeCom keeps it. Raises `SendError`."""
        return await media.load(attachment.ref)

    async def receive(self, offset: str | None) -> Batch:
        """Wait for what comes in after `offset`, being connected meanwhile; nothing where the other side has just shown
        that it is there. Raises `NotSent` where WeCom cannot be reached, `ChannelDown` where another connection of the
        same bot has pushed this one out.
        """
        while True:
            await self._connection.again()
            came = asyncio.ensure_future(self._inbox.take(offset))
            signs = [asyncio.ensure_future(each.wait()) for each in (self._alive, self._connection.lost)]
            try:
                await asyncio.wait((came, *signs), return_when=asyncio.FIRST_COMPLETED)
                if came.done() and came.result().inbound:
                    return came.result()
                if self._alive.is_set():
                    self._alive.clear()
                    return Batch((), offset)
            finally:
                for task in (came, *signs):
                    task.cancel()

    async def answer(self, inbound: Inbound, text: str, buttons: Rows = (), opens: str | None = None) -> Receipt | None:
        """A press is answered by the change of its card, which shows what was recorded; where it does not change, or
        there is a choice to make, its presser alone sees that on it. What comes too late for that, and the answer to
        what was typed, is a message. Raises `SendError`.
        """
        del opens
        message = Message(text, buttons)
        if inbound.kind != "press":
            return await self._reply(inbound, message, self._replies.to(inbound.reply_to))
        if not buttons and await self._replies.is_spent(inbound.reply_to, self._for_the_edit):
            return None
        if not (text or buttons) or not (buttons or self._replies.may_say(inbound.address)):
            return None
        if await self._shown.tell_alone(inbound, message):
            return None
        if not inbound.private:
            message = Message(f"{inbound.person_name}：{text}", buttons)
        return await self.send(inbound.address, message)

    def link(self, opens: str) -> None:
        """There are no such links."""
        del opens

    def own_chat(self, person: str) -> str | None:
        """Somebody's single chat, in which the bot may speak once they have written there."""
        userid = userid_of(person)
        return f"user:{userid}" if userid else None

    async def offer(self, menu: Menu) -> None:
        """There are no menus."""
        del menu

    async def can_tell(self, address: str, text: str) -> bool | None:
        """Never: no history can be read."""
        del address, text
        return None

    async def reachable(self, address: str) -> bool:
        """WeCom says so of nothing that is not sent; a chat in which somebody has spoken to the bot can be."""
        del address
        await self._connection.again()
        return True

    def _heard(self, frame: Frame) -> None:
        came = frames.came(frame, self._clock.now())
        if came is None or came.inbound.id in self._msgids:
            return
        self._msgids[came.inbound.id] = None
        if len(self._msgids) > _MOST_REMEMBERED:
            self._msgids.popitem(last=False)
        inbound = came.inbound
        self._replies.add(came)
        if inbound.data == forms.SEEN:
            self._begin_to_tell_settled(inbound)
            return
        if not inbound.private and inbound.address not in self._groups:
            self._groups.add(inbound.address)
            self._hand_in(inbound.model_copy(update={"kind": "joined", "id": f"{inbound.id}/joined"}))
        self._hand_in(inbound)

    def _hand_in(self, inbound: Inbound) -> None:
        """That it is on disk, nobody is told: WeCom hands it out once, whatever becomes of it."""
        _confirmed = self._inbox.put(inbound)

    def _begin_to_tell_settled(self, press: Inbound) -> None:
        async def tell() -> None:
            try:
                if self._replies.may_say(press.address):
                    await self._shown.tell_settled(press)
            except SendError as error:
                _log.info("%s could not be told: %s", press.person, error)

        task = asyncio.create_task(tell(), name=f"settled {press.key}")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _send(self, address: str, body: Mapping[str, Any]) -> None:
        """A group that is lost is new when it is heard again."""
        try:
            await self._connection.request(frames.SEND, {**forms.receiver(address), **body})
        except ChatGone:
            self._groups.discard(address)
            raise

    async def _reply(self, inbound: Inbound, message: Message, reply: Open | None) -> Receipt | None:
        """To what was typed, or to who opened the chat; as a message of its own where it is too late to reply."""
        if reply is None:
            return await self.send(inbound.address, message)
        task_id = secrets.token_urlsafe(16)
        is_welcome = reply.by == frames.WELCOME
        body = forms.welcome_of(message) if is_welcome else forms.body_of(message, task_id, self._lang)
        try:
            await self._give(reply, body)
        except Refused:
            return await self.send(inbound.address, message)
        return self._sent(message, task_id, body)

    async def _give(self, reply: Open, body: Mapping[str, Any]) -> None:
        reply.spent.set()
        await self._connection.request(reply.by, body, reply.req_id)

    def _sent(self, message: Message, task_id: str, body: Mapping[str, Any]) -> Receipt:
        if not forms.is_card(body):
            return Receipt(None)
        self._shown.remember(task_id, message)
        return Receipt(task_id)
