"""The smart bot as a channel (facts: wecom, section 2)."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from bot.channels.protocol import Batch, Button, File, Menu, Message, Receipt
from bot.channels.wecom.addresses import userid_of
from bot.channels.wecom.cards import as_buttons, card_of, fit_of
from bot.channels.wecom.inbox import Inbox
from bot.channels.wecom.markup import size, to_markdown, to_plain
from bot.channels.wecom_bot import frames
from bot.channels.wecom_bot.connection import PATIENCE, Connection, Patience
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.platform import MOST_MARKDOWN, WecomBotPlatform
from bot.channels.wecom_bot.replies import Open, Replies
from bot.clock import Clock
from bot.errors import Refused, SendError
from bot.language import Lang, say, sentence
from bot.ledger.inbound import Attachment, Inbound

_SEEN = "seen"
_GREY = 4
_MOST_REMEMBERED = 500
Rows = tuple[tuple[Button, ...], ...]


class WecomBotChannel(WecomBotPlatform):
    """One smart bot through one long connection. It paces nothing and repeats nothing: the outbox does."""

    exclusive = True

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
        self._alive = asyncio.Event()
        self._msgids: OrderedDict[str, None] = OrderedDict()
        self._noting: set[asyncio.Task[None]] = set()
        self._shown: OrderedDict[str, Message] = OrderedDict()
        self._groups: set[str] = set()
        self._connection = Connection(
            ws_url, bot_id, secret, clock, patience=patience, heard=self._heard, alive=self._alive.set
        )

    async def open(self) -> None:
        """Connect and subscribe. Raises `NotSent` where WeCom does not answer, `ChannelDown` for wrong credentials."""
        await self._connection.open()

    async def close(self) -> None:
        """Let go of the connection, also where it was never opened."""
        for task in self._noting:
            task.cancel()
        await self._connection.close()

    async def send(self, address: str, message: Message) -> Receipt:
        """One message: a card where there is something to press and a card shows it whole, else markdown that tells how
        to answer in writing. A card's id is ours; markdown has none. Raises `SendError`.
        """
        task_id = secrets.token_urlsafe(16)
        body = self._form(message, task_id)
        await self._connection.request(frames.SEND, {**_to(address), **body})
        return self._sent(message, task_id, body)

    async def send_file(self, address: str, file: File) -> Receipt:
        """Not by this way. Raises `Refused`."""
        del address, file
        raise Refused(sentence("wecom.bot-no-files"))

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Change a card for all who see it, by the last press of it; only within seconds of that. Raises `SendError`:
        `Refused` where nobody has just pressed.
        """
        del address
        reply = self._replies.under(message_id)
        card = card_of(message)
        if reply is None or not fit_of(card).fits:
            raise Refused(sentence("wecom.card-stays"))
        await self._update(reply, as_buttons(card, message_id), ())
        self._remember(message_id, message)

    async def delete(self, address: str, message_id: str) -> None:
        """Never. Raises `Refused`."""
        del address, message_id
        raise Refused(sentence("wecom.card-stays"))

    async def fetch(self, attachment: Attachment) -> bytes:
        """Nothing that comes with a message is kept. Raises `Refused`."""
        del attachment
        raise Refused(sentence("service.attachment-gone"))

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
        message, reply = Message(text, buttons), self._replies.to(inbound.reply_to)
        if inbound.kind != "press":
            return await self._reply(inbound, message, reply)
        if not buttons and await self._replies.is_spent(inbound.reply_to, self._for_the_edit):
            return None
        if (reply := self._replies.to(inbound.reply_to)) and await self._is_shown_alone(inbound, message, reply):
            return None
        if not text:
            return None
        if not inbound.private:
            message = replace(message, text=f"{inbound.person_name}：{text}")
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
        if inbound.data == _SEEN:
            task = asyncio.create_task(self._noted_again(inbound), name=f"noted {inbound.key}")
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)
            return
        if not inbound.private and inbound.address not in self._groups:
            self._groups.add(inbound.address)
            self._hand_in(inbound.model_copy(update={"kind": "joined", "id": f"{inbound.id}/joined"}))
        self._hand_in(inbound)

    def _hand_in(self, inbound: Inbound) -> None:
        """That it is on disk, nobody is told: WeCom hands it out once, whatever becomes of it."""
        _confirmed = self._inbox.put(inbound)

    async def _reply(self, inbound: Inbound, message: Message, reply: Open | None) -> Receipt | None:
        """To what was typed, or to who opened the chat: a welcome that is too late is none."""
        if reply is None:
            return await self.send(inbound.address, message)
        self._replies.spend(reply)
        task_id = secrets.token_urlsafe(16)
        welcome = reply.by == frames.WELCOME
        body = _welcome(message) if welcome else self._form(message, task_id)
        try:
            await self._connection.request(reply.by, body, reply.req_id)
        except Refused:
            if welcome:
                raise
            return await self.send(inbound.address, message)
        return self._sent(message, task_id, body)

    async def _is_shown_alone(self, inbound: Inbound, message: Message, reply: Open) -> bool:
        """Whether who pressed sees it on their own card: the choice, or the word below what stood there."""
        if inbound.message_id is None:
            return False
        if not message.buttons and (before := self._shown.get(inbound.message_id)):
            message = replace(before, text=f"{before.text}\n\n{message.text}" if message.text else before.text)
        card = card_of(message)
        if not fit_of(card).fits:
            return False
        userids = () if inbound.private else (inbound.person.removeprefix("wecom:"),)
        try:
            await self._update(reply, as_buttons(card, inbound.message_id), userids)
        except SendError:
            return False
        return True

    async def _noted_again(self, inbound: Inbound) -> None:
        """Somebody pressed the button that says that all was taken note of: what stands there stands there still."""
        if reply := self._replies.to(inbound.reply_to):
            await self._is_shown_alone(inbound, Message(""), reply)

    async def _update(self, reply: Open, card: Mapping[str, Any], userids: tuple[str, ...]) -> None:
        self._replies.spend(reply)
        alone = {"userids": list(userids)} if userids else {}
        body = {"response_type": "update_template_card", **alone, "template_card": self._with_a_button(card)}
        await self._connection.request(frames.UPDATE, body, reply.req_id)

    def _with_a_button(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """A card must have one: where nothing is left to press it says that it was taken note of."""
        label = say(sentence("wecom.noted"), self._lang)
        noted = [{"text": label, "style": _GREY, "key": _SEEN}]
        return {**card, "button_list": card["button_list"] or noted}

    def _form(self, message: Message, task_id: str) -> dict[str, Any]:
        pressed = [each for row in message.buttons for each in row if not each.url]
        card = card_of(message)
        if pressed and fit_of(card).fits:
            return {"msgtype": "template_card", "template_card": as_buttons(card, task_id)}
        lines = [f"[{each.label}]({each.url})" for row in message.buttons for each in row if each.url]
        if pressed:
            lines.append(say(sentence("wecom.answer-in-writing", choices=[each.label for each in pressed]), self._lang))
        content = "\n\n".join([to_markdown(message.text), *lines])
        if size(content) > MOST_MARKDOWN:
            raise Refused(sentence("wecom.too-long", used=size(content), allowed=MOST_MARKDOWN))
        return {"msgtype": "markdown", "markdown": {"content": content}}

    def _sent(self, message: Message, task_id: str, body: Mapping[str, Any]) -> Receipt:
        if body["msgtype"] != "template_card":
            return Receipt(None)
        self._remember(task_id, message)
        return Receipt(task_id)

    def _remember(self, task_id: str, message: Message) -> None:
        self._shown[task_id] = message
        self._shown.move_to_end(task_id)
        if len(self._shown) > _MOST_REMEMBERED:
            self._shown.popitem(last=False)


def _welcome(message: Message) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": to_plain(message.text)}}


def _to(address: str) -> dict[str, Any]:
    kind, _, id_ = address.partition(":")
    return {"chatid": id_, "chat_type": 2 if kind == "chat" else 1}
