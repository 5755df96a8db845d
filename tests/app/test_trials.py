"""A test message: whoever sends it learns what became of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NotFound, NotSent, Refused, SendError, Uncertain
from bot.outbox.outcome import DEAD
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, Stage
from tests.fakes import gone, not_sent, refused, uncertain


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    await stage.run()
    yield stage
    await stage.end()


async def test_it_says_that_it_is_one_and_is_there_when_that_is_said(stage: Stage) -> None:
    await stage.live.test("duty-room")
    (text,) = stage.telegram.texts(DUTY_ROOM)
    assert "测试消息" in text


@pytest.mark.parametrize(("meets", "told"), [(refused, Refused), (gone, Refused), (uncertain, Uncertain)])
async def test_what_did_not_go_is_told_with_the_reason(stage: Stage, meets: object, told: type[SendError]) -> None:
    assert callable(meets)
    stage.telegram.order(DUTY_ROOM, meets())
    with pytest.raises(told, match="as ordered"):
        await stage.live.test("duty-room")


async def test_nobody_waits_at_the_machine_for_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.live.trials.PATIENCE", 0.05)
    stage.telegram.order(DUTY_ROOM, not_sent())
    with pytest.raises(NotSent, match=r"一有机会就发：.*as ordered"):
        await stage.live.test("duty-room")
    await stage.clock.advance(10)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


async def test_a_chat_that_was_given_up_is_tried_again(stage: Stage) -> None:
    await stage.store.commit(Change(marks={f"{DEAD}duty-room": f"{DUTY_ROOM} kicked"}))
    await stage.live.test("duty-room")
    assert await stage.store.mark(f"{DEAD}duty-room") is None


async def test_a_chat_that_there_is_not_is_said_so(stage: Stage) -> None:
    with pytest.raises(NotFound):
        await stage.live.test("elsewhere")
