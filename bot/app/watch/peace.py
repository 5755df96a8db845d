"""The 平安 line: once a day the admins read that all is well, or what is not. A day without it says something too."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.app.run import Bot
from bot.app.view.protocol import Live
from bot.app.watch.judge import Trouble
from bot.app.watch.watch import Watch
from bot.errors import StoreError
from bot.language import Lang, say, sentence
from bot.ledger.entries import Entry
from bot.outbox.issue import notice_to_admins
from bot.planner.occurrence import Occurrence
from bot.planner.plan import end_of_quiet, season
from bot.reports.problems import problem_list
from bot.store.protocol import Change

_log = logging.getLogger(__name__)
_AT = time(8, 30)
_EVERY = 60.0
_WATCHED = timedelta(minutes=10)
"""So long must a bot have been watched before anybody may say that it is well."""
_DAY = timedelta(days=1)
_LOST = frozenset({"failed", "uncertain", "missed"})


@dataclass(frozen=True)
class Day:
    """What there is to tell of a town this morning: of yesterday what went out and what did not or perhaps not; how
    many asks are open; what is still to come today; how many problems nobody has closed, and how many of these nobody
    sees to.
    """

    town: str
    wrong: tuple[Trouble, ...]
    sent: int
    lost: int
    open_asks: int
    to_come: tuple[Occurrence, ...]
    problems: int = 0
    untaken: int = 0


def in_words(day: Day, lang: Lang) -> str:
    """The line; what is not well comes first, an item each."""
    lost = sentence("watch.lost", count=day.lost) if day.lost else ""
    yesterday = sentence("watch.yesterday", sent=day.sent, lost=lost)
    asks = sentence("watch.open-asks", count=day.open_asks) if day.open_asks else sentence("watch.no-open-asks")
    first = next(iter(day.to_come), None)
    today = sentence("watch.nothing-today")
    if first is not None:
        today = sentence("watch.today", count=len(day.to_come), at=first.due.timetz(), reason=first.reason)
    rest = say(sentence("watch.day", yesterday=yesterday, asks=asks, today=today), lang)
    if day.problems:
        key = "watch.problems-untaken" if day.untaken else "watch.problems"
        rest += say(sentence(key, count=day.problems, untaken=day.untaken), lang)
    if not day.wrong:
        return say(sentence("watch.peace", town=day.town), lang) + rest
    head = say(sentence("watch.no-peace", town=day.town, count=len(day.wrong)), lang)
    return "\n".join([head, "", *(f"- {say(each.what, lang)}" for each in day.wrong), "", rest])


def counted(entries: Iterable[Entry]) -> tuple[int, int]:
    """How many of the town's messages went out, and how many did not or perhaps not, by these entries."""
    kinds = [entry.kind for entry in entries if entry.occurrence]
    return sum(kind in ("sent", "merged") for kind in kinds), sum(kind in _LOST for kind in kinds)


def moment(day: date, bot: Bot) -> datetime:
    """When the line of a day is due: at half past eight, or when quiet hours end where that is later."""
    return end_of_quiet(bot.terms.quiet, datetime.combine(day, _AT, bot.terms.zone))


class DailyWord:
    """Tells the admins once a day, over restarts too. One that begins late in the day tells after ten minutes."""

    def __init__(self, bot: Bot, live: Live, watch: Watch) -> None:
        self._bot, self._live, self._watch = bot, live, watch
        self._earliest = bot.clock.monotonic() + _WATCHED.total_seconds()
        self._told: date | None = None

    async def run(self) -> None:
        """Look each minute whether it is time."""
        while True:
            await self._bot.clock.sleep(_EVERY)
            await self._look()

    async def _look(self) -> None:
        bot = self._bot
        now = bot.clock.now().astimezone(bot.terms.zone)
        today = now.date()
        is_time = moment(today, bot) <= now == end_of_quiet(bot.terms.quiet, now)
        if today == self._told or not is_time or bot.clock.monotonic() < self._earliest:
            return
        words = in_words(await self._day(now), bot.lang)
        change = Change(planned=notice_to_admins(bot.terms.admins, f"peace/{today}", words, now))
        try:
            await bot.store.commit(change)
        except StoreError as error:
            _log.error("the daily word goes out unrecorded: %s", error)
            await bot.store.carry(change)
        self._told = today
        bot.sender.wake()

    async def _day(self, now: datetime) -> Day:
        bot, zone = self._bot, self._bot.terms.zone
        midnight = datetime.combine(now.date(), time(), zone)
        yesterday = datetime.combine(now.date() - _DAY, time(), zone)
        sent, lost = counted(await bot.store.entries(since=yesterday, until=midnight))
        asks = await self._live.asks()
        unsolved = [each.problem for each in await problem_list(bot.store) if each.is_open]
        schedule = bot.in_force.schedule
        return Day(
            town=schedule.town.name,
            wrong=await self._watch.troubles(),
            sent=sent,
            lost=lost,
            open_asks=len(asks.open) + asks.more,
            to_come=tuple(each for each in season(schedule) if each.due > now and each.due.date() == now.date()),
            problems=len(unsolved),
            untaken=sum(each.state == "open" for each in unsolved),
        )
