"""Standing is a fold over the ledger: 收到, then 已落实 or 需协助 (interface.md, Answers)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.entries import ANSWERS, AnswerState, Entry, numbered, within
from bot.ledger.standing import Standing, StandingState, answers_of, standings

NINE = datetime(2027, 2, 6, 1, tzinfo=UTC)


def answers(*given: str, office: str = "police") -> list[Entry]:
    """Answers a minute apart, each as `done` or `done by telegram:2`."""
    found = []
    for minute, words in enumerate(given):
        kind, _, by = words.partition(" by ")
        at = NINE + timedelta(minutes=minute)
        found.append(Entry.model_validate({"at": at, "kind": kind, "office": office, "by": by or "telegram:1"}))
    return found


def standing(*given: str) -> Standing:
    (found,) = standings(["police"], answers(*given))
    return found


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ("", "open"),
        ("received", "received"),
        ("done", "done"),
        ("help", "help"),
        ("received done", "done"),
        ("received help", "help"),
        ("done received", "done"),
        ("help received", "help"),
        ("help done", "done"),
        ("done help", "help"),
        ("received help received done received", "done"),
    ],
)
def test_received_lowers_nothing_and_of_done_and_help_the_later_holds(given: str, state: StandingState) -> None:
    assert standing(*given.split()).state == state


def test_it_tells_who_brought_it_there_and_when() -> None:
    found = standing("received by telegram:1", "done by telegram:2", "received by telegram:3")
    assert (found.by, found.answered_at) == ("telegram:2", NINE + timedelta(minutes=1))
    assert standing().by is None
    assert standing().answered_at is None


def test_the_same_answer_again_changes_nothing_whoever_gives_it() -> None:
    assert standing("done by telegram:1", "done by telegram:2") == standing("done by telegram:1")


def test_each_office_stands_for_itself_and_strangers_do_not_count() -> None:
    entries = [*answers("done"), *answers("received", office="market"), *answers("help", office="enforcement")]
    found = standings(["police", "enforcement", "village-longmen"], entries)
    assert [(each.office, each.state) for each in found] == [
        ("police", "done"),
        ("enforcement", "help"),
        ("village-longmen", "open"),
    ]


@pytest.mark.parametrize("kind", ["refused", "reminded", "late", "escalated", "sent", "withdrawn"])
def test_only_answers_answer(kind: str) -> None:
    assert standing("received", kind) == standing("received")


@pytest.mark.parametrize(
    ("state", "received_is_owed", "done_is_owed"),
    [("open", False, False), ("received", True, False), ("done", True, True), ("help", False, False)],
)
def test_what_is_owed_has_been_given(state: StandingState, received_is_owed: bool, done_is_owed: bool) -> None:
    found = Standing("police", state)
    assert (found.has_given("received"), found.has_given("done")) == (received_is_owed, done_is_owed)


@pytest.mark.parametrize(
    ("state", "lacking"),
    [
        ("open", ("received", "done", "help")),
        ("received", ("done", "help")),
        ("help", ("done",)),
        ("done", ("help",)),
    ],
)
def test_the_answers_that_would_change_something(state: StandingState, lacking: tuple[AnswerState, ...]) -> None:
    assert tuple(answer for answer in ANSWERS if Standing("police", state).lacks(answer)) == lacking


def test_what_a_person_has_answered_is_for_one_office() -> None:
    entries = [
        *answers("received by telegram:1", "done by telegram:2", "done by telegram:1", "refused by telegram:1"),
        *answers("help by telegram:1", office="market"),
    ]
    assert answers_of("telegram:1", "police", entries) == ["received", "done"]
    assert answers_of("telegram:1", "market", entries) == ["help"]
    assert answers_of("telegram:3", "police", entries) == []


kinds = st.lists(st.sampled_from(["received", "done", "help", "refused"]), max_size=8)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(kinds)
def test_replays_add_nothing(given: Sequence[str]) -> None:
    """Each answer told twice in a row, as a platform may, stands as if told once."""
    once = standing(*given)
    twice = standing(*(each for kind in given for each in (kind, kind)))
    assert (twice.state, twice.by) == (once.state, once.by)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(kinds)
def test_the_fold_can_be_told_in_one_sentence(given: Sequence[str]) -> None:
    """The last of done and help; where neither came, received if it ever did; else open."""
    decisive = [kind for kind in given if kind in {"done", "help"}]
    expected = decisive[-1] if decisive else "received" if "received" in given else "open"
    assert standing(*given).state == expected


def test_entries_of_a_span_leave_out_its_end() -> None:
    entries = tuple(numbered(each, seq) for seq, each in enumerate(answers("received", "help", "done"), start=1))
    assert [each.seq for each in within(entries, NINE, NINE + timedelta(minutes=2))] == [1, 2]
    assert [each.seq for each in within(entries, NINE + timedelta(seconds=1), NINE + timedelta(hours=1))] == [2, 3]
