"""No office is late for hours in which nobody could be heard; what may be lost is asked once more (fault 8).

Telegram keeps what people press for 24 hours and no longer. Its presses bear no time.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ledger.entries import Entry, Numbered
from bot.reports.answers import OwedAnswer
from bot.reports.record import record
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.acceptance.process import gengfu
from tests.app.stage import DUTY_ROOM, Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_schedule, a_town
from tests.fakes import FakeChannel

TWO = {"offices": ["police", "enforcement"]}
LONG = {"within": "3d", "expects": "done"}
HOUR = timedelta(hours=1)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """派出所 and 综合执法大队 are asked at 8:02, for two hours; the platform keeps what is pressed for a day."""
    monkeypatch.setattr(FakeChannel, "keeps", timedelta(hours=24))
    made = Stage(tmp_path)
    made.write(a_duty_alert(on=on("08:02"), to=TWO))
    yield made
    await made.end()


async def begin(stage: Stage) -> str:
    """The bot runs, has heard the platform, and has asked; what its 已落实 carries."""
    await stage.run()
    await poll(stage)
    await stage.pass_to(at("08:02:00"))
    await poll(stage)
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    return ask.message.buttons[0][1].data


async def poll(stage: Stage) -> None:
    """A poll comes back with nothing: whatever waited has been heard."""
    stage.telegram.idle()
    await stage.clock.settle(200)


async def nobody_hears_until(stage: Stage, moment: datetime) -> None:
    """Time goes by in which no poll comes back."""
    stage.clock.leap(moment)
    await stage.clock.settle()
    await stage.look()


async def stands(stage: Stage) -> dict[str, OwedAnswer]:
    """The report, office by office."""
    found = await record(stage.store, a_schedule(), now=stage.clock.now())
    return {each.office: each for each in found.answers}


async def entries(stage: Stage, kind: str) -> list[Numbered]:
    return [each for each in await stage.store.entries() if each.kind == kind]


def asked_again(stage: Stage) -> list[str]:
    return [text for text in stage.telegram.texts(DUTY_ROOM) if "请再确认一次" in text]


async def test_after_more_than_a_day_who_owes_is_asked_once_more_with_the_time_anew(stage: Stage) -> None:
    data = await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    assert asked_again(stage) == []
    await poll(stage)
    (text,) = asked_again(stage)
    assert all(word in text for word in ("派出所", "综合执法大队", "02-05 08:02", "14:00", "16:00"))
    (again,) = [each for each in stage.telegram.sent if "请再确认一次" in each.message.text]
    assert again.message.buttons[0][1].data == data
    assert {each.deadline for each in (await stands(stage)).values()} == {at("16:00:00", 6)}
    assert {each.state for each in (await stands(stage)).values()} == {"open"}
    assert {each.reminders for each in (await stands(stage)).values()} == {1}
    (deaf,) = await entries(stage, "deaf")
    assert deaf.detail == {
        "platform": "telegram",
        "since": at("08:02:00").astimezone(deaf.at.tzinfo).isoformat(),
        "until": at("14:00:00", 6).astimezone(deaf.at.tzinfo).isoformat(),
    }
    assert sum("听不到" in each for each in stage.told) == 1
    assert sum("听不到" in each and "1 条" in each for each in stage.told) == 1


async def test_the_message_that_asked_first_shows_the_new_time_too(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    await poll(stage)
    await stage.clock.advance(5)
    (edited,) = stage.telegram.edited
    assert edited.address.startswith(DUTY_ROOM)
    assert "02-06 16:00 前" in edited.message.text


async def test_who_answers_in_the_night_is_not_asked_once_more_in_the_morning(stage: Stage) -> None:
    data = await begin(stage)
    await nobody_hears_until(stage, at("23:00:00", 6))
    await poll(stage)
    for number, person in enumerate(("telegram:2001", "telegram:2002")):
        stage.hears("press", data=data, person=person, id=f"night-{number}")
        await stage.clock.settle()
    assert {each.state for each in (await stands(stage)).values()} == {"done"}
    stage.clock.leap(at("07:00:00", 7))
    await poll(stage)
    assert asked_again(stage) == []


async def test_an_answer_to_it_counts_for_the_ask_and_is_in_time(stage: Stage) -> None:
    data = await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    await poll(stage)
    stage.clock.leap(at("15:30:00", 6))
    await poll(stage)
    stage.hears("press", data=data)
    await stage.clock.settle()
    police = (await stands(stage))["police"]
    assert (police.state, police.answered_at) == ("done", at("15:30:00", 6))
    assert police.answered_at is not None
    assert police.answered_at <= police.deadline
    assert "已过回执时限" not in stage.telegram.answered[-1][1]


async def test_it_is_asked_once_whatever_crashes_and_however_often_it_is_polled(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    stage.store.full = lambda change: any(each.kind == "deaf" for each in change.entries)
    await poll(stage)
    assert asked_again(stage) == []
    await stage.restart()
    stage.store.full = lambda _change: False
    for _ in range(3):
        await poll(stage)
    assert len(asked_again(stage)) == 1
    await stage.restart()
    await poll(stage)
    assert len(asked_again(stage)) == 0
    assert len(await entries(stage, "deaf")) == 1
    assert len(await entries(stage, "reminded")) == 2


async def test_who_pressed_within_the_last_day_is_heard_first_and_not_asked_again(stage: Stage) -> None:
    data = await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    stage.hears("press", data=data)
    await stage.clock.settle()
    assert asked_again(stage) == []
    await poll(stage)
    (text,) = asked_again(stage)
    assert "派出所" not in text
    assert "综合执法大队" in text
    police = (await stands(stage))["police"]
    assert police.answered_at is not None
    assert police.answered_at <= police.deadline
    assert police.reminders == 0
    assert "已过回执时限" not in stage.telegram.answered[-1][1]


async def test_where_the_platform_never_stops_bringing_something_it_is_asked_within_a_minute(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    for _ in range(3):
        stage.hears("command", text="/id")
        await stage.clock.settle()
    assert asked_again(stage) == []
    stage.clock.leap(at("14:01:00", 6))
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert len(asked_again(stage)) == 1


async def test_after_a_shorter_gap_nothing_is_asked_and_nobody_is_late_for_it(stage: Stage) -> None:
    data = await begin(stage)
    await nobody_hears_until(stage, at("13:00:00"))
    stage.hears("press", data=data)
    await stage.clock.settle()
    await poll(stage)
    police = (await stands(stage))["police"]
    assert (police.answered_at, police.deadline) == (at("13:00:00"), at("13:01:00"))
    assert "已过回执时限" not in stage.telegram.answered[-1][1]
    assert asked_again(stage) == []
    assert len(await entries(stage, "deaf")) == 1


async def test_a_deadline_that_the_gap_did_not_reach_stays_and_so_does_one_that_had_run_out_before(
    stage: Stage,
) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("09:30:00"))
    await poll(stage)
    assert {each.deadline for each in (await stands(stage)).values()} == {at("10:02:00")}
    for moment in ("10:01:30", "10:03:00"):
        stage.clock.leap(at(moment))
        await poll(stage)
    await nobody_hears_until(stage, at("12:00:00", 6))
    await poll(stage)
    assert {each.deadline for each in (await stands(stage)).values()} == {at("10:02:00")}
    assert asked_again(stage) == []
    assert len(await entries(stage, "deaf")) == 1


async def test_who_has_answered_who_asked_for_help_and_what_was_asked_anew_since_are_left_alone(stage: Stage) -> None:
    stage.write(
        a_duty_alert(on=on("08:02"), to=TWO),
        a_duty_alert("daily", on={"date": "2036-02-05", "at": ["08:02", "12:00"]}, answer=LONG),
    )
    await stage.run()
    await poll(stage)
    await stage.pass_to(at("08:02:00"))
    alert = next(each for each in stage.telegram.sent if "综合执法大队" in each.message.text)
    stage.hears("press", data=alert.message.buttons[0][1].data)
    stage.hears("press", data=alert.message.buttons[0][2].data, person="telegram:2002")
    await stage.clock.settle()
    await nobody_hears_until(stage, at("12:00:00"))
    await nobody_hears_until(stage, at("14:00:00", 6))
    await poll(stage)
    again = [each.occurrence for each in await entries(stage, "reminded")]
    assert again == ["winter-2036/daily/date/2036-02-05@12:00"]


async def test_what_went_out_only_when_the_bot_was_back_is_not_asked_at_once_again(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02"), to=TWO), a_duty_alert("late", on=on("13:00", "2036-02-06")))
    await begin(stage)
    await stage.end()
    stage.clock.leap(at("14:00:00", 6))
    await stage.restart()
    await stage.look()
    assert any("补发" in text for text in stage.telegram.texts(DUTY_ROOM))
    await poll(stage)
    assert {each.occurrence for each in await entries(stage, "reminded")} == {"winter-2036/alert/date/2036-02-05@08:02"}


async def test_a_backup_that_was_restored_has_nobody_s_answers_since(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("09:00:00"))
    await stage.store.commit(Change(entries=(Entry(at=stage.clock.now(), kind="restored"),)))
    for _ in range(3):
        await poll(stage)
    assert len(asked_again(stage)) == 1
    assert {each.deadline for each in (await stands(stage)).values()} == {at("11:00:00")}


async def test_at_night_it_waits_for_the_morning_and_the_time_runs_from_then(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("23:00:00", 6))
    await poll(stage)
    assert asked_again(stage) == []
    assert {each.deadline for each in (await stands(stage)).values()} == {at("09:00:00", 7)}
    await nobody_hears_until(stage, at("07:00:00", 7))
    assert len(asked_again(stage)) == 1


async def test_what_is_urgent_does_not_wait_for_it(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02"), urgent=True, to=TWO))
    await begin(stage)
    await nobody_hears_until(stage, at("23:00:00", 6))
    await poll(stage)
    assert len(asked_again(stage)) == 1
    assert {each.deadline for each in (await stands(stage)).values()} == {at("01:00:00", 7)}


async def test_what_was_asked_on_the_board_alone_was_heard_all_the_time(stage: Stage) -> None:
    chats = [
        a_chat(on="board", address=None),
        a_chat("longmen-office", address=-1001002, audiences=None, office="village-longmen"),
        a_chat("longmen-residents", address=-1001003, audiences=["residents"]),
    ]
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": ["police", "village-longmen"]}), town=a_town(chats=chats))
    await stage.run()
    await poll(stage)
    await stage.pass_to(at("08:02:00"))
    await nobody_hears_until(stage, at("14:00:00", 6))
    await poll(stage)
    deadlines = {office: each.deadline for office, each in (await stands(stage)).items()}
    assert deadlines == {"police": at("10:02:00"), "village-longmen": at("16:00:00", 6)}
    again = [each.office for each in await entries(stage, "reminded") if (each.detail or {}).get("why") == "deaf"]
    assert again == ["village-longmen"]
    assert [each.office for each in await entries(stage, "late")] == ["police"], "who could answer all the time"


async def test_gengfu_report_has_it_open_and_in_time(stage: Stage) -> None:
    await begin(stage)
    await nobody_hears_until(stage, at("14:00:00", 6))
    await poll(stage)
    disk = await open_store(stage.settings.data, stage.clock)
    record = Change(
        entries=await stage.store.entries(),
        issued=await stage.store.all_issued(),
        deliveries=await stage.store.deliveries(),
    )
    await disk.commit(record)
    await disk.close()
    status, out, err = await gengfu("report", "--town", stage.folder, "--format", "json", environment={})
    assert status == 0, err
    rows: list[dict[str, Any]] = json.loads(out)
    assert [(each["office"], each["state"], each["reminders"], each["escalated"]) for each in rows] == [
        ("police", "open", 1, False),
        ("enforcement", "open", 1, False),
    ]
    assert {datetime.fromisoformat(each["deadline"]) for each in rows} == {at("14:00:00", 6) + 2 * HOUR}


async def test_a_platform_that_keeps_nothing_is_deaf_only_where_it_was_not_heard_for_minutes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeChannel, "keeps", timedelta())
    await begin(stage)
    for _ in range(12):
        await stage.clock.advance(30)
        await poll(stage)
    assert (await entries(stage, "deaf"), asked_again(stage)) == ([], [])
    await nobody_hears_until(stage, at("08:30:00"))
    await poll(stage)
    await stage.clock.advance(30)
    await poll(stage)
    assert len(await entries(stage, "deaf")) == 1
    assert len(asked_again(stage)) == 1
