"""A town that lives on the board alone (`on: board`), with no token: it is asked, it answers, it outlives a restart."""

import asyncio

import pytest

from bot.channels.board import Told
from tests.app.stage import Stage, a_board_town, at, on
from tests.builders import a_duty_alert, a_reminder


@pytest.fixture(autouse=True)
def town(stage: Stage) -> None:
    """A warning at 8:01, asks of 派出所 at 8:02 and 8:12, of 龙门村委会 at 8:03."""
    stage.token = None
    stage.write(
        a_reminder(on=on("08:01")),
        a_duty_alert("first", on=on("08:02")),
        a_duty_alert("village", on=on("08:03"), to={"offices": ["village-longmen"]}),
        a_duty_alert("second", on=on("08:12")),
        a_reminder("later", on=on("08:12")),
        town=a_board_town(),
    )


async def says(stage: Stage, text: str, office: str | None, chat: str = "duty-room") -> Told:
    return await asyncio.wait_for(stage.live.say(chat, text, office), 5)


async def presses(stage: Stage, button: int, office: str | None, chat: str = "duty-room") -> Told:
    """Somebody presses a button of the latest message."""
    shown = await stage.live.chat(chat)
    assert shown is not None
    message = shown.messages[-1]
    pressing = stage.live.press(chat, str(message.message_id), message.buttons[0][button].data, office)
    return await asyncio.wait_for(pressing, 5)


async def test_it_is_warned_and_asked_and_answers_by_a_press_or_a_word(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:03:00"))
    assert await stage.deliveries("longmen-residents") == {"warning": "sent"}
    assert "派出所 收到" in (await presses(stage, 0, "police")).text
    assert "龙门村委会 已落实" in (await says(stage, "已落实", "village-longmen", "longmen-office")).text
    assert [each for each in await stage.ledger() if each in {"received", "done"}] == ["received", "done"]


async def test_after_a_restart_its_chats_live_on(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:03:00"))
    await stage.restart()
    assert stage.live.notices() == ()
    assert all(chat.on_board for chat in await stage.live.heads())
    assert "派出所 已落实" in (await presses(stage, 1, "police")).text
    await stage.pass_to(at("08:12:00"))
    assert await stage.deliveries("longmen-residents") == {"warning": "sent", "later": "sent"}
    assert await stage.deliveries("duty-room") == {"first": "sent", "second": "sent"}
    assert "派出所 收到" in (await presses(stage, 0, "police")).text


async def test_nobody_answers_by_a_button_of_another_chat_nor_a_resident_for_an_office(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:03:00"))
    village = await stage.live.chat("longmen-office")
    assert village is not None
    data = village.messages[-1].buttons[0][1].data
    pressing = stage.live.press("duty-room", "1", data, "village-longmen")
    assert (await asyncio.wait_for(pressing, 5)).text.startswith("谢谢")
    assert (await presses(stage, 1, None)).text.startswith("谢谢")
    assert await stage.ledger("done") == []


async def test_a_call_for_help_stands_in_the_supervisors_chat(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:03:00"))
    assert "正在通知镇消防安全委员会" in (await presses(stage, 2, "village-longmen", "longmen-office")).text
    await stage.clock.settle()
    duty_room = await stage.live.chat("duty-room")
    assert duty_room is not None
    assert "需协助：龙门村委会" in duty_room.messages[-1].text
