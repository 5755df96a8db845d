"""An acknowledgement for an office comes only from its people; who one picks on the board counts only for the offices
that the ask names in that chat (design.md, promise 5). However presses come, doubled, late, out of order, from
strangers or by a platform that repeats itself, they come to one and the same record (fault 9).
"""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.receive import receive
from bot.channels.board import person_of
from bot.channels.buttons import data_of
from bot.clock import turn
from bot.ledger.deliveries import Issued
from bot.ledger.entries import ANSWERS, AnswerState
from bot.ledger.inbound import Inbound
from bot.ledger.standing import standings
from bot.reports.answers import OwedAnswer
from bot.reports.record import record as the_record
from bot.store.protocol import Change
from tests.acknowledgements.room import (
    BOTH,
    CHATS,
    DEPUTY,
    DUTY_ROOM,
    ENFORCEMENT,
    POLICE,
    RESIDENTS,
    STRANGER,
    VILLAGE,
    VILLAGER,
    Room,
    an_ask,
    told,
)
from tests.fakes import FailingStore

PEOPLE = {"police": {POLICE, DEPUTY, BOTH}, "enforcement": {ENFORCEMENT, BOTH}, "village-longmen": set[int]()}
WORDS: dict[str, AnswerState] = {"收到": "received", "已落实": "done", "需协助": "help"}
NAMES = ["", "派出所 ", "综合执法队：", "龙门村委会，"]

doings = st.lists(
    st.tuples(
        st.sampled_from([POLICE, DEPUTY, ENFORCEMENT, BOTH, STRANGER, VILLAGER]),
        st.sampled_from([DUTY_ROOM, VILLAGE, RESIDENTS]),
        st.booleans(),
        st.one_of(
            st.tuples(st.just("press"), st.sampled_from(ANSWERS), st.sampled_from([None, 0, 1, 2, 3, 9_999])),
            st.tuples(st.just("type"), st.sampled_from(NAMES), st.sampled_from(sorted(WORDS))),
            st.tuples(st.just("quote"), st.sampled_from(NAMES), st.sampled_from(sorted(WORDS))),
        ),
    ),
    max_size=10,
)


@given(doings)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whoever_does_whatever_wherever_no_office_is_answered_for_by_others(doings: list) -> None:  # type: ignore[type-arg]
    async def play() -> None:
        room = Room()
        ask = an_ask()
        await room.ask(ask)
        for person, place, anonymous, (kind, first, second) in doings:
            before = len(await room.store.entries())
            if kind == "press":
                letter = {"received": "r", "done": "d", "help": "h"}[first]
                data = f"{letter}:{ask.token}" + ("" if second is None else f":{second}")
                await room.sends(person, place, kind="press", data=data, anonymous=anonymous)
            else:
                quoting = "1" if kind == "quote" else None
                await room.type(person, first + second, at=place, quoting=quoting, anonymous=anonymous)
            for entry in (await room.store.entries())[before:]:
                assert entry.by == f"telegram:{person}"
                if entry.kind == "refused":
                    continue
                assert not anonymous
                assert entry.office is not None
                in_its_chat = entry.office == "village-longmen" and place == VILLAGE
                assert person in PEOPLE[entry.office] or in_its_chat

    asyncio.run(play())


picks = st.lists(
    st.tuples(
        st.sampled_from([None, *PEOPLE]),
        st.sampled_from([DUTY_ROOM, VILLAGE, RESIDENTS]),
        st.one_of(
            st.tuples(st.just("press"), st.sampled_from(ANSWERS), st.sampled_from([None, 0, 1, 2, 3, 9_999])),
            st.tuples(st.sampled_from(["type", "quote"]), st.sampled_from(NAMES), st.sampled_from(sorted(WORDS))),
        ),
    ),
    max_size=10,
)


@given(picks)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_on_the_board_nobody_answers_beyond_the_chat_in_which_they_pick(picks: list) -> None:  # type: ignore[type-arg]
    async def play() -> None:
        room = Room()
        ask = an_ask()
        await room.ask(ask)
        for office, place, (kind, first, second) in picks:
            before = len(await room.store.entries())
            did = (
                {"kind": "press", "data": data_of(first, ask.token, second)}
                if kind == "press"
                else {"kind": "text", "text": first + second, "message_id": "1" if kind == "quote" else None}
            )
            await room.does(person_of(office), place, platform="board", **did)
            for entry in (await room.store.entries())[before:]:
                asked_here = entry.office == office and office in ask.chats.get(CHATS[place], ())
                assert entry.kind == "refused" or asked_here

    asyncio.run(play())


# Fault 9: the same presses in whatever order, as often as a platform likes.

ASK = an_ask()
PRESSES: list[tuple[int, str, AnswerState]] = [
    (POLICE, DUTY_ROOM, "received"),
    (POLICE, DUTY_ROOM, "done"),
    (POLICE, DUTY_ROOM, "done"),
    (DEPUTY, DUTY_ROOM, "received"),
    (ENFORCEMENT, DUTY_ROOM, "received"),
    (ENFORCEMENT, DUTY_ROOM, "received"),
    (VILLAGER, VILLAGE, "done"),
    (STRANGER, DUTY_ROOM, "done"),
    (STRANGER, VILLAGE, "help"),
    (VILLAGER, DUTY_ROOM, "done"),
]
"""派出所 is done, 综合执法大队 has received alone, 龙门村委会 is done, but the stranger in its chat asks for help:
there whoever is in the chat may. The rest may not.
"""


