"""A backup in the record's place: nothing that may have gone out is forgotten, or taken for unsent."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app.adopt import VERSION, adopted
from bot.app.safekeeping.backups import back_up_the_day, take_backup, with_evidence, write_backup
from bot.app.safekeeping.restoring import UNTOLD, open_or_recover, restore, tell_of_restore
from bot.clock import ManualClock
from bot.errors import BackupRefused, StoreError, TownHeld
from bot.language import say
from bot.outbox.tick import RESTORED, WATERMARK
from bot.store.evidence import keep
from bot.store.hold import take
from bot.store.memory import MemoryStore
from bot.store.protocol import Change, Settled
from bot.store.tinydb import open_reader
from tests.app.safekeeping.safe import DUE, NINE, SOURCES, STATES, TEN, Data
from tests.app.safekeeping.test_backups import TODAY
from tests.outbox.stage import TERMS
from tests.store.records import a_delivery, an_entry


@pytest.fixture
def data(tmp_path: Path) -> Data:
    made = Data(tmp_path / "data")
    made.fill()
    return made


@pytest.fixture
def backup(data: Data, tmp_path: Path) -> Path:
    write_backup(take_backup(data.path, NINE), tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def recover(data: Data) -> None:
    """What a start does."""

    async def started() -> None:
        await (await open_or_recover(data.path, ManualClock(TEN))).close()

    asyncio.run(started())


def marks(data: Data) -> dict[str, str]:
    return dict(asyncio.run(data.reader().marks()))


def test_what_was_to_be_sent_is_perhaps_sent_and_the_rest_stands(data: Data, backup: Path) -> None:
    data.commit(Change(entries=(an_entry(),), deliveries=(a_delivery("winter/since", state="sent"),)))
    done = restore(data.path, backup, TEN)
    assert data.states() == {
        **dict(zip(STATES, STATES, strict=True)),
        "planned": "intended",
        "retrying": "intended",
        "later": "planned",
    }
    (*before, entry) = asyncio.run(data.reader().entries())
    assert [each.seq for each in before] == [1, 2]
    assert (entry.kind, entry.at) == ("restored", TEN)
    assert entry.detail == {
        "before": done.before,
        "damaged": False,
        "backup": NINE.isoformat(),
        "from": "backup.zip",
        "uncertain": 2,
    }
    assert marks(data)[RESTORED] == TEN.isoformat()
    assert marks(data)[WATERMARK] == DUE.isoformat()


def test_evidence_comes_back_beside_what_came_since(data: Data, tmp_path: Path) -> None:
    photo = keep(data.path, b"photo", "a.jpg")
    write_backup(with_evidence(take_backup(data.path, NINE), data.path), tmp_path / "whole.zip")
    (data.path / photo).unlink()
    later = keep(data.path, b"later", "b.pdf")
    restore(data.path, tmp_path / "whole.zip", TEN)
    assert [(data.path / each).read_bytes() for each in (photo, later)] == [b"photo", b"later"]
    assert (data.path / photo).stat().st_mode & 0o777 == 0o600


def test_a_backup_without_evidence_leaves_what_there_is(data: Data, backup: Path) -> None:
    photo = keep(data.path, b"photo", "a.jpg")
    restore(data.path, backup, TEN)
    assert (data.path / photo).read_bytes() == b"photo"


def test_what_was_there_before_is_kept_and_can_be_put_back(data: Data, backup: Path) -> None:
    data.commit(Change(marks={"n": "since"}))
    done = restore(data.path, backup, TEN)
    kept = data.path / done.before
    assert asyncio.run(asyncio.run(open_reader(kept)).mark("n")) == "since"
    assert "n" not in marks(data)
    assert (kept / "adopted" / SOURCES.version).is_dir()


def test_a_town_that_lost_its_whole_folder_goes_on_under_the_version_that_it_had(backup: Path, tmp_path: Path) -> None:
    other = Data(tmp_path / "elsewhere" / "data")
    restore(other.path, backup, TEN)
    assert asyncio.run(adopted(other.reader(), other.path)) == SOURCES
    assert marks(other)["offset:telegram"] == "7"


def test_archives_come_back_as_they_were(data: Data, tmp_path: Path) -> None:
    async def archived() -> None:
        store = await open_or_recover(data.path, ManualClock(NINE))
        await store.archive({"2027-02": Settled(entries=frozenset({1}))})
        await store.close()

    asyncio.run(archived())
    write_backup(take_backup(data.path, NINE), tmp_path / "b.zip")
    (data.path / "archive" / "2027-03.json").write_bytes(b'{"meta":{"store":{"version":1}}}')
    restore(data.path, tmp_path / "b.zip", TEN)
    assert [each.seq for each in asyncio.run(data.reader().entries())] == [1, 2, 3]
    assert [each.name for each in (data.path / "archive").iterdir()] == ["2027-02.json"]


def test_a_town_that_is_held_is_left_alone_and_its_holder_named(data: Data, backup: Path) -> None:
    data.commit(Change(marks={"n": "since"}))
    hold = take(data.path, NINE)
    before = data.names()
    with pytest.raises(TownHeld) as refused:
        restore(data.path, backup, TEN)
    hold.release()
    assert "2027-02-05 01:00" in str(refused.value)
    assert data.names() == before
    assert marks(data)["n"] == "since"


def test_a_backup_that_is_not_whole_changes_nothing_not_even_a_missing_folder(
    data: Data, backup: Path, tmp_path: Path
) -> None:
    backup.write_bytes(backup.read_bytes()[:-1])
    before = data.names()
    for path in (data.path, tmp_path / "nowhere"):
        with pytest.raises(BackupRefused):
            restore(path, backup, TEN)
    assert data.names() == before
    assert not (tmp_path / "nowhere").exists()


async def test_the_admins_are_told_once_and_in_one_message(data: Data, backup: Path) -> None:
    await asyncio.to_thread(restore, data.path, backup, TEN)
    store = await open_or_recover(data.path, ManualClock(TEN))
    for _ in range(2):
        await tell_of_restore(store, TERMS, TEN)
    told = [each for each in await store.deliveries() if each.is_notice]
    await store.close()
    assert len(told) == 1
    text = told[0].text or ""
    assert "09:00" in text
    assert "10:00" in text
    assert "data/before-restore-" in text
    assert told[0].state == "planned"
    assert await store.mark(UNTOLD) is None


async def test_without_a_restore_nobody_is_told_of_one() -> None:
    store = MemoryStore()
    await tell_of_restore(store, TERMS, TEN)
    assert await store.deliveries() == ()


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 400, b"{", b"null", None], ids=["empty", "zeros", "cut", "null", "2/3"]
)
def test_a_record_that_is_damaged_at_a_start_is_restored_from_the_newest_backup_that_is_whole(
    data: Data, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    for day, mark in ((3, "older"), (4, "newest whole"), (5, "cut short")):
        data.commit(Change(marks={"n": mark}))
        back_up_the_day(data.path, TODAY.replace(day=day), NINE)
    cut = data.path / "backups" / f"{TODAY}.zip"
    cut.write_bytes(cut.read_bytes()[:-100])
    damaged = data.file.read_bytes()[:900] if content is None else content
    data.file.write_bytes(damaged)

    recover(data)

    assert marks(data)["n"] == "newest whole"
    assert data.states()["planned"] == "intended"
    (kept,) = data.path.glob("before-restore-*")
    assert (kept / "gengfu.json").read_bytes() == damaged
    (entry,) = [each for each in asyncio.run(data.reader().entries()) if each.kind == "restored"]
    assert entry.detail is not None
    assert (entry.detail["damaged"], entry.detail["from"]) == (True, "2027-02-04.zip")
    for words in ("damaged", "2027-02-05.zip is no help", "2027-02-04.zip", kept.name):
        assert words in caplog.text


async def test_without_a_backup_the_record_begins_anew_and_knows_what_it_does_not_know(
    tmp_path: Path,
) -> None:
    data = Data(tmp_path / "data")
    await asyncio.to_thread(data.fill)
    first = await open_or_recover(data.path, ManualClock(NINE))
    await first.archive({"2027-02": Settled(entries=frozenset({2}))})
    await first.close()
    data.file.write_bytes(b"garbage")

    store = await open_or_recover(data.path, ManualClock(TEN))

    assert await store.deliveries() == ()
    found = {name: datetime.fromisoformat(text) for name, text in (await store.marks()).items() if name != VERSION}
    assert found == {RESTORED: TEN, UNTOLD: TEN, WATERMARK: TEN - timedelta(days=1)}
    assert await store.mark(VERSION) == SOURCES.version
    assert await adopted(store, data.path) == SOURCES
    assert [(each.seq, each.kind) for each in await store.entries()] == [(3, "restored")]
    await tell_of_restore(store, TERMS, TEN)
    (told,) = await store.deliveries()
    assert "没有可用的备份" in (told.text or "")
    await store.close()
    assert [each.seq for each in await (await open_reader(data.path)).entries()] == [2, 3]


def test_a_record_of_a_later_form_is_neither_restored_nor_touched(data: Data) -> None:
    back_up_the_day(data.path, TODAY, NINE)
    data.file.write_bytes(content := b'{"meta":{"store":{"version":2}},"entries":{"of another form":1}}')
    with pytest.raises(StoreError) as refused:
        recover(data)
    assert refused.value.sentence.key == "store.newer"
    assert data.file.read_bytes() == content
    assert "Upgrade" in say(refused.value.sentence, "en")
    assert not list(data.path.glob("before-restore-*"))
