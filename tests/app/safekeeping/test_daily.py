"""While the bot runs: a backup a day by itself, and what is settled put away. What fails stops nothing and is told."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.in_force import InForce
from bot.app.safekeeping import backups
from bot.app.safekeeping.backups import FOLDER, read_backup
from bot.app.safekeeping.daily import keep_safe
from bot.clock import ManualClock
from bot.outbox.terms import Terms
from bot.store import atomic
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore, open_reader, open_store
from tests.app.test_adopt import a_version
from tests.fakes import until
from tests.outbox.stage import TERMS, at
from tests.store.records import an_entry
from tests.store.test_disk import failing

LATE = at("23:30:00")


@dataclass
class Bot:
    """What is in force."""

    in_force: InForce = field(default_factory=a_version)
    terms: Terms = TERMS


@dataclass
class Town:
    """A town whose record is kept safe."""

    path: Path
    clock: ManualClock
    store: TinyStore

    @property
    def backups(self) -> list[str]:
        return sorted(each.name for each in (self.path / FOLDER).glob("*.zip"))

    async def rests(self) -> None:
        """Wait until it has done what it can do now."""
        await until(lambda: bool(self.clock._sleepers))

    async def told(self) -> list[str]:
        return [each.text or "" for each in await self.store.deliveries() if each.is_notice]

    async def after(self, minutes: float, holds: Callable[[], bool]) -> None:
        """Let time pass until this holds."""
        for _ in range(int(minutes // 10)):
            await self.rests()
            await self.clock.advance(600)
        await until(holds)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = ManualClock(LATE)
    store = await open_store(tmp_path, clock)
    await store.commit(
        Change(entries=(an_entry(None, kind="started", at=LATE - timedelta(days=32)), an_entry(at=LATE)))
    )
    keeping = asyncio.create_task(keep_safe(store, tmp_path, clock, Bot()))
    yield Town(tmp_path, clock, store)
    keeping.cancel()
    await asyncio.wait({keeping})
    await store.close()


async def test_it_backs_up_at_the_start_and_once_on_each_day_of_the_town_s(town: Town) -> None:
    await town.after(10, lambda: town.backups == ["2027-02-05.zip"])
    await town.after(10, lambda: town.backups == ["2027-02-05.zip"])
    await town.after(10, lambda: town.backups == ["2027-02-05.zip", "2027-02-06.zip"])
    assert read_backup(town.path / FOLDER / "2027-02-06.zip").made == at("00:00:00", day=6)


async def test_it_puts_away_what_is_settled_after_it_was_backed_up(town: Town) -> None:
    await town.rests()
    assert [each.name for each in (town.path / "archive").iterdir()] == ["2027-01.json"]
    assert [each.seq for each in await town.store.entries()] == [2]
    assert [each.seq for each in await (await open_reader(town.path)).entries()] == [1, 2]
    assert set(read_backup(town.path / FOLDER / "2027-02-05.zip").files) == {"gengfu.json"}


async def test_a_failure_is_told_once_a_day_tried_again_and_stops_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await town.rests()
    tries = [0]

    def refuse(*_: object) -> bytes:
        tries[0] += 1
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "pack", refuse)
        await town.after(30, lambda: tries[0] == 1)
        await town.after(10, lambda: tries[0] == 2)
        await town.rests()
        (told,) = await town.told()
        assert "备份或归档没有做成" in told
        assert "空间" in told
        assert "not kept safe" in caplog.text
    await town.after(10, lambda: "2027-02-06.zip" in town.backups)
    assert len(await town.told()) == 1


async def test_a_disk_that_refuses_everything_is_logged_and_tried_again(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await town.rests()
    with failing(atomic, "_write", errno.ENOSPC):
        await town.after(30, lambda: "nor could the admins be told" in caplog.text)
    await town.after(10, lambda: "2027-02-06.zip" in town.backups)
    assert await town.told() == []
