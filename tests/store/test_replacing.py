"""A record in the place of another one: all of it or nothing, wherever it is cut off."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreDamaged, StoreUnwritable
from bot.store.protocol import Change
from bot.store.records import Batch
from bot.store.replacing import replace_record
from bot.store.tables import FILE
from tests.store.folder import Folder
from tests.store.records import NOON, an_entry

FOLDERS = ("archive", "adopted")


def amend(_: Batch, before: str) -> Change:
    return Change(entries=(an_entry(None, kind="restored", detail={"before": before}),), marks={"restored": "x"})


@pytest.fixture
async def other(tmp_path: Path) -> dict[str, bytes]:
    """Another record's files."""
    folder = Folder(tmp_path / "other")
    store = await folder.open()
    await store.commit(Change(entries=(an_entry("other"),), marks={"n": "other"}))
    await store.close()
    return {FILE: folder.file.read_bytes(), "archive/2027-01.json": b"{}", "adopted/v2/schedules/town.yaml": b"two"}


@pytest.fixture
async def here(folder: Folder) -> Folder:
    """The record that is there, with what belongs to it and what does not."""
    store = await folder.open()
    await store.commit(Change(entries=(an_entry("here"), an_entry("here")), marks={"n": "here"}))
    await store.close()
    for path in ("adopted/v1/schedules/town.yaml", "archive/2026-12.json", "backups/2027-01-01.zip"):
        (folder.path / path).parent.mkdir(parents=True)
        (folder.path / path).write_text("here")
    return folder


def files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


async def test_the_new_record_is_amended_and_the_old_one_kept(here: Folder, other: dict[str, bytes]) -> None:
    before = replace_record(here.path, other, amend, FOLDERS, NOON)

    assert before == "before-restore-20261230T040000Z"
    assert files(here.path) - {"gengfu.lock"} == {
        *other,
        "backups/2027-01-01.zip",
        f"{before}/gengfu.json",
        f"{before}/adopted/v1/schedules/town.yaml",
        f"{before}/archive/2026-12.json",
    }
    (here.path / "archive" / "2027-01.json").unlink()
    reader = await here.reader()
    assert await reader.marks() == {"n": "other", "restored": "x"}
    assert [(each.seq, each.kind) for each in await reader.entries()] == [(1, "sent"), (2, "restored")]
    assert await (await Folder(here.path / before).reader()).mark("n") == "here"


async def test_what_is_replaced_twice_in_a_moment_is_kept_twice(here: Folder, other: dict[str, bytes]) -> None:
    kept = {replace_record(here.path, other, amend, FOLDERS, NOON) for _ in range(3)}
    assert len(kept) == 3
    assert all((here.path / each / FILE).exists() for each in kept)


@pytest.mark.parametrize("cut_off", range(1, 13))
async def test_wherever_it_is_cut_off_the_next_to_take_the_town_finds_the_one_or_the_other_whole(
    here: Folder, other: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, cut_off: int
) -> None:
    """Cut off as by kill -9: from the n-th step on nothing more is done."""
    other = {**other, "archive/2027-01.json": b'{"meta":{"store":{"version":1}}}'}
    steps, moved = [0], Path.rename

    def rename(self: Path, target: Any) -> Path:
        steps[0] += 1
        if steps[0] >= cut_off:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return moved(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        if cut_off <= 7:
            with pytest.raises(StoreUnwritable):
                replace_record(here.path, other, amend, FOLDERS, NOON)
        else:
            replace_record(here.path, other, amend, FOLDERS, NOON)

    store = await here.open()
    is_new = await store.mark("n") == "other"
    assert is_new == (cut_off > 1)
    assert len(await store.entries()) == 2
    await store.close()
    whole = files(here.path)
    assert ("adopted/v2/schedules/town.yaml" in whole, "adopted/v1/schedules/town.yaml" in whole) == (
        is_new,
        not is_new,
    )
    assert [each.name for each in here.path.iterdir() if "restoring" in each.name] == []
    kept = here.path / "before-restore-20261230T040000Z"
    assert files(kept) == (
        {"adopted/v1/schedules/town.yaml", "archive/2026-12.json", "gengfu.json"} if is_new else set()
    )


@pytest.mark.parametrize("name", ["write_bytes", "mkdir"])
async def test_a_disk_that_refuses_before_it_counts_changes_nothing(
    here: Folder, other: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = files(here.path)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, name, refuse)
        with pytest.raises(StoreUnwritable, match="空间"):
            replace_record(here.path, other, amend, FOLDERS, NOON)
    assert files(here.path) == before
    assert not list(here.path.glob("*restor*"))


async def test_a_record_that_is_damaged_is_not_put_in_any_place(here: Folder) -> None:
    before = files(here.path)
    with pytest.raises(StoreDamaged):
        replace_record(here.path, {FILE: b'{"half'}, amend, FOLDERS, NOON)
    assert files(here.path) == before
