"""How a printed week is made to fit its page."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.web.sheets.fitting import Block, Fitted, Line, fit

WIDTH, HEIGHT = 279.0, 150.0
SUBJECT = "烟花爆竹存储、销售、燃放安全管理"


def blocks(count: int, text: str = SUBJECT, lines: int = 4) -> list[Block]:
    return [Block(index, (Line(text),) * lines) for index in range(count)]


def fitted(*sends: int, text: str = SUBJECT, brief: str = "烟花") -> Fitted:
    days = [blocks(count, text) for count in sends]
    return fit(days, [blocks(count, brief) for count in sends], WIDTH, HEIGHT)


def shown(day: Sequence[Sequence[int]]) -> list[int]:
    return [index for column in day for index in column]


def test_a_quiet_week_is_written_large_and_its_days_are_alike() -> None:
    found = fitted(1, 0, 2, 0, 0, 1, 0)
    assert (found.point, found.brief, found.run_in) == (11.0, False, False)
    assert [len(day) for day in found.days] == [1] * 7


def test_the_more_there_is_the_smaller_it_is_written() -> None:
    sizes = [fitted(*[count] * 7, brief=SUBJECT).point for count in (2, 3, 4, 5)]
    assert sizes == sorted(set(sizes), reverse=True)


def test_a_busy_day_takes_several_columns_before_the_words_grow_too_small_to_read() -> None:
    found = fitted(0, 0, 8, 0, 0, 0, 0)
    assert [len(day) for day in found.days] == [1, 1, 2, 1, 1, 1, 1]
    assert found.point >= 8


def test_words_are_cut_short_before_their_size_falls_below_eight_points() -> None:
    found = fitted(*[6] * 7)
    assert found.brief
    assert found.point >= 8


def test_at_last_texts_run_in() -> None:
    found = fitted(*[18] * 7, brief=SUBJECT[:6])
    assert found.run_in
    assert found.left_out == (0,) * 7


def test_what_fits_at_no_size_is_left_out_at_the_end_of_each_day_and_counted() -> None:
    found = fitted(*[200] * 7)
    for day, left_out in zip(found.days, found.left_out, strict=True):
        assert shown(day) == list(range(200 - left_out))
        assert 0 < left_out < 200


def test_a_day_that_is_busy_beyond_all_measure_is_the_widest() -> None:
    found = fitted(0, 0, 200, 1, 0, 0, 0)
    assert len(found.days[2]) > 3
    assert shown(found.days[3]) == [0]


@given(st.lists(st.integers(0, 60), min_size=7, max_size=7), st.integers(1, 60))
def test_nothing_is_lost_repeated_or_put_out_of_order_and_no_column_is_fuller_than_the_page(
    sends: list[int], length: int
) -> None:
    found = fitted(*sends, text="防" * length, brief="防" * min(length, 20))
    columns = sum(map(len, found.days))
    em = found.point * 25.4 / 72
    for day, count, left_out in zip(found.days, sends, found.left_out, strict=True):
        assert shown(day) == list(range(count - left_out))
        for column in day:
            text = "防" * (min(length, 20) if found.brief else length)
            own = blocks(len(column), text)
            assert sum(each.height((WIDTH / columns - 3) / em, run_in=found.run_in) for each in own) <= HEIGHT / em
