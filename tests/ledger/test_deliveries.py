"""The life of a delivery: which state may follow which, and what that says of who may have read it."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.deliveries import NEXT, UNFINISHED, Delivery, State
from tests.outbox.stage import NINE

STATES: tuple[State, ...] = get_args(State)


def a_delivery(state: State = "planned") -> Delivery:
    return Delivery(occurrence="winter/warning/date/2027-02-05@09:00", chat="duty-room", due=NINE, state=state)


def test_every_state_says_what_may_follow_it() -> None:
    assert set(NEXT) == set(STATES)
    assert {each for follow in NEXT.values() for each in follow} == set(STATES)


@given(before=st.sampled_from(STATES), after=st.sampled_from(STATES))
def test_a_delivery_goes_only_where_its_state_lets_it(before: State, after: State) -> None:
    delivery = a_delivery(before)
    if after in NEXT[before]:
        assert delivery.become(after, why="x") == delivery.model_copy(update={"state": after, "why": "x"})
    else:
        with pytest.raises(ValueError, match=f"{before} is not followed by {after}"):
            delivery.become(after)


def test_nothing_is_sent_without_an_intent_and_nothing_follows_what_was_sent() -> None:
    assert [each for each in STATES if "sent" in NEXT[each]] == ["intended", "uncertain"]
    assert [each for each in STATES if "merged" in NEXT[each]] == ["intended"]
    assert NEXT["sent"] == NEXT["merged"] == frozenset()


def test_doubt_is_never_called_missed_but_by_an_admin_s_word() -> None:
    assert "missed" not in NEXT["intended"]
    assert "missed" in NEXT["uncertain"]


def test_who_may_have_read_it_is_told_by_its_state() -> None:
    assert {each for each in STATES if a_delivery(each).may_be_read} == {"intended", "sent", "merged", "uncertain"}
    assert a_delivery("retrying").model_copy(update={"doubts": 1}).may_be_read


def test_what_is_unfinished_ends_somewhere() -> None:
    for state in UNFINISHED:
        reached, todo = set[State](), [state]
        while todo:
            here = todo.pop()
            reached.add(here)
            todo += NEXT[here] - reached
        assert {"sent", "failed", "missed"} <= reached
