"""Late: what is still worth sending, what waits for the morning, what is missed (interface.md, "Late", "When")."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.deliveries import Delivery, Issued
from bot.outbox.decide import Decision, decide, overdue
from tests.outbox.stage import NINE, QUIET, SHANGHAI, a_broadcast, an_ask, at


def decided(issued: Issued | None, now: datetime, **delivery: object) -> Decision:
    due = issued.due if issued else NINE
    planned = Delivery.model_validate({"occurrence": "o", "chat": "c", "due": due, **delivery})
    return decide(planned, issued, now, QUIET, SHANGHAI)


def test_what_is_due_is_sent_and_what_is_not_due_waits_for_its_moment() -> None:
    assert decided(a_broadcast(), NINE).what == "send"
    assert decided(a_broadcast(), NINE - timedelta(minutes=1)) == Decision("wait", NINE)


def test_a_rest_that_was_counted_on_a_clock_that_was_set_back_since_is_over() -> None:
    tried = {"state": "retrying", "asked_at": at("10:00:00"), "not_before": at("10:00:05")}
    assert decided(a_broadcast(), at("10:00:01"), **tried) == Decision("wait", at("10:00:05"))
    assert decided(a_broadcast(), at("09:00:01"), **tried).what == "send"


def test_up_to_its_late_it_is_sent_and_beyond_it_is_missed() -> None:
    one_hour = a_broadcast(late=timedelta(hours=1))
    assert decided(one_hour, at("10:00:00")).what == "send"
    assert decided(one_hour, at("10:00:01")).what == "miss"


def test_what_an_admin_told_to_send_is_never_too_late_but_wakes_nobody_either() -> None:
    old = a_broadcast(late=timedelta(hours=1))
    assert decided(old, at("20:00:00"), by_hand=True).what == "send"
    assert decided(old, at("23:00:00"), by_hand=True) == Decision("wait", at("07:00:00", 6))


def test_quiet_hours_do_not_count_toward_a_broadcast_s_late() -> None:
    evening = a_broadcast(due=at("21:00:00"), late=timedelta(hours=2))
    assert decided(evening, at("08:29:59", 6)).what == "send", "half an hour in the evening, an hour and a half now"
    assert decided(evening, at("08:30:01", 6)).what == "miss"


def test_they_count_for_a_duty_alert() -> None:
    evening = an_ask(due=at("21:00:00")).model_copy(update={"late": timedelta(hours=2)})
    assert decided(evening, at("22:59:00")).what == "send"
    assert decided(evening, at("23:01:00")).what == "miss"


def test_a_broadcast_wakes_nobody_and_goes_when_quiet_hours_end() -> None:
    assert decided(a_broadcast(due=at("21:00:00")), at("23:00:00")) == Decision("wait", at("07:00:00", 6))
    assert decided(a_broadcast(due=at("21:00:00")), at("21:29:59")).what == "send"


def test_a_duty_alert_goes_at_its_time_also_at_night() -> None:
    assert decided(an_ask(due=at("23:00:00")), at("23:00:00")).what == "send"


def test_a_broadcast_that_will_be_too_late_by_morning_is_missed_at_once() -> None:
    stale = a_broadcast(due=at("15:00:00"), late=timedelta(hours=6))
    assert decided(stale, at("22:00:00")).what == "miss", "six hours and a half when quiet hours begin"


def test_what_is_to_be_tried_again_waits_for_its_moment() -> None:
    again = at("09:00:30")
    assert decided(a_broadcast(), NINE, state="retrying", not_before=again) == Decision("wait", again)
    assert decided(a_broadcast(), again, state="retrying", not_before=again).what == "send"


def test_a_notice_to_the_admins_is_worth_telling_for_three_days_by_night_too() -> None:
    assert decided(None, at("02:00:00", 8), duty_alert=True).what == "send"
    assert decided(None, at("09:00:01", 8), duty_alert=True).what == "miss"


def test_the_last_word_of_a_campaign_wakes_nobody() -> None:
    assert decided(None, at("22:00:00")) == Decision("wait", at("07:00:00", 6))


@pytest.mark.parametrize(
    ("due", "now", "late"),
    [
        (at("20:00:00"), at("21:30:00"), timedelta(hours=1, minutes=30)),
        (at("20:00:00"), at("03:00:00", 6), timedelta(hours=1, minutes=30)),
        (at("20:00:00"), at("08:00:00", 6), timedelta(hours=2, minutes=30)),
        (at("22:00:00"), at("06:00:00", 6), timedelta()),
        (at("09:00:00"), at("09:00:00", 8), 3 * timedelta(hours=14, minutes=30)),
        (at("09:00:00"), at("08:00:00"), timedelta(hours=-1)),
    ],
)
def test_how_late_something_is_without_the_nights(due: datetime, now: datetime, late: timedelta) -> None:
    assert overdue(due, now, QUIET, SHANGHAI) == late


moments = st.integers(0, 5 * 24 * 60).map(lambda minutes: at("00:00:00", 1) + timedelta(minutes=minutes))


@given(due=moments, now=moments, later=moments)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_lateness_only_grows_and_never_exceeds_the_wall_clock_s(due: datetime, now: datetime, later: datetime) -> None:
    now, later = sorted((now, later))
    assert overdue(due, now, QUIET, SHANGHAI) <= overdue(due, later, QUIET, SHANGHAI) <= max(later - due, timedelta())


@given(due=moments, now=moments)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_broadcast_is_ever_sent_in_quiet_hours_and_no_wait_ends_in_the_past(due: datetime, now: datetime) -> None:
    decision = decided(a_broadcast(due=due, late=timedelta(days=30)), now)
    assert decision.what != "miss"
    assert not QUIET.at(decision.at.astimezone(SHANGHAI).time()) or decision.at == due
    assert (decision.what == "wait") == (decision.at > now)
