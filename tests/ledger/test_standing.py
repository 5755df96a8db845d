"""Standing is a fold over the ledger: 收到, then 已落实 or 需协助 (interface.md, Answers)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.entries import ANSWERS, AnswerState, Entry, numbered, within
from bot.ledger.problems import problems
from bot.ledger.standing import Standing, StandingState, has_said, standings

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


# What somebody says again, and what arrives late.


def test_what_a_person_says_again_is_for_one_office() -> None:
    entries = [
        *answers("received by telegram:1", "done by telegram:2"),
        *answers("help by telegram:1", office="market"),
    ]
    later = NINE + timedelta(hours=1)
    assert has_said("telegram:1", "police", "received", later, entries)
    assert not has_said("telegram:1", "police", "done", later, entries)
    assert not has_said("telegram:1", "market", "received", later, entries)
    assert not has_said("telegram:3", "police", "received", later, entries)


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ("received", {"received"}),
        ("received done", {"received", "done"}),
        ("done received", {"received", "done"}),
        ("done help", {"help"}),
        ("received help done received", {"received", "done"}),
        ("done,help by telegram:2", {"done"}),
    ],
)
def test_of_done_and_help_a_person_s_last_word_is_said_again_whatever_others_say(given: str, again: set[str]) -> None:
    entries = answers(*(given.split(",") if "," in given else given.split()))
    later = NINE + timedelta(hours=1)
    assert {each for each in ANSWERS if has_said("telegram:1", "police", each, later, entries)} == again


def corrected(to: str, minute: int) -> Entry:
    at = NINE + timedelta(minutes=minute)
    return Entry(at=at, kind="corrected", office="police", by="telegram:9", detail={"to": to})


def test_after_a_correction_the_same_word_is_new() -> None:
    entries = [*answers("done"), corrected("open", 5)]
    later = NINE + timedelta(minutes=6)
    assert not has_said("telegram:1", "police", "done", later, entries)
    again = Entry(at=later, kind="done", office="police", by="telegram:1")
    (found,) = standings(["police"], [*entries, again])
    assert (found.state, found.answered_at) == ("done", later)


def test_a_correction_of_another_office_changes_nothing() -> None:
    entries = [*answers("done"), corrected("open", 5).model_copy(update={"office": "market"})]
    assert has_said("telegram:1", "police", "done", NINE + timedelta(hours=1), entries)


def test_what_was_said_last_holds_and_not_what_arrived_last() -> None:
    done, problem, fixed = answers("done by telegram:1", "help by telegram:2", "done by telegram:3")
    for order in permutations((done, problem, fixed)):
        (found,) = standings(["police"], order)
        assert (found.state, found.by, found.answered_at) == ("done", "telegram:3", fixed.at)
        (problem_of_it,) = problems("ask", ["police"], order)
        assert problem_of_it.state == "closed"


def test_of_two_of_one_moment_the_one_that_arrived_last_holds() -> None:
    done, problem = (each.model_copy(update={"at": NINE}) for each in answers("done", "help by telegram:2"))
    assert standings(["police"], [done, problem])[0].state == "help"
    assert standings(["police"], [problem, done])[0].state == "done"


def test_what_one_person_only_says_again_overrules_nobody() -> None:
    done, problem, again = answers("done by telegram:1", "help by telegram:2", "done by telegram:1")
    for order in permutations((done, problem, again)):
        assert standings(["police"], order)[0].state == "help"


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
