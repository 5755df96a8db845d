"""Nothing twice, nothing missed: whatever the clock, the restarts and the edits do (design.md, promise 1)."""

import asyncio
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.adopt import adopt
from bot.clock import ManualClock
from bot.outbox.tick import tick
from bot.planner.plan import season
from bot.store.tinydb import open_store
from tests.app.stage import EIGHT, on
from tests.app.test_adopt import a_version
from tests.builders import a_reminder
from tests.outbox.stage import TERMS

HOURLY = [a_reminder(f"at-{hour}", on=on(f"{hour:02}:00")) for hour in range(9, 18)]
ONE = a_version(*HOURLY)
OTHER = a_version(*HOURLY, a_reminder("added", on=on("20:00")))
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


@given(walks)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_every_occurrence_is_issued_exactly_once_when_its_moment_has_come(walk: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_walked(walk, Path(folder)))


async def _walked(walk: list[tuple[str, int]], folder: Path) -> None:
    clock, version = ManualClock(EIGHT.astimezone(UTC)), ONE
    store = await open_store(folder, clock)
    await adopt(store, folder, None, version, TERMS, clock.now())
    furthest = clock.now()
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
                version = new
        furthest = max(furthest, clock.now())
        await tick(store, version.schedule, version.messages, TERMS, clock.now(), version.version)
    expected = {each.id for each in season(ONE.schedule) if each.due <= furthest}
    issued = [each.occurrence for each in await store.all_issued() if "/added/" not in each.occurrence]
    assert sorted(issued) == sorted(expected)
    assert {each.occurrence for each in await store.deliveries(chat="longmen-residents")} >= expected
    await store.close()
