"""Whatever the order and however often it comes: one answer each, and no state falls back (fault 9)."""

import asyncio
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.entries import AnswerState
from tests.acknowledgements.room import DEPUTY, POLICE, STRANGER, Room, an_ask

ASK = an_ask()
ANSWERS: list[AnswerState] = ["received", "done", "help"]
presses = st.lists(st.tuples(st.sampled_from([POLICE, DEPUTY, STRANGER]), st.sampled_from(ANSWERS)), max_size=12)


@given(presses)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_done_and_help_are_never_undone_by_received(pressed: list[tuple[int, AnswerState]]) -> None:
    async def play() -> None:
        room = Room()
        await room.ask(ASK)
        before = "open"
        for person, answer in pressed:
            await room.press(person, ASK, answer)
            after = await room.state(ASK, "police")
            assert (before, after) not in {
                ("received", "open"),
                ("done", "open"),
                ("done", "received"),
                ("help", "open"),
                ("help", "received"),
            }
            assert person != STRANGER or after == before
            before = after
        by_member = [entry for entry in await room.store.entries() if entry.kind != "refused"]
        for person in (POLICE, DEPUTY):
            own = [entry.kind for entry in by_member if entry.by == f"telegram:{person}"]
            assert all(one != next_one for one, next_one in pairwise(own))

    asyncio.run(play())


@pytest.mark.parametrize("order", list(permutations(["received", "done", "received"])))
async def test_every_order_of_received_and_done_ends_in_done(room: Room, order: tuple[AnswerState, ...]) -> None:
    await room.ask(ASK)
    for person, answer in zip((POLICE, DEPUTY, POLICE), order, strict=True):
        await room.press(person, ASK, answer)
    assert await room.state(ASK, "police") == "done"
    assert await room.state(ASK, "enforcement") == "open"


async def test_what_the_platform_repeats_counts_once(room: Room) -> None:
    await room.ask(ASK)
    for _ in range(2):
        await room.sends(POLICE, "-1001001", kind="press", data=f"d:{ASK.token}", id="700001")
    assert len(await room.ledger()) == 1
