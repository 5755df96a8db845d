"""The owed answers: each ask folded once, and again only when it was answered or delivered."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nlargest, nsmallest
from zoneinfo import ZoneInfo

from bot.app.live.record import Record
from bot.app.run import Bot
from bot.app.view.asks import OfficeAnswer, ShownAsk, ShownAsks
from bot.clock import turn
from bot.ledger.deliveries import Issued, Owing, deadline_of
from bot.ledger.entries import ANSWERS, Kind
from bot.ledger.standing import Standing, standings
from bot.renderer.headline import headline
from bot.reports.answers import heard_at, reached
from bot.store.protocol import Change

MOST_OPEN, MOST_ANSWERED = 30, 10
"""So many asks are shown."""
_AT_A_TIME = 20
TOLD: frozenset[Kind] = frozenset(
    {*ANSWERS, "corrected", "refused", "evidence", "need", "taken", "closed", "reminded", "late", "escalated"}
)
"""What pages tell of an ask, and of each office in it."""


@dataclass(frozen=True)
class _Stands:
    """Where an office stands, by when it owes its answer, and since when nobody waits for that."""

    standing: Standing
    deadline: datetime
    heard_at: datetime | None


@dataclass(frozen=True)
class _Asked:
    """An ask with where each office stands that it reached; the names of those whom it has not reached.

    `deadline` is the earliest at which an answer is still owed, of those that are none the earliest at all;
    `answered_at` is the last answer's moment.
    """

    issued: Issued
    owing: Owing
    offices: tuple[_Stands, ...]
    unreached: tuple[str, ...]
    deadline: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody owes an answer, or has not even been asked."""
        return bool(self.unreached) or any(not each.standing.has_given(self.owing.expects) for each in self.offices)


class Asks:
    """Every ask that reached anybody. `open` ones are kept as folded, of those answered in full when that was."""

    def __init__(self, bot: Bot, record: Record) -> None:
        self._bot, self._record = bot, record
        self._folding = asyncio.Lock()
        self._stale: set[str] | None = None
        self._open: dict[str, _Asked] = {}
        self._answered: dict[str, tuple[datetime, str]] = {}

    def hear(self, change: Change) -> None:
        """Look again at what a commit concerns."""
        if self._stale is not None:
            self._stale.update(concerned(change))

    async def shown(self) -> ShownAsks:
        """Asks to which an answer is owed, the nearest deadline first, and those answered in full, newest first."""
        await self._record.ready()
        async with self._folding:
            await self._keep_up()
            now = self._bot.clock.now()
            near = nsmallest(MOST_OPEN, self._open.values(), key=lambda each: _nearness(each, now))
            last = nlargest(MOST_ANSWERED, self._answered.values())
            answered = [await self._folded(each) for _, each in last]
        return ShownAsks(
            open=tuple(self._shown(each, now) for each in near),
            answered=tuple(self._shown(each, now) for each in answered if each),
            more=len(self._open) - len(near),
        )

    async def _keep_up(self) -> None:
        if self._stale is None:
            self._stale = set(self._record.issued)
        count = 0
        while self._stale:
            occurrence = self._stale.pop()
            asked = await self._folded(occurrence)
            self._open.pop(occurrence, None)
            self._answered.pop(occurrence, None)
            if asked and asked.is_open:
                self._open[occurrence] = asked
            elif asked and asked.answered_at:
                self._answered[occurrence] = (asked.answered_at.astimezone(UTC), occurrence)
            count += 1
            if count % _AT_A_TIME == 0:
                await turn()

    async def _folded(self, occurrence: str) -> _Asked | None:
        """Who was asked and who has answered; None where nothing is owed, or it was withdrawn, or reached nobody."""
        store = self._bot.store
        issued = await store.issued(occurrence)
        if issued is None or issued.owing is None or issued.withdrawn:
            return None
        told = reached(issued, await store.deliveries(occurrence=occurrence))
        owing, entries = issued.owing, await store.entries(occurrence=occurrence)
        offices = tuple(
            _Stands(
                standing,
                deadline_of(issued, standing.office, told.get(standing.office, ())) or owing.deadline,
                heard_at(standing.office, owing.expects, entries),
            )
            for standing in standings(issued.offices, entries)
            if standing.office in told or standing.state != "open"
        )
        if not offices:
            return None
        known = {each.standing.office for each in offices}
        owed = [each.deadline for each in offices if not each.standing.has_given(owing.expects)]
        return _Asked(
            issued=issued,
            owing=owing,
            offices=offices,
            unreached=tuple(name for office, name in issued.offices.items() if office not in known),
            deadline=min(owed or [each.deadline for each in offices]),
            answered_at=max((at for each in offices if (at := each.standing.answered_at)), default=None),
        )

    def _shown(self, asked: _Asked, now: datetime) -> ShownAsk:
        zone, issued = self._bot.in_force.schedule.town.zone, asked.issued
        return ShownAsk(
            occurrence=issued.occurrence,
            token=issued.token,
            subject=headline(issued),
            due=issued.due.astimezone(zone),
            expects=asked.owing.expects,
            deadline=asked.deadline.astimezone(zone),
            offices=tuple(
                answer_of(issued, asked.owing, each.standing, (each.heard_at or now) > each.deadline, zone)
                for each in asked.offices
            ),
            unreached=asked.unreached,
        )


def concerned(change: Change) -> set[str]:
    """The asks that may stand otherwise by a commit."""
    asks = {each.occurrence for each in (*change.deliveries, *change.planned) if each.duty_alert and not each.is_notice}
    asks.update(each.occurrence for each in change.issued if each.owing)
    asks.update(entry.occurrence for entry in change.entries if entry.kind in TOLD and entry.occurrence)
    return asks


def answer_of(issued: Issued, owing: Owing, standing: Standing, late: bool, zone: ZoneInfo) -> OfficeAnswer:
    """Where one office stands with an ask."""
    return OfficeAnswer(
        office=standing.office,
        name=issued.offices[standing.office],
        state=standing.state,
        at=standing.answered_at and standing.answered_at.astimezone(zone),
        owes=not standing.has_given(owing.expects),
        late=late,
    )


def _nearness(asked: _Asked, now: datetime) -> tuple[timedelta, str]:
    return abs(asked.deadline - now), asked.issued.occurrence
