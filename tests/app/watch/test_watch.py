"""What is seen of a real bot."""

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.app.admin.pause import Said, pause
from bot.app.watch.watch import Watch
from tests.app.stage import RESIDENTS, Stage, at
from tests.fakes import not_sent


async def wrong(watch: Watch) -> set[str]:
    return {each.part for each in await watch.troubles()}


async def test_a_bot_that_does_its_work_is_well(stage: Stage) -> None:
    watch = Watch(await stage.run())
    await stage.pass_to(at("08:05:00"))
    assert await watch.troubles() == ()
    assert watch.is_turning


async def test_one_that_has_not_looked_yet_is_not_turning_and_then_not_well(stage: Stage) -> None:
    bot = await stage.run()
    bot.lookout.last = None
    watch = Watch(bot)
    assert not watch.is_turning
    assert await wrong(watch) == set()
    await stage.clock.advance(60)
    assert await wrong(watch) == {"planner"}


async def test_one_that_looks_no_more_is_not_turning(stage: Stage) -> None:
    watch = Watch(await stage.run())
    await stage.look()
    await stage.clock.advance(46)
    assert not watch.is_turning
    assert watch.looked == timedelta(seconds=46)


async def test_a_full_disk_keeps_it_turning_but_not_well_until_a_write_succeeds(stage: Stage) -> None:
    watch = Watch(await stage.run())
    stage.store.full = lambda _change: True
    await stage.clock.advance(15)
    await stage.look()
    assert await wrong(watch) == {"disk"}
    assert (watch.is_turning, watch.is_refused) == (True, True)
    stage.store.full = lambda _change: False
    await stage.clock.advance(15)
    await stage.look()
    assert await wrong(watch) == set()


async def test_a_disk_that_is_nearly_full_is_seen_before_it_refuses(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(await stage.run())
    await stage.look()
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1_000))
    assert await wrong(watch) == {"disk"}


async def test_what_does_not_get_out_is_overdue_and_a_platform_that_hears_nothing_is_silent(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([not_sent()] * 100)
    watch = Watch(await stage.run())
    stage.telegram.order(RESIDENTS, *[not_sent()] * 100)
    await stage.pass_to(at("08:01:00"))
    assert await wrong(watch) == set()
    await stage.clock.advance(130)
    await stage.look()
    assert await wrong(watch) == {"outbox", "channels"}


async def test_what_is_held_is_paused_and_not_overdue(stage: Stage) -> None:
    watch = Watch(await stage.run())
    pause(stage.settings.data, Said(by="telegram:1001", at=stage.clock.now()))
    await stage.pass_to(at("08:01:00"))
    await stage.clock.advance(130)
    await stage.look()
    assert stage.telegram.texts(RESIDENTS) == []
    assert await wrong(watch) == {"sending"}


async def test_it_is_ready_once_it_looked_and_every_platform_has_answered(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([not_sent()] * 2)
    watch = Watch(await stage.run())
    await stage.look()
    assert [*watch.missing] == ["telegram"]
    await stage.clock.advance(30)
    assert [*watch.missing] == []
