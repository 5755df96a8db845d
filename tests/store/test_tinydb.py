import asyncio
import threading
from pathlib import Path

import orjson
import pytest

from bot.errors import StoreUnwritable
from bot.store import atomic
from bot.store.hold import Hold
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore
from tests.contracts.stores import Home, StoreContract
from tests.store.folder import Folder
from tests.store.records import a_delivery, an_entry, an_inbound, an_issued


class TestTinyStore(StoreContract):
    @pytest.fixture
    def home(self, folder: Folder) -> Home:
        return folder


async def test_a_reader_of_a_missing_folder_finds_nothing_and_makes_nothing(folder: Folder) -> None:
    reader = await folder.reader()
    assert await reader.entries() == ()
    assert not folder.path.exists()


async def test_a_reader_keeps_to_the_moment_at_which_it_was_opened(folder: Folder, tiny: TinyStore) -> None:
    await tiny.commit(Change(marks={"n": "1"}))
    reader = await folder.reader()
    await tiny.commit(Change(marks={"n": "2"}))
    assert await reader.mark("n") == "1"


async def test_the_file_is_plain_tables_by_key(folder: Folder, tiny: TinyStore) -> None:
    await tiny.commit(
        Change(
            entries=(an_entry("a"),),
            issued=(an_issued("a"),),
            deliveries=(a_delivery("a", "village"),),
            inbound=(an_inbound("1"), an_inbound("2")),
            handled=("telegram:1",),
            marks={"telegram.offset": "3"},
        )
    )
    tables = orjson.loads(folder.file.read_bytes())
    assert {name: list(documents) for name, documents in tables.items()} == {
        "meta": ["store"],
        "entries": ["1"],
        "issued": ["a"],
        "deliveries": ["a@village"],
        "marks": ["telegram.offset"],
        "inbound": ["telegram:2"],
        "handled": ["keys"],
    }
    assert tables["meta"]["store"] == {"version": 1}
    assert tables["handled"]["keys"] == {"keys": ["telegram:1"]}


async def test_commits_that_wait_at_the_same_time_are_written_together(
    folder: Folder, tiny: TinyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    replace = atomic.replace

    def counted(file: Path, content: bytes, former: bytes | None) -> None:
        written.append(file)
        replace(file, content, former)

    monkeypatch.setattr(atomic, "replace", counted)

    await asyncio.gather(*(tiny.commit(Change(entries=(an_entry(),))) for _ in range(100)))

    assert len(await tiny.entries()) == 100
    assert written == [folder.file]


async def test_nothing_is_read_or_told_before_it_is_durable(tiny: TinyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = threading.Event(), threading.Event()
    told: list[Change] = []
    flush = atomic.flush_folder

    def slow(path: Path) -> None:
        reached.set()
        assert go_on.wait(5)
        flush(path)

    monkeypatch.setattr(atomic, "flush_folder", slow)
    tiny.on_commit(told.append)
    commit = asyncio.ensure_future(tiny.commit(Change(entries=(an_entry(),), inbound=(an_inbound(),))))
    await asyncio.to_thread(reached.wait, 5)

    assert (await tiny.entries(), await tiny.unhandled(), told, commit.done()) == ((), (), [], False)
    go_on.set()
    await commit
    assert (len(await tiny.entries()), len(await tiny.unhandled()), len(told)) == (1, 1, 1)


async def test_a_caller_that_is_cancelled_takes_nothing_back(tiny: TinyStore) -> None:
    commit = asyncio.ensure_future(tiny.commit(Change(marks={"n": "1"})))
    other = asyncio.ensure_future(tiny.commit(Change(marks={"m": "1"})))
    await asyncio.wait({commit}, timeout=0)
    commit.cancel()
    await other
    assert commit.cancelled()
    assert await tiny.marks() == {"n": "1", "m": "1"}


async def test_a_change_that_json_cannot_hold_harms_nobody_else(tiny: TinyStore) -> None:
    poison = Change(entries=(an_entry(detail={"n": 2**80}),))
    failed, fine = await asyncio.gather(
        tiny.commit(poison), tiny.commit(Change(entries=(an_entry(),))), return_exceptions=True
    )
    assert isinstance(failed, TypeError)
    assert await tiny.entries() == fine


async def test_closing_ends_what_is_under_way_and_then_takes_no_more(folder: Folder) -> None:
    store = await folder.open()
    under_way = [asyncio.ensure_future(store.commit(Change(entries=(an_entry(),)))) for _ in range(5)]
    await asyncio.wait(under_way, timeout=0)

    await store.close()
    await store.close()

    assert all(each.done() for each in under_way)
    assert len(await (await folder.reader()).entries()) == 5
    with pytest.raises(StoreUnwritable, match="已关闭"):
        await store.commit(Change())


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting_and_writes_no_more(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def held(_: Hold) -> None:
        reached.set()
        assert go_on.wait(5)

    monkeypatch.setattr(Hold, "verify", held)
    store = await folder.open()
    commit = asyncio.ensure_future(store.commit(Change(marks={"n": "1"})))
    await asyncio.to_thread(reached.wait, 5)
    (writer,) = (task for task in asyncio.all_tasks() if task.get_name() == "store-writer")
    writer.cancel()
    await asyncio.wait({commit})
    go_on.set()

    assert commit.cancelled()
    with pytest.raises(StoreUnwritable):
        await store.commit(Change())
    await store.close()
    await (await folder.open()).close()


async def test_what_a_crash_left_beside_the_file_is_removed(folder: Folder) -> None:
    store = await folder.open()
    await store.commit(Change(marks={"n": "1"}))
    await store.close()
    folder.file.with_name("gengfu.json.new").write_bytes(b'{"half')

    store = await folder.open()

    assert sorted(each.name for each in folder.path.iterdir()) == ["gengfu.json", "gengfu.lock"]
    assert await store.marks() == {"n": "1"}
    await store.close()
