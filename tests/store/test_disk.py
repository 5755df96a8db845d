"""The disk refuses, or gives back something else than was written (faults.md, 13)."""

import asyncio
import errno
import os
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest

from bot.errors import StoreDamaged, StoreError, StoreUnwritable
from bot.language import say
from bot.store import atomic
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore
from tests.contracts.stores import everything
from tests.store.folder import Folder
from tests.store.records import a_delivery, an_entry, an_inbound, an_issued

FULL = Change(
    entries=(an_entry(),),
    issued=(an_issued("a"),),
    deliveries=(a_delivery(state="sent"),),
    inbound=(an_inbound("1"), an_inbound("2")),
    handled=("telegram:1",),
    marks={"n": "1"},
)
NEXT = Change(
    entries=(an_entry(kind="received"),),
    issued=(an_issued("a", withdrawn=True), an_issued("b")),
    deliveries=(a_delivery(state="uncertain"), a_delivery("b")),
    inbound=(an_inbound("3"),),
    handled=("telegram:2",),
    marks={"n": None, "m": "2"},
)


@contextmanager
def failing(target: object, name: str, number: int) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(target, name, refuse)
        yield


@pytest.mark.parametrize("committed", [True, False], ids=["with a file", "at the first commit"])
@pytest.mark.parametrize(
    ("target", "name", "number"),
    [
        (os, "fsync", errno.EIO),
        (os, "replace", errno.EROFS),
        (atomic, "_write", errno.ENOSPC),
        (atomic, "flush_folder", errno.EIO),
    ],
)
async def test_a_refused_write_changes_nothing_and_the_next_one_works(
    folder: Folder, tiny: TinyStore, committed: bool, target: object, name: str, number: int
) -> None:
    told: list[Change] = []
    if committed:
        await tiny.commit(FULL)
    tiny.on_commit(told.append)
    before, on_disk = await everything(tiny), folder.file.read_bytes() if committed else None

    with failing(target, name, number):
        refused = await asyncio.gather(tiny.commit(NEXT), tiny.commit(FULL), return_exceptions=True)

    assert [type(each) for each in refused] == [StoreUnwritable, StoreUnwritable]
    assert str(folder.file) in str(refused[0])
    assert told == []
    assert tiny.refused > 0
    assert await everything(tiny) == before
    assert (folder.file.read_bytes() if folder.file.exists() else None) == on_disk
    if committed:
        assert await everything(await folder.reader()) == before

    (entry,) = await tiny.commit(NEXT)
    assert entry.seq == len(before["entries"]) + 1
    assert await everything(await folder.reader()) == await everything(tiny)
    assert told == [NEXT]


async def test_a_disk_that_fills_up_for_real_leaves_the_last_commit(folder: Folder, tiny: TinyStore) -> None:
    await tiny.commit(FULL)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, hard))
    try:
        with pytest.raises(StoreUnwritable, match="空间"):
            await tiny.commit(Change(entries=tuple(an_entry() for _ in range(200))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert sorted(each.name for each in folder.path.iterdir()) == ["gengfu.json", "gengfu.lock"]
    assert len(await (await folder.reader()).entries()) == 1
    await tiny.commit(Change(entries=tuple(an_entry() for _ in range(200))))
    assert len(await (await folder.reader()).entries()) == 201


async def test_a_file_cut_anywhere_is_refused_and_left_as_it_is(folder: Folder) -> None:
    store = await folder.open()
    await store.commit(FULL)
    await store.close()
    whole = folder.file.read_bytes()
    for length in [0, 1, len(whole) - 1, *random.Random(13).sample(range(2, len(whole)), 20)]:
        folder.file.write_bytes(whole[:length])
        with pytest.raises(StoreDamaged) as refused:
            await folder.open()
        assert str(folder.file) in str(refused.value)
        assert "put a backup of it in its place" in say(refused.value.sentence, "en")
        with pytest.raises(StoreDamaged):
            await folder.reader()
        assert folder.file.read_bytes() == whole[:length]

    folder.file.write_bytes(whole)
    store = await folder.open()
    assert len(await store.entries()) == 1
    await store.close()


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"[]",
        b"7",
        b"{}",
        b'{"meta":{}}',
        b'{"meta":{"store":{"version":"one"}}}',
        b'{"meta":{"store":{"version":1}},"entries":[]}',
        b'{"meta":{"store":{"version":1}},"entries":{"1":{}}}',
        b'{"meta":{"store":{"version":1}},"entries":{"2":{"seq":2,"kind":"sent","at":"2026-12-30T04:00:00Z"}}}',
        b'{"meta":{"store":{"version":1}},"deliveries":{"a@b":"sent"}}',
        b'{"meta":{"store":{"version":1}},"marks":{"n":{}}}',
        b'{"meta":{"store":{"version":1}}} {"a later": "tail"}',
        b"\x00" * 100,
    ],
)
async def test_a_file_of_another_shape_is_damaged(folder: Folder, content: bytes) -> None:
    folder.path.mkdir()
    folder.file.write_bytes(content)
    with pytest.raises(StoreDamaged):
        await folder.open()
    assert folder.file.read_bytes() == content


async def test_what_is_wrong_is_told_without_a_word_of_the_content(folder: Folder) -> None:
    store = await folder.open()
    await store.commit(FULL)
    await store.close()
    tables = orjson.loads(folder.file.read_bytes())
    tables["issued"]["a"]["due"] = "in secret"
    folder.file.write_bytes(orjson.dumps(tables))
    with pytest.raises(StoreDamaged, match=r"Issued\.due") as refused:
        await folder.open()
    assert "in secret" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_file_of_a_later_version_is_left_alone(folder: Folder) -> None:
    folder.path.mkdir()
    folder.file.write_bytes(content := b'{"meta":{"store":{"version":2}},"entries":{"of another form":1}}')
    with pytest.raises(StoreError) as refused:
        await folder.open()
    assert refused.value.sentence.key == "store.newer"
    assert folder.file.read_bytes() == content


async def test_a_file_that_cannot_be_read_says_why(folder: Folder) -> None:
    folder.file.mkdir(parents=True)
    with pytest.raises(StoreError) as refused:
        await folder.open()
    assert refused.value.sentence.key == "store.unreadable"
