"""Each platform's limits, on a clock that nobody sets (facts: telegram, "Limits and errors")."""

import pytest

from bot.channels.protocol import Limits
from bot.channels.telegram import TelegramPlatform
from bot.outbox.pace import Pace

TELEGRAM = Limits(per_second=30, private_gap=1.0, group_per_minute=20)


@pytest.fixture
def pace() -> Pace:
    return Pace(TELEGRAM)


def burst(pace: Pace, address: str, group: bool, count: int) -> list[float]:
    """When so many messages to one address leave, each as soon as it may."""
    now, left = 0.0, list[float]()
    for _ in range(count):
        now += pace.wait(address, group, now)
        pace.took(address, now)
        left.append(now)
    return left


def test_the_first_message_goes_at_once(pace: Pace) -> None:
    assert pace.wait("-1", True, 0.0) == 0.0


def test_no_more_than_twenty_go_to_a_group_within_any_minute(pace: Pace) -> None:
    left = burst(pace, "-1", True, 45)
    assert all(later - earlier >= 60 for earlier, later in zip(left, left[20:], strict=False))
    assert left[19] < 60


def test_between_two_messages_to_one_person_there_is_a_second(pace: Pace) -> None:
    assert burst(pace, "7", False, 4) == [0.0, 1.0, 2.0, 3.0]


def all_at_once(pace: Pace, count: int, *, urgent: bool = True) -> list[float]:
    """When so many messages to as many groups leave, each as soon as it may."""
    now, left = 0.0, list[float]()
    for number in range(count):
        now += pace.wait(f"-{number}", True, now, urgent=urgent)
        pace.took(f"-{number}", now)
        left.append(now)
    return left


def test_after_a_rest_as_many_go_at_once_as_the_bucket_holds_and_then_it_fills_evenly(pace: Pace) -> None:
    left = all_at_once(pace, 120)
    assert left[29] == 0.0
    assert left[30:] == pytest.approx([number / 30 for number in range(1, 91)])


def test_a_bucket_smaller_than_a_second_s_worth_lets_less_go_at_once() -> None:
    left = all_at_once(Pace(Limits(per_second=30, private_gap=1.0, group_per_minute=20, burst=12)), 72)
    assert left[11] == 0.0
    assert left[12] > 0
    assert left[-1] == pytest.approx(2.0)


def test_telegram_never_sees_more_than_its_bucket_holds() -> None:
    limits = TelegramPlatform.limits
    free, before = 30.0, 0.0
    for moment in all_at_once(Pace(limits), 1_000, urgent=False):
        free = min(free + (moment - before) * 30, 30.0) - 1
        before = moment
        assert free >= 5, "jitter of 150 ms draws no 429"
    assert before <= 1.04 * (1_000 - 30) / 30


def test_broadcasts_leave_room_for_what_is_urgent(pace: Pace) -> None:
    now = all_at_once(pace, 200, urgent=False)[-1]
    assert pace.wait("-1000", True, now, urgent=False) > 0
    assert pace.wait("-1000", True, now) == 0.0


def test_what_left_before_a_restart_counts_after_it(pace: Pace) -> None:
    pace.remember([(-40.0, "-1")] * 20 + [(-0.1, f"-{number}") for number in range(2, 32)])
    assert pace.wait_at("-1", True, 0.0) == pytest.approx(20.0)
    assert pace.wait_in_all(0.0, urgent=True) == 0.0
    for number in range(3):
        pace.took(f"-9{number}", 0.0)
    assert pace.wait_in_all(0.0, urgent=True) > 0


def test_a_full_group_keeps_no_other_group_waiting(pace: Pace) -> None:
    now = burst(pace, "-1", True, 20)[-1] + 5
    assert pace.wait("-1", True, now) > 0
    assert pace.wait("-2", True, now) == 0.0


def test_a_wait_that_the_platform_asks_for_holds_its_address_alone(pace: Pace) -> None:
    pace.hold("-1", 30.0)
    assert pace.wait("-1", True, 10.0) == 20.0
    assert pace.wait("-2", True, 10.0) == 0.0
    assert pace.wait("-1", True, 30.0) == 0.0


def test_a_hold_on_the_platform_holds_all_of_it_and_a_shorter_one_shortens_nothing(pace: Pace) -> None:
    pace.hold(None, 60.0)
    pace.hold(None, 5.0)
    assert pace.wait("-1", True, 10.0) == 50.0


def test_where_a_platform_counts_by_the_hour_no_more_go_to_any_place_within_one() -> None:
    pace = Pace(Limits(per_second=100, private_gap=0.0, group_per_minute=100, per_hour=3))
    for moment in (0.0, 10.0, 20.0):
        assert pace.wait("user", False, moment) == 0
        pace.took("user", moment)
    assert pace.wait("user", False, 60.0) == 3600.0 - 60.0
    assert pace.wait("another", False, 60.0) == 0


def test_a_minute_may_be_a_hair_longer() -> None:
    pace = Pace(Limits(per_second=100, private_gap=0.0, group_per_minute=1, minute=61.0))
    pace.took("group", 0.0)
    assert pace.wait("group", True, 60.5) == 0.5


def test_what_was_begun_is_counted_and_how_much_of_it_one_place_got_within_a_minute() -> None:
    pace = Pace(Limits(per_second=100, private_gap=0.0, group_per_minute=20))
    pace.remember([(-30.0, "-1")])
    for moment, place in ((0.0, "-1"), (10.0, "-1"), (20.0, "-2")):
        pace.took(place, moment)
    assert pace.begun == 3
    assert [pace.fullest(now) for now in (20.0, 50.0, 65.0, 200.0)] == [3, 2, 1, 0]
