"""A link says which ask, which chat and until when, signed by the town; what is bent anywhere is refused, and why."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.acknowledgements.links import expiry, make, read
from bot.errors import LinkElsewhere, LinkRefused, LinkStale, LinkTampered
from tests.acknowledgements.room import an_ask

KEY, TOKEN, CHAT = b"k" * 32, "Ab-_12345678", "龙门村委会工作群"
UNTIL = datetime(2027, 4, 7, tzinfo=UTC)
LINK = make(KEY, "jinlong", TOKEN, CHAT, UNTIL)


def test_it_says_what_was_put_in() -> None:
    link = read(KEY, "jinlong", LINK, UNTIL)
    assert (link.token, link.expires) == (TOKEN, UNTIL)
    assert link.is_of(CHAT)
    assert not link.is_of("duty-room")


def test_it_is_short_and_safe_in_an_address_however_long_the_chat_s_name() -> None:
    long = make(KEY, "jinlong", "t" * 32, "群" * 500, UNTIL)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,120}", long, re.ASCII)


def test_when_its_time_is_over_it_says_so() -> None:
    with pytest.raises(LinkStale):
        read(KEY, "jinlong", LINK, UNTIL + timedelta(seconds=1))


def test_another_town_s_is_told_as_such_and_one_of_another_key_is_not_ours() -> None:
    with pytest.raises(LinkElsewhere):
        read(KEY, "qinglong", LINK, UNTIL)
    with pytest.raises(LinkTampered):
        read(b"another key", "jinlong", LINK, UNTIL)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, len(LINK) - 1), st.sampled_from("Aa0-_.é%\n"))
def test_whatever_is_changed_in_it_it_is_refused(place: int, letter: str) -> None:
    bent = LINK[:place] + letter + LINK[place + 1 :]
    if bent != LINK:
        with pytest.raises(LinkRefused):
            read(KEY, "jinlong", bent, UNTIL)


@pytest.mark.parametrize("bent", ["", ".", "....", LINK[:-1], LINK + "A", LINK + "\n", LINK * 2, "火" * 50])
def test_what_is_none_is_refused_like_one_that_was_changed(bent: str) -> None:
    with pytest.raises(LinkTampered):
        read(KEY, "jinlong", bent, UNTIL)


def test_it_holds_a_week_after_the_season_or_thirty_days_after_the_deadline() -> None:
    ask = an_ask()
    assert ask.owing is not None
    deadline = ask.owing.deadline
    assert expiry(ask, None) == expiry(ask, deadline) == deadline + timedelta(days=30)
    assert expiry(ask, deadline + timedelta(days=60)) == deadline + timedelta(days=67)
