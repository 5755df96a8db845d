"""What comes to the app's callback and does not fit our settings: the admins learn of it, for every press is lost."""

from datetime import date

from bot.app.run import Bot
from bot.errors import CallbackMismatched, CallbackRefused
from bot.language import say, sentence
from bot.outbox.issue import notice_to_admins
from bot.store.protocol import Change


class RefusedCalls:
    """Tells once a day: anybody may call the callback."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._told: date | None = None

    async def tell(self, error: CallbackRefused) -> None:
        """Tell the admins of what WeCom may well have sent; of what is surely a stranger's nothing. Raises
        `StoreError`.
        """
        now, terms = self._bot.clock.now(), self._bot.terms
        today = now.astimezone(terms.zone).date()
        if not isinstance(error, CallbackMismatched) or self._told == today:
            return
        words = say(sentence("wecom.hears-nothing", why=error.sentence), self._bot.lang)
        await self._bot.store.commit(Change(planned=notice_to_admins(terms.admins, f"callback/{today}", words, now)))
        self._told = today
