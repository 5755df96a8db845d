"""What stands on the cards of one smart bot, and how they change: by a press, within its seconds, once (facts: wecom,
section 2). A press is answered by the change of its card, or by a word that its presser alone sees on it.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.channels.protocol import Message
from bot.channels.wecom_bot import forms
from bot.channels.wecom_bot.replies import Open, Replies
from bot.errors import Refused
from bot.language import Lang, say, sentence
from bot.ledger.inbound import Inbound

_MOST = 2_000

Give = Callable[[Open, Mapping[str, Any]], Awaitable[None]]
"""Gives a reply to WeCom, once. Raises `SendError`."""


class Shown:
    """The cards that were sent since the start, by their tasks; of many the oldest are forgotten."""

    def __init__(self, replies: Replies, give: Give, lang: Lang) -> None:
        self._replies, self._give, self._lang = replies, give, lang
        self._cards: OrderedDict[str, Message] = OrderedDict()

    def remember(self, task_id: str, message: Message) -> None:
        """This stands there now."""
        self._cards[task_id] = message
        self._cards.move_to_end(task_id)
        while len(self._cards) > _MOST:
            self._cards.popitem(last=False)

    async def change(self, task_id: str, message: Message) -> None:
        """Change it for all who see it, by the last press of it. Raises `SendError`: `Refused` where nobody has just
        pressed, and for what fits no card.
        """
        reply = self._replies.under(task_id)
        becomes = forms.change_of(message, task_id, self._lang)
        if reply is None or becomes is None:
            raise Refused(sentence("wecom.card-stays"))
        await self._give(reply, becomes)
        self.remember(task_id, message)

    async def tell_alone(self, press: Inbound, message: Message) -> bool:
        """Show who pressed a choice in the place of the card, or a word below what stands there. False where that is
        too late, does not fit, or what stands there is not known any more. Raises `SendError`.
        """
        task_id, reply = press.message_id, self._replies.to(press.reply_to)
        if task_id is None or reply is None:
            return False
        if not message.buttons:
            if (stands := self._cards.get(task_id)) is None:
                return False
            message = replace(stands, text=f"{stands.text}\n\n{message.text}")
        alone = () if press.private else (press.person_name or press.person.removeprefix("wecom:"),)
        if (becomes := forms.change_of(message, task_id, self._lang, alone)) is None:
            return False
        try:
            await self._give(reply, becomes)
        except Refused:
            return False
        return True

    async def tell_settled(self, press: Inbound) -> None:
        """Somebody pressed where nothing is left to press. Raises `SendError`."""
        await self.tell_alone(press, Message(say(sentence("wecom.nothing-left"), self._lang)))
