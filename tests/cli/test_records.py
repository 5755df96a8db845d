"""ledger, report, chats: beside a running bot, or without one."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.board import BoardChannel
from bot.clock import ManualClock
from bot.outbox.outcome import DEAD
from bot.store.protocol import Change
from bot.store.tinydb import open_reader, open_store
from tests.app.stage import DUTY_ROOM, Stage
from tests.cli.conftest import ASK, DUE, Gengfu
from tests.fakes import FakeChannel, refused
from tests.web.conftest import served


def test_the_ledger_prints_what_programs_read(gengfu: Gengfu, recorded: Path) -> None:
    answered = gengfu("ledger", "--town", recorded, "--format", "json")
    assert answered.status == 0
    assert answered.json[1] == {
        "seq": 2,
        "at": "2027-02-06T09:03:00+08:00",
        "kind": "done",
        "occurrence": ASK,
        "chat": None,
        "office": "police",
        "by": "telegram:2001",
        "detail": None,
    }
    assert list(answered.json[1]) == ["seq", "at", "kind", "occurrence", "chat", "office", "by", "detail"]


def test_the_ledger_selects_whole_days_of_the_town(gengfu: Gengfu, recorded: Path) -> None:
    days = ("--from", "2027-02-07", "--until", "2027-02-07")
    assert [each["kind"] for each in gengfu("ledger", "--town", recorded, "--format", "json", *days).json] == [
        "refused"
    ]


def test_chats_tell_their_health(gengfu: Gengfu, recorded: Path) -> None:
    found = {each["chat"]: each for each in gengfu("chats", "--town", recorded, "--format", "json").json}
    assert found["duty-room"]["last_sent"] == "2027-02-06T09:00:00+08:00"
    assert found["duty-room"]["stands_in"] is True
    assert found["longmen-residents"]["last_sent"] is None
    assert "消防安全工作群" in gengfu("chats", "--town", recorded).out


def test_testing_a_chat_needs_the_bot_where_the_board_stands_in(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("chats", "--town", town, "--test", "duty-room")
    assert (answered.status, answered.err) == (1, "群“duty-room”在面板上，要先启动 gengfu run 才能测试\n")
    answered = gengfu("chats", "--town", town, "--test", "dutyroom")
    assert (answered.status, answered.err) == (1, "没有群“dutyroom”，用 gengfu chats 可以看到全部群\n")


def test_a_bad_edit_hides_nothing_of_the_record(gengfu: Gengfu, recorded: Path) -> None:
    commands = [(command, "--town", recorded, "--format", "json") for command in ("ledger", "report", "chats")]
    before = [gengfu(*command).json for command in commands]
    (recorded / "schedules" / "winter-2026.yaml").write_text("campaign: [", encoding="utf-8")
    for command, told in zip(commands, before, strict=True):
        answered = gengfu(*command)
        assert (answered.status, answered.json) == (0, told)
        (mind,) = answered.err.splitlines()
        assert "gengfu check" in mind
    assert "派出所" in gengfu("report", "--town", recorded).out
    assert gengfu("chats", "--town", recorded, "--test", "dutyroom").status == 1


def test_a_record_without_any_good_version_is_told_in_the_default_zone(gengfu: Gengfu, recorded: Path) -> None:
    shutil.rmtree(recorded / "data" / "adopted")
    (recorded / "schedules" / "town.yaml").write_text("town: [", encoding="utf-8")
    answered = gengfu("ledger", "--town", recorded, "--format", "json", "--from", "2027-02-07")
    assert [each["at"] for each in answered.json] == ["2027-02-07T09:00:00+08:00"]
    assert [each["office"] for each in gengfu("report", "--town", recorded, "--format", "json").json] == [
        "police",
        "enforcement",
    ]
    assert gengfu("chats", "--town", recorded, "--format", "json").json == []


async def test_a_chat_that_moved_is_tested_where_it_went(
    gengfu: Gengfu, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(DUE)
    telegram = FakeChannel(clock)
    monkeypatch.setattr("bot.cli.ways.channels_of", lambda *_: {"board": BoardChannel(clock), "telegram": telegram})
    monkeypatch.setenv("GENGFU_TELEGRAM__TOKEN", "10001:AAtest")
    store = await open_store(town / "data", clock)
    await store.commit(Change(marks={"moved:telegram:-1001001": "-1009009"}))
    await store.close()
    answered = await asyncio.to_thread(gengfu, "chats", "--town", town, "--test", "duty-room")
    assert answered.status == 0
    assert [each.address for each in telegram.sent] == ["-1009009"]


async def test_a_test_message_that_gets_through_to_a_chat_that_was_given_up_has_it_tried_again(
    gengfu: Gengfu, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(DUE)
    telegram = FakeChannel(clock)
    monkeypatch.setattr("bot.cli.ways.channels_of", lambda *_: {"board": BoardChannel(clock), "telegram": telegram})
    monkeypatch.setenv("GENGFU_TELEGRAM__TOKEN", "10001:AAtest")
    monkeypatch.setattr("bot.cli.ways.command_line_user", lambda: "cli:li")
    store = await open_store(town / "data", clock)
    await store.commit(Change(marks={f"{DEAD}duty-room": "-1001001 kicked"}))
    await store.close()
    telegram.order("-1001001", refused())
    assert (await asyncio.to_thread(gengfu, "chats", "--town", town, "--test", "duty-room")).status == 1
    assert await (await open_reader(town / "data")).mark(f"{DEAD}duty-room")
    assert (await asyncio.to_thread(gengfu, "chats", "--town", town, "--test", "duty-room")).status == 0
    reader = await open_reader(town / "data")
    assert await reader.mark(f"{DEAD}duty-room") is None
    (entry,) = await reader.entries()
    assert (entry.kind, entry.chat, entry.by) == ("settled", "duty-room", "cli:li")


async def test_beside_a_running_bot_it_is_the_bot_that_tries_again(
    gengfu: Gengfu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    dead = Change(marks={f"{DEAD}duty-room": "-1001001 kicked"})
    on_disk = await open_store(stage.settings.data, stage.clock)
    await on_disk.commit(dead)
    monkeypatch.setattr(
        "bot.cli.ways.channels_of", lambda *_: {"board": BoardChannel(stage.clock), "telegram": stage.telegram}
    )
    await stage.run()
    await stage.store.commit(dead)
    async with served(stage.live) as at:
        monkeypatch.setenv("GENGFU_WEB__LISTEN", f"127.0.0.1:{at.port}")
        answered = await asyncio.to_thread(gengfu, "chats", "--town", tmp_path, "--test", "duty-room")
    assert (answered.status, answered.err) == (0, "")
    assert await stage.store.mark(f"{DEAD}duty-room") is None
    await stage.end()
    await on_disk.close()


@pytest.fixture
async def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A bot that runs and has the one connection that its platform allows, and its pages, which the command finds."""
    stage = Stage(tmp_path)
    on_disk = await open_store(stage.settings.data, stage.clock)
    await stage.run()
    ours = FakeChannel(stage.clock)
    ours.exclusive = True
    monkeypatch.setattr("bot.cli.ways.channels_of", lambda *_: {"board": BoardChannel(stage.clock), "telegram": ours})
    monkeypatch.setenv("GENGFU_TELEGRAM__TOKEN", "10001:AAtest")
    async with served(stage.live) as at:
        monkeypatch.setenv("GENGFU_WEB__LISTEN", f"127.0.0.1:{at.port}")
        yield stage
    await stage.end()
    await on_disk.close()
    assert ours.opened == 0


