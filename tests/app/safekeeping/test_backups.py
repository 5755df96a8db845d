"""A backup holds all of the record and no secret, is made beside a bot that writes, and one a day is kept."""

import errno
import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.app import adopt
from bot.app.safekeeping import backups
from bot.app.safekeeping.backups import back_up_the_day, daily_backups, read_backup, take_backup, write_backup
from bot.errors import BackupRefused, NotFound, OutUnwritable, StoreDamaged
from bot.store import atomic
from bot.store.backup import Parcel, pack
from bot.store.protocol import Change
from tests.app.safekeeping.safe import NINE, SOURCES, Data

TODAY = date(2027, 2, 5)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    made = Data(tmp_path / "town" / "data")
    made.fill()
    return made


def test_it_holds_the_record_the_archives_and_the_version_in_force_and_nothing_else(data: Data) -> None:
    (data.path / "archive").mkdir()
    (data.path / "archive" / "2026-12.json").write_bytes(b"{}")
    for other in ("secret-key", "adopted/.half/schedules/town.yaml", "adopted/before/schedules/town.yaml", "../.env"):
        (data.path / other).parent.mkdir(parents=True, exist_ok=True)
        (data.path / other).write_text("in secret")
    parcel = take_backup(data.path, NINE)
    adopted = f"adopted/{SOURCES.version}"
    assert set(parcel.files) == {
        "gengfu.json",
        "archive/2026-12.json",
        *(f"{adopted}/schedules/{name}" for name in SOURCES.schedules),
        *(f"{adopted}/messages/{name}" for name in SOURCES.messages),
    }
    assert parcel.files["gengfu.json"] == data.file.read_bytes()
    assert not any(b"in secret" in content for content in parcel.files.values())


def test_a_version_that_is_adopted_while_it_is_made_is_the_one_that_it_holds(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot commits the new version and removes the files of the one before."""
    adopted = data.path / "adopted"
    before, asked = data.file.read_bytes(), [0]
    (adopted / SOURCES.version).rename(adopted / "gone")
    is_whole = adopt.is_whole

    def adopted_meanwhile(folder: Path) -> bool:
        asked[0] += 1
        if asked[0] == 2:
            (adopted / "gone").rename(adopted / SOURCES.version)
        return is_whole(folder)

    monkeypatch.setattr(backups, "is_whole", adopted_meanwhile)
    parcel = take_backup(data.path, NINE)
    assert parcel.files["gengfu.json"] == before
    assert any(name.startswith(f"adopted/{SOURCES.version}/") for name in parcel.files)


def test_a_version_whose_files_are_gone_keeps_nobody_from_a_backup(
    data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(data.path / "adopted")
    assert set(take_backup(data.path, NINE).files) == {"gengfu.json"}
    assert "without them" in caplog.text


def test_a_record_that_is_damaged_or_missing_is_not_backed_up(data: Data) -> None:
    data.file.write_bytes(data.file.read_bytes()[:-1])
    with pytest.raises(StoreDamaged):
        take_backup(data.path, NINE)
    data.file.unlink()
    with pytest.raises(NotFound, match="没有可备份的"):
        take_backup(data.path, NINE)


def test_what_is_written_is_read(data: Data, tmp_path: Path) -> None:
    parcel = take_backup(data.path, NINE)
    write_backup(parcel, tmp_path / "b.zip")
    assert read_backup(tmp_path / "b.zip") == parcel


def test_what_exists_is_not_overwritten(data: Data, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(OutUnwritable, match="已经存在"):
        write_backup(take_backup(data.path, NINE), tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"


def test_a_disk_that_refuses_leaves_no_half_of_it(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic, "flush_folder", refuse)
    with pytest.raises(OutUnwritable, match="空间"):
        write_backup(take_backup(data.path, NINE), tmp_path / "b.zip")
    assert not list(tmp_path.glob("b.zip*"))


@pytest.mark.parametrize("record", [None, b"", b"{}", b'{"meta":{"store":{"version":1}},"entries":{"1":{}}}'])
def test_a_parcel_without_a_record_that_can_be_read_is_no_backup(tmp_path: Path, record: bytes | None) -> None:
    (tmp_path / "b.zip").write_bytes(pack(Parcel({} if record is None else {"gengfu.json": record}, NINE)))
    with pytest.raises(BackupRefused) as refused:
        read_backup(tmp_path / "b.zip")
    assert refused.value.sentence.key == "safekeeping.not-whole"


def test_a_record_of_a_later_form_is_named_as_such(tmp_path: Path) -> None:
    record = b'{"meta":{"store":{"version":2}},"entries":{"of another form":1}}'
    (tmp_path / "b.zip").write_bytes(pack(Parcel({"gengfu.json": record}, NINE)))
    with pytest.raises(BackupRefused) as refused:
        read_backup(tmp_path / "b.zip")
    assert refused.value.sentence.key == "safekeeping.newer"


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no\.zip"):
        read_backup(tmp_path / "no.zip")


def test_one_a_day_is_taken_and_the_last_fourteen_are_kept(data: Data) -> None:
    for number in range(20):
        day = TODAY + timedelta(days=number)
        data.commit(Change(marks={"n": str(number)}))
        assert back_up_the_day(data.path, day, NINE)
        assert not back_up_the_day(data.path, day, NINE)
    (data.path / "backups" / "by-hand.zip").write_text("mine")
    kept = daily_backups(data.path)
    assert [each.name for each in kept] == [f"{TODAY + timedelta(days=n)}.zip" for n in range(19, 5, -1)]
    assert b'"n":{"text":"19"}' in read_backup(kept[0]).files["gengfu.json"]


def test_before_there_is_a_record_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    assert not back_up_the_day(tmp_path, TODAY, NINE)
    assert list(tmp_path.iterdir()) == []
