"""The winter of 2023-24 replayed, day by day: the notice as it was (winter-2023.txt is the whole of it)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.planner.plan import days_between, plan
from tests.seasons.timetable import campaign_of, occurrences, on_day, shipped, timetable

WINTER = "winter-2023"
WHOLE = Path(__file__).with_name("winter-2023.txt")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_whole_winter_reads_as_written_down() -> None:
    assert timetable(WINTER).splitlines() == WHOLE.read_text(encoding="utf-8").splitlines()


def test_played_day_by_day_it_is_the_same_winter() -> None:
    """A bot that looks once a day sends what the whole plan holds: nothing twice, nothing missed."""
    played = []
    today = day("2023-10-25")
    while today <= day("2024-04-05"):
        played += [each for each in plan(shipped(), *days_between(shipped(), today, today)) if each.campaign == WINTER]
        today += timedelta(days=1)
    assert played == list(occurrences(WINTER))


KEY_DATES = [
    ("2024-01-01", "new-year-2024", "new-year-warning", "fireworks-new-year"),
    ("2024-02-09", "new-years-eve-2023", "new-years-eve-warning", "fireworks-duty"),
    ("2024-02-10", "spring-festival-2024", "spring-festival-warning", "fireworks-duty"),
    ("2024-02-24", "lantern-2024", "lantern-warning", "event-guard-lantern"),
    ("2024-03-04", "two-sessions-2024", "two-sessions-warning", "fireworks-two-sessions"),
]


@pytest.mark.parametrize(("on", "anchor", "warning", "duty"), KEY_DATES)
def test_each_key_date_comes_on_its_day(on: str, anchor: str, warning: str, duty: str) -> None:
    sends = {each.reminder: each for each in on_day(WINTER, day(on))}
    assert sends[warning].id.split("/")[2] == anchor
    assert sends[warning].audiences == ("residents",)
    assert sends[warning].days_left == 0
    assert sends[duty].is_duty_alert


def test_the_two_sessions_last_from_the_fourth_to_the_eleventh_of_march_as_announced() -> None:
    sessions = [each for each in occurrences(WINTER) if each.key_date == "two-sessions"]
    assert {each.key_date_days for each in sessions} == {(day("2024-03-04"), day("2024-03-11"))}
    assert not any(each.provisional for each in sessions)
    watch = [day("2024-03-01") + timedelta(days=number) for number in range(12)]
    assert {each.due.date() for each in sessions} <= set(watch)
    assert sessions[0].due.date() == watch[0]


@pytest.mark.parametrize(
    ("phase", "deadline"), [("mobilise", "2023-11-30"), ("carry-out", "2024-03-25"), ("sum-up", "2024-03-31")]
)
def test_each_phase_ends_with_its_deadline(phase: str, deadline: str) -> None:
    (ask,) = [each for each in occurrences(WINTER) if each.reminder == f"{phase}-deadline"]
    assert ask.deadline is not None
    assert ask.deadline.date() == day(deadline)
    countdown = [each for each in occurrences(WINTER) if each.reminder == f"{phase}-countdown"]
    assert (countdown[-1].due.date(), countdown[-1].days_left) == (day(deadline), 0)
    assert [each.days_left for each in countdown] == [(day(deadline) - each.due.date()).days for each in countdown]


def test_the_monday_of_the_spring_festival_is_made_up_on_sunday_the_18th() -> None:
    reviews = {each.id.rsplit("/", 1)[1]: each for each in occurrences(WINTER) if each.reminder == "weekly-review"}
    assert reviews["2024-02-12@09:00"].due == datetime(2024, 2, 18, 9, tzinfo=SHANGHAI)
    assert reviews["2024-01-01@09:00"].due == datetime(2024, 1, 2, 9, tzinfo=SHANGHAI)
    assert reviews["2024-02-19@09:00"].due == datetime(2024, 2, 19, 9, tzinfo=SHANGHAI)


def test_residents_are_never_woken() -> None:
    quiet = shipped().town.quiet_hours
    assert [each.id for each in occurrences(WINTER) if quiet.at(each.due.time())] == []


def test_nothing_comes_before_the_campaign_or_after_its_end() -> None:
    campaign = campaign_of(WINTER)
    assert (campaign.first_day, campaign.last_day) == (day("2023-11-01"), day("2024-03-31"))
    days = [each.due.date() for each in occurrences(WINTER)]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (campaign.first_day, campaign.last_day)


def test_nothing_of_that_winter_is_uncertain_today() -> None:
    assert [each.id for each in occurrences(WINTER) if each.provisional] == []
