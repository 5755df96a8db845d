"""The disk is full, read-only, slow, or gives back half (fault 13): nothing is claimed that is not on disk, a duty
alert still cries out, and the record recovers without a hand.
"""

import asyncio
import random
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from bot.app.safekeeping.backups import back_up_the_day
from bot.app.safekeeping.restoring import open_or_recover
from bot.channels.buttons import data_of
from bot.clock import ManualClock, SystemClock
from bot.ledger.entries import Numbered
from bot.store import atomic
from bot.store.tinydb import open_reader, open_store
from tests.acceptance.process import Gengfu, a_folder, gengfu, ledger, settings, soon, warning
from tests.app.safekeeping.safe import NINE, STATES, TEN, Data
from tests.app.safekeeping.test_backups import TODAY
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, at
from tests.fakes import until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder on a disk of its own, of one megabyte."""
    data = tmp_path / "data"
    data.mkdir()
    if shutil.which("mount") is None or run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", data):
        pytest.skip("nothing can be mounted here: run as root, where mounting is allowed")
    yield data
    assert run("umount", "-l", data) == 0


@pytest.fixture
async def stage(disk: Path) -> AsyncIterator[Stage]:
    """The whole bot, its record on that disk; a warning is due at 8:01, an alert at 8:02."""
    made = Stage(disk.parent)
    made.store = await open_store(disk, made.clock)  # type: ignore[assignment] # the real one
    await made.run()
    yield made
    await made.end()


def run(*command: str | Path) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


@contextmanager
def full(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4_096):
            pass
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    assert run("mount", "--bind", disk, disk) == 0
    try:
        assert run("mount", "-o", "remount,bind,ro", disk) == 0
        yield
    finally:
        assert run("umount", disk) == 0


async def in_time(stage: Stage, holds: Callable[[], bool]) -> None:
    """Let the bot's time pass, and the real one that the disk takes, until this holds."""
    for _ in range(500):
        if holds():
            return
        await stage.clock.advance(1)
        await SystemClock().sleep(0.005)
    raise AssertionError("it never came to hold")


async def on_disk(disk: Path, kind: str) -> list[Numbered]:
    """What is on record of the town's reminders."""
    entries = await (await open_reader(disk)).entries()
    return [each for each in entries if each.kind == kind and each.occurrence]


@pytest.mark.parametrize("refusing", [full, read_only], ids=["full", "read-only"])
async def test_a_duty_alert_cries_out_and_is_recorded_later_as_unrecorded_and_nothing_else_leaves(
    stage: Stage, disk: Path, refusing: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with refusing(disk):
        await stage.pass_to(at("08:02:00"))
        await in_time(stage, lambda: bool(stage.telegram.texts(DUTY_ROOM)) and stage.bot.at_rest)
        assert stage.telegram.texts(RESIDENTS) == []
        assert await on_disk(disk, "sent") == []
        assert await (await open_reader(disk)).all_issued() == ()
    await stage.look()
    await in_time(stage, lambda: bool(stage.telegram.texts(RESIDENTS)))
    await in_time(stage, lambda: stage.bot.at_rest)

    assert len(stage.telegram.texts(DUTY_ROOM)) == len(stage.telegram.texts(RESIDENTS)) == 1
    town = {each.chat: each for each in await on_disk(disk, "sent")}
    assert (town["duty-room"].detail or {})["unrecorded"] is True
    assert "unrecorded" not in (town["longmen-residents"].detail or {})
    numbers = [each.seq for each in await (await open_reader(disk)).entries()]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_press_is_confirmed_only_when_a_slow_disk_has_it(
    stage: Stage, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.pass_to(at("08:02:00"))
    await in_time(stage, lambda: bool(stage.telegram.texts(DUTY_ROOM)))
    await in_time(stage, lambda: stage.bot.at_rest)
    (asked,) = [each for each in await stage.store.all_issued() if each.owing]
    go_on, write = threading.Event(), atomic._write

    def slowly(file: Path, content: bytes) -> None:
        assert go_on.wait(10)
        write(file, content)

    monkeypatch.setattr(atomic, "_write", slowly)
    press = stage.hears("press", data=data_of("done", asked.token))
    for _ in range(20):
        await stage.clock.advance(0.1)
        await SystemClock().sleep(0.005)
    assert stage.telegram.answered == []
    assert await stage.ledger("done") == []
    go_on.set()
    await in_time(stage, lambda: bool(stage.telegram.answered))
    assert stage.telegram.answered[0][0] == press
    assert len(await on_disk(disk, "done")) == 1


def test_a_record_cut_short_at_any_byte_is_restored_by_the_next_start(tmp_path: Path) -> None:
    data = Data(tmp_path / "data")
    data.fill()
    back_up_the_day(data.path, TODAY, NINE)
    whole = data.file.read_bytes()
    lengths = {0, 1, len(whole) // 2, len(whole) - 1, *random.Random(13).sample(range(len(whole)), 30)}
    for length in sorted(lengths):
        data.file.write_bytes(whole[:length])
        asyncio.run(recovered(data))
        found = data.states()
        assert {name: found[name] for name in STATES} == {
            **dict(zip(STATES, STATES, strict=True)),
            "planned": "intended",
            "retrying": "intended",
        }
        assert [each.kind for each in asyncio.run(data.reader().entries())] == ["sent", "done", "restored"]
    assert len(list(data.path.glob("before-restore-*"))) == len(lengths)


async def recovered(data: Data) -> None:
    await (await open_or_recover(data.path, ManualClock(TEN))).close()


async def test_a_bot_whose_record_is_damaged_starts_by_itself_and_says_so_everywhere(tmp_path: Path) -> None:
    folder, environment = a_folder(tmp_path, warning(soon(3_600))), settings()
    record = folder / "data" / "gengfu.json"
    bot = await Gengfu.run(folder, environment)
    await until(lambda: bool(list((folder / "data" / "backups").glob("*.zip"))))
    await bot.kill()
    record.write_bytes(record.read_bytes()[:-1])
    status, _, err = await gengfu("ledger", "--town", folder, environment=environment)
    assert (status, "已损坏" in err) == (1, True)

    bot = await Gengfu.run(folder, environment)
    entries = await ledger(folder, environment)
    await bot.terminate()

    assert "restored" in [each["kind"] for each in entries]
    (kept,) = (folder / "data").glob("before-restore-*")
    assert kept.name in bot.err
    told = [each.text or "" for each in await (await open_reader(folder / "data")).deliveries(chat=":admins")]
    assert any("损坏" in text and kept.name in text for text in told)
