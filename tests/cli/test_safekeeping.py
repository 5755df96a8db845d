"""backup and restore, as from a shell."""

import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Gengfu


def test_a_backup_is_made_beside_a_running_bot_and_says_what_it_holds(
    gengfu: Gengfu, recorded: Path, tmp_path: Path
) -> None:
    (recorded / ".env").write_text("GENGFU_TELEGRAM__TOKEN=10001:AAtokenThatNobodyMaySee")
    answered = gengfu("backup", tmp_path / "b.zip", "--town", recorded, "--lang", "en")
    assert answered.status == 0, answered.err
    assert "3 entries" in answered.out
    with zipfile.ZipFile(tmp_path / "b.zip") as opened:
        assert "gengfu.json" in opened.namelist()
        assert not any(b"AAtoken" in opened.read(name) for name in opened.namelist())


def test_a_restore_beside_a_running_bot_is_refused_and_names_it(gengfu: Gengfu, recorded: Path, tmp_path: Path) -> None:
    gengfu("backup", tmp_path / "b.zip", "--town", recorded)
    record = recorded / "data" / "gengfu.json"
    before = record.read_bytes()
    answered = gengfu("restore", tmp_path / "b.zip", "--town", recorded)
    assert answered.status == 1
    assert "进程" in answered.err
    assert "2027-02-06 01:00" in answered.err
    assert record.read_bytes() == before


def test_a_restore_says_what_it_did_and_what_that_means(gengfu: Gengfu, recorded: Path, tmp_path: Path) -> None:
    gengfu("backup", tmp_path / "b.zip", "--town", recorded)
    answered = gengfu("restore", tmp_path / "b.zip", "--town", tmp_path / "other", "--lang", "en")
    assert answered.status == 0, answered.err
    (kept,) = (tmp_path / "other" / "data").glob("before-restore-*")
    assert str(kept) in answered.out
    assert "broadcasts are not repeated" in answered.out
    found = gengfu("ledger", "--town", recorded, "--format", "json")
    assert len(found.json) == 3
    assert (tmp_path / "other" / "data" / "gengfu.json").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_cannot_be_done_is_one_line(gengfu: Gengfu, town: Path, command: str) -> None:
    answered = gengfu(command, town / "none.zip", "--town", town)
    assert answered.status == 1
    assert len(answered.err.splitlines()) == 1
    assert not (town / "data").exists()
    assert gengfu(command).status == 2
