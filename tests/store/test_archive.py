"""What is settled moves to one file a month: whole or not at all, wherever it is cut off."""

import asyncio
import errno
from pathlib import Path

import orjson
import pytest

from bot.errors import StoreDamaged, StoreError, StoreUnwritable
from bot.store import atomic
from bot.store.protocol import Change, Settled
from bot.store.tables import Tables
from bot.store.tinydb import TinyStore
from tests.contracts.stores import SEASON, a_settled_season, everything
from tests.store.folder import Folder
from tests.store.records import a_delivery, an_entry, an_issued
from tests.store.test_disk import failing


def ids(file: Path) -> dict[str, list[str]]:
    return {
        name: list(documents)
        for name, documents in orjson.loads(file.read_bytes()).items()
        if documents and name in {"entries", "issued", "deliveries"}
    }


async def test_each_month_has_a_file_of_the_town_s_own_form(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    await tiny.archive(SEASON)
    assert ids(folder.path / "archive" / "2027-01.json") == {
        "entries": ["1", "3"],
        "issued": ["old"],
        "deliveries": ["old@duty-room", "notice/x@admin"],
    }
    assert ids(folder.path / "archive" / "2027-02.json") == {"entries": ["2"]}
    assert ids(folder.file) == {"entries": ["4"], "issued": ["new"], "deliveries": ["new@duty-room"]}
    assert orjson.loads(folder.file.read_bytes())["meta"]["store"] == {"version": 1, "archived": 3}


async def test_a_month_that_has_an_archive_gets_what_is_settled_later_besides(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    before = await everything(tiny)
    await tiny.archive({"2027-01": Settled(entries=frozenset({4}))})
    await tiny.archive({"2027-01": Settled(entries=frozenset({2}))})
    await tiny.archive({"2027-01": Settled(entries=frozenset({1, 3}))})
    assert await tiny.entries() == ()
    assert await everything(await folder.reader()) == before


@pytest.mark.parametrize("cut_off", range(1, 7))
@pytest.mark.parametrize("name", ["_write", "flush_folder"])
async def test_wherever_the_disk_refuses_every_record_is_there_and_once(
    folder: Folder, tiny: TinyStore, monkeypatch: pytest.MonkeyPatch, cut_off: int, name: str
) -> None:
    """Also what a kill leaves at these points: nothing that was done before the refusal is undone after it."""
    await a_settled_season(tiny)
    before, calls, do = await everything(tiny), [0], getattr(atomic, name)

    def refuse_later(*arguments: object) -> None:
        calls[0] += 1
        if calls[0] >= cut_off:
            raise OSError(errno.ENOSPC, "full")
        do(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(atomic, name, refuse_later)
        refused = await asyncio.gather(tiny.archive(SEASON), return_exceptions=True)
    assert isinstance(refused[0], StoreUnwritable) == (calls[0] >= cut_off)
    assert await everything(await folder.reader()) == before

    await tiny.close()
    again = await folder.open()
    await again.archive(SEASON)
    assert await everything(await folder.reader()) == before
    assert [each.seq for each in await again.entries()] == [4]
    await again.close()


async def test_what_is_committed_and_carried_meanwhile_is_numbered_on(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    every = Settled(entries=frozenset({1, 2, 3, 4}))
    moving = asyncio.ensure_future(tiny.archive({"2027-01": every}))
    committing = asyncio.ensure_future(tiny.commit(Change(entries=(an_entry("b"),))))
    await asyncio.wait({moving}, timeout=0)
    await tiny.carry(Change(entries=(an_entry("c"),)))
    await asyncio.gather(moving, committing)
    await tiny.commit(Change(entries=(an_entry("d"),)))
    found = await (await folder.reader()).entries()
    assert [each.seq for each in found] == [1, 2, 3, 4, 5, 6, 7]
    assert {each.occurrence for each in found[4:]} == {"b", "c", "d"}


async def test_who_gives_up_waiting_takes_nothing_back(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    moving = asyncio.ensure_future(tiny.archive(SEASON))
    await asyncio.wait({moving}, timeout=0)
    moving.cancel()
    await tiny.commit(Change(entries=(an_entry("b"),)))
    assert [each.seq for each in await tiny.entries()] == [4, 5]
    assert len(await (await folder.reader()).entries()) == 5


async def test_a_record_in_both_counts_once_and_as_the_town_s_own_file_has_it(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    with failing(Tables, "part_with", errno.EIO), pytest.raises(StoreUnwritable):
        await tiny.archive(SEASON)
    missed = a_delivery("old", state="missed")
    await tiny.commit(Change(deliveries=(missed,)))
    reader = await folder.reader()
    assert [each.seq for each in await reader.entries()] == [1, 2, 3, 4]
    assert await reader.deliveries(occurrence="old") == (missed,)
    assert await tiny.deliveries(occurrence="old") == (missed,)


async def test_a_damaged_archive_is_named_to_who_reads_and_keeps_no_bot_from_its_work(
    folder: Folder, tiny: TinyStore, caplog: pytest.LogCaptureFixture
) -> None:
    await a_settled_season(tiny)
    await tiny.archive(SEASON)
    await tiny.close()
    file = folder.path / "archive" / "2027-01.json"
    file.write_bytes(file.read_bytes()[:-9])

    reader = await folder.reader()
    assert await reader.marks() == {}
    with pytest.raises(StoreDamaged, match=r"2027-01\.json.*从备份"):
        await reader.entries()
    store = await folder.open()
    assert "2027-01.json" in caplog.text
    assert await store.issued("old") is None
    with pytest.raises(StoreDamaged):
        await store.archive({"2027-01": Settled(entries=frozenset({4}))})
    (entry,) = await store.commit(Change(entries=(an_entry(),)))
    assert entry.seq == 5
    await store.close()


async def test_an_archive_that_is_damaged_while_the_bot_runs_costs_only_what_is_in_it(
    folder: Folder, tiny: TinyStore, caplog: pytest.LogCaptureFixture
) -> None:
    await a_settled_season(tiny)
    await tiny.archive(SEASON)
    (folder.path / "archive" / "2027-01.json").write_bytes(b"")
    assert await tiny.issued_by_token("token-of-old") is None
    assert "token-of-old" in caplog.text
    await tiny.commit(Change(issued=(an_issued("old"),), planned=(a_delivery("old"),)))
    assert await tiny.deliveries(unfinished=True) == (a_delivery("new"),), "what was archived is not sent again"


async def test_a_town_s_file_that_lacks_what_no_archive_took_is_damaged(folder: Folder, tiny: TinyStore) -> None:
    await a_settled_season(tiny)
    await tiny.archive(SEASON)
    await tiny.close()
    tables = orjson.loads(folder.file.read_bytes())
    tables["meta"]["store"]["archived"] = 2
    folder.file.write_bytes(orjson.dumps(tables))
    with pytest.raises(StoreError):
        await folder.open()
