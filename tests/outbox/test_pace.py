"""Each platform's limits, on a clock that nobody sets (facts: telegram, "Limits and errors")."""

import pytest

from bot.channels.protocol import Limits
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


def test_no_more_than_thirty_go_out_within_any_second(pace: Pace) -> None:
    now, left = 0.0, list[float]()
    for number in range(90):
        now += pace.wait(f"-{number}", True, now)
        pace.took(f"-{number}", now)
        left.append(now)
    assert all(later - earlier >= 1.0 for earlier, later in zip(left, left[30:], strict=False))
    assert left[-1] == pytest.approx(2.0)


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
