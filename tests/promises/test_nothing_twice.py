"""Nothing twice, nothing missed: whatever the clock, the restarts and the edits do (design.md, promise 1)."""

import asyncio
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.app.adopt import adopt
from bot.app.in_force import InForce
from bot.clock import ManualClock
from bot.outbox.tick import tick
from bot.planner.plan import season
from bot.store.protocol import Change, Store
from bot.store.tinydb import open_store
from tests.app.stage import EIGHT, on
from tests.app.test_adopt import a_version
from tests.builders import a_reminder
from tests.outbox.stage import TERMS

HOURLY = [a_reminder(f"at-{hour}", on=on(f"{hour:02}:00")) for hour in range(9, 18)]
ADDED = [a_reminder(f"added-{hour}", on=on(f"{hour:02}:30")) for hour in range(7, 21, 2)]
ONE = a_version(*HOURLY)
OTHER = a_version(*HOURLY, *ADDED)
REWORDED = a_version(*HOURLY, messages={"sanqing-sanguan.j2": "新的内容"})

walks = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(0, 180)),
        st.tuples(st.just("jump"), st.integers(-180, 180)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("edit"), st.integers(0, 2)),
    ),
    max_size=12,
)


@dataclass
class Promises:
    """What was promised: what lay ahead when the version that brought it was adopted goes out when its moment comes."""

    version: InForce
    now: datetime
    waiting: set[str] = field(default_factory=set)
    gone_out: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.waiting = {each for each, due in _planned(self.version).items() if due > self.now}

    def at(self, now: datetime, kept: Container[str] | None = None) -> None:
        """It is this late now; of what came due that goes out which an edit that is made now keeps."""
        due = {each for each in self.waiting if _planned(self.version)[each] <= now}
        self.gone_out |= {each for each in due if kept is None or each in kept}
        self.waiting -= due

    def edit(self, new: InForce, now: datetime) -> None:
        """Another version is adopted."""
        before, after = _planned(self.version), _planned(new)
        self.at(now, after)
        brought = {each for each, due in after.items() if each not in before and due > now}
        self.waiting = ((self.waiting & after.keys()) | brought) - self.gone_out
        self.version = new


@given(walks)
@example([("edit", 1), ("jump", -60), ("pass", 90), ("pass", 60)])
@example([("edit", 1), ("jump", -31), ("edit", 0), ("edit", 1), ("pass", 1)])
@example([("jump", 180), ("jump", -150), ("edit", 1), ("pass", 40), ("jump", 180), ("restart", 0), ("pass", 180)])
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_occurrence_goes_out_exactly_once_when_its_moment_has_come(walk: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_walked(walk, Path(folder)))


async def _walked(walk: list[tuple[str, int]], folder: Path) -> None:
    clock, version = ManualClock(EIGHT.astimezone(UTC)), ONE
    store = await open_store(folder, clock)
    await adopt(store, folder, None, version, TERMS, clock.now())
    promised, sent = Promises(version, clock.now()), Counter[str]()
    for kind, much in walk:
        match kind:
            case "pass":
                await clock.advance(much * 60)
            case "jump":
                clock.jump(clock.now() + timedelta(minutes=much))
            case "restart":
                await store.close()
                store = await open_store(folder, clock)
            case _:
                new = (ONE, OTHER, REWORDED)[much]
                await adopt(store, folder, version, new, TERMS, clock.now())
                promised.edit(new, clock.now())
                version = new
        await tick(store, version.schedule, version.messages, TERMS, clock.now(), version.version)
        promised.at(clock.now())
        sent.update(await _send_all(store))
    assert sent == Counter(promised.gone_out)
    await store.close()


async def _send_all(store: Store) -> list[str]:
    """Send what is to be sent to the residents; of which occurrences that was."""
    unsent = await store.deliveries(chat="longmen-residents", unfinished=True)
    done = tuple(each.become("intended").become("sent", sent_at=each.due) for each in unsent)
    await store.commit(Change(deliveries=done))
    return [each.occurrence for each in done]


def _planned(version: InForce) -> dict[str, datetime]:
    return {each.id: each.due for each in season(version.schedule)}
