"""The disk refuses, or gives back something else than was written (faults.md, 13)."""

import asyncio
import errno
import os
import random
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from bot.errors import StoreDamaged, StoreError, StoreUnwritable
from bot.language import say
from bot.store import atomic
from bot.store.hold import LOCK
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


CARRIED = Change(
    entries=(an_entry("c"),),
    deliveries=(a_delivery("c", state="sent", message_id="7"),),
    planned=(a_delivery("notice/x", "admin", text="磁盘已满"),),
    inbound=(an_inbound("9"),),
    handled=("telegram:1",),
    marks={"n": "2"},
)


async def test_what_is_carried_over_a_full_disk_is_written_with_the_first_commit_that_succeeds(
    folder: Folder, tiny: TinyStore
) -> None:
    heard: list[Change] = []
    await tiny.commit(Change(entries=(an_entry(),), inbound=(an_inbound("1"),)))
    tiny.on_commit(heard.append)
    with failing(atomic, "_write", errno.ENOSPC):
        for _ in range(2):
            with pytest.raises(StoreUnwritable):
                await tiny.commit(NEXT)
        await tiny.carry(CARRIED)
        with pytest.raises(StoreUnwritable):
            await tiny.commit(NEXT)
        await tiny.carry(Change(entries=(an_entry("d"),)))
        assert [each.seq for each in await tiny.entries()] == [1, 2, 3]
        assert [each.seq for each in await (await folder.reader()).entries()] == [1]
        assert heard == []

    (entry,) = await tiny.commit(NEXT)

    assert entry.seq == 4
    found = await (await folder.reader()).entries()
    assert [(each.seq, (each.detail or {}).get("unrecorded")) for each in found] == [
        (1, None), (2, True), (3, True), (4, None),
    ]  # fmt: skip
    assert await everything(await folder.reader()) == await everything(tiny)
    assert [len(each.entries) for each in heard] == [1, 1, 1]
    assert heard[-1] == NEXT


async def test_a_kill_before_a_commit_succeeds_leaves_nothing_of_what_was_carried(
    folder: Folder, tiny: TinyStore
) -> None:
    await tiny.commit(FULL)
    before = await everything(tiny)
    await tiny.carry(CARRIED)
    assert await everything(await folder.reader()) == before


async def test_a_slow_disk_holds_up_nothing_that_is_carried(
    folder: Folder, tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tiny.commit(Change(entries=(an_entry(),), inbound=(an_inbound("1"), an_inbound("2"))))
    for refuses in (True, False):
        reached, go_on = threading.Event(), threading.Event()
        with monkeypatch.context() as patched:
            patched.setattr(atomic, "_write", slow(reached, go_on, refuses))
            under_way = asyncio.ensure_future(tiny.commit(NEXT))
            await asyncio.to_thread(reached.wait, 5)
            seq = (await tiny.entries())[-1].seq
            await tiny.carry(CARRIED)
            await tiny.carry(Change(planned=(a_delivery("b", text="again"),)))
            assert (await tiny.entries())[-1].seq == seq + 1
            assert not under_way.done()
            go_on.set()
            await asyncio.wait({under_way})
        assert isinstance(under_way.exception(), StoreUnwritable) == refuses
        assert (await tiny.delivery("c@duty-room")) == CARRIED.deliveries[0]

    assert [(each.seq, each.kind) for each in await tiny.entries()] == [
        (1, "sent"), (2, "sent"), (3, "received"), (4, "sent"),
    ]  # fmt: skip
    assert await tiny.delivery("b@duty-room") == a_delivery("b"), "what is set stands over what was only planned"
    assert [each.id for each in await tiny.unhandled()] == ["9", "3"]
    await tiny.commit(Change())
    assert await everything(await folder.reader()) == await everything(tiny)


async def test_what_was_planned_while_a_commit_of_it_was_under_way_gives_way(
    folder: Folder, tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(atomic, "_write", slow(reached, go_on))
        under_way = asyncio.ensure_future(tiny.commit(Change(planned=(a_delivery("b", text="first"),))))
        await asyncio.to_thread(reached.wait, 5)
        await tiny.carry(Change(planned=(a_delivery("b", text="again"),)))
        go_on.set()
        await under_way
    await tiny.commit(Change())
    assert await tiny.deliveries() == (a_delivery("b", text="first"),)
    assert await everything(await folder.reader()) == await everything(tiny)


def slow(reached: threading.Event, go_on: threading.Event, refuses: bool = False) -> Callable[[Path, bytes], None]:
    write = atomic._write

    def written(file: Path, content: bytes) -> None:
        reached.set()
        assert go_on.wait(5)
        if refuses:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(file, content)

    return written


async def test_a_bot_that_lost_its_town_carries_nothing(folder: Folder, tiny: TinyStore) -> None:
    (folder.path / LOCK).unlink()
    with pytest.raises(StoreUnwritable) as refused:
        await tiny.carry(CARRIED)
    assert refused.value.sentence.key == "store.hold-lost"
    assert await tiny.entries() == ()


async def test_a_disk_that_does_not_even_answer_keeps_nothing_from_being_carried(tiny: TinyStore) -> None:
    with failing(Path, "stat", errno.EIO):
        with pytest.raises(StoreUnwritable, match="故障"):
            await tiny.commit(FULL)
        await tiny.carry(CARRIED)
    assert len(await tiny.entries()) == 1


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
        assert "restores the newest whole backup" in say(refused.value.sentence, "en")
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
