"""A winter of the shipped town in which each office answers by its own habit: played by the real bot, and the record
counted once more from the raw ledger. The weeks round Spring Festival; with HABITS=winter the whole, half a minute.
"""

import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Literal, get_args

import pytest

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.receive import receive
from bot.app.rehearsal.rehearsal import Rehearsal, begin
from bot.app.sources import read_sources, write_sources
from bot.channels.board import BoardChannel, person_of
from bot.channels.buttons import data_of, wish_data
from bot.clock import SystemClock
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState, Numbered
from bot.ledger.inbound import Inbound
from bot.reports.figures import Figures
from bot.reports.record import record
from bot.settings import Settings
from tests.app.rehearsal.theatre import in_force
from tests.promises.checker import check
from tests.promises.checker import told as promises_of
from tests.promises.logs import Pressed
from tests.promises.played import evidence_of
from tests.seasons.timetable import TOWN

Habit = Literal["at once", "in two steps", "late", "never", "by help", "with help", "by two people", "by mistake"]
HABITS: tuple[Habit, ...] = get_args(Habit)
WHAT = Literal["received", "done", "help", "undone", "colleague"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WINTER, SPRING_FESTIVAL = (date(2026, 10, 31), date(2027, 4, 2)), (date(2027, 1, 21), date(2027, 2, 14))
SOMEBODY = "telegram:9000"
"""Who speaks for an office that anyone in its chat may answer for."""

FIGURES = ("asked", "in_time", "late", "help", "open", "overdue", "reminders")


class Winter:
    """The rehearsal, stepped from one moment at which something is due to the next, habits included."""

    def __init__(self, it: Rehearsal, last: datetime, seed: int) -> None:
        self.it, self._last = it, last
        board = it.bot.channels["board"]
        assert isinstance(board, BoardChannel)
        self._board = board
        chosen = random.Random(seed)
        offices = [each.id for each in it.live.town.offices]
        self.habits = dict(zip(offices, chosen.sample(HABITS * 3, len(offices)), strict=True))
        self._known: set[str] = set()
        self._acts: list[tuple[datetime, int, WHAT, Issued, str]] = []
        self._order = count()
        self.presses: list[Pressed] = []

    async def play(self) -> None:
        bot, clock, conductor = self.it.bot, self.it._clock, self.it.conductor
        conductor.pause()
        while clock.now() < self._last:
            waits = bot.sender.next_look
            sender = clock.now() + timedelta(seconds=waits - clock.monotonic()) if waits is not None else None
            moments = [
                bot.lookout.next,
                bot.summing_up.next_look,
                sender,
                self._last,
                *(act[0] for act in self._acts[:1]),
            ]
            ahead = min(each for each in moments if each)
            clock.leap(max(ahead, clock.now() + timedelta(seconds=0 if ahead > clock.now() else 1)))
            while self._acts and self._acts[0][0] <= clock.now():
                _, _, what, issued, office = heappop(self._acts)
                await self._act(what, issued, office)
            await conductor._all_done()
            await self._listen(clock.now())

    async def _listen(self, now: datetime) -> None:
        """Offices read what has come, and will do as they are used to."""
        for issued in await self.it.bot.store.all_issued():
            if issued.owing is None or issued.occurrence in self._known:
                continue
            self._known.add(issued.occurrence)
            for office in issued.offices:
                for after, what in habit_of(self.habits[office], issued.owing.within):
                    heappush(self._acts, (issued.due + after, next(self._order), what, issued, office))

    async def _act(self, what: WHAT, issued: Issued, office: str) -> None:
        chat = next(each for each, here in issued.chats.items() if office in here)
        place = list(issued.offices).index(office)
        match what:
            case "colleague":
                await self._a_colleague_says("done", issued, office, chat, place)
            case "undone":
                await self._board.press(person_of(office), chat, "", wish_data("correct", issued.token, place, "open"))
            case answer:
                self._pressed(person_of(office), issued, answer)
                await self._board.press(person_of(office), chat, "", data_of(answer, issued.token, place))

    async def _a_colleague_says(self, answer: AnswerState, issued: Issued, office: str, chat: str, place: int) -> None:
        bot = self.it.bot
        members = bot.in_force.schedule.offices[office].members
        person = str(members[0]) if members else SOMEBODY
        self._pressed(person, issued, answer)
        inbound = Inbound(
            platform="telegram",
            id=str(next(self._order)),
            at=bot.clock.now(),
            kind="press",
            person=person,
            address=chat,
            data=data_of(answer, issued.token, place),
        )
        await receive(bot.store, Hearing(inbound, chat, bot.in_force.schedule, bot.terms.admins, "zh"))

    def _pressed(self, person: str, issued: Issued, answer: AnswerState) -> None:
        self.presses.append(Pressed(person, issued.occurrence, answer, self.it.bot.clock.now()))


def habit_of(habit: Habit, within: timedelta) -> Iterator[tuple[timedelta, WHAT]]:
    """What an office does, each so long after it was asked."""
    match habit:
        case "at once":
            yield MINUTE, "done"
        case "in two steps":
            yield 3 * MINUTE, "received"
            yield within - MINUTE, "done"
        case "late":
            yield within + 90 * MINUTE, "done"
        case "never":
            pass
        case "by help":
            yield within / 2, "help"
        case "with help":
            yield within / 3, "help"
            yield within + 20 * HOUR, "done"
        case "by two people":
            yield 2 * MINUTE, "received"
            yield 40 * MINUTE, "colleague"
            yield 41 * MINUTE, "done"
        case "by mistake":
            yield 4 * MINUTE, "done"
            yield 9 * MINUTE, "undone"
            yield within - 5 * MINUTE, "done"


@pytest.mark.parametrize("seed", [7])
async def test_the_record_of_a_winter_is_what_the_raw_ledger_counts(tmp_path: Path, seed: int) -> None:
    write_sources(read_sources(TOWN), tmp_path)
    what = in_force(tmp_path)
    zone = what.schedule.town.zone
    days = WINTER if os.environ.get("HABITS") == "winter" else SPRING_FESTIVAL
    first, last = (datetime.combine(day, time(12), zone) for day in days)
    it = await begin(Settings(folder=tmp_path), what, first, last, 1.0, SystemClock())
    try:
        winter = Winter(it, last, seed)
        await winter.play()
        store, now = it.bot.store, it.bot.clock.now()
        found = await record(store, what.schedule, None, None, now=now)
        asks = {each.occurrence: each for each in await store.all_issued() if each.owing}
        entries, deliveries = await store.entries(), await store.deliveries()
    finally:
        await it.end()

    offices, duties = dict[str, Counter[str]](), dict[str | None, Counter[str]]()
    for occurrence, ask in asks.items():
        about = [each for each in entries if each.occurrence == occurrence]
        for office in ask.offices:
            counted = Counter(one_by_one(ask, office, [each for each in about if each.office == office], now))
            offices.setdefault(office, Counter()).update(counted)
            for duty in ask.duties or (None,):
                duties.setdefault(duty, Counter()).update(counted)
    assert {each.id: told(each.figures) for each in found.by_office} == {
        office: {name: counted[name] for name in FIGURES} for office, counted in offices.items()
    }
    assert {each.id: told(each.figures) for each in found.by_duty} == {
        duty: {name: counted[name] for name in FIGURES} for duty, counted in duties.items()
    }
    assert set(winter.habits.values()) == set(HABITS)
    assert all(sum(offices.values(), Counter()).get(name) for name in FIGURES), "each of them came about"
    may = {each: frozenset({person_of(each), SOMEBODY}) for each in winter.habits}
    broken = check(evidence_of(what.schedule, first, last, entries, deliveries, winter.presses, may))
    assert not broken, promises_of(broken)


def told(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in FIGURES}


def one_by_one(ask: Issued, office: str, entries: Iterable[Numbered], now: datetime) -> Iterator[str]:
    """What became of one owed answer by now, from its raw entries; and each of its reminders."""
    assert ask.owing is not None
    state, given, heard, reminders = "open", None, None, set()
    for each in sorted(entries, key=lambda entry: (entry.at, entry.seq)):
        detail = each.detail or {}
        if each.kind == "reminded":
            reminders.add((detail["call"], detail["number"]))
        before, state = state, after(state, each)
        if state != before:
            enough = state == "done" or state == ask.owing.expects
            given = (given or each.at) if enough else None
            heard = (heard or each.at) if enough or state == "help" else None
    yield "asked"
    in_time = heard is not None and heard <= ask.owing.deadline
    if given:
        yield "in_time" if in_time else "late"
    elif state == "help":
        yield "help"
    else:
        yield "open"
        if ask.owing.deadline <= now:
            yield "overdue"
    yield from ("reminders" for _ in reminders)


def after(state: str, entry: Numbered) -> str:
    if entry.kind == "corrected":
        return str((entry.detail or {})["to"])
    if entry.kind in {"done", "help"} or (entry.kind == "received" and state == "open"):
        return entry.kind
    return state
