"""What buttons carry, and that it is read back as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.buttons import (
    Choice,
    Decided,
    buttons_under,
    decision_data,
    read_data,
    read_decision,
    token_of,
)
from bot.ledger.deliveries import Delivery, Question, notice
from tests.outbox.stage import NINE, an_ask

ALERT = "winter/alert/date/2027-02-05@09:00@duty-room"


def a_notice(kind: str, of: str, chat: str = "telegram:1001") -> Delivery:
    return notice("x", (chat,), "words", NINE, Question.model_validate({"kind": kind, "of": of}))[0]


def under(kind: str, of: str = ALERT) -> list[list[str]]:
    return [[each.label for each in row] for row in buttons_under(a_notice(kind, of), None, "zh")]


def test_what_is_in_doubt_may_be_settled_in_three_ways() -> None:
    assert under("settle") == [["已送到"], ["没送到，再发", "没送到，不再发"]]


def test_a_chat_that_was_given_up_may_be_tried_again() -> None:
    assert under("revive", "duty-room") == [["再试这个群"]]


def test_under_an_ask_that_is_put_once_more_stand_its_own_buttons() -> None:
    once_more = a_notice("answer", an_ask().occurrence, chat="duty-room")
    (row,) = buttons_under(once_more, an_ask(), "zh")
    assert [each.label for each in row] == ["收到", "已落实", "需协助"]
    assert buttons_under(once_more, None, "zh") == ()


def test_a_notice_that_asks_nothing_has_none() -> None:
    assert buttons_under(notice("x", ("telegram:1001",), "words", NINE)[0], None, "zh") == ()


@pytest.mark.parametrize("choice", ["arrived", "again", "let-be", "revive"])
@given(id_=st.text(min_size=1, max_size=400))
def test_a_decision_is_read_back_whatever_it_is_about_and_fits_a_button(choice: Choice, id_: str) -> None:
    data = decision_data(choice, id_)
    assert len(data.encode()) <= 64
    assert read_decision(data) == Decided(choice, token_of(id_))
    assert read_data(data) is None, "no answer"


@pytest.mark.parametrize(
    "data", ["", "a:", "a:short", "x:abcdefghijkl", "a:abcdefghijklm", "d:abcdefghijkl", "a:abcdefghijk\n"]
)
def test_what_no_button_of_ours_carries_is_no_decision(data: str) -> None:
    assert read_decision(data) is None
