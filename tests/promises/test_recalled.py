"""撤回 before a whole bot: what was sent by mistake goes, nothing follows it, and the record calls it recalled."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.reports.record import record
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage, at, on
from tests.builders import a_duty_alert, a_reminder
from tests.promises.checker import check, told
from tests.promises.evidence import NAMED
from tests.promises.played import evidence_of

WORDS = {"sanqing-sanguan.j2": f"{NAMED} 三清三关", "duty-alert.j2": f"{NAMED} 请落实"}
ANSWER = {"within": "2h", "expects": "done", "remind_every": "30m"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """An ask at 8:02 of two offices, and a warning to the residents at 8:01."""
    made = Stage(tmp_path)
    ask = a_duty_alert(on=on("08:02"), to={"offices": ["police", "enforcement"]}, answer=ANSWER)
    made.write(a_reminder(on=on("08:01")), ask, messages=WORDS)
    await made.run()
    yield made
    await made.end()


async def passes_to(stage: Stage, clock: str) -> None:
    """Time passes in which the platform is heard."""
    while stage.clock.now() < at(clock):
        await stage.leap_to(min(at(clock), stage.clock.now() + timedelta(minutes=1)))
        stage.telegram.idle()
        await stage.clock.settle()


async def taken_back(stage: Stage, number: int, clock: str) -> None:
    """The admin types it in their own chat."""
    who = {"person": f"telegram:{ADMIN}", "address": ADMIN, "private": True}
    stage.hears("command", text=f"/recall {number} {clock} 写错了", **who)
    await stage.clock.settle()


async def test_nothing_of_it_and_nothing_that_follows_it_comes_after(stage: Stage) -> None:
    await passes_to(stage, "08:33:00")
    assert any("请回执" in each for each in stage.telegram.texts(DUTY_ROOM)), "it was asked again once"
    stage.telegram.undeletable.add(RESIDENTS)
    await taken_back(stage, 1, "08:02")
    await taken_back(stage, 1, "08:01")
    sent = len(stage.telegram.texts(DUTY_ROOM))
    await passes_to(stage, "10:30:00")
    assert len(stage.telegram.deleted) == sent
    assert len(stage.telegram.texts(DUTY_ROOM)) == sent
    assert [each[:3] for each in stage.telegram.texts(RESIDENTS)[1:]] == ["更正："]

    schedule, now = stage.bot.in_force.schedule, stage.clock.now()
    entries, deliveries = await stage.store.entries(), await stage.store.deliveries()
    evidence = evidence_of(schedule, at("08:00:00"), now, entries, deliveries, (), {})
    broken = check(evidence)
    assert not broken, told(broken)

    found = await record(stage.store, schedule, now=now)
    assert (found.total.withdrawn, found.total.open, found.total.overdue) == (2, 0, 0)
    assert {each.outcome for each in found.answers} == {"withdrawn"}
