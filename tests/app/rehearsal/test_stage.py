"""One rehearsal at a time, begun, driven and ended by pages."""

import pytest

from bot.app.rehearsal.stage import RehearsalStage
from bot.clock import SystemClock
from bot.errors import RehearsalRefused
from tests.app.rehearsal.theatre import MORNING, NOON, in_force
from tests.app.stage import Stage
from tests.fakes import until


def a_stage(stage: Stage) -> RehearsalStage:
    return RehearsalStage(stage.settings, lambda: in_force(stage.folder), SystemClock())


async def test_an_empty_stage_has_nothing_to_drive(stage: Stage) -> None:
    theatre = a_stage(stage)
    for drive in (theatre.play, theatre.pause, theatre.step, lambda: theatre.set_speed(None)):
        drive()
    await theatre.end()
    assert (theatre.live, theatre.playing()) == (None, None)


async def test_one_rehearsal_takes_the_place_of_another(stage: Stage) -> None:
    theatre = a_stage(stage)
    await theatre.begin(MORNING, NOON, 0.001)
    first = theatre.rehearsal
    await theatre.begin(MORNING, NOON, 0.001)
    assert first is not None
    assert theatre.rehearsal is not first
    assert [entry.kind for entry in await first.bot.store.entries()][-1] == "stopped"
    theatre.step()
    await until(lambda: (playing := theatre.playing()) is not None and playing.state == "paused")
    theatre.set_speed(None)
    theatre.play()
    await until(lambda: (playing := theatre.playing()) is not None and playing.state == "ended")
    await theatre.end()
    assert theatre.live is None


async def test_one_that_cannot_begin_leaves_what_is_played_alone(stage: Stage) -> None:
    theatre = a_stage(stage)
    await theatre.begin(MORNING, NOON, 0.001)
    playing = theatre.rehearsal
    with pytest.raises(RehearsalRefused):
        await theatre.begin(NOON, MORNING, None)
    assert theatre.rehearsal is playing
    await theatre.end()
