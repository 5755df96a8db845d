"""One day in full: what is on record as it stands, what lies ahead as it will go out."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from bot.app.live.placed import Placed, placed
from bot.app.live.planned import planned
from bot.app.live.record import Record
from bot.app.live.season import key_days_in, shown_season, watches_in
from bot.app.live.words import Words, as_it_will_go
from bot.app.run import Bot
from bot.app.view.day import Came, SentTo, ShownDay, ShownSend, Wording
from bot.app.view.season import ShownSeason
from bot.campaign.model import Schedule
from bot.language import say, sentence
from bot.ledger.deliveries import UNFINISHED, Delivery, Issued
from bot.outbox.tick import Seen, seen
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.headline import headline


class Days:
    """The town's days: a season of them as a calendar, and each by itself."""

    def __init__(self, bot: Bot, record: Record, words: Words) -> None:
        self._bot, self._record, self._words = bot, record, words
        self._placed: tuple[Schedule, int, Mapping[date, tuple[Placed, ...]]] | None = None

    @property
    def today(self) -> date:
        """The town's today."""
        return self._bot.clock.now().astimezone(self._schedule.town.zone).date()

    def season(self, named: str | None) -> ShownSeason | None:
        """A campaign's season; what is on record counts as soon as that has been read."""
        troubled = self._record.troubled(planned(self._schedule).by_id)
        return shown_season(self._schedule, named, self.today, self._all(), troubled)

    async def day(self, day: date) -> ShownDay:
        """What a day brings or brought."""
        await self._record.ready()
        schedule, looked = self._schedule, await seen(self._bot.store)
        going = [each for each, sends in self._all().items() if not all(send.withdrawn for send in sends)]
        before, after = bisect_left(going, day), bisect_right(going, day)
        return ShownDay(
            day=day,
            sends=tuple([await self._send(each, looked) for each in self._all().get(day, ())]),
            key_days=key_days_in(schedule, day, day).get(day, ()),
            watches=tuple(band.name for band in watches_in(schedule, day, day)),
            phases=tuple(
                phase.name
                for campaign in schedule.campaigns
                for phase in campaign.phases
                if phase.from_ <= day <= phase.until
            ),
            before=going[before - 1] if before else None,
            after=going[after] if after < len(going) else None,
        )

    async def sent(self, issued: Issued) -> ShownSend:
        """One occurrence that fell due, as it stands on record."""
        due = issued.due.astimezone(self._schedule.town.zone)
        return await self._on_record(due, issued, planned(self._schedule).by_id.get(issued.occurrence))

    @property
    def _schedule(self) -> Schedule:
        return self._bot.in_force.schedule

    def _all(self) -> Mapping[date, tuple[Placed, ...]]:
        schedule, revision = self._schedule, self._record.revision
        if self._placed is None or self._placed[:2] != (schedule, revision):
            found = placed(season(schedule), self._record.issued, schedule.town.zone)
            self._placed = (schedule, revision, found)
        return self._placed[2]

    async def _send(self, what: Placed, looked: Seen | None) -> ShownSend:
        plan = planned(self._schedule).by_id.get(what.occurrence)
        if issued := self._record.issued.get(what.occurrence) or await self._bot.store.issued(what.occurrence):
            return await self._on_record(what.due, issued, plan)
        assert plan is not None  # noqa: S101 - what is placed is on record or planned
        return self._planned(plan, looked)

    async def _on_record(self, due: datetime, issued: Issued, plan: Occurrence | None) -> ShownSend:
        """As it stands, chats in the order in which it was issued to them, then those that it was issued to before."""
        deliveries = {each.chat: each for each in await self._bot.store.deliveries(occurrence=issued.occurrence)}
        shown: dict[str, list[SentTo]] = defaultdict(list)
        for chat in dict.fromkeys((*issued.chats, *deliveries)):
            if delivery := deliveries.get(chat):
                shown[await self._text(delivery, issued)].append(self._sent_to(delivery))
        told = [each.deadline for each in deliveries.values() if each.may_be_read and each.deadline]
        deadline = min(told, default=issued.owing.deadline) if issued.owing else None
        gone = sentence("service.no-longer-planned")
        return ShownSend(
            occurrence=issued.occurrence,
            reminder=issued.occurrence.split("/")[1],
            due=due,
            reason=say(plan.reason if plan else gone, self._bot.lang),
            subject=headline(issued),
            provisional=False,
            offices=tuple(issued.offices.values()),
            deadline=deadline and deadline.astimezone(due.tzinfo),
            wordings=_wordings(shown),
        )

    async def _text(self, delivery: Delivery, issued: Issued) -> str:
        if delivery.text is not None:
            return delivery.text
        if delivery.sent_at is not None:
            return await as_it_will_go(self._bot, delivery, issued, delivery.sent_at)
        now = self._bot.clock.now()
        goes_at = max(now, delivery.due) if delivery.state in UNFINISHED else delivery.due
        return await as_it_will_go(self._bot, delivery, issued, goes_at)

    def _sent_to(self, delivery: Delivery) -> SentTo:
        at = delivery.sent_at
        return SentTo(
            chat=delivery.chat,
            title=self._title(delivery.chat),
            came="recalled" if delivery.taken_down else delivery.state,
            at=at and at.astimezone(self._schedule.town.zone),
            why=delivery.why,
        )

    def _planned(self, plan: Occurrence, looked: Seen | None) -> ShownSend:
        """As it will go out, or would have: what nobody looked at when it fell due was past when it was adopted."""
        why = self._record.why(plan)
        ahead = plan.due > self._bot.clock.now() if looked is None else looked.lies_ahead(plan)
        came: Came = "failed" if why else "ahead" if ahead else "past"
        shown: dict[str, list[SentTo]] = defaultdict(list)
        for chat, _ in plan.chats:
            shown[self._words.text(plan, chat)].append(SentTo(chat, self._title(chat), came, None, why))
        return ShownSend(
            occurrence=plan.id,
            reminder=plan.reminder,
            due=plan.due,
            reason=say(plan.reason, self._bot.lang),
            subject=self._words.subject(plan),
            provisional=plan.provisional,
            offices=tuple(self._schedule.offices[office].name for office in plan.offices),
            deadline=plan.deadline,
            wordings=_wordings(shown),
        )

    def _title(self, chat: str) -> str:
        known = self._schedule.chats.get(chat)
        return known.title if known else chat


def _wordings(shown: Mapping[str, list[SentTo]]) -> tuple[Wording, ...]:
    return tuple(Wording(text, tuple(chats)) for text, chats in shown.items())
