"""What every store must pass. A form of it subclasses `StoreContract` and gives the fixture `home`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import pytest

from bot.errors import Overtaken
from bot.store.protocol import Change, Reader, Settled, Store
from tests.store.records import NOON, a_delivery, an_entry, an_inbound, an_issued, minutes


class Home(Protocol):
    """Where one town's store lives."""

    async def open(self) -> Store:
        """The store to write; a second time, once the first is closed, with all that was committed."""

    async def reader(self) -> Reader:
        """A reader beside it."""


class StoreContract:
    @pytest.fixture
    async def store(self, home: Home) -> AsyncIterator[Store]:
        store = await home.open()
        yield store
        await store.close()

    async def test_a_new_store_is_empty(self, store: Store) -> None:
        assert await store.entries() == ()
        assert await store.deliveries() == ()
        assert await store.all_issued() == ()
        assert await store.unhandled() == ()
        assert await store.marks() == {}
        assert await store.delivery("any@chat") is None
        assert await store.issued("any") is None
        assert await store.issued_by_token("any") is None
        assert await store.mark("any") is None

    async def test_a_commit_numbers_its_entries_from_one_without_gaps(self, store: Store) -> None:
        first = await store.commit(Change(entries=(an_entry(kind="sent"), an_entry(kind="received"))))
        nothing = await store.commit(Change(marks={"offset": "7"}))
        second = await store.commit(Change(entries=(an_entry(kind="done"),)))

        assert [(each.seq, each.kind) for each in first + second] == [(1, "sent"), (2, "received"), (3, "done")]
        assert nothing == ()
        assert await store.entries() == first + second

    async def test_commits_made_at_once_are_taken_in_the_order_of_their_calls(self, store: Store) -> None:
        changes = [
            Change(
                entries=(an_entry(detail={"n": n}), an_entry(detail={"n": n + 0.5})),
                deliveries=(a_delivery(tries=n),),
                marks={"last": str(n)},
            )
            for n in range(20)
        ]

        returned = await asyncio.gather(*(store.commit(change) for change in changes))

        assert [each.seq for entries in returned for each in entries] == list(range(1, 41))
        assert await store.entries() == tuple(each for entries in returned for each in entries)
        assert [each.detail for each in returned[7]] == [{"n": 7}, {"n": 7.5}]
        assert await store.mark("last") == "19"
        assert (await store.deliveries())[0].tries == 19

    async def test_the_ledger_is_chosen_by_moment_and_occurrence(self, store: Store) -> None:
        await store.commit(
            Change(entries=tuple(an_entry(occurrence, at=minutes(m)) for m, occurrence in enumerate("abab")))
        )
        await store.commit(Change(entries=(an_entry(None, kind="started", at=minutes(1)),)))

        assert [each.seq for each in await store.entries(since=minutes(1))] == [2, 3, 4, 5]
        assert [each.seq for each in await store.entries(until=minutes(1))] == [1]
        assert [each.seq for each in await store.entries(since=minutes(1), until=minutes(3))] == [2, 3, 5]
        assert [each.seq for each in await store.entries(occurrence="b")] == [2, 4]
        assert [each.seq for each in await store.entries(since=minutes(2), occurrence="b")] == [4]

    async def test_a_delivery_stands_as_it_was_last_committed(self, store: Store) -> None:
        await store.commit(Change(deliveries=(a_delivery(state="intended", text="小心火烛", tries=1),)))
        sent = a_delivery(state="sent", message_id="9", sent_at=minutes(1), tries=1)
        await store.commit(Change(deliveries=(sent,)))

        assert await store.delivery(sent.id) == sent
        assert await store.deliveries() == (sent,)

    async def test_what_is_planned_again_leaves_the_delivery_as_it_stands(self, store: Store) -> None:
        first, again = a_delivery("a", text="first"), a_delivery("a", text="again")
        sent = a_delivery("b", state="sent", message_id="9")
        await asyncio.gather(
            store.commit(Change(planned=(first, again), deliveries=(sent,))),
            store.commit(Change(planned=(again, a_delivery("b")))),
        )
        await store.commit(Change(planned=(again, a_delivery("b"), a_delivery("c"))))

        assert await store.deliveries() == (first, sent, a_delivery("c"))
        assert await store.deliveries(unfinished=True) == (first, a_delivery("c"))

    async def test_a_change_is_written_only_while_what_it_was_given_stands(self, store: Store) -> None:
        planned = a_delivery()
        intended = planned.model_copy(update={"state": "intended"})
        withdrawn = planned.model_copy(update={"state": "withdrawn"})
        await store.commit(Change(planned=(planned,)))
        results = await asyncio.gather(
            store.commit(Change(deliveries=(intended,), given=(planned,), entries=(an_entry(),))),
            store.commit(Change(deliveries=(withdrawn,), given=(planned,), entries=(an_entry(),), marks={"m": "1"})),
            store.commit(Change(entries=(an_entry(),))),
            return_exceptions=True,
        )
        assert isinstance(results[1], Overtaken)
        assert await store.delivery(planned.id) == intended
        assert await store.mark("m") is None
        assert [entry.seq for entry in await store.entries()] == [1, 2]

    async def test_what_was_never_there_cannot_be_given(self, store: Store) -> None:
        with pytest.raises(Overtaken):
            await store.commit(Change(given=(a_delivery(),), marks={"m": "1"}))
        assert await store.mark("m") is None

    async def test_of_two_who_change_an_occurrence_as_they_read_it_one_is_overtaken(self, store: Store) -> None:
        read = an_issued()
        withdrawn = read.model_copy(update={"withdrawn": True})
        await store.commit(Change(issued=(read,)))
        results = await asyncio.gather(
            store.commit(Change(issued=(withdrawn,), given_issued=(read,), entries=(an_entry(),))),
            store.commit(Change(issued=(withdrawn,), given_issued=(read,), entries=(an_entry(),))),
            return_exceptions=True,
        )
        assert isinstance(results[1], Overtaken)
        assert len(await store.entries()) == 1
        assert await store.issued(read.occurrence) == withdrawn

    async def test_what_is_planned_and_goes_on_in_one_change_has_gone_on(self, store: Store) -> None:
        intended = a_delivery(state="intended")
        await store.commit(Change(planned=(a_delivery(),), deliveries=(intended,)))
        assert await store.deliveries() == (intended,)

    async def test_deliveries_come_in_order_of_due_time_and_are_chosen(self, store: Store) -> None:
        late = a_delivery("a", "village", due=minutes(9))
        sent = a_delivery("b", "duty-room", state="sent")
        retrying = a_delivery("b", "village", state="retrying")
        held = a_delivery("c", "village", state="uncertain", due=minutes(1))
        await store.commit(Change(deliveries=(late, retrying, held, sent)))

        assert await store.deliveries() == (sent, retrying, held, late)
        assert await store.deliveries(occurrence="b") == (sent, retrying)
        assert await store.deliveries(chat="village") == (retrying, held, late)
        assert await store.deliveries(occurrence="b", chat="village") == (retrying,)
        assert await store.deliveries(unfinished=True) == (retrying, late)
        assert await store.deliveries(occurrence="b", unfinished=True) == (retrying,)
        assert await store.deliveries(chat="duty-room", unfinished=True) == ()

    async def test_what_is_finished_is_no_longer_unfinished(self, store: Store) -> None:
        for state in ("planned", "intended", "retrying"):
            await store.commit(Change(deliveries=(a_delivery(state=state),)))
            assert [each.state for each in await store.deliveries(unfinished=True)] == [state]
        for state in ("sent", "failed", "uncertain", "missed", "withdrawn"):
            await store.commit(Change(deliveries=(a_delivery(state=state),)))
            assert await store.deliveries(unfinished=True) == ()

    async def test_an_occurrence_is_found_by_id_and_by_token(self, store: Store) -> None:
        later, asked = an_issued("b", due=minutes(1)), an_issued("c")
        broadcast = an_issued("a", owing=None, offices={}, due=minutes(1))
        await store.commit(Change(issued=(later, asked, broadcast)))
        await store.commit(Change(issued=(later.model_copy(update={"withdrawn": True, "token": "new"}),)))

        assert await store.issued("c") == asked
        assert await store.issued_by_token(asked.token) == asked
        assert await store.issued("a") == broadcast
        assert [each.occurrence for each in await store.all_issued()] == ["c", "a", "b"]
        assert await store.issued_by_token(later.token) is None
        found = await store.issued_by_token("new")
        assert found is not None
        assert found.withdrawn

    async def test_what_came_in_waits_in_order_until_it_is_dealt_with(self, store: Store) -> None:
        nine, ten, two = an_inbound("9"), an_inbound("10"), an_inbound("2")
        await store.commit(Change(inbound=(nine, ten)))
        await store.commit(Change(inbound=(two,)))
        assert await store.unhandled() == (nine, ten, two)

        await store.commit(Change(handled=(ten.key,), entries=(an_entry(kind="received"),)))
        assert await store.unhandled() == (nine, two)

    async def test_what_comes_again_is_ignored_waiting_or_dealt_with(self, store: Store) -> None:
        first, again = an_inbound("1", text="收到"), an_inbound("1", text="again")
        elsewhere = an_inbound("1", platform="board")
        await store.commit(Change(inbound=(first, again)))
        await store.commit(Change(inbound=(again, elsewhere)))
        assert await store.unhandled() == (first, elsewhere)

        await store.commit(Change(handled=(first.key,)))
        await store.commit(Change(inbound=(again,)))
        assert await store.unhandled() == (elsewhere,)

    async def test_what_comes_and_is_dealt_with_at_once_never_waits(self, store: Store) -> None:
        await asyncio.gather(
            store.commit(Change(inbound=(an_inbound("1"),), handled=(an_inbound("1").key,))),
            store.commit(Change(inbound=(an_inbound("1"),))),
        )
        assert await store.unhandled() == ()

    async def test_marks_are_set_replaced_and_taken_away(self, store: Store) -> None:
        await store.commit(Change(marks={"telegram.offset": "1", "telegram.me": "bot", "version": "a"}))
        await store.commit(Change(marks={"telegram.offset": "2", "telegram.me": None, "unknown": None}))

        assert await store.mark("telegram.offset") == "2"
        assert await store.mark("telegram.me") is None
        assert await store.marks("telegram.") == {"telegram.offset": "2"}
        assert await store.marks() == {"telegram.offset": "2", "version": "a"}

    async def test_listeners_hear_of_a_commit_in_order_and_before_it_returns(self, store: Store) -> None:
        heard: list[tuple[str, Change]] = []
        store.on_commit(lambda change: heard.append(("first", change)))
        store.on_commit(lambda change: heard.append(("second", change)))
        one, two = Change(marks={"n": "1"}), Change(marks={"n": "2"})

        await asyncio.gather(store.commit(one), store.commit(two))

        assert heard == [("first", one), ("second", one), ("first", two), ("second", two)]

    async def test_a_listener_that_fails_costs_neither_the_commit_nor_the_others(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard: list[Change] = []
        store.on_commit(lambda change: heard.remove(change))
        store.on_commit(heard.append)

        await store.commit(Change(marks={"n": "1"}))

        assert heard == [Change(marks={"n": "1"})]
        assert "listener failed" in caplog.text

    async def test_what_is_carried_is_read_at_once_and_its_entries_say_that_they_were_unrecorded(
        self, store: Store
    ) -> None:
        await store.commit(Change(entries=(an_entry(),), inbound=(an_inbound("1"),)))
        sent = a_delivery("a", state="sent", message_id="9")
        await store.carry(
            Change(
                entries=(an_entry("a", detail={"text": "小心火烛"}),),
                deliveries=(sent,),
                planned=(a_delivery("b"),),
                issued=(an_issued("a"),),
                inbound=(an_inbound("2"),),
                handled=("telegram:1",),
                marks={"n": "1"},
            )
        )
        (entry,) = await store.entries(occurrence="a")
        assert (entry.seq, entry.detail) == (2, {"text": "小心火烛", "unrecorded": True})
        assert await store.deliveries() == (sent, a_delivery("b"))
        assert await store.issued("a") == an_issued("a")
        assert [each.id for each in await store.unhandled()] == ["2"]
        assert await store.mark("n") == "1"

    async def test_what_is_carried_looks_at_no_given(self, store: Store) -> None:
        await store.carry(Change(given=(a_delivery(),), marks={"n": "1"}))
        assert await store.mark("n") == "1"

    async def test_a_change_that_was_given_what_is_carried_by_now_stands_otherwise_is_overtaken(
        self, store: Store
    ) -> None:
        planned = a_delivery()
        await store.commit(Change(planned=(planned,)))
        await store.carry(Change(deliveries=(a_delivery(state="intended"),)))
        with pytest.raises(Overtaken):
            await store.commit(Change(deliveries=(a_delivery(state="withdrawn"),), given=(planned,)))

    async def test_what_is_carried_reaches_the_disk_with_the_next_commit_in_order_and_once(
        self, home: Home, store: Store
    ) -> None:
        heard: list[Change] = []
        store.on_commit(heard.append)
        for n in range(3):
            await store.carry(Change(entries=(an_entry("a", detail={"n": n}),), marks={"n": str(n)}))
        await store.commit(last := Change(entries=(an_entry("a", detail={"n": 3}),)))
        await store.commit(Change(marks={"m": "1"}))

        reader = await home.reader()
        assert [(each.seq, (each.detail or {})["n"]) for each in await reader.entries()] == [
            (1, 0), (2, 1), (3, 2), (4, 3),
        ]  # fmt: skip
        assert [bool((each.detail or {}).get("unrecorded")) for each in await reader.entries()] == [True] * 3 + [False]
        assert await reader.mark("n") == "2"
        assert [each.marks.get("n") for each in heard] == ["0", "1", "2", None, None]
        assert heard[3] == last
        assert [entry.detail for entry in heard[0].entries] == [{"n": 0, "unrecorded": True}]

    async def test_what_is_carried_alone_is_kept_by_an_orderly_end(self, home: Home, store: Store) -> None:
        await store.carry(Change(entries=(an_entry(),), inbound=(an_inbound("1"),), handled=("telegram:2",)))
        before = await everything(store)
        await store.close()
        again = await home.open()
        assert await everything(again) == before
        await again.commit(Change(inbound=(an_inbound("1"), an_inbound("2"))))
        assert [each.id for each in await again.unhandled()] == ["1"]
        await again.close()

    async def test_what_is_archived_is_still_found_by_its_occurrence_its_id_and_its_token(
        self, home: Home, store: Store
    ) -> None:
        await a_settled_season(store)
        before, late = await everything(store), an_entry("old", kind="received", office="police")
        await store.archive(SEASON)

        for _ in range(2):
            assert await store.issued("old") == an_issued("old")
            assert await store.issued_by_token("token-of-old") == an_issued("old")
            assert await store.delivery("old@duty-room") == a_delivery("old", state="sent")
            assert await store.deliveries(occurrence="old") == (a_delivery("old", state="sent"),)
            assert [each.seq for each in await store.entries(occurrence="old")] == [1, 3]
            assert await store.issued("new") == an_issued("new")
            assert await everything(await home.reader()) == before
            await store.close()
            store = await home.open()
        (entry,) = await store.commit(Change(entries=(late,)))
        assert entry.seq == 5
        assert [each.seq for each in await store.entries(occurrence="old")] == [1, 3, 5]
        assert [each.seq for each in await (await home.reader()).entries()] == [1, 2, 3, 4, 5]
        await store.close()

    async def test_what_is_archived_is_neither_planned_nor_numbered_anew(self, home: Home, store: Store) -> None:
        await a_settled_season(store)
        every = frozenset({1, 2, 3, 4})
        await store.archive({"2027-01": replace(SEASON["2027-01"], entries=every)})
        for _ in range(2):
            await store.commit(Change(planned=(a_delivery("old"), a_delivery("notice/x", "admin"))))
            assert await store.deliveries(occurrence="old") == (a_delivery("old", state="sent"),)
            assert [each.id for each in await store.deliveries(unfinished=True)] == ["new@duty-room"]
            await store.close()
            store = await home.open()
        (entry,) = await store.commit(Change(entries=(an_entry(),)))
        assert entry.seq == 5
        await store.close()

    async def test_a_delivery_that_goes_on_by_now_is_not_archived(self, store: Store) -> None:
        await a_settled_season(store)
        retrying = a_delivery("old", state="retrying")
        await store.commit(Change(deliveries=(retrying,)))
        await store.archive(SEASON)
        assert retrying in await store.deliveries(unfinished=True)
        assert await store.issued("old") == an_issued("old")
        await store.commit(Change(deliveries=(a_delivery("old", state="sent"),), given=(retrying,)))

    async def test_what_changes_after_it_was_archived_stands_as_it_was_last_committed(
        self, home: Home, store: Store
    ) -> None:
        await a_settled_season(store)
        await store.archive(SEASON)
        again = a_delivery("old", state="planned", by_hand=True)
        await store.commit(Change(deliveries=(again,)))
        assert await store.delivery(again.id) == again
        assert await store.deliveries(occurrence="old") == (again,)
        await store.commit(Change(deliveries=(a_delivery("old", state="missed"),)))
        await store.archive(SEASON)
        assert await (await home.reader()).delivery(again.id) == a_delivery("old", state="missed")

    async def test_what_is_archived_stands_as_it_was_read_until_it_is_changed(self, store: Store) -> None:
        await a_settled_season(store)
        await store.archive(SEASON)
        read = await store.delivery("old@duty-room")
        assert read is not None
        edited = read.model_copy(update={"text": "✅"})
        await store.commit(Change(deliveries=(edited,), given=(read,)))
        assert await store.delivery(read.id) == edited
        with pytest.raises(Overtaken):
            await store.commit(Change(deliveries=(read,), given=(read,)))
        never = a_delivery("never")
        with pytest.raises(Overtaken):
            await store.commit(Change(deliveries=(never,), given=(never,)))

    async def test_readers_beside_it_see_whole_commits_only(self, home: Home, store: Store) -> None:
        async def write(n: int) -> None:
            await store.commit(
                Change(entries=(an_entry(at=minutes(n)),), deliveries=(a_delivery(f"o-{n}"),), marks={f"m-{n}": "x"})
            )

        writing = [asyncio.ensure_future(write(n)) for n in range(10)]
        for n, each in enumerate(writing, 1):
            reader = await home.reader()
            entries = await reader.entries()
            assert len(entries) == len(await reader.deliveries()) == len(await reader.marks())
            await reader.close()
            await each
            reader = await home.reader()
            assert len(await reader.entries()) >= n
            await reader.close()

    async def test_everything_is_there_after_a_restart(self, home: Home, store: Store) -> None:
        kept = Change(
            entries=(
                an_entry(detail={"text": "【演练】<&_*😀", "tries": 2, "share": 1.0, "late": True, "why": None}),
                an_entry(None, kind="schedule", by="telegram:11", office="police", chat="duty-room"),
            ),
            issued=(an_issued("a"), an_issued("b", owing=None)),
            deliveries=(a_delivery(state="retrying", not_before=minutes(3), why="429"), a_delivery("b", state="sent")),
            inbound=(an_inbound("1", person_name="老李", text="已落实"), an_inbound("2"), an_inbound("0")),
            handled=("telegram:2",),
            marks={"telegram.offset": "77"},
        )
        await store.commit(kept)
        before = await everything(store)
        await store.close()

        again = await home.open()

        assert await everything(again) == before
        assert before["entries"][0].detail == kept.entries[0].detail
        await again.commit(Change(inbound=(an_inbound("1"), an_inbound("2"), an_inbound("3"))))
        assert [each.id for each in await again.unhandled()] == ["1", "0", "3"]
        (next_entry,) = await again.commit(Change(entries=(an_entry(at=NOON),)))
        assert next_entry.seq == 3
        await again.close()


SEASON = {
    "2027-01": Settled(frozenset({"old"}), frozenset({"old@duty-room", "notice/x@admin"}), frozenset({1, 3})),
    "2027-02": Settled(entries=frozenset({2})),
}


async def a_settled_season(store: Store) -> None:
    """Something old and something new, and the notice of an admin."""
    await store.commit(
        Change(
            entries=(an_entry("old"), an_entry(None, kind="started"), an_entry("old", kind="done"), an_entry("new")),
            issued=(an_issued("old"), an_issued("new")),
            deliveries=(a_delivery("old", state="sent"), a_delivery("notice/x", "admin", state="sent")),
            planned=(a_delivery("new"),),
        )
    )


async def everything(reader: Reader) -> dict[str, tuple]:  # type: ignore[type-arg] # of whatever there is
    """All that can be read, to be compared."""
    return {
        "entries": await reader.entries(),
        "issued": await reader.all_issued(),
        "by token": tuple([await reader.issued_by_token(each.token) for each in await reader.all_issued()]),
        "deliveries": await reader.deliveries(),
        "unfinished": await reader.deliveries(unfinished=True),
        "unhandled": await reader.unhandled(),
        "marks": tuple(sorted((await reader.marks()).items())),
    }
