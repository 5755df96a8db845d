"""Whatever is committed, TinyDB's form answers as memory does, also after restarts."""

import asyncio
import errno
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import StoreUnwritable
from bot.ledger.deliveries import State
from bot.store import atomic
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.contracts.stores import everything
from tests.store.folder import Folder
from tests.store.records import a_delivery, an_entry, an_inbound, an_issued, minutes
from tests.store.test_disk import failing

STATES: tuple[State, ...] = ("planned", "intended", "sent", "failed", "retrying", "uncertain", "missed", "withdrawn")
names = st.sampled_from("abcd")
ids = st.sampled_from("12345")
moments = st.integers(0, 5).map(minutes)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
details = st.none() | st.dictionaries(
    texts,
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    max_size=3,
)


def some(each: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(each, max_size=most).map(tuple)


changes = st.builds(
    Change,
    entries=some(st.builds(an_entry, st.none() | names, at=moments, by=st.none() | texts, detail=details)),
    issued=some(st.builds(an_issued, names, due=moments, withdrawn=st.booleans())),
    deliveries=some(
        st.builds(a_delivery, names, names, due=moments, state=st.sampled_from(STATES), text=st.none() | texts)
    ),
    planned=some(st.builds(a_delivery, names, names, due=moments, text=st.none() | texts)),
    inbound=some(st.builds(an_inbound, ids, at=moments, text=st.none() | texts)),
    handled=some(ids.map("telegram:{}".format)),
    marks=st.dictionaries(names, st.none() | texts, max_size=3),
)
seasons = st.lists(st.lists(st.lists(changes, min_size=1, max_size=4), max_size=4), min_size=1, max_size=3)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seasons)
def test_it_answers_as_memory_does(runs: list[list[list[Change]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Folder(Path(folder)), runs))


steps = st.lists(st.tuples(st.sampled_from(["commit", "refused", "carry", "carry meanwhile"]), changes), max_size=8)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(steps)
def test_what_is_carried_stands_as_memory_has_it_whatever_the_disk_refuses(walk: list[tuple[str, Change]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walked(Folder(Path(folder)), walk))


async def walked(folder: Folder, walk: list[tuple[str, Change]]) -> None:
    memory, tiny = MemoryStore(), await folder.open()
    for kind, change in walk:
        match kind:
            case "commit":
                assert await tiny.commit(change) == await memory.commit(change)
            case "refused":
                with failing(atomic, "_write", errno.ENOSPC), pytest.raises(StoreUnwritable):
                    await tiny.commit(change)
            case "carry":
                await tiny.carry(change)
                await memory.carry(change)
            case _:
                under_way = asyncio.ensure_future(tiny.commit(Change(entries=change.entries)))
                await asyncio.wait({under_way}, timeout=0)
                await tiny.carry(change)
                await under_way
                await memory.commit(Change(entries=change.entries))
                await memory.carry(change)
        assert await everything(tiny) == await everything(memory)
    await tiny.close()
    assert await everything(await folder.reader()) == await everything(memory)


async def compare(folder: Folder, runs: list[list[list[Change]]]) -> None:
    memory = MemoryStore()
    for groups in runs:
        tiny = await folder.open()
        assert await everything(tiny) == await everything(memory)
        for group in groups:
            returned = await asyncio.gather(*(tiny.commit(change) for change in group))
            assert returned == [await memory.commit(change) for change in group]
            assert await everything(tiny) == await everything(memory)
            for name in "abcd":
                assert await tiny.deliveries(chat=name) == await memory.deliveries(chat=name)
                assert await tiny.deliveries(occurrence=name) == await memory.deliveries(occurrence=name)
                assert await tiny.entries(occurrence=name) == await memory.entries(occurrence=name)
        await tiny.close()
    assert await everything(await folder.reader()) == await everything(memory)
