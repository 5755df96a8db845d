"""What people are told of what they did, beside the hearing: nobody's press waits until somebody else was told.

Best effort, for what counts is on disk already. What is said in a chat is a message like any and keeps the outbox's
pace; a word on the presser's own screen is none. What the platform will not take now is let be, and the chat gets
the rest that was asked for.

A command floods no group: it is answered once, who asks again soon has that answer edited, and a long list goes to
the asker's own chat, where the bot may write there.
"""

import asyncio
import logging

from bot.app.ground import Ground
from bot.app.hearing.answer import Answer
from bot.channels.protocol import Button, Channel, Message
from bot.clock import Clock
from bot.errors import Refused, SendError, Throttled
from bot.language import Sentence, sentence
from bot.ledger.inbound import Inbound

_log = logging.getLogger(__name__)
_MOST = 100
"""So many may be under way. Where more pile up the platform does not answer, and who pressed has long looked away."""
_SOON = 600.0
"""Seconds for which a command's answer is edited where the same person asks again."""


class Replies:
    """The replies of one channel that are under way, each in its own task."""

    def __init__(self, channel: Channel, clock: Clock, ground: Ground) -> None:
        self._channel, self._clock, self._ground = channel, clock, ground
        self._under_way: set[asyncio.Task[None]] = set()
        self._stand: dict[tuple[str, str], tuple[str, float]] = {}

    def tell(self, inbound: Inbound, told: Sentence, buttons: tuple[tuple[Button, ...], ...] = ()) -> None:
        """Begin to tell whoever sent this, and do not wait for it."""
        self.answer(inbound, Answer(told, buttons=buttons))

    def answer(self, inbound: Inbound, answer: Answer) -> None:
        """As `tell`, what may be a list."""
        if len(self._under_way) >= _MOST:
            _log.warning("%s is not told: %d replies are under way already", inbound.person, _MOST)
            return
        task = asyncio.create_task(self._answer(inbound, answer), name=f"reply {inbound.key}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Let go of those under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _in_turn(self, address: str) -> None:
        pace, place = self._ground.pace(self._channel), self._channel.place(address)
        while (wait := pace.wait(place, self._channel.is_group(address), self._clock.monotonic())) > 0:
            await self._clock.sleep(wait)
        pace.took(place, self._clock.monotonic())

    async def _answer(self, inbound: Inbound, answer: Answer) -> None:
        in_group = self._channel.is_group(inbound.address) and not inbound.private
        stands_in_chat = inbound.kind != "press" or bool(answer.buttons) or bool(answer.opens and not in_group)
        try:
            if inbound.kind == "command" and in_group:
                await self._answer_in_group(inbound, answer)
                return
            if stands_in_chat:
                await self._in_turn(inbound.address)
            if answer.in_place and await self._is_put_in_place(inbound, answer):
                return
            await self._channel.answer(inbound, self._headed(answer), answer.buttons, answer.opens)
        except SendError as error:
            _log.info("%s could not be told: %s", inbound.person, error)
            if isinstance(error, Throttled) and stands_in_chat:
                until = self._clock.monotonic() + error.retry_after.total_seconds()
                self._ground.pace(self._channel).hold(self._channel.place(inbound.address), until)
        except Exception:  # noqa: BLE001 - nobody waits for this task: what breaks in it must be said here
            _log.exception("%s could not be told", inbound.person)

    async def _answer_in_group(self, inbound: Inbound, answer: Answer) -> None:
        """Once in the group: by an edit of what stands there for who asked a short while ago, else as a reply."""
        message = await self._fit_for_group(inbound, answer)
        asker = inbound.person, inbound.address
        await self._in_turn(inbound.address)
        if (before := self._standing(asker)) is not None:
            try:
                await self._channel.edit(inbound.address, before, message)
            except Refused as error:
                _log.info("%s is told anew: %s", inbound.person, error)
            else:
                return
        receipt = await self._channel.answer(inbound, message.text, message.buttons)
        if receipt is not None and receipt.message_id is not None:
            self._stand[asker] = receipt.message_id, self._clock.monotonic()

    async def _is_put_in_place(self, inbound: Inbound, answer: Answer) -> bool:
        """Whether the message that was pressed reads so now; on a page it cannot, and may be gone elsewhere."""
        if inbound.message_id is None or self._channel.own_chat(inbound.person) is None:
            return False
        try:
            message = Message(self._headed(answer), answer.buttons)
            await self._channel.edit(inbound.address, inbound.message_id, message)
        except Refused as error:
            _log.info("%s is told anew: %s", inbound.person, error)
            return False
        await self._channel.answer(inbound, "")
        return True

    async def _fit_for_group(self, inbound: Inbound, answer: Answer) -> Message:
        if not answer.is_long or (own := self._channel.own_chat(inbound.person)) is None:
            return Message(self._headed(answer), answer.buttons)
        if answer.opens and await self._is_sent(own, Message(self._headed(answer), answer.buttons)):
            told = Answer(sentence("commands.sent-to-you", head=answer.head))
            return Message(self._headed(told))
        link = self._channel.link(answer.opens) if answer.opens else None
        text = answer.cut(self._ground.lang, link)
        return Message(self._ground.terms.headed(text), answer.buttons)

    async def _is_sent(self, address: str, message: Message) -> bool:
        """Whether their own chat takes it: it does not before they have pressed Start."""
        try:
            await self._in_turn(address)
            await self._channel.send(address, message)
        except SendError as error:
            _log.info("%s gets it in the group: %s", address, error)
            return False
        return True

    def _standing(self, asker: tuple[str, str]) -> str | None:
        """The message by which this person was answered in this chat a short while ago."""
        now = self._clock.monotonic()
        self._stand = {each: (id_, at) for each, (id_, at) in self._stand.items() if now - at < _SOON}
        return self._stand[asker][0] if asker in self._stand else None

    def _headed(self, answer: Answer) -> str:
        return self._ground.terms.headed(answer.text(self._ground.lang))
