"""What an admin who sits at the machine puts right: an office's answer, one that it gave by telephone, what was sent by
mistake.
"""

import secrets
from collections.abc import Awaitable, Callable

from bot.acknowledgements.correcting import correct
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict, no_such_ask
from bot.acknowledgements.on_behalf import on_behalf
from bot.app.admin.people import Admin
from bot.app.admin.recall import take_back
from bot.app.routing import ADMINS
from bot.app.run import Bot
from bot.channels.board import ADMIN, Told
from bot.errors import Overtaken
from bot.language import say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from bot.ledger.inbound import Inbound
from bot.ledger.standing import StandingState
from bot.store.protocol import Change


class Amending:
    """One bot's."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def correct(self, token: str, office: str, to: StandingState, reason: str) -> Told:
        """Have an office stand otherwise with an ask than its answers say; nothing without a reason."""
        store, reason = self._bot.store, " ".join(reason.split())

        async def judged(hearing: Hearing, issued: Issued) -> Verdict:
            if not reason:
                return Verdict(sentence("answers.reason-wanted", office=issued.offices[office]))
            entries = await store.entries(occurrence=issued.occurrence)
            verdict = correct(hearing, issued, entries, office, to, reason)
            verdict = with_help_called(verdict, hearing, issued, entries)
            await store.commit(Change(entries=verdict.entries, planned=verdict.planned))
            return verdict

        return await self._of(token, office, judged)

    async def answer_for(self, token: str, office: str, answer: AnswerState, reason: str) -> Told:
        """Put an answer on record that an office gave by another way; nothing without a reason."""

        async def judged(hearing: Hearing, issued: Issued) -> Verdict:
            return await on_behalf(self._bot.store, hearing, issued, office, answer, reason)

        return await self._of(token, office, judged)

    async def recall(self, token: str, reason: str) -> Told:
        """Take an ask or a broadcast back; who is second is told who was first. Raises `StoreError`."""
        bot = self._bot
        by = Admin.who_sent(self._hearing().inbound)
        while (issued := await bot.store.issued_by_token(token)) is not None:
            zone = bot.in_force.schedule.town.zone
            change, told = await take_back(bot.store, issued, by, reason, bot.clock.now(), zone)
            try:
                await bot.store.commit(change)
            except Overtaken:
                continue
            return Told(say(told, bot.lang))
        return Told(say(no_such_ask().told, bot.lang))

    async def _of(self, token: str, office: str, judged: Callable[[Hearing, Issued], Awaitable[Verdict]]) -> Told:
        bot = self._bot
        issued = await bot.store.issued_by_token(token)
        if issued is None or issued.owing is None or office not in issued.offices:
            verdict = no_such_ask()
        else:
            verdict = await judged(self._hearing(), issued)
            bot.sender.wake()
        return Told(say(verdict.told, bot.lang))

    def _hearing(self) -> Hearing:
        bot = self._bot
        inbound = Inbound(
            platform="board",
            id=secrets.token_hex(8),
            at=bot.clock.now(),
            kind="press",
            person=ADMIN,
            person_name=say(sentence("service.admins"), bot.lang),
            address=ADMINS,
        )
        paused = bot.pausing is not None and bot.pausing.pause is not None
        return Hearing(inbound, ADMINS, bot.in_force.schedule, bot.terms.admins, bot.lang, paused)
