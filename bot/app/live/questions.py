"""What waits for an admin's word: chats that were given up, then deliveries in doubt, the oldest first."""

from bot.app.live.record import Record
from bot.app.routing import ADMINS
from bot.app.run import Bot
from bot.app.view.questions import ShownQuestion, ShownQuestions
from bot.channels.buttons import reviving_buttons, settling_buttons
from bot.ledger.deliveries import Delivery
from bot.outbox.outcome import DEAD
from bot.renderer.headline import first_line, headline

MOST = 30
"""So many are shown."""


class Questions:
    """What the record leaves open."""

    def __init__(self, bot: Bot, record: Record) -> None:
        self._bot, self._record = bot, record

    async def shown(self) -> ShownQuestions:
        """The first of them: chats that are lost before single messages, for more hangs on them."""
        await self._record.ready()
        doubtful = sorted(self._record.doubtful.values(), key=lambda each: (each.due, each.id))
        dead = sorted((await self._bot.store.marks(DEAD)).items())
        lost = [self._revive(name.removeprefix(DEAD), mark.partition(" ")[2]) for name, mark in dead[:MOST]]
        unsettled = [await self._settle(each) for each in doubtful[: MOST - len(lost)]]
        first = (*lost, *unsettled)
        return ShownQuestions(first, len(dead) + len(doubtful) - len(first))

    async def _settle(self, delivery: Delivery) -> ShownQuestion:
        bot, zone = self._bot, self._bot.in_force.schedule.town.zone
        issued = await bot.store.issued(delivery.occurrence)
        since = delivery.sent_at or delivery.asked_at or delivery.due
        return ShownQuestion(
            kind="settle",
            of=delivery.id,
            title=self._title(delivery.chat),
            why=await self._why(delivery),
            press_in=ADMINS,
            buttons=settling_buttons(delivery.id, bot.lang),
            subject=headline(issued) if issued else first_line(delivery.text or ""),
            due=delivery.due.astimezone(zone),
            since=since.astimezone(zone),
        )

    def _revive(self, chat: str, why: str) -> ShownQuestion:
        return ShownQuestion(
            kind="revive",
            of=chat,
            title=self._title(chat),
            why=why or None,
            press_in=ADMINS,
            buttons=reviving_buttons(chat, self._bot.lang),
        )

    async def _why(self, delivery: Delivery) -> str | None:
        """Why nobody knows: what the ledger last says of it."""
        if delivery.is_notice:
            return delivery.why
        entries = reversed(await self._bot.store.entries(occurrence=delivery.occurrence))
        last = next((each for each in entries if (each.kind, each.chat) == ("uncertain", delivery.chat)), None)
        why = (last.detail or {}).get("why") if last else delivery.why
        return str(why) if why else None

    def _title(self, chat: str) -> str:
        known = self._bot.in_force.schedule.chats.get(chat)
        return known.title if known else chat
