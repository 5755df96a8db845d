"""The summing-up drafts itself: the day after a phase's last day, at the end of quiet hours, and so the campaign's.

Who supervises is to sum up what worked and what is to be made better (the notice, 三.三); the figures are written down
for them, once, as `data/drafts/CAMPAIGN-PHASE.docx`, beside the record as a workbook.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.app.in_force import InForce
from bot.campaign.model import Campaign, Phase, Schedule
from bot.clock import Clock
from bot.errors import GengfuError, StoreError
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import notice
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.planner.plan import days_between, end_of_quiet
from bot.reports.record import Record, fold
from bot.reports.wanted import Wanted
from bot.store.protocol import Change, Store
from bot.store.tinydb import open_reader

DRAFTED = "summed-up:"
"""Marks: when each was drafted."""
_LOOK = 600.0
"""Seconds until it is looked again: the clock may have been set, the schedule edited, what failed may work by now."""
_DAY = timedelta(days=1)

_log = logging.getLogger(__name__)


class Bot(Protocol):
    """By what it goes: both may change while it runs."""

    in_force: InForce
    terms: Terms


@dataclass(frozen=True)
class Span:
    """What is summed up when it is over: a phase, or the whole campaign where `phase` is None."""

    campaign: Campaign
    phase: Phase | None

    @property
    def name(self) -> str:
        """What its file and its mark are named by."""
        return f"{self.campaign.id}-{self.phase.id}" if self.phase else self.campaign.id

    def over(self, schedule: Schedule) -> datetime:
        """When it is to be drafted."""
        until = self.phase.until if self.phase else self.campaign.last_day
        return datetime.combine(until + _DAY, schedule.town.quiet_hours.until, schedule.town.zone)

    def wanted(self, schedule: Schedule) -> Wanted:
        """The part of the record that it is of."""
        first = self.phase.from_ if self.phase else self.campaign.first_day
        last = self.phase.until if self.phase else self.campaign.last_day
        return Wanted(*days_between(schedule, first, last), self.campaign.id)


@dataclass(frozen=True)
class Drafted:
    """A draft as it lies there, with the record that it tells."""

    span: Span
    file: Path
    record: Record


class SummingUp:
    """Drafts what is over, as long as the bot runs."""

    def __init__(self, store: Store, data: Path, clock: Clock, bot: Bot) -> None:
        self._store, self._data, self._clock, self._bot = store, data, clock, bot
        self._nothing_of: set[str] = set()
        self.next_look: datetime | None = None
        """When something is to be drafted next, or tried again."""

    @property
    def at_rest(self) -> bool:
        """Whether nothing is to be drafted by now, or to be tried again."""
        return self.next_look is None or self._clock.now() < self.next_look

    async def run(self) -> None:
        """Draft what is over when it is. A failure is logged and told once a day, tried again, and stops nothing."""
        while True:
            again: datetime | None = self._clock.now() + timedelta(seconds=_LOOK)
            try:
                again = await self._look()
            finally:
                self.next_look = again
            rest = (self.next_look - self._clock.now()).total_seconds() if self.next_look else _LOOK
            await self._clock.sleep(min(max(rest, 0), _LOOK))

    async def _look(self) -> datetime | None:
        """Draft what is over; when something is to be done next."""
        schedule, terms, now = self._bot.in_force.schedule, self._bot.terms, self._clock.now()
        try:
            done = {each.removeprefix(DRAFTED) for each in await self._store.marks(DRAFTED)} | self._nothing_of
            waiting = [(each.over(schedule), each) for each in spans(schedule) if each.name not in done]
            over = [each for when, each in waiting if when <= now]
            if over:
                if (awake := end_of_quiet(terms.quiet, now.astimezone(terms.zone))) > now:
                    return awake
                await self._draft(over, schedule, now)
        except GengfuError as error:
            _log.error("no summing-up could be drafted: %s", error)
            await self._tell_failure(error, now)
            return now + timedelta(seconds=_LOOK)
        return min((when for when, _ in waiting if when > now), default=None)

    async def _draft(self, over: list[Span], schedule: Schedule, now: datetime) -> None:
        from bot.app.drafts import draft, take_back  # a bot that starts needs neither Word nor Excel

        reader = await open_reader(self._data)
        found = await reader.all_issued(), await reader.deliveries(), await reader.entries()
        drafted: list[Drafted] = []
        try:
            for span in over:
                record = await asyncio.to_thread(fold, span.wanted(schedule), schedule, *found, now)
                if record.answers or record.told.messages or record.undelivered:
                    lang = self._bot.terms.lang
                    wanted = self._data, span.name, record, schedule, span.campaign, span.phase, lang
                    drafted.append(Drafted(span, await asyncio.to_thread(draft, *wanted), record))
                else:
                    self._nothing_of.add(span.name)
        finally:
            if drafted:
                try:
                    await self._tell(drafted, schedule, now)
                except StoreError:
                    await asyncio.to_thread(take_back, [each.file for each in drafted])
                    raise

    async def _tell(self, drafted: list[Drafted], schedule: Schedule, now: datetime) -> None:
        """What is drafted, and where it lies: to the admins, and where who supervises reads for itself."""
        own = [each.id for each in schedule.town.chats if each.office in schedule.supervisors]
        words = "\n\n".join(in_words(each, self._bot.terms.lang) for each in drafted)
        names = [each.span.name for each in drafted]
        told = notice(f"summing-up/{'+'.join(names)}", (*self._bot.terms.admins, *own), words, now)
        await self._store.commit(Change(planned=told, marks={DRAFTED + each: now.isoformat() for each in names}))

    async def _tell_failure(self, error: GengfuError, now: datetime) -> None:
        terms = self._bot.terms
        words = say(sentence("summing-up.failed", why=error.sentence), terms.lang)
        about = f"summing-up-failed/{now.astimezone(terms.zone).date()}"
        try:
            await self._store.commit(Change(planned=notice_to_admins(terms.admins, about, words, now)))
        except StoreError as refused:
            _log.error("nor could the admins be told: %s", refused)


def spans(schedule: Schedule) -> Iterator[Span]:
    """All that is summed up some day: each phase, and each campaign after its last one."""
    for campaign in schedule.campaigns:
        for phase in campaign.phases:
            yield Span(campaign, phase)
        yield Span(campaign, None)


def in_words(drafted: Drafted, lang: Lang) -> str:
    """What the admins and who supervises are told of it: the main figures, and where it lies."""
    total, problems = drafted.record.total, drafted.record.problems
    campaign, phase = drafted.span.campaign, drafted.span.phase
    what = sentence("summing-up.of-phase", title=campaign.title, phase=phase.name) if phase else campaign.title
    return say(
        sentence(
            "summing-up.drafted",
            what=what,
            asked=total.asked,
            in_time=total.in_time,
            late=total.late,
            help=total.help,
            open=total.open,
            problems=len(problems),
            unsolved=sum(each.is_open for each in problems),
            file=str(drafted.file),
        ),
        lang,
    )
