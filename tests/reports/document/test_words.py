"""Numbers, days and moments as official documents write them."""

from datetime import UTC, date, datetime

import pytest

from bot.reports.document.words import day_in_words, first_level, moment_in_words, ordinal, second_level, third_level


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (27, "二十七"), (99, "九十九")]
)
def test_parts_are_counted_in_chinese(number: int, words: str) -> None:
    assert ordinal(number) == words


def test_levels_are_told_apart_by_their_numbers() -> None:
    assert (first_level(3, "zh"), second_level(3, "zh"), third_level(3, "zh")) == ("三、", "（三）", "3.")
    assert len({first_level(3, "en"), second_level(3, "en"), third_level(3, "en")}) == 3


def test_a_day_has_its_whole_year_and_no_leading_zeros() -> None:
    assert day_in_words(date(2027, 2, 1), "zh") == "2027年2月1日"
    assert day_in_words(date(2027, 2, 1), "en") == "1 February 2027"


@pytest.mark.parametrize(
    ("moment", "year", "zh", "en"),
    [
        (datetime(2027, 2, 5, 9, 42, tzinfo=UTC), 2027, "2月5日9时42分", "5 Feb 09:42"),
        (datetime(2027, 2, 5, 9, tzinfo=UTC), 2027, "2月5日9时", "5 Feb 09:00"),
        (datetime(2026, 12, 5, 0, 5, tzinfo=UTC), 2027, "2026年12月5日0时5分", "5 Dec 2026 00:05"),
    ],
)
def test_a_moment_has_its_year_where_that_is_another_one(moment: datetime, year: int, zh: str, en: str) -> None:
    assert moment_in_words(moment, year, "zh") == zh
    assert moment_in_words(moment, year, "en") == en
