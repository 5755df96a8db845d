import errno
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreUnwritable, TownHeld
from bot.language import say
from bot.store.hold import LOCK, Holder, holder, take
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore
from tests.store.folder import Folder
from tests.store.records import NOON


async def test_a_second_bot_is_refused_and_told_who_holds_the_town(folder: Folder, tiny: TinyStore) -> None:
    with pytest.raises(TownHeld) as refused:
        await folder.open()
    assert refused.value.sentence.values == {"pid": os.getpid(), "since": NOON}
    assert str(os.getpid()) in say(refused.value.sentence, "en")

    await tiny.commit(Change(marks={"n": "1"}))
    assert await tiny.mark("n") == "1"


async def test_anybody_may_ask_whether_a_bot_runs_and_since_when(folder: Folder) -> None:
    assert holder(folder.path) is None
    assert not folder.path.exists()
    store = await folder.open()
    assert holder(folder.path) == Holder(os.getpid(), NOON)
    await store.close()
    assert holder(folder.path) is None


@pytest.mark.parametrize(
    "stale", [b'{"pid":1,"since":"2020-01-01T00:00:00+00:00","more":"than before"}', b"\x00garbage"]
)
def test_text_that_a_crash_left_without_a_lock_means_nothing(tmp_path: Path, stale: bytes) -> None:
    (tmp_path / LOCK).write_bytes(stale)
    assert holder(tmp_path) is None
    hold = take(tmp_path, NOON)
    assert holder(tmp_path) == Holder(os.getpid(), NOON)
    hold.release()


def test_a_holder_whose_text_is_lost_still_holds(tmp_path: Path) -> None:
    hold = take(tmp_path, NOON)
    (tmp_path / LOCK).write_bytes(b"")
    found = holder(tmp_path)
    assert found is not None
    assert found.pid == 0
    with pytest.raises(TownHeld):
        take(tmp_path, NOON)
    hold.release()


def test_who_only_looks_keeps_nobody_from_taking_the_town(tmp_path: Path) -> None:
    take(tmp_path, NOON).release()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            holder(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for each in lookers:
        each.start()
    try:
        for n in range(100):
            take(tmp_path, NOON + timedelta(seconds=n)).release()
    finally:
        done.set()
        for each in lookers:
            each.join()


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_bot_whose_folder_was_taken_from_under_it_writes_no_more(
    folder: Folder, tiny: TinyStore, replaced: bool
) -> None:
    await tiny.commit(Change(marks={"n": "1"}))
    (folder.path / LOCK).unlink()
    if replaced:
        take(folder.path, NOON).release()

    with pytest.raises(StoreUnwritable) as refused:
        await tiny.commit(Change(marks={"n": "2"}))

    assert refused.value.sentence.key == "store.hold-lost"
    assert str(folder.path) in str(refused.value)
    assert await tiny.mark("n") == "1"


async def test_a_file_in_the_folder_s_place_is_named(folder: Folder) -> None:
    folder.path.write_text("not a folder")
    with pytest.raises(StoreUnwritable) as refused:
        await folder.open()
    assert str(folder.path) in str(refused.value)
    assert "GENGFU_STORE__URL" in str(refused.value)
    assert "文件" in str(refused.value)


@pytest.mark.parametrize(("number", "words"), [(errno.EROFS, "只读"), (errno.EACCES, "权限"), (errno.ENOSPC, "空间")])
async def test_a_folder_that_cannot_be_written_is_named_with_the_reason(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number), path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        with pytest.raises(StoreUnwritable) as refused:
            take(folder.path.parent, NOON)
    assert str(folder.path.parent) in str(refused.value)
    assert words in str(refused.value)


def test_a_disk_that_takes_nothing_keeps_no_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_descriptor: int, _length: int) -> None:
        raise OSError(errno.EROFS, "read-only")

    hold = take(tmp_path, NOON)
    monkeypatch.setattr(os, "ftruncate", refuses)
    hold.release()
    assert holder(tmp_path) is None
