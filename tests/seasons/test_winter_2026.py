"""The winter of 2026-27, which runs now: round the Spring Festival, and the sessions that nobody has announced yet."""

from datetime import date
from pathlib import Path

from tests.seasons.timetable import occurrences, on_day, timetable

WINTER = "winter-2026"
FESTIVAL = Path(__file__).with_name("spring-festival-2027.txt")
FIRST, LAST = date(2027, 1, 29), date(2027, 2, 13)


def test_the_watch_of_the_spring_festival_reads_as_written_down() -> None:
    """`python -m tests.seasons.timetable winter-2026`, its days from 01-29 to 02-13."""
    expected = FESTIVAL.read_text(encoding="utf-8").splitlines()
    assert timetable(WINTER, FIRST, LAST).splitlines() == expected


def test_new_years_eve_is_the_fifth_and_the_festival_the_sixth_of_february() -> None:
    eve, festival = on_day(WINTER, date(2027, 2, 5)), on_day(WINTER, date(2027, 2, 6))
    assert "winter-2026/new-years-eve-warning/new-years-eve-2026/0@16:00" in [each.id for each in eve]
    assert "winter-2026/spring-festival-warning/spring-festival-2027/0@09:00" in [each.id for each in festival]
    assert not any(each.provisional for each in [*eve, *festival])


def test_the_sessions_of_2027_are_provisional_from_the_first_warning_on() -> None:
    sessions = [each for each in occurrences(WINTER) if each.key_date == "two-sessions"]
    assert sessions[0].due.date() == date(2027, 3, 1)
    assert {each.key_date_days for each in sessions} == {(date(2027, 3, 4), date(2027, 3, 12))}
    assert all(each.provisional for each in sessions)
    assert {each.id.split("/")[2] for each in sessions} == {"two-sessions-2027"}


def test_what_depends_on_the_workdays_of_2027_is_provisional() -> None:
    reviews = [each for each in occurrences(WINTER) if each.reminder == "weekly-review"]
    assert {each.due.year for each in reviews if each.provisional} == {2027}
    assert not any(date(2027, 2, 5) <= each.due.date() <= date(2027, 2, 12) for each in reviews), "the foretold holiday"


def test_both_winters_follow_one_plan() -> None:
    """Which reminders, and how often each but for the rhythms, whose days a calendar decides."""

    def counts(winter: str) -> dict[str, int]:
        found = [each.reminder for each in occurrences(winter) if "/every/" not in each.id]
        return {reminder: found.count(reminder) for reminder in found}

    assert counts(WINTER) == counts("winter-2023")
