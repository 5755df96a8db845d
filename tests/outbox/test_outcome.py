"""What becomes of a delivery by each result: one change, which records it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.protocol import Message, Receipt
from bot.channels.routes import Route
from bot.clock import ManualClock
from bot.errors import SendError
from bot.ledger.deliveries import Delivery, Issued
from bot.outbox import outcome
from bot.outbox.issue import deliveries_of
from tests.fakes import WHY, FakeChannel, down, not_sent, refused, throttled
from tests.outbox.stage import NINE, TERMS, a_broadcast, an_ask, at


def first_of(issued: Issued) -> Delivery:
    return deliveries_of(issued)[0]


def under_way(issued: Issued, **but: Any) -> Delivery:
    """Its first delivery, of which a request has left."""
    return first_of(issued).model_copy(update={"state": "intended", **but})


def test_the_intent_names_text_and_address_and_counts_the_try() -> None:
    planned = first_of(an_ask())
    (intended,) = outcome.intended([planned], [planned], Message("小心火烛"), "-1", NINE).deliveries
    assert (intended.state, intended.text, intended.address, intended.tries) == ("intended", "小心火烛", "-1", 1)
    assert intended.asked_at == NINE


def test_the_intent_is_not_written_where_the_delivery_was_withdrawn_meanwhile() -> None:
    planned = first_of(an_ask())
    assert outcome.intended([planned], [planned], Message("小心火烛"), "-1", NINE).given == (planned,)
    assert outcome.withdrawn([planned], None, NINE).given == (planned,)


def test_sent_is_recorded_with_the_platform_s_receipt_and_the_chat_lives_there() -> None:
    change = outcome.sent(under_way(an_ask()), "telegram", Receipt("77"), NINE, NINE)
    assert (change.deliveries[0].state, change.deliveries[0].message_id) == ("sent", "77")
    assert (change.entries[0].kind, change.entries[0].chat) == ("sent", "duty-room")
    assert change.marks == {"lived:duty-room": "telegram"}
    assert change.issued == ()


def test_what_was_sent_late_is_owed_from_the_moment_when_it_really_went_out() -> None:
    ask = an_ask()
    assert outcome.deadline_from(first_of(ask), ask, NINE) == NINE + timedelta(hours=2)
    assert outcome.deadline_from(first_of(ask), ask, at("10:00:00")) == at("12:00:00")
    broadcast = a_broadcast()
    assert outcome.deadline_from(first_of(broadcast), broadcast, NINE) is None


@pytest.mark.parametrize(("tries", "seconds"), [(1, 5), (2, 10), (3, 20), (7, 300), (50, 300)])
def test_the_wait_for_another_try_doubles_up_to_five_minutes(tries: int, seconds: int) -> None:
    delivery = under_way(an_ask(), tries=tries)
    (waiting,) = outcome.retry(delivery, not_sent(), NINE).deliveries
    assert (waiting.state, waiting.not_before) == ("retrying", NINE + timedelta(seconds=seconds))


@pytest.mark.parametrize(("error", "seconds"), [(not_sent(), 5), (throttled(37), 37)])
def test_a_platform_that_names_a_wait_gets_just_that(error: SendError, seconds: int) -> None:
    delivery = under_way(an_ask(), tries=1)
    (waiting,) = outcome.retry(delivery, error, NINE).deliveries
    assert waiting.not_before == NINE + timedelta(seconds=seconds)


def test_what_is_refused_for_good_is_failed_and_put_to_the_admins_with_chat_and_reason() -> None:
    change = outcome.failed(under_way(an_ask()), refused(), TERMS, NINE)
    assert (change.deliveries[0].state, change.entries[0].kind) == ("failed", "failed")
    (told,) = change.planned
    assert told.chat == "admin"
    assert "duty-room" in str(told.text)
    assert "as ordered" in str(told.text)


def test_in_doubt_a_duty_alert_is_tried_again_and_the_doubt_stands_on_record() -> None:
    change = outcome.uncertain(under_way(an_ask()), an_ask(), WHY, TERMS, NINE)
    assert (change.deliveries[0].state, change.entries[0].kind, change.planned) == ("retrying", "uncertain", ())
    assert change.entries[0].detail is not None
    assert change.entries[0].detail["on_doubt"] == "resend"
    assert change.deliveries[0].may_be_read


def test_while_replies_stay_lost_an_alert_is_repeated_ever_more_seldom() -> None:
    delivery, waits = under_way(an_ask()), []
    for _ in range(7):
        (delivery,) = outcome.uncertain(
            delivery.model_copy(update={"state": "intended"}), an_ask(), WHY, TERMS, NINE
        ).deliveries
        assert delivery.not_before is not None
        waits.append((delivery.not_before - NINE).total_seconds())
    assert waits == [5, 30, 180, 1_080, 3_600, 3_600, 3_600]


def test_a_notice_of_which_nobody_knows_is_not_repeated() -> None:
    notice = Delivery(occurrence="notice/x", chat="admin", due=NINE, text="…", state="intended")
    change = outcome.uncertain(notice, None, WHY, TERMS, NINE)
    assert (change.deliveries[0].state, change.planned) == ("uncertain", ())


def test_in_doubt_a_broadcast_is_held_and_put_to_the_admins() -> None:
    change = outcome.uncertain(under_way(a_broadcast()), a_broadcast(), WHY, TERMS, NINE)
    assert (change.deliveries[0].state, change.entries[0].kind) == ("uncertain", "uncertain")
    assert [each.chat for each in change.planned] == ["admin"]


def test_all_that_was_missed_is_told_in_one_message_as_long_as_a_platform_takes_it() -> None:
    gone = [first_of(a_broadcast(f"w{number}")) for number in range(133)]
    change = outcome.missed(gone, TERMS, NINE)
    assert len(change.entries) == 133
    (told,) = change.planned
    text = str(told.text)
    assert "133" in text
    assert 30 < text.count("winter/w") < 133
    assert len(text) < 3_100
    assert text.endswith("\n- …")


def test_a_notice_to_the_admins_in_trouble_makes_no_further_notice_and_no_occurrence_of_the_ledger() -> None:
    notice = Delivery(occurrence="notice/failed/x", chat="admin", due=NINE, text="…")
    for change in (outcome.failed(notice, refused(), TERMS, NINE), outcome.missed([notice], TERMS, NINE)):
        assert change.planned == ()
        assert [entry.occurrence for entry in change.entries] == [None]
    assert outcome.channel_down(notice, "telegram", down(), TERMS, NINE).planned == ()


def test_a_notice_that_others_should_have_had_is_put_to_the_admins() -> None:
    notice = Delivery(occurrence="notice/help/x", chat="duty-room", due=NINE, text="…")
    gone = outcome.missed([notice], TERMS, NINE)
    for change in (outcome.failed(notice, refused(), TERMS, NINE), gone):
        assert [each.chat for each in change.planned] == ["admin"]


def test_a_move_is_told_once_whether_it_is_heard_of_or_met() -> None:
    delivery = first_of(an_ask())
    met = outcome.moved(delivery, Route(FakeChannel(ManualClock(NINE)), "-1"), "-100", TERMS, NINE)
    heard = outcome.chat_moved("telegram", "-1", "-100", delivery.chat, TERMS, NINE)
    assert [each.id for each in met.planned] == [each.id for each in heard.planned]
    assert met.marks == heard.marks == {"moved:telegram:-1": "-100"}


def test_a_move_of_a_chat_that_is_not_the_town_s_is_no_news_to_the_admins() -> None:
    change = outcome.chat_moved("telegram", "-7", "-8", None, TERMS, NINE)
    assert (change.planned, change.marks) == ((), {"moved:telegram:-7": "-8"})


def test_admins_read_a_chat_s_name_beside_the_id_by_which_it_stands_in_the_yaml() -> None:
    terms = replace(TERMS, titles={"duty-room": "消防安全工作群", "plain": "plain"})
    (told,) = outcome.failed(under_way(an_ask()), refused(), terms, NINE).planned
    assert "消防安全工作群（duty-room）" in str(told.text)
    assert (terms.named("plain"), terms.named("telegram:1001")) == ("plain", "telegram:1001")
