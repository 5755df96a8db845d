"""Whatever the order and however often it comes: one answer each, and no state falls back (fault 9)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise, permutations
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.buttons import data_of
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from bot.ledger.standing import standings
from tests.acknowledgements.room import (
    DEPUTY,
    DUTY_ROOM,
    ENFORCEMENT,
    POLICE,
    STRANGER,
    VILLAGE,
    VILLAGER,
    Room,
    an_ask,
)

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


How = Literal["pressed", "quoted", "typed"]
HOW: tuple[How, ...] = ("pressed", "quoted", "typed")


@dataclass(frozen=True)
class Said:
    """Something that somebody said, at a minute of its own; it bears the platform's id, which a repetition has too."""

    person: int
    answer: AnswerState
    minute: int
    how: How

    @property
    def id(self) -> str:
        return str(700_000 + self.minute)


WORDS = {"received": "收到", "done": "已落实", "help": "需协助"}
PEOPLE = (POLICE, DEPUTY, ENFORCEMENT, VILLAGER)
OFFICES = {POLICE: "police", DEPUTY: "police", ENFORCEMENT: "enforcement", VILLAGER: "village-longmen"}


@st.composite
def what_was_said(draw: st.DrawFn) -> list[Said]:
    """Whatever these people say, some of it late, each at a minute of its own. Nobody comes back to what they took
    back: such a one's own words arrive as they were said, which the platform sees to.
    """
    minutes = draw(st.permutations(range(1, 241, 15)))
    found: list[Said] = []
    for person in PEOPLE:
        answers = draw(st.lists(st.sampled_from(ANSWERS), max_size=4))
        changes = iter(sorted((each for each in answers if each != "received"), reverse=draw(st.booleans())))
        own = sorted(minutes[len(found) : len(found) + len(answers)])
        for answer, minute in zip(answers, own, strict=True):
            how = draw(st.sampled_from(HOW))
            found.append(Said(person, answer if answer == "received" else next(changes), minute, how))
    return found


async def _heard(arrivals: list[Said], ask: Issued) -> tuple[object, object]:
    room = Room()
    await room.ask(ask)
    for said in arrivals:
        at = VILLAGE if said.person == VILLAGER else DUTY_ROOM
        room.now = ask.due + timedelta(minutes=said.minute)
        if said.how == "pressed":
            await room.does(said.person, at, kind="press", data=data_of(said.answer, ask.token), id=said.id)
        else:
            quoted = "1" if said.how == "quoted" else None
            await room.does(said.person, at, kind="text", text=WORDS[said.answer], message_id=quoted, id=said.id)
    entries = await room.store.entries()
    assert {each.kind for each in entries} <= set(ANSWERS)
    return standings(ask.offices, entries), {(each.office, each.by, each.kind) for each in entries}


@given(st.sampled_from([ASK, an_ask(withdrawn=True)]), what_was_said(), st.data())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_in_every_order_of_arrival_the_ledger_says_the_same(ask: Issued, said: list[Said], data: st.DataObject) -> None:
    """Twice, out of order, by two at once, replayed, late, typed and pressed mixed."""
    again = data.draw(st.lists(st.sampled_from(said), max_size=4) if said else st.just([]))
    arrivals = data.draw(st.permutations([*said, *again]))
    in_time = asyncio.run(_heard(sorted(said, key=lambda each: each.minute), ask))
    assert asyncio.run(_heard(arrivals, ask)) == in_time
    assert in_time[1] == {(OFFICES[each.person], f"telegram:{each.person}", each.answer) for each in said}


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
