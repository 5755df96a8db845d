"""Evidence lies in the data folder by its content: once, whole, for nobody else to read, not in the record's way."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from bot.errors import StoreUnwritable
from bot.store.evidence import keep, path_of

PHOTO = b"\xff\xd8 not much of a photo"
NAME = hashlib.sha256(PHOTO).hexdigest()


def test_it_is_named_by_its_content_and_kept_once(tmp_path: Path) -> None:
    file = keep(tmp_path, PHOTO, "现场.JPG")
    assert file == keep(tmp_path, PHOTO, "现场照片.jpg") == f"evidence/{NAME}.jpg"
    assert (tmp_path / file).read_bytes() == PHOTO
    assert len(list((tmp_path / "evidence").iterdir())) == 1


def test_only_the_bot_s_own_user_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = keep(tmp_path, PHOTO, "a.jpg")
    finally:
        os.umask(before)
    assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "evidence").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("方案.DOCX", "docx"),
        ("a.tar.zip", "zip"),
        ("page.html", "bin"),
        ("run.sh", "bin"),
        ("x.svg", "bin"),
        ("../../etc/passwd", "bin"),
        ("a.jpg/../b", "bin"),
        ("没有后缀", "bin"),
        ("", "bin"),
        (None, "bin"),
    ],
)
def test_of_its_name_only_a_harmless_ending_is_kept(tmp_path: Path, name: str | None, ending: str) -> None:
    assert keep(tmp_path, PHOTO, name) == f"evidence/{NAME}.{ending}"


def test_a_file_that_a_crash_left_half_written_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / f"{NAME}.jpg").write_bytes(PHOTO[:3])
    assert (tmp_path / keep(tmp_path, PHOTO, "a.jpg")).read_bytes() == PHOTO


def test_a_disk_that_refuses_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"a file where the folder should be")
    with pytest.raises(StoreUnwritable):
        keep(tmp_path, PHOTO, "a.jpg")


def test_what_the_record_needs_is_left_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100_000_000 + len(PHOTO) - 1))
    with pytest.raises(StoreUnwritable) as refusal:
        keep(tmp_path, PHOTO, "a.jpg")
    assert refusal.value.sentence.key == "store.no-room-for-evidence"
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    "file", ["evidence/../gengfu.json", "gengfu.json", f"{NAME}.jpg", f"evidence/{NAME}.jpg.new", f"archive/{NAME}.jpg"]
)
def test_a_name_that_leads_elsewhere_leads_nowhere(tmp_path: Path, file: str) -> None:
    kept = keep(tmp_path, PHOTO, "a.jpg")
    (tmp_path / "gengfu.json").write_bytes(b"{}")
    assert path_of(tmp_path, file) is None
    assert path_of(tmp_path, kept) == tmp_path / kept
    assert path_of(tmp_path, kept.replace("jpg", "png")) is None
