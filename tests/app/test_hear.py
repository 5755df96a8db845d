"""What came in is on disk before the platform is told that we have it, then dealt with, then answered."""

import asyncio

import pytest

from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.receive import Hearing, receive
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change, Store
from tests.app.stage import DUTY_ROOM, Stage, a_board_town, at
from tests.fakes import down, not_sent, until


def came(change: Change) -> bool:
    return bool(change.inbound)


def dealt_with(change: Change) -> bool:
    return bool(change.handled)


async def asked(stage: Stage) -> str:
    """An ask went out to the duty room; what its 已落实 carries."""
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    return ask.message.buttons[0][1].data


async def test_it_is_on_disk_before_the_offset_moves(stage: Stage) -> None:
    await stage.run()
    stage.store.full = came
    stage.hears("command", text="/id")
    await stage.clock.advance(0)
    assert stage.telegram.asked_from == [None]
    assert await stage.store.mark("offset:telegram") is None
    stage.store.full = lambda _change: False
    await stage.clock.advance(3)
    assert stage.telegram.asked_from == [None, None, "1"]
    assert len(stage.telegram.answered) == 1


async def test_offset_and_what_came_in_are_written_together(stage: Stage) -> None:
    await stage.run()
    stage.hears("command", text="/id")
    await stage.clock.settle()
    (change,) = [each for each in stage.store.asked if each.inbound]
    assert change.marks == {"offset:telegram": "1"}


async def test_what_came_in_before_a_crash_is_dealt_with_at_the_next_start(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    await stage.end()
    pressed = Inbound(
        platform="telegram",
        id="77",
        at=stage.clock.now(),
        kind="press",
        person="telegram:2001",
        address=DUTY_ROOM,
        data=data,
    )
    await stage.store.commit(Change(inbound=(pressed,), marks={"offset:telegram": "78"}))
    await stage.restart()
    assert "done" in await stage.ledger()
    assert await stage.store.unhandled() == ()


async def test_nothing_is_claimed_that_is_not_on_disk(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    stage.store.full = dealt_with
    stage.hears("press", data=data)
    await stage.clock.settle()
    ((_, told, _),) = stage.telegram.answered
    assert "暂时记不下来" in told
    assert "done" not in await stage.ledger()
    assert len(await stage.store.unhandled()) == 1


async def test_it_is_dealt_with_as_soon_as_the_disk_takes_it(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    stage.store.full = dealt_with
    stage.hears("press", data=data)
    await stage.clock.settle()
    stage.store.full = lambda _change: False
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert (await stage.ledger())[-1] == "done"
    assert await stage.store.unhandled() == ()


async def test_on_the_board_a_press_that_cannot_be_kept_is_told_so_and_no_page_waits_for_ever(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    stage.store.full = came
    saying = asyncio.create_task(stage.live.say("duty-room", "收到", "police"))
    await stage.clock.settle()
    assert saying.done()
    assert "暂时记不下来" in (await saying).text


async def test_a_platform_out_of_reach_is_tried_again_until_it_is_there(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([not_sent()] * 3)
    await stage.run()
    assert stage.telegram.opened == 0
    await stage.clock.advance(30)
    assert stage.telegram.opened == 1


async def test_a_platform_that_refuses_the_bot_is_told_once_a_day_and_the_board_goes_on(stage: Stage) -> None:
    stage.write(town=a_board_town())
    stage.telegram.refuses_to_open.extend([down()] * 2_000)
    await stage.run()
    await stage.clock.advance(600)
    told = [each for each in await stage.store.deliveries(chat="admins") if "down" in each.occurrence]
    assert len(told) == 1
    assert "telegram" in str(told[0].text)
    saying = asyncio.create_task(stage.live.say("duty-room", "/id", None))
    await stage.clock.settle()
    assert "board duty-room" in (await saying).text


async def test_id_tells_chat_and_person_as_they_are_written_in_the_schedule(stage: Stage) -> None:
    await stage.run()
    stage.hears("command", text="/id@GengfuBot", person="telegram:11")
    await stage.clock.settle()
    ((_, told, _),) = stage.telegram.answered
    assert "telegram -1001001" in told
    assert "{telegram: 11}" in told


async def test_ordinary_talk_gets_no_answer(stage: Stage) -> None:
    await stage.run()
    stage.hears("text", text="明天开会")
    await stage.clock.settle()
    assert stage.telegram.answered == []
    assert await stage.store.unhandled() == ()


async def test_a_chat_that_moved_is_followed_and_the_admins_told_what_to_write(stage: Stage) -> None:
    await stage.run()
    stage.hears("moved", new_address="-100777")
    await stage.clock.settle()
    await asked_at(stage, "-100777")
    assert any("-100777" in text for text in stage.told)
    await stage.restart()
    route = stage.bot.routes.to("duty-room")
    assert route is not None
    assert route.address == "-100777"


async def asked_at(stage: Stage, address: str) -> None:
    await stage.pass_to(at("08:02:00"))
    assert len(stage.telegram.texts(address)) == 1


async def test_a_bot_that_was_thrown_out_tells_the_admins(stage: Stage) -> None:
    await stage.run()
    stage.hears("left")
    await stage.clock.settle()
    assert any("机器人被移出群" in text and "duty-room" in text for text in stage.told)


async def test_one_thing_that_nobody_foresaw_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(store: Store, hearing: Hearing) -> Verdict | None:
        if hearing.inbound.text == "！":
            raise ZeroDivisionError
        return await receive(store, hearing)

    monkeypatch.setattr("bot.app.hear.receive", breaks)
    await stage.run()
    stage.hears("text", text="！")
    stage.hears("command", text="/id")
    await until(lambda: len(stage.telegram.answered) == 1)
    assert [each.text for each in await stage.store.unhandled()] == ["！"]