def pressed(number: int, person: int, place: str, answer: AnswerState, room: Room, ask: Issued = ASK) -> Inbound:
    return Inbound(
        platform="telegram",
        id=str(number),
        at=room.now,
        kind="press",
        person=f"telegram:{person}",
        address=place,
        data=data_of(answer, ask.token),
    )


async def come(room: Room, *inbound: Inbound) -> None:
    """What came in is kept and dealt with as the bot does: what is known already is not there to be dealt with."""
    await room.store.commit(Change(inbound=inbound))
    for each in await room.store.unhandled():
        await receive(room.store, Hearing(each, CHATS[each.address], room.schedule, ("admins",), "zh"))


async def owed(room: Room, ask: Issued) -> tuple[OwedAnswer, ...]:
    """The report of one ask."""
    return (await the_record(room.store, room.schedule, occurrence=ask.occurrence, now=room.now)).answers


async def record(room: Room, ask: Issued = ASK) -> tuple[dict[str, str], Counter[tuple[str, str | None, str | None]]]:
    """Where each office stands, and how often the ledger has what of whom."""
    entries = await room.store.entries(occurrence=ask.occurrence)
    stands: dict[str, str] = {each.office: each.state for each in standings(ask.offices, entries)}
    return stands, Counter((each.kind, each.office, each.by) for each in entries)


async def test_a_hundred_shuffles_with_everything_repeated_come_to_the_same_record() -> None:
    without_help = [each for each in PRESSES if each[2] != "help"]
    found = []
    for seed in range(100):
        room, random = Room(), Random(seed)
        await room.ask(ASK)
        came = [pressed(number, *each, room) for number, each in enumerate(without_help)]
        again = [*came, *random.sample(came, 5)]
        random.shuffle(again)
        batches = [again[at : at + 4] for at in range(0, len(again), 4)]
        for batch in batches:
            await come(room, *batch)
        found.append(await record(room))
    stands, entries = found[0]
    assert all(each == found[0] for each in found), "seeds are the numbers of the shuffles"
    assert stands == {"police": "done", "enforcement": "received", "village-longmen": "done"}
    assert entries["refused", None, f"telegram:{STRANGER}"] == 1
    assert entries["refused", None, f"telegram:{VILLAGER}"] == 1
    assert max(entries.values()) == 1, "one answer of each person's, however often they press"


async def test_all_have_answered_only_where_all_did_whatever_came_between() -> None:
    for seed in range(100):
        room, random = Room(), Random(seed)
        await room.ask(ASK)
        for number in range(12):
            person, place, answer = random.choice(PRESSES)
            await come(room, pressed(number, person, place, answer, room))
            entries = await room.store.entries(occurrence=ASK.occurrence)
            rows = await owed(room, ASK)
            last = {each.office: each.kind for each in entries if each.kind in {"done", "help"}}
            done = {office for office, kind in last.items() if kind == "done"}
            assert {row.office for row in rows if row.state == "done"} == done, seed
            assert all(row.state == "done" for row in rows) == (done == set(ASK.offices)), seed


async def test_two_members_at_once_are_both_on_record_and_are_one_answer() -> None:
    async def takes_a_moment(_: Change) -> None:
        for _turn in range(3):
            await turn()

    store = FailingStore()
    room = Room(store)
    await room.ask(ASK)
    store.before_commit = takes_a_moment
    both = [pressed(number, person, DUTY_ROOM, "done", room) for number, person in enumerate((POLICE, DEPUTY))]
    await store.commit(Change(inbound=tuple(both)))
    hearings = [Hearing(each, "duty-room", room.schedule, ("admins",), "zh") for each in both]
    await asyncio.gather(*(receive(store, each) for each in hearings))
    stands, entries = await record(room)
    assert stands["police"] == "done"
    assert entries == {("done", "police", f"telegram:{each}"): 1 for each in (POLICE, DEPUTY)}


@pytest.mark.parametrize("answer", ["received", "done"])
async def test_late_is_late_and_counts(answer: AnswerState) -> None:
    room = Room(now=ASK.due + timedelta(hours=3))
    await room.ask(ASK)
    assert "已过回执时限" in told(await room.press(POLICE, ASK, answer))
    (row,) = [each for each in await owed(room, ASK) if each.office == "police"]
    assert row.state == answer
    assert row.answered_at is not None
    assert row.answered_at > row.deadline


async def test_an_ask_that_was_withdrawn_is_owed_by_nobody_and_what_is_said_all_the_same_is_on_record() -> None:
    room, ask = Room(), an_ask(withdrawn=True)
    await room.ask(ask)
    await room.press(STRANGER, ask, "done")
    await room.press(POLICE, ask, "done")
    rows = await owed(room, ask)
    assert [(row.office, row.state) for row in rows] == [
        ("police", "done"),
        ("enforcement", "withdrawn"),
        ("village-longmen", "withdrawn"),
    ]
    assert [(kind, by) for kind, _, by in await room.ledger()] == [
        ("refused", f"telegram:{STRANGER}"),
        ("done", f"telegram:{POLICE}"),
    ]


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_platform_that_repeats_a_whole_batch_after_a_crash_changes_nothing(at: int) -> None:
    room = Room()
    await room.ask(ASK)
    came = [pressed(number, *each, room) for number, each in enumerate(PRESSES)]
    await come(room, *came)
    before = await record(room)
    await come(room, *came[at:])
    assert await record(room) == before
