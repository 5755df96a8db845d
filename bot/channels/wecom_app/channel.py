"""WeCom's self-built app as a channel: sends by its API, hears by its callback (facts: wecom, section 3)."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from bot.channels.protocol import Batch, Button, File, Menu, Message, Receipt
from bot.channels.wecom.addresses import userid_of
from bot.channels.wecom.inbox import Inbox
from bot.channels.wecom.wire import Patience, Wire
from bot.channels.wecom_app import api, forms, heard
from bot.channels.wecom_app.about import About
from bot.channels.wecom_app.callback import Callback
from bot.channels.wecom_app.platform import WecomAppPlatform
from bot.channels.wecom_app.saying import Saying
from bot.channels.wecom_app.standing import MessageId
from bot.clock import Clock
from bot.errors import CallbackMismatched, CallbackRefused, Refused
from bot.language import Lang, sentence
from bot.ledger.inbound import Attachment, Inbound

_PATIENCE = Patience()
_KEPT_WITHIN = 4.0
"""Seconds: WeCom repeats what is not answered within five."""
_SEEN_WITHIN = 3.0
"""Seconds for which a press waits to be answered by the change of its card."""
_GREETED_ONCE_IN = 12 * 3600.0
_MOST_REPLIES = ((5, 60.0), (90, 3600.0))
"""So many words to one who presses within so many seconds: what `limits` leave of what a member gets. The card itself
says the rest.
"""
_MOST_FILE = 20 * 1024 * 1024


class WecomAppChannel(WecomAppPlatform):
    """One app of one corp. It paces nothing."""

    exclusive = False
    hears_alone = True

    def __init__(
        self,
        keys: api.Keys,
        clock: Clock,
        lang: Lang,
        *,
        api_base: str,
        oauth_url: str,
        patience: Patience = _PATIENCE,
        httpx_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises `SettingsError` where `api_base` is no URL, or the callback's key none."""
        hears = keys.callback_token is not None and keys.callback_aes_key is not None
        super().__init__(hears=hears)
        self._keys, self._clock, self._lang, self._oauth_url = keys, clock, lang, oauth_url
        self._wire = Wire(api_base, patience=patience, httpx_kwargs=httpx_kwargs)
        self._api = api.Api(self._wire, keys, clock)
        self._inbox = Inbox(clock)
        self._saying = Saying(self._api, keys.agent_id, clock, lang)
        self._greeted: dict[str, float] = {}
        self._replied: dict[str, deque[float]] = {}
        self.callback: Callback | None = None
        if keys.callback_token is not None and keys.callback_aes_key is not None:
            token, aes_key = keys.callback_token.get_secret_value(), keys.callback_aes_key.get_secret_value()
            self.callback = Callback(token.strip(), aes_key.strip(), keys.corp_id, clock)

    async def open(self) -> None:
        """Prove the app's keys. Raises `NotSent`, `ChannelDown`."""
        await self._api.token.get()

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def send(self, address: str, message: Message) -> Receipt:
        """To a member, a party, a tag or a group of the app's. Raises `SendError`."""
        return await self._saying.message(address, message, card_at=self._card_at(address, address))

    async def send_file(self, address: str, file: File) -> Receipt:
        """A file of up to 20 MB. Raises `SendError`."""
        if len(file.content) > _MOST_FILE:
            size = -(-len(file.content) // 1024**2)
            raise Refused(sentence("wecom.file-too-big", size=size, most=_MOST_FILE // 1024**2))
        if len(file.content) <= 5:
            raise Refused(sentence("wecom.file-empty"))
        return await self._saying.file(address, file)

    async def edit(self, address: str, message_id: str, message: Message) -> None:
        """Change a card for all who got it, by the newest right to do so. Raises `SendError`: `Refused` where there is
        none any more, for what is no card, and for what fits none.
        """
        del address
        id_ = MessageId.read(message_id)
        if not id_.task:
            raise Refused(sentence("wecom.text-stands"))
        if (becomes := forms.changed_card(message, id_.task, self._lang)) is None:
            raise Refused(sentence("wecom.card-too-long"))
        card = self._saying.standing.card(id_.task)
        card.may_change_by(id_.code)
        if card.shows == becomes:
            return
        waiting, card.waiting = card.waiting, []
        try:
            await self._saying.change(card, becomes)
        except BaseException:
            card.waiting = waiting + card.waiting
            raise
        card.shows = becomes
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def delete(self, address: str, message_id: str) -> None:
        """Take a message back, for 24 hours after it was sent. Raises `SendError`."""
        del address
        if not (msgid := MessageId.read(message_id).msgid):
            raise Refused(sentence("wecom.text-stands"))
        await self._api.post(api.RECALL, {"msgid": msgid})

    async def fetch(self, attachment: Attachment) -> bytes:
        """A photo or a video, for the three days that WeCom keeps it. Raises `SendError`."""
        return await self._api.load(attachment.ref)

    async def receive(self, offset: str | None) -> Batch:
        """Wait for what the callback brings; nothing after half a minute in which nothing came."""
        return await self._inbox.take(offset)

    async def called(self, query: Mapping[str, str], body: bytes) -> bool:
        """WeCom tells something: whether it is on disk, or nobody's concern here, so that it need not be repeated.

        Raises `CallbackRefused`.
        """
        said = self._callback.opened(query, body)
        if said.get("AgentID", agent := str(self._keys.agent_id)) != agent:
            raise CallbackMismatched(sentence("wecom.callback-other-app", agent=agent))
        inbound = heard.read(said, self._clock.now())
        if inbound is None or not self._is_wanted(inbound):
            return True
        if inbound.kind == "press" and inbound.message_id:
            card = self._saying.standing.card(inbound.message_id)
            card.may_change_by(inbound.reply_to or "")
            inbound = inbound.model_copy(update={"message_id": card.message_id or inbound.message_id})
        return await self._in_time(self._inbox.put(inbound), _KEPT_WITHIN)

    def greeted(self, query: Mapping[str, str]) -> bytes:
        """What the callback says bare when its URL is checked. Raises `CallbackRefused`."""
        return self._callback.greeted(query)

    async def answer(
        self, inbound: Inbound, text: str, buttons: tuple[tuple[Button, ...], ...] = (), opens: str | None = None
    ) -> Receipt | None:
        """To what was typed, there. A press is answered by the change of its card or, where that does not change within
        seconds, by a word to the presser alone. Raises `SendError`.
        """
        del opens
        message = Message(text, buttons)
        if inbound.kind != "press":
            here = self._card_at(inbound.address, inbound.address)
            return await self._saying.word(inbound.address, message, card_at=here) if text else None
        own = self.own_chat(inbound.person)
        if own is None or not (text or buttons):
            return None
        if not buttons and await self._is_seen(inbound):
            return None
        if buttons or self._may_reply(own):
            receipt = await self._saying.word(own, message, card_at=self._card_at(own, inbound.address))
            return receipt if own == inbound.address else None
        return None

    def link(self, opens: str) -> str | None:
        """WeCom has no link that says a word to an app."""
        del opens
        return None

    def own_chat(self, person: str) -> str | None:
        """Each member of the corp has one."""
        userid = userid_of(person)
        return f"user:{userid}" if userid else None

    async def offer(self, menu: Menu) -> None:
        """What can be typed, `/help` tells."""
        del menu

    async def can_tell(self, address: str, text: str) -> bool | None:
        """WeCom does not tell."""
        del address, text
        return None

    async def reachable(self, address: str) -> bool:
        """WeCom tells no more than that it knows the app. Raises `SendError` where it does not."""
        del address
        await self._api.token.get()
        return True

    async def about(self) -> About:
        """What WeCom says of the app itself. Raises `SendError` where it may not be spoken for from here."""
        return await self._api.about()

    async def who(self, code: str) -> str:
        """The id, in small letters, of the member whom the authorise page names by this code. Raises `SendError`:
        `Refused` for a code that was used or is none, and for who is no member.
        """
        return await self._api.who(code)

    def sign_in_url(self, redirect: str, state: str) -> str:
        """The page of WeCom's that leads to `redirect` with a code and this state, without asking anything."""
        return api.sign_in_url(self._oauth_url, self._keys, redirect, state)

    def _card_at(self, address: str, counts_at: str) -> str | None:
        """Where the presses of a card count that is sent to an address, None where none can be."""
        return counts_at if self.presses(address) else None

    @property
    def _callback(self) -> Callback:
        if self.callback is None:
            raise CallbackRefused(sentence("wecom.callback-missing"))
        return self.callback

    def _is_wanted(self, inbound: Inbound) -> bool:
        """Who opens the app is greeted, not each time."""
        if inbound.kind != "command" or not inbound.id.endswith("/enter"):
            return True
        now = self._clock.monotonic()
        self._greeted = {who: at for who, at in self._greeted.items() if now - at < _GREETED_ONCE_IN}
        return self._greeted.setdefault(inbound.person, now) == now

    async def _is_seen(self, inbound: Inbound) -> bool:
        """Whether the card that was pressed is changed, by what is asked of it from now on, within seconds."""
        if not (task := MessageId.read(inbound.message_id or "").task):
            return False
        card = self._saying.standing.card(task)
        card.may_change_by(inbound.reply_to or "")
        changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        card.waiting.append(changed)
        try:
            return await self._in_time(changed, _SEEN_WITHIN)
        finally:
            if changed in card.waiting:
                card.waiting.remove(changed)

    async def _in_time(self, awaited: asyncio.Future[None], seconds: float) -> bool:
        """Whether it comes before so many seconds have passed."""
        passing = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((awaited, passing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
        return awaited.done()

    def _may_reply(self, address: str) -> bool:
        """Whether one more word to a presser stays below what a member gets."""
        now, said = self._clock.monotonic(), self._replied.setdefault(address, deque(maxlen=_MOST_REPLIES[-1][0]))
        if any(len(said) >= most and now - said[-most] < span for most, span in _MOST_REPLIES):
            return False
        said.append(now)
        return True
