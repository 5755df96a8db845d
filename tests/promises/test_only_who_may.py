"""An acknowledgement for an office comes only from its people; who one picks on the board counts only for the offices
that the ask names in that chat (design.md, promise 5).
"""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.board import person_of
from bot.channels.buttons import data_of
from bot.ledger.entries import ANSWERS, AnswerState
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
)

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
