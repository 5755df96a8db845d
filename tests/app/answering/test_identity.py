"""What a browser that proves whose it is goes out with and keeps: signed for one link, for so long, and no more."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app.answering.identity import PASS_HOLDS, STATE_HOLDS, form_word, is_state, pass_for, person_of, state_for
from bot.app.answering.often import Often

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW = datetime(2027, 2, 5, 9, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


def test_a_state_is_letters_and_digits_as_wecom_takes_them() -> None:
    state = state_for(KEY, "link", "browser", NOW)
    assert state.isascii()
    assert state.isalnum()
    assert len(state) <= 128


def test_a_state_is_good_for_its_link_and_browser_within_five_minutes() -> None:
    state = state_for(KEY, "link", "browser", NOW)
    assert is_state(KEY, "link", "browser", state, NOW + STATE_HOLDS)
    assert not is_state(KEY, "link", "browser", state, NOW + STATE_HOLDS + A_SECOND)
    assert not is_state(KEY, "another", "browser", state, NOW)
    assert not is_state(KEY, "link", "other", state, NOW)
    assert not is_state(OTHER_KEY, "link", "browser", state, NOW)


def test_without_a_browser_s_secret_no_state_is_good() -> None:
    assert not is_state(KEY, "link", "", state_for(KEY, "link", "", NOW), NOW)


@pytest.mark.parametrize("state", ["", "0", "f" * 40, "火" * 40, "0" * 4_000])
def test_what_nobody_signed_is_none(state: str) -> None:
    assert not is_state(KEY, "link", "browser", state, NOW)


@pytest.mark.parametrize("person", ["wecom:policeduty", "wecom:zhang.san@jinlong-1", f"wecom:{'a' * 64}"])
def test_a_pass_names_its_person_for_its_link_within_half_an_hour(person: str) -> None:
    kept = pass_for(KEY, "link", person, NOW)
    assert person_of(KEY, "link", kept, NOW + PASS_HOLDS) == person
    assert person_of(KEY, "link", kept, NOW + PASS_HOLDS + A_SECOND) is None
    assert person_of(KEY, "another", kept, NOW) is None
    assert person_of(OTHER_KEY, "link", kept, NOW) is None


def test_a_pass_of_which_a_piece_was_changed_names_nobody() -> None:
    person, until, signed = pass_for(KEY, "link", "wecom:a", NOW).split(".")
    later = f"{int(until, 16) + 3_600:08x}"
    other = pass_for(KEY, "link", "wecom:b", NOW).split(".")[0]
    for bent in (f"{other}.{until}.{signed}", f"{person}.{later}.{signed}", f"{person}.{until}", "", "a.b.c", "火"):
        assert person_of(KEY, "link", bent, NOW) is None


def test_a_state_is_no_pass_and_a_form_s_word_is_a_pass_s_own() -> None:
    kept, other = pass_for(KEY, "link", "wecom:a", NOW), pass_for(KEY, "link", "wecom:b", NOW)
    assert person_of(KEY, "link", state_for(KEY, "link", "browser", NOW), NOW) is None
    assert len({form_word(KEY, kept), form_word(KEY, other), form_word(OTHER_KEY, kept), kept.split(".")[2]}) == 4


class TestOften:
    def test_so_much_at_once_then_one_each_so_often_and_never_more_than_that_at_once(self) -> None:
        often, now = Often(3, 10.0), 0.0

        def done() -> int:
            count = 0
            while often.may(("x",), now):
                often.took(("x",), now)
                count += 1
            return count

        assert done() == 3
        now = 9.9
        assert done() == 0
        now = 10.0
        assert done() == 1
        now = 10_000.0
        assert done() == 3

    def test_each_has_their_own(self) -> None:
        often = Often(1, 10.0)
        often.took(("x",), 0.0)
        assert not often.may(("x",), 0.0)
        assert often.may(("y",), 0.0)

    def test_what_is_over_is_forgotten(self) -> None:
        often = Often(2, 10.0)
        for each in range(1_000):
            often.took((str(each),), float(each * 20))
        assert len(often._full_again) == 1