async def test_where_a_second_connection_would_push_out_the_bot_the_bot_itself_sends_the_test(
    gengfu: Gengfu, beside: Stage
) -> None:
    answered = await asyncio.to_thread(gengfu, "chats", "--town", beside.folder, "--test", "duty-room")
    assert (answered.status, answered.out, answered.err) == (0, "已向“duty-room”发送测试消息\n", "")
    (text,) = beside.telegram.texts(DUTY_ROOM)
    assert "测试消息" in text


async def test_a_bot_whose_pages_all_may_see_is_asked_by_this_machine_s_own_name(
    gengfu: Gengfu, beside: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENGFU_WEB__LISTEN", os.environ["GENGFU_WEB__LISTEN"].replace("127.0.0.1", "0.0.0.0"))
    answered = await asyncio.to_thread(gengfu, "chats", "--town", beside.folder, "--test", "duty-room")
    assert (answered.status, answered.err) == (0, "")


async def test_what_the_bot_could_not_send_is_told_in_one_line_with_the_reason(gengfu: Gengfu, beside: Stage) -> None:
    beside.telegram.order(DUTY_ROOM, refused())
    answered = await asyncio.to_thread(gengfu, "chats", "--town", beside.folder, "--test", "duty-room")
    assert (answered.status, answered.out) == (1, "")
    (told,) = answered.err.splitlines()
    assert told.startswith("没有发成：")
    assert "as ordered" in told


def test_reading_makes_nothing(gengfu: Gengfu, town: Path) -> None:
    for command in ("ledger", "report", "chats", "check"):
        assert gengfu(command, "--town", town).status == 0
    assert not (town / "data").exists()
