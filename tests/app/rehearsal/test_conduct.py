"""Play, pause, step, speed: who moves the clock of a rehearsal."""

from datetime import timedelta

import pytest

from bot.app.rehearsal import conduct
from bot.app.rehearsal.rehearsal import Rehearsal
from bot.channels.protocol import Message, Receipt
from tests.app.rehearsal.theatre import MORNING, NOON, messages, rehearsed
from tests.app.stage import Stage, at, on
from tests.builders import a_reminder
from tests.fakes import until


def three(stage: Stage) -> None:
    stage.write(*(a_reminder(f"r{hour}", on=on(f"{hour:02}:00")) for hour in (9, 10, 11)))


def slow_down(it: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message takes a tenth of a second of the bot's own clock."""
    send = it.bot.channels["board"].send

    async def slowly(address: str, message: Message) -> Receipt:
        await it.bot.clock.sleep(0.1)
        return await send(address, message)

    monkeypatch.setattr(it.bot.channels["board"], "send", slowly)


async def test_a_step_goes_to_the_next_send_sends_it_and_stands_still(stage: Stage) -> None:
    three(stage)
    async with rehearsed(stage.settings, speed=0.001) as it:
        it.conductor.pause()
        for number, hour in enumerate(("09:00", "10:00", "11:00"), 1):
            it.conductor.step()
            await until(lambda: it.conductor.state == "paused")
            assert it.playing.now == at(hour)
            assert [each.state for each in await messages(it)] == ["sent"] * number
        it.conductor.step()
        await it.until_ended()
        assert it.playing.now == NOON


async def test_a_step_is_one_step_however_long_its_sends_take(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock may have gone on past the moment by the time that all of it is sent."""
    monkeypatch.setattr(conduct, "_SWIFT", 0.05)
    three(stage)
    async with rehearsed(stage.settings, speed=0.001) as it:
        it.conductor.pause()
        slow_down(it, monkeypatch)
        it.conductor.step()
        await until(lambda: it.conductor.state == "paused")
        assert at("09:00") < it.playing.now < at("10:00")
        assert len(await messages(it)) == 1


async def test_paused_it_stands_still_and_goes_on_from_there(stage: Stage) -> None:
    three(stage)
    async with rehearsed(stage.settings, speed=36_000.0) as it:
        it.conductor.pause()
        await until(lambda: it.bot.at_rest)
        stood = it.playing.now
        assert it.playing.state == "paused"
        it.conductor.set_speed(None)
        assert it.playing.now == stood
        it.conductor.play()
        await it.until_ended()
        assert len(await messages(it)) == 3


async def test_the_clock_goes_as_fast_as_it_is_told(stage: Stage) -> None:
    """An hour of the rehearsal at 36,000 times takes a tenth of a second, and not much more."""
    three(stage)
    async with rehearsed(stage.settings, last=at("08:30"), speed=36_000.0) as it:
        await it.until_ended()
        assert it.playing.now == at("08:30")


async def test_where_it_stands_is_told(stage: Stage) -> None:
    three(stage)
    async with rehearsed(stage.settings, speed=0.001) as it:
        playing = it.playing
        assert (playing.first, playing.last, playing.state, playing.speed) == (MORNING, NOON, "playing", 0.001)
        assert (playing.upcoming, playing.passed, playing.total) == (at("09:00"), 0, 3)
        assert playing.now - MORNING < timedelta(seconds=1)
        assert str(playing.now.tzinfo) == "Asia/Shanghai"


async def test_what_a_full_disk_kept_back_is_sent_once_there_is_room(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    three(stage)
    async with rehearsed(stage.settings, speed=0.001) as it:
        it.conductor.pause()
        lock = stage.settings.data / "rehearsals" / it.name / "gengfu.lock"
        lock.rename(lock.with_suffix(".away"))
        it.conductor.step()
        await until(lambda: "waits for the store" in caplog.text)
        await until(lambda: it.conductor.state == "paused")
        assert await messages(it) == []
        lock.with_suffix(".away").rename(lock)
        it.conductor.set_speed(None)
        it.conductor.play()
        await it.until_ended()
        assert [each.sent_at for each in await messages(it)] == [at("09:00:15"), at("10:00"), at("11:00")]


async def test_what_takes_long_takes_its_time_on_the_rehearsal_s_clock_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot counts its waits by this clock: it may not stand still for as long as something is under way."""
    monkeypatch.setattr(conduct, "_SWIFT", 0.05)
    three(stage)
    async with rehearsed(stage.settings, speed=0.001) as it:
        slow_down(it, monkeypatch)
        it.conductor.set_speed(None)
        await it.until_ended()
        assert [each.state for each in await messages(it)] == ["sent"] * 3
