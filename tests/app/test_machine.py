"""What is seen of the machine, and what doctor makes of it."""

import asyncio
import ctypes
import os
import shutil
import sys
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bot.app.doctor import Finding, examine, examining
from bot.app.machine import Room, ahead_of, is_clock_kept, is_watched, room_at
from bot.clock import ManualClock
from bot.language import say
from bot.settings import Settings, TelegramSettings
from tests.app.stage import EIGHT
from tests.servers.wire import Reply, Request, Wire

CLOCK = ManualClock(EIGHT)


class Dated(Wire):
    """A server whose clock shows a moment."""

    def __init__(self, moment: datetime) -> None:
        async def answer(_request: Request) -> Reply:
            when = format_datetime(moment, usegmt=True)
            return Reply(404, b"", content_type=f"text/plain\r\nDate: {when}")

        super().__init__(answer)


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=3), timedelta(hours=-8)])
async def test_a_clock_is_held_against_a_servers(ahead: timedelta) -> None:
    server = Dated(CLOCK.now() - ahead)
    await server.start()
    try:
        found = await ahead_of(f"http://127.0.0.1:{server.port}", None, CLOCK)
    finally:
        await server.stop()
    assert found is not None
    assert abs(found - ahead) <= timedelta(seconds=1)


async def test_a_server_that_does_not_answer_or_says_no_time_tells_nothing() -> None:
    assert await ahead_of("http://127.0.0.1:9", None, CLOCK) is None
    assert await ahead_of("rubbish", None, CLOCK) is None

    async def answer(_request: Request) -> Reply:
        return Reply(200, b"")

    server = Wire(answer)
    await server.start()
    assert await ahead_of(f"http://127.0.0.1:{server.port}", None, CLOCK) is None
    await server.stop()


@pytest.mark.parametrize(("error", "said", "kept"), [(900, 0, True), (16_000_000, 5, False), (0, -1, None)])
def test_the_kernel_says_whether_a_clock_is_kept(
    error: int, said: int, kept: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def adjtimex(timex: object) -> int:
        timex._obj.maxerror = error  # type: ignore[attr-defined]
        return said

    assert is_clock_kept() in (True, False, None)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(adjtimex=adjtimex))
    assert is_clock_kept() is kept


def test_room_is_that_of_the_disk_where_the_folder_is_or_will_be(tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    assert room_at(tmp_path / "not" / "yet").share == pytest.approx(usage.free / usage.total, abs=0.01)


async def test_a_process_is_watched_that_systemd_told_of_its_watchdog() -> None:
    waiting = [sys.executable, "-c", "input()"]
    for environment, watched in ({"WATCHDOG_USEC": "1"}, True), ({}, False):
        process = await asyncio.create_subprocess_exec(*waiting, stdin=asyncio.subprocess.PIPE, env=environment)
        assert is_watched(process.pid) is watched
        process.kill()
        await process.wait()
    assert is_watched(os.getpid()) is False
    assert is_watched(2**22 + 1) is None


async def findings(folder: Path, **given: object) -> dict[str, Finding]:
    settings = Settings.model_validate({"folder": folder, **given}).model_copy(update={"folder": folder})
    return {each.what.key: each for each in await examine(settings, CLOCK, lambda _address: None)}


@pytest.mark.parametrize(
    ("kept", "key", "mend"), [(True, "clock", False), (False, "clock-unkept", True), (None, "clock-unknown", True)]
)
async def test_a_clock_that_nobody_keeps_is_told_and_is_no_fault_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool | None, key: str, mend: bool
) -> None:
    monkeypatch.setattr(examining, "is_clock_kept", lambda: kept)
    found = (await findings(tmp_path))[f"doctor.{key}"]
    assert (found.ok, found.mend is not None) == (True, mend)


@pytest.mark.parametrize(("minutes", "words"), [(4, "快了 4 分钟"), (-60, "慢了 1 小时")])
async def test_one_that_is_seen_to_be_wrong_is_a_fault(tmp_path: Path, minutes: int, words: str) -> None:
    server = Dated(CLOCK.now() - timedelta(minutes=minutes))
    await server.start()
    telegram = TelegramSettings(token=SecretStr("10001:AAx"), api_base=f"http://127.0.0.1:{server.port}")
    found = [each for name, each in (await findings(tmp_path, telegram=telegram)).items() if "clock" in name]
    await server.stop()
    assert [each.ok for each in found] == [False]
    assert words in say(found[0].what)


@pytest.mark.parametrize(
    ("free", "share", "ok", "mend"),
    [(10**10, 0.5, True, False), (10**10, 0.04, True, True), (199_999_999, 0.5, False, True)],
)
async def test_room_is_told_as_scarce_before_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, share: float, ok: bool, mend: bool
) -> None:
    monkeypatch.setattr(examining, "room_at", lambda _folder: Room(free, share))
    found = (await findings(tmp_path))["doctor.room"]
    assert (found.ok, found.mend is not None) == (ok, mend)


@pytest.mark.parametrize(("days", "old"), [(0, False), (2, False), (3, True)])
async def test_the_last_backup_is_named_and_told_where_it_is_old(tmp_path: Path, days: int, old: bool) -> None:
    assert "doctor.backup" not in await findings(tmp_path)
    (tmp_path / "data" / "backups").mkdir(parents=True)
    last = CLOCK.now().date() - timedelta(days=days)
    for day in (last - timedelta(days=9), last):
        (tmp_path / "data" / "backups" / f"{day}.zip").touch()
    found = (await findings(tmp_path))["doctor.backup"]
    assert (found.ok, str(last) in say(found.what), found.mend is not None) == (True, True, old)


async def test_that_nobody_outside_waits_for_it_is_told(tmp_path: Path) -> None:
    assert (await findings(tmp_path))["doctor.no-heartbeat"].mend is not None
    heard = await findings(tmp_path, heartbeat_url="https://ping.example/secret")
    assert "doctor.heartbeat" in heard
    assert not any("secret" in say(each.what) for each in heard.values())


def test_a_data_folder_that_may_not_be_looked_into_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(_data: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(examining, "daily_backups", refused)
    assert list(examining._backup(Settings(folder=tmp_path), ManualClock(EIGHT))) == []
