"""`/pause` and `/resume`: nothing goes out but notices to the admins, loudly, and then as after an outage."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.app.admin.pause import Said, pause, pause_of, resume
from bot.app.rehearsal.rehearsal import begin
from bot.app.routing import ADMINS
from bot.clock import ManualClock, SystemClock
from bot.errors import GengfuError
from bot.language import say
from bot.store.protocol import Change
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage, at


async def command(stage: Stage, text: str, person: str = "telegram:1001", address: str = ADMIN) -> str:
    """Somebody types a command; what they are told."""
    stage.hears("command", text=text, person=person, address=address, private=address == ADMIN)
    await stage.clock.settle()
    return stage.telegram.answered[-1][1]


async def entry(stage: Stage, kind: str) -> tuple[str | None, object]:
    (found,) = [each for each in await stage.store.entries() if each.kind == kind]
    return found.by, found.detail


def by_command_line(stage: Stage, why: str | None = None) -> Said:
    return Said(by="cli:li", at=stage.clock.now(), why=why)


async def test_an_admin_pauses_in_chat_and_nothing_goes_out_but_what_the_admins_are_told(stage: Stage) -> None:
    await stage.run()
    assert "已暂停" in await command(stage, "/pause 台风演练")
    assert await entry(stage, "paused") == ("telegram:1001", {"why": "台风演练"})
    await stage.pass_to(at("08:05:00"))
    assert stage.telegram.texts(DUTY_ROOM) == stage.telegram.texts(RESIDENTS) == []
    assert "已暂停发送" in stage.told[-1]
    assert "台风演练" in stage.told[-1]
    assert (await stage.deliveries("longmen-residents"))["warning"] == "planned"


async def test_what_fell_due_meanwhile_is_as_after_an_outage(stage: Stage) -> None:
    await stage.run()
    await command(stage, "/pause")
    await stage.leap_to(at("08:30:00"))
    assert "已恢复" in await command(stage, "/resume@GengfuBot")
    await stage.clock.advance(5)
    assert "补发" in stage.telegram.texts(RESIDENTS)[0]
    assert "补发" in stage.telegram.texts(DUTY_ROOM)[0]
    (told,) = [text for text in stage.told if text.startswith("**恢复发送")]
    assert "2 条" in told
    assert (await entry(stage, "resumed"))[0] == "telegram:1001"


async def test_what_waited_too_long_is_missed_when_it_ends_and_not_before(stage: Stage) -> None:
    await stage.run()
    await command(stage, "/pause")
    await stage.pass_to(at("08:03:00"))
    await stage.leap_to(at("20:00:00"))
    assert "missed" not in await stage.ledger()
    await command(stage, "/resume")
    await stage.clock.advance(5)
    assert await stage.ledger("missed") == ["missed", "missed"]
    assert any("错过 2 条" in text for text in stage.told)


async def test_answers_are_heard_recorded_and_shown_all_the_same(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    await command(stage, "/pause")
    stage.hears("press", data=ask.message.buttons[0][1].data)
    await stage.clock.advance(5)
    assert "done" in await stage.ledger()
    assert "已落实" in stage.telegram.edited[-1].message.text


async def test_a_call_for_help_reaches_the_admins_at_once_and_the_helpers_when_it_ends(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    await command(stage, "/pause")
    stage.hears("press", data=ask.message.buttons[0][2].data)
    await stage.clock.advance(5)
    assert "正在通知管理员" in stage.telegram.answered[-1][1]
    assert "需协助：派出所" in stage.told[-1]
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    await command(stage, "/resume")
    await stage.clock.advance(5)
    assert "需协助：派出所" in stage.telegram.texts(DUTY_ROOM)[-1]


async def test_who_is_no_admin_is_refused_kindly_and_on_record(stage: Stage) -> None:
    await stage.run()
    for text in ("/pause", "/resume"):
        assert "只有管理员" in await command(stage, text, "telegram:2001", DUTY_ROOM)
    refused = [each for each in await stage.store.entries() if each.kind == "refused"]
    assert [(each.by, each.detail) for each in refused] == [
        ("telegram:2001", {"asked": "/pause"}),
        ("telegram:2001", {"asked": "/resume"}),
    ]
    assert pause_of(stage.settings.data) is None


async def test_an_admin_may_in_any_chat_and_a_second_time_changes_nothing(stage: Stage) -> None:
    await stage.run()
    await command(stage, "/pause 台风演练", address=DUTY_ROOM)
    assert "早已暂停（telegram:1001，2036-02-05 08:00，原因：台风演练）" in await command(stage, "/pause 别的")
    await command(stage, "/resume")
    assert "没有暂停" in await command(stage, "/resume")
    assert [each for each in await stage.ledger() if each in {"paused", "resumed"}] == ["paused", "resumed"]


async def test_on_the_board_it_is_asked_in_the_admins_own_chat_and_nowhere_else(stage: Stage) -> None:
    await stage.run()
    assert "已暂停" in (await stage.live.say(ADMINS, "/pause", "police")).text
    assert (await entry(stage, "paused"))[0] == "board:admin"


async def test_the_command_line_holds_a_running_bot_within_a_second(stage: Stage) -> None:
    await stage.run()
    await stage.clock.advance(58)
    pause(stage.settings.data, by_command_line(stage, "台风演练"))
    await stage.clock.advance(1)
    await stage.pass_to(at("08:05:00"))
    assert stage.telegram.texts(RESIDENTS) == []
    assert await entry(stage, "paused") == ("cli:li", {"why": "台风演练"})
    resume(stage.settings.data, by_command_line(stage))
    await stage.clock.advance(5)
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    assert await entry(stage, "resumed") == ("cli:li", None)


async def test_one_that_is_ordered_in_the_instant_before_a_request_leaves_still_holds_it(stage: Stage) -> None:
    await stage.run()
    await stage.clock.advance(59.5)

    async def at_the_last_moment(change: Change) -> None:
        if any(each.state == "intended" and each.chat == "longmen-residents" for each in change.deliveries):
            stage.store.before_commit = None
            pause(stage.settings.data, by_command_line(stage))

    stage.store.before_commit = at_the_last_moment
    await stage.pass_to(at("08:01:00"))
    assert stage.telegram.texts(RESIDENTS) == []
    assert (await stage.deliveries("longmen-residents"))["warning"] == "retrying"


async def test_a_bot_that_is_started_under_a_pause_begins_paused_and_it_is_on_record_once(stage: Stage) -> None:
    pause(stage.settings.data, by_command_line(stage))
    await stage.run()
    await stage.pass_to(at("08:05:00"))
    await stage.restart()
    await stage.clock.advance(5)
    assert stage.telegram.texts(RESIDENTS) == []
    assert await stage.ledger("paused") == ["paused"]
    assert stage.told == [], "what was told at once is not told again by the next start"


async def test_a_pause_that_ends_while_no_bot_runs_is_on_record_at_its_next_start(stage: Stage) -> None:
    await stage.run()
    await command(stage, "/pause")
    await stage.end()
    resume(stage.settings.data, by_command_line(stage))
    await stage.restart()
    assert (await entry(stage, "resumed"))[0] == "cli:li"


async def test_a_file_that_somebody_removes_ends_it_too_and_nobody_is_named(stage: Stage) -> None:
    await stage.run()
    await command(stage, "/pause")
    (stage.settings.data / "paused").unlink()
    await stage.clock.advance(2)
    assert await entry(stage, "resumed") == ("hand", None)


async def test_it_is_said_on_every_page_each_day_to_the_admins_and_each_hour_in_the_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.run()
    with caplog.at_level(logging.WARNING, "bot"):
        await command(stage, "/pause *台风*演练")
        assert "**已暂停发送**（telegram:1001，2036-02-05 08:00，原因：\\*台风\\*演练）" in stage.live.notices()[0]
        await stage.pass_to(at("08:05:00"))
        for hour in range(1, 26):
            await stage.leap_to(at("08:05:00") + timedelta(hours=hour))
            await stage.clock.advance(2)
    still = [text for text in stage.told if "仍在暂停" in text]
    assert len(still) == 1
    assert "已有 2 条到期在等" in still[0]
    assert len([each for each in caplog.records if "paused since" in each.message]) == 26
    await command(stage, "/resume")
    assert not any("暂停" in each for each in stage.live.notices())


async def test_a_store_that_refuses_holds_the_sends_all_the_same_and_records_it_later(stage: Stage) -> None:
    await stage.run()
    stage.store.full = lambda change: bool(change.entries)
    pause(stage.settings.data, by_command_line(stage))
    await stage.pass_to(at("08:05:00"))
    assert stage.telegram.texts(RESIDENTS) == []
    stage.store.full = lambda _change: False
    await stage.clock.advance(2)
    assert await stage.ledger("paused") == ["paused"]


async def test_a_slow_disk_has_it_on_record_once_whoever_looks_meanwhile(stage: Stage) -> None:
    await stage.run()
    pausing = stage.bot.pausing
    assert pausing is not None

    async def slowly(_: Change) -> None:
        await ManualClock.settle(5)

    pause(stage.settings.data, by_command_line(stage))
    stage.store.before_commit = slowly
    await asyncio.gather(*(pausing.look() for _ in range(3)))
    assert await stage.ledger("paused") == ["paused"]


async def test_a_rehearsal_is_not_paused_by_the_town_s_file(stage: Stage) -> None:
    await stage.run()
    pause(stage.settings.data, by_command_line(stage))
    await stage.end()
    played = await begin(stage.settings, stage.bot.in_force, at("08:00:30"), at("08:05:00"), None, SystemClock())
    await played.until_ended()
    sent = await played.bot.store.deliveries(chat="longmen-residents")
    assert [each.state for each in sent] == ["sent"]
    assert not any("暂停" in each for each in played.live.notices())
    told = await played.live.say(ADMINS, "/pause", None)
    assert "演练里不能暂停" in told.text
    await played.end()


async def test_a_pause_that_the_disk_does_not_take_is_not_claimed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.run()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.store.atomic.replace", full)
    assert "记不下来" in await command(stage, "/pause")
    assert len(await stage.store.unhandled()) == 1
    with pytest.raises(GengfuError) as error:
        pause(stage.settings.data, by_command_line(stage))
    assert "paused" in say(error.value.sentence)
