"""The bot as a whole: it sends at its hour, hears answers, ends in order, and says what it cannot do."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.app.routing import ADMINS
from bot.channels.buttons import read_data
from bot.settings import WecomSettings
from bot.store.protocol import Change
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage, a_board_town, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town
from tests.fakes import until

HALF_ON_TELEGRAM = a_town(
    chats=[*a_board_town()["chats"][:2], a_chat("longmen-residents", address=-1001003, audiences=["residents"])]
)


async def test_it_sends_at_its_hour_with_buttons_and_mentions(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:01:59"))
    assert stage.telegram.texts(DUTY_ROOM) == []
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    assert "请于 10:02 前回执" in ask.message.text
    assert "[派出所](person:telegram:2001)" in ask.message.text
    assert [button.label for row in ask.message.buttons for button in row] == ["收到", "已落实", "需协助"]
    assert stage.telegram.texts(RESIDENTS) == ["**三清三关** 指定日期"]


async def test_a_press_is_recorded_answered_and_shown(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    data = ask.message.buttons[0][1].data
    assert read_data(data) is not None
    pressed = stage.hears("press", data=data, message_id="2")
    await stage.clock.settle()
    assert (await stage.ledger())[-1] == "done"
    assert [inbound for inbound, _, _ in stage.telegram.answered] == [pressed]
    await stage.clock.advance(5)
    assert "✅ 派出所 已落实（08:02）" in stage.telegram.edited[-1].message.text


async def test_who_answered_is_mentioned_no_more(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    data = next(each.message for each in stage.telegram.sent if each.address == DUTY_ROOM).buttons[0][1].data
    stage.hears("press", data=data)
    await stage.clock.advance(5)
    assert "person:telegram:2001" not in stage.telegram.edited[-1].message.text


async def test_started_and_stopped_stand_in_the_ledger(stage: Stage) -> None:
    await stage.run()
    await stage.end()
    assert await stage.ledger() == ["schedule", "started", "sent", "sent", "stopped"]
    assert stage.telegram.closed


async def test_a_stop_waits_for_what_is_in_flight_but_not_for_ever(stage: Stage) -> None:
    await stage.run()
    stage.telegram.stuck[RESIDENTS] = asyncio.Event()
    await stage.pass_to(at("08:01:00"))
    ending = asyncio.create_task(stage.end())
    await stage.clock.settle()
    assert not ending.done()
    stage.telegram.stuck[RESIDENTS].set()
    await asyncio.wait_for(ending, 2)
    assert (await stage.deliveries("longmen-residents")) == {"warning": "sent"}


async def test_after_a_restart_nothing_is_sent_twice_and_nothing_is_skipped(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    await stage.end()
    stage.clock.jump(at("09:10:00"))
    await stage.restart()
    await stage.look()
    assert stage.telegram.texts(RESIDENTS) == []
    (late,) = stage.telegram.texts(DUTY_ROOM)
    assert "【补发】原定 08:02" in late


async def test_a_chat_that_lost_its_key_gets_no_stand_in_costs_only_itself_and_is_cried_out(stage: Stage) -> None:
    stage.write(
        a_reminder(on=on("08:01")),
        a_duty_alert(on=on("08:01"), to={"offices": ["village-longmen"]}),
        town=HALF_ON_TELEGRAM,
    )
    await stage.store.commit(Change(marks={"lived:longmen-residents": "telegram"}))
    stage.token = None
    await stage.run()
    assert stage.bot.routes.to("longmen-residents") is None
    told = [each.text or "" for each in await stage.store.deliveries(chat=ADMINS)]
    assert any("longmen-residents" in text and "令牌" in text for text in told)
    assert any("longmen-residents" in notice for notice in stage.live.notices())
    await stage.pass_to(at("08:01:00"))
    assert await stage.deliveries("longmen-residents") == {"warning": "planned"}
    assert await stage.deliveries("longmen-office") == {"alert": "sent"}


async def test_a_callback_s_key_that_cannot_be_one_is_cried_out_and_the_rest_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wecom = WecomSettings(
        corp_id="ww1",
        agent_id=7,
        app_secret=SecretStr("s"),
        callback_token=SecretStr("t"),
        callback_aes_key=SecretStr("short"),
    )
    settings = Stage.settings.fget(stage).model_copy(update={"wecom": wecom})  # type: ignore[attr-defined]
    monkeypatch.setattr(Stage, "settings", settings)
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (told,) = [text for text in stage.told if "听不见" in text]
    assert "GENGFU_WECOM__CALLBACK_AES_KEY" in told
    assert stage.telegram.texts(RESIDENTS) == ["**三清三关** 指定日期"]


async def test_on_the_board_alone_it_does_its_main_job(stage: Stage) -> None:
    stage.write(town=a_board_town())
    stage.token = None
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    shown = await stage.live.chat("duty-room")
    assert shown is not None
    (message,) = shown.messages
    pressing = asyncio.create_task(
        stage.live.press("duty-room", str(message.message_id), message.buttons[0][1].data, "police")
    )
    await stage.clock.settle()
    assert "派出所 已落实" in (await pressing).text
    await stage.clock.advance(5)
    shown = await stage.live.chat("duty-room")
    assert shown is not None
    assert "✅ 派出所" in shown.messages[0].text


async def test_an_admin_is_told_on_the_platform_and_on_the_board(stage: Stage) -> None:
    await stage.run()
    await until(lambda: len(stage.telegram.texts(ADMIN)) == 1)
    assert list((await stage.deliveries(ADMINS)).values()) == ["sent"]


async def test_on_a_full_disk_the_duty_alert_cries_out_the_warning_waits_and_the_admins_hear_of_it_once(
    stage: Stage,
) -> None:
    await stage.run()
    stage.store.full = lambda _change: True
    await stage.pass_to(at("08:02:00"))
    await stage.pass_to(at("08:02:15"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert stage.telegram.texts(RESIDENTS) == []
    (told,) = [each for each in stage.told if "磁盘写不进去" in each]
    assert "值班提醒照发" in told
    stage.store.full = lambda _change: False
    await stage.pass_to(at("08:02:30"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    (alert,) = [each for each in await stage.store.entries() if each.chat == "duty-room"]
    assert alert.detail is not None
    assert alert.detail["unrecorded"] is True


async def test_a_full_disk_keeps_no_bot_from_starting(stage: Stage) -> None:
    await stage.run()
    await stage.end()
    stage.store.full = lambda _change: True
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


async def test_a_full_disk_keeps_no_bot_from_starting_that_has_a_lost_key_to_tell_of(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    await stage.end()
    stage.token = None
    stage.store.full = lambda _change: True
    await stage.run()
    assert any("longmen-residents" in each.text for each in await stage.store.deliveries(chat=ADMINS) if each.text)


async def test_a_full_disk_keeps_no_bot_from_starting_on_the_last_version_that_it_took_where_it_cannot_take_an_edit(
    stage: Stage,
) -> None:
    await stage.run()
    before = stage.bot.in_force.version
    await stage.end()
    stage.write(a_reminder(on=on("08:01")), a_duty_alert(on=on("08:02")), a_reminder("new", on=on("09:00")))
    stage.store.full = lambda _change: True
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert stage.bot.in_force.version == before
    stage.store.full = lambda _change: False
    await stage.clock.advance(10)
    await until(lambda: stage.bot.in_force.version != before)
