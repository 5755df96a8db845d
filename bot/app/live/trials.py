"""A test message to one chat, and what becomes of it: who sends one waits for the platform's word."""

import asyncio

from bot.app.admin.people import Admin
from bot.app.admin.revive import revive
from bot.app.run import Bot
from bot.channels.board import ADMIN
from bot.errors import NotFound, NotSent, Refused, Uncertain
from bot.language import say, sentence
from bot.ledger.deliveries import UNFINISHED, Delivery
from bot.outbox.issue import notice_to_admins
from bot.store.protocol import Change

PATIENCE = 10.0
"""Seconds for which somebody waits at the machine."""


class Trials:
    """Test messages that are under way."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._awaited: dict[str, asyncio.Future[Delivery]] = {}

    def hear(self, change: Change) -> None:
        """A commit: one that is waited for may have ended."""
        for delivery in change.deliveries:
            waiting = self._awaited.get(delivery.id)
            if waiting is not None and delivery.state not in UNFINISHED and not waiting.done():
                waiting.set_result(delivery)

    async def send(self, chat: str) -> None:
        """Send a test message that says it is one; a chat that was given up is tried again.

        Raises `NotFound` where there is no such chat, and where it did not go `Refused`, `Uncertain`, or `NotSent`
        while the bot is still at it.
        """
        bot = self._bot
        if bot.routes.to(chat) is None:
            raise NotFound(sentence("service.no-such-chat", chat=chat))
        now, zone = bot.clock.now(), bot.in_force.schedule.town.zone
        await revive(bot.store, bot.terms, chat, Admin(ADMIN, None, now))
        text = say(sentence("service.test-message", at=now.astimezone(zone)), bot.lang)
        (planned,) = notice_to_admins((chat,), f"test/{now.isoformat()}", text, now)
        ended = self._awaited[planned.id] = asyncio.get_running_loop().create_future()
        try:
            await bot.store.commit(Change(planned=(planned,)))
            bot.sender.wake()
            async with asyncio.timeout(PATIENCE):
                _judge(await ended)
        except TimeoutError:
            found = await bot.store.delivery(planned.id)
            why = found.why if found else None
            raise NotSent(sentence("service.test-waits-why" if why else "service.test-waits", why=why)) from None
        finally:
            self._awaited.pop(planned.id, None)


def _judge(ended: Delivery) -> None:
    why = ended.why
    if ended.state == "uncertain":
        raise Uncertain(sentence("service.test-uncertain", why=why))
    if ended.state not in {"sent", "merged"}:
        raise Refused(sentence("service.test-failed", why=why))
