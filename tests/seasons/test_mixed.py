"""A stretch of the winter in a town of 40 chats of all five kinds, against both local platforms: each office answers by
its own habit and in the way that its chat has. With HABITS=winter the whole.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

import orjson

from bot.app.simulate import simulate
from bot.channels.board import person_of
from bot.cli.schedule import as_json
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.planner.plan import season
from bot.reports.record import Record, record
from tests.outbox.stage import SHANGHAI
from tests.promises.checker import check
from tests.promises.checker import told as promises_of
from tests.promises.evidence import accepted, gathered, planned, stood
from tests.promises.logs import Evidence, Pressed
from tests.promises.on_all import OnAll, on_all
from tests.seasons.five_kinds import OFFICES, a_mixed_town, neighbours, person_in_wecom, person_on_telegram
from tests.seasons.hands import WAYS, Hands
from tests.seasons.test_habits import FIGURES, HABITS, WHAT, Habit, habit_of, one_by_one, told

WINTER, DAYS = (date(2026, 10, 31), date(2027, 4, 2)), (date(2027, 1, 26), date(2027, 1, 30))


@dataclass(frozen=True)
class Played:
    """What is left of a stretch of the winter that was played."""

    entries: tuple[Numbered, ...]
    deliveries: tuple[Delivery, ...]
    asks: tuple[Issued, ...]
    record: Record
    evidence: Evidence
    now: datetime
    ways: Counter[str]


class Winter:
    """People who do as they are used to. Where it is all `at_once`, those who speak at one moment do so on all
    platforms at once, in another order.
    """

    def __init__(self, it: OnAll, last: datetime, *, at_once: bool) -> None:
        self._it, self._last, self._at_once = it, last, at_once
        self.hands = Hands(it)
        self._habits = {office: _habit(office, number) for number, office in enumerate(OFFICES)}
        self._known: set[str] = set()
        self._acts: list[tuple[datetime, int, WHAT, Issued, str]] = []
        self._order = count()
        self.presses: list[Pressed] = []

    async def play(self) -> None:
        while (now := self._it.clock.now()) < self._last:
            await self._listen()
            now = await self._it.step(self._last, *(act[0] for act in self._acts[:1]))
            acts = []
            while self._acts and self._acts[0][0] <= now:
                acts.append(heappop(self._acts))
            if self._at_once:
                await asyncio.gather(*(self._act(*act[1:]) for act in reversed(acts)))
            else:
                for act in acts:
                    await self._act(*act[1:])
            await self._it.done()

    async def _listen(self) -> None:
        for issued in await self._it.store.all_issued():
            if issued.owing is None or issued.occurrence in self._known:
                continue
            self._known.add(issued.occurrence)
            self.hands.hear_of(issued)
            for office in issued.offices:
                for after, what in habit_of(self._habits[office], issued.owing.within):
                    heappush(self._acts, (issued.due + after, next(self._order), what, issued, office))

    async def _act(self, number: int, what: WHAT, issued: Issued, office: str) -> None:
        chats = self.hands.chats(issued, office)
        chat = chats[number % len(chats)]
        if what == "undone":
            await self.hands.undo(issued, office)
            return
        answer = "done" if what == "colleague" else what
        at = self._it.clock.now()
        said = await self.hands.say(issued, office, chat, answer, typed=number % 2 == 1)
        self.presses.append(Pressed(said.person, issued.occurrence, answer, at))


def _habit(office: str, number: int) -> Habit:
    """What an office is used to, each by turns; what was said is taken back on the board here."""
    may = HABITS if "board" in OFFICES[office] else [each for each in HABITS if each != "by mistake"]
    return may[number % len(may)]


async def played(folder: Path, *, at_once: bool) -> Played:
    a_mixed_town(folder)
    days = WINTER if os.environ.get("HABITS") == "winter" else DAYS
    first, last = (datetime.combine(day, time(8), SHANGHAI) for day in days)
    async with on_all(folder, first, neighbours()) as it:
        schedule = it.bot.in_force.schedule
        winter = Winter(it, last, at_once=at_once)
        await winter.play()
        entries, deliveries = await it.store.entries(), await it.store.deliveries()
        shown = simulate(it.bot.in_force, it.bot.settings, *days)
        words = {(each.id, each.chat): each.text for each in shown if each.kind == "send"}
        plan = planned(schedule, [orjson.loads(orjson.dumps(as_json(each, "zh"))) for each in season(schedule)], words)
        on_board = {chat.id for chat in schedule.town.chats if it.is_on_board(chat.id)}
        evidence = gathered(
            schedule,
            tuple(each for each in plan if first < each.due <= last),
            (*accepted(it.platforms.asked, schedule), *stood(schedule, entries, on_board)),
            [orjson.loads(each.model_dump_json()) for each in entries],
            deliveries,
            winter.presses,
            until=last,
            way=timedelta(seconds=5),
            slack=timedelta(minutes=1),
        )
        may = {office: who | _besides(office) for office, who in evidence.may.items()}
        return Played(
            entries,
            deliveries,
            tuple(each for each in await it.store.all_issued() if each.owing),
            await record(it.store, schedule, None, None, now=it.clock.now()),
            replace(evidence, may=may),
            it.clock.now(),
            Counter(each.way for each in winter.hands.said),
        )


def _besides(office: str) -> frozenset[str]:
    """Who may answer for it besides its members: whoever picks it on the board, and who stands in its own chat."""
    return frozenset({person_of(office), f"telegram:{person_on_telegram(office)}", f"wecom:{person_in_wecom(office)}"})


def in_any_order(entries: Iterable[Numbered]) -> Counter[str]:
    """What the ledger says, but for its order and moments."""
    left_out = {"message_id", "pid", "at", "asked_at", "sent_at"}
    found = Counter[str]()
    for each in entries:
        detail = {name: value for name, value in (each.detail or {}).items() if name not in left_out}
        found[f"{each.kind} {each.occurrence} {each.chat} {each.office} {each.by} {detail}"] += 1
    return found


async def test_a_town_of_all_five_kinds_keeps_every_promise_and_its_record_in_whatever_order_it_is_heard(
    tmp_path: Path,
) -> None:
    in_turn, at_once = await played(tmp_path / "one", at_once=False), await played(tmp_path / "other", at_once=True)
    for each in (in_turn, at_once):
        broken = check(each.evidence)
        assert not broken, promises_of(broken)
    counted_twice(in_turn)
    assert in_turn.ways == at_once.ways
    assert in_turn.ways.keys() == WAYS, "each of them came about"
    assert in_any_order(in_turn.entries) == in_any_order(at_once.entries)


def counted_twice(played: Played) -> None:
    """The record says of each office what a few lines count in the raw ledger."""
    offices = dict[str, Counter[str]]()
    for ask in played.asks:
        about = [each for each in played.entries if each.occurrence == ask.occurrence]
        for office in ask.offices:
            counted = one_by_one(ask, office, [each for each in about if each.office == office], played.now)
            offices.setdefault(office, Counter()).update(counted)
    assert {each.id: told(each.figures) for each in played.record.by_office} == {
        office: {name: counted[name] for name in FIGURES} for office, counted in offices.items()
    }
