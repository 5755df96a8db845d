"""An acknowledgement for an office comes only from its people (design.md, promise 5)."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.entries import ANSWERS, AnswerState
from tests.acknowledgements.room import (
    BOTH,
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
