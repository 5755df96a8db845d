"""Each value from its text, and the sentence for a text that is none."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from pydantic_core import PydanticCustomError

from bot.campaign import scalars
from bot.campaign.scalars import DayRange, MonthDay, MonthDayRange

READ: list[tuple[Callable[[str], object], str, object]] = [
    (scalars.read_date, "2026-11-30", date(2026, 11, 30)),
    (scalars.read_month_day, "02-29", MonthDay(2, 29)),
    (scalars.read_lunar_month_day, "12-30", MonthDay(12, 30)),
    (scalars.read_day_range, "2024-03-04..2024-03-11", DayRange(date(2024, 3, 4), date(2024, 3, 11))),
    (scalars.read_day_range, "2024-03-04 .. 2024-03-11", DayRange(date(2024, 3, 4), date(2024, 3, 11))),
    (scalars.read_day_range, "2024-03-04", DayRange(date(2024, 3, 4), date(2024, 3, 4))),
    (scalars.read_month_day_range, "03-04..03-12", MonthDayRange(MonthDay(3, 4), MonthDay(3, 12))),
    (scalars.read_time, "09:00", time(9)),
    (scalars.read_time, "9:00", time(9)),
    (scalars.read_time, "23:59:59", time(23, 59, 59)),
    (scalars.read_span, "30s", timedelta(seconds=30)),
    (scalars.read_span, "30m", timedelta(minutes=30)),
    (scalars.read_span, "2h", timedelta(hours=2)),
    (scalars.read_span, "3d", timedelta(days=3)),
    (scalars.read_span, "1w", timedelta(weeks=1)),
    (scalars.read_whole_number, "-3", -3),
    (scalars.read_whole_number, "+3", 3),
    (scalars.read_offset, "-366", -366),
    (scalars.read_count, "1", 1),
    (scalars.read_truth, "true", True),
    (scalars.read_truth, "False", False),
    (scalars.read_id, "村委会_1-a", "村委会_1-a"),
    (scalars.read_word, "村（居）", "村（居）"),
]

REFUSED: list[tuple[Callable[[str], object], str, str]] = [
    (scalars.read_date, "2026-11-31", "schedule.no-such-date"),
    (scalars.read_date, "2026/11/30", "schedule.not-a-date"),
    (scalars.read_date, "2026年11月30日", "schedule.not-a-date"),
    (scalars.read_date, "2026-11-3", "schedule.not-a-date"),
    (scalars.read_date, "٢٠٢٦-11-30", "schedule.not-a-date"),
    (scalars.read_date, "0026-11-30", "schedule.year-out-of-range"),
    (scalars.read_month_day, "02-30", "schedule.no-such-month-day"),
    (scalars.read_month_day, "2-3", "schedule.not-a-month-day"),
    (scalars.read_lunar_month_day, "01-31", "schedule.no-such-lunar-day"),
    (scalars.read_day_range, "2024-03-11..2024-03-04", "schedule.end-before-start"),
    (scalars.read_day_range, "2024-03-04至2024-03-11", "schedule.not-a-day-range"),
    (scalars.read_day_range, "2024-03-04..", "schedule.not-a-day-range"),
    (scalars.read_month_day_range, "12-30..01-02", "schedule.end-before-start"),
    (scalars.read_month_day_range, "03-04-03-12", "schedule.not-a-month-day-range"),
    (scalars.read_time, "24:00", "schedule.no-such-time"),
    (scalars.read_time, "早上9点", "schedule.not-a-time"),
    (scalars.read_span, "0h", "schedule.span-out-of-range"),
    (scalars.read_span, "999999999w", "schedule.span-out-of-range"),
    (scalars.read_span, "2 hours", "schedule.not-a-span"),
    (scalars.read_span, "-2h", "schedule.not-a-span"),
    (scalars.read_whole_number, "1.5", "schedule.not-a-number"),
    (scalars.read_whole_number, "9" * 5_000, "schedule.not-a-number"),
    (scalars.read_offset, "367", "schedule.too-far"),
    (scalars.read_count, "0", "schedule.less-than-one"),
    (scalars.read_truth, "yes", "schedule.not-true-or-false"),
    (scalars.read_id, "a b", "schedule.not-an-id"),
    (scalars.read_id, "", "schedule.not-an-id"),
    (scalars.read_id, "ａ", "schedule.full-width-value"),
    (scalars.read_text, "  ", "schedule.blank"),
    (scalars.read_word, "a，b", "schedule.full-width-value"),
    (scalars.read_half_width, "－1001", "schedule.full-width-value"),
]


@pytest.mark.parametrize(("read", "text", "value"), READ)
def test_a_text_is_read_as_its_value(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(("read", "text", "key"), REFUSED)
def test_a_text_that_cannot_be_read_says_why(read: Callable[[str], object], text: str, key: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        read(text)

    assert refused.value.context is not None
    assert refused.value.context["sentence"].key == key


def test_a_long_text_is_told_back_in_part() -> None:
    with pytest.raises(PydanticCustomError) as refused:
        scalars.read_date("去" * 1_000)

    assert refused.value.context is not None
    assert refused.value.context["sentence"].values["text"] == "去" * 59 + "…"
