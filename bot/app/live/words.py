"""What goes out, word for word, before it does: composed as the sender will compose it."""

from datetime import datetime

from bot.app.run import Bot
from bot.ledger.deliveries import Delivery, Issued
from bot.outbox.issue import issue
from bot.outbox.outcome import deadline_from
from bot.outbox.wording import message_of
from bot.planner.occurrence import Occurrence
from bot.renderer.compose import compose
from bot.renderer.headline import headline
from bot.renderer.templates import MessageError

_MOST = 4_000


class Words:
    """What lies ahead as the schedule in force words it; remembered for as long as that one is."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._in_force: object = None
        self._made: dict[str, Issued | MessageError] = {}
        self._texts: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def text(self, occurrence: Occurrence, chat: str) -> str:
        """What a chat will read at the due moment; where its message cannot be rendered, why."""
        made, bot = self._issued(occurrence), self._bot
        if isinstance(made, MessageError):
            return made.in_words(bot.lang)
        platform = platform_of(bot, chat)
        same = (occurrence.id, platform, made.chats.get(chat, ()) if made.owing else ())
        if (text := self._texts.get(same)) is None:
            due, terms = occurrence.due, bot.terms
            words = compose(made, chat, platform, (), due, zone=terms.zone, mentions=terms.mentions, lang=terms.lang)
            if len(self._texts) >= _MOST:
                self._texts.clear()
            text = self._texts[same] = terms.headed(words)
        return text

    def subject(self, occurrence: Occurrence) -> str:
        """What it says first; the reminder's own name where its message cannot be rendered."""
        made = self._issued(occurrence)
        return occurrence.reminder if isinstance(made, MessageError) else headline(made)

    def _issued(self, occurrence: Occurrence) -> Issued | MessageError:
        what = self._bot.in_force
        if what is not self._in_force:
            self._in_force = what
            self._made.clear()
            self._texts.clear()
        if (made := self._made.get(occurrence.id)) is None:
            try:
                made = issue(what.schedule, what.messages, occurrence, occurrence.due, what.version)
            except MessageError as error:
                made = error
            self._made[occurrence.id] = made
        return made


async def as_it_will_go(bot: Bot, delivery: Delivery, issued: Issued, at: datetime) -> str:
    """What a delivery that is on record will say, or would have said, if it goes out at this moment."""
    asked = delivery.model_copy(update={"deadline": deadline_from(delivery, issued, at)})
    platform = platform_of(bot, delivery.chat)
    message = await message_of(bot.store, asked, issued, platform, at, bot.terms, presses=True)
    return message.text


def platform_of(bot: Bot, chat: str) -> str:
    """The platform for which a chat's messages are worded: its route's, or its own where there is no way to it."""
    if route := bot.routes.table.get(chat):
        return route.platform
    known = bot.in_force.schedule.chats.get(chat)
    return known.on if known else "board"
