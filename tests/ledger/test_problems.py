"""The list of problems is a fold over the ledger: who needs what, who sees to it, how it ended."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.entries import Entry
from bot.ledger.problems import Problem, problems
from bot.ledger.standing import Standing, standings

NINE = datetime(2027, 2, 6, 1, tzinfo=UTC)
OFFICES = ("police", "enforcement")


def said(*words: str) -> list[Entry]:
    """Entries a minute apart, each as `kind [by] [text]`, of 派出所 or, after `@enforcement`, of 综合执法大队."""
    found = []
    for minute, word in enumerate(words):
        what, _, office = word.partition("@")
        kind, by, text = (*what.split(" "), "", "")[:3]
        detail = {"name": by or None, **({"to": text} if kind == "corrected" else {"text": text or None})}
        given = {
            "at": NINE + timedelta(minutes=minute),
            "kind": kind,
            "office": office or "police",
            "by": by or "zhang",
        }
        found.append(Entry.model_validate({**given, "detail": detail}))
    return found


def of(*words: str) -> tuple[Problem, ...]:
    return problems("winter/fireworks", OFFICES, said(*words))


def one(*words: str) -> Problem:
    (problem,) = of(*words)
    return problem


def minute(of_it: int) -> datetime:
    return NINE + timedelta(minutes=of_it)


@pytest.mark.parametrize("words", [(), ("received",), ("done",), ("need", "taken", "closed"), ("refused", "late")])
def test_without_a_call_for_help_there_is_no_problem(words: tuple[str, ...]) -> None:
    assert of(*words) == ()


def test_it_begins_with_the_call_for_help() -> None:
    problem = one("received", "help li")
    assert (problem.office, problem.number, problem.state) == ("police", 1, "open")
    assert (problem.opened.person, problem.opened.name, problem.opened.at) == ("li", "li", minute(1))


def test_another_member_s_call_is_the_same_problem() -> None:
    assert one("help li", "help wang").opened.person == "li"


def test_a_second_line_replaces_the_first() -> None:
    assert one("help", "need li 缺灭火器", "need wang 缺两台灭火器").need == "缺两台灭火器"


def test_one_named_person_sees_to_it_the_last_who_said_so() -> None:
    problem = one("help", "taken wang", "taken zhao")
    assert problem.state == "taken"
    assert problem.taken is not None
    assert (problem.taken.name, problem.taken.at) == ("zhao", minute(2))


def test_it_ends_when_somebody_closes_it_and_says_how() -> None:
    problem = one("help", "taken wang", "closed zhao 已调拨")
    assert problem.state == "closed"
    assert problem.closed is not None
    assert (problem.closed.person, problem.how) == ("zhao", "已调拨")
    assert problem.taken is not None


@pytest.mark.parametrize("word", ["done li", "corrected li open", "corrected li received", "corrected li done"])
def test_the_office_itself_ends_it_by_its_word(word: str) -> None:
    problem = one("help", word)
    assert problem.closed is not None
    assert (problem.closed.person, problem.how) == ("li", None)


@pytest.mark.parametrize("word", ["received", "corrected li help", "reminded", "refused", "evidence"])
def test_nothing_else_does(word: str) -> None:
    assert one("help", word).state == "open"


@pytest.mark.parametrize("word", ["need li 缺人", "taken wang", "closed wang 已办结", "done"])
def test_what_follows_its_end_changes_it_no_more(word: str) -> None:
    assert one("help", "closed zhao", word) == one("help", "closed zhao")


@pytest.mark.parametrize("ended", ["closed zhao", "done", "corrected li open"])
def test_a_call_after_its_end_is_the_office_s_next_problem(ended: str) -> None:
    first, second = of("help", "need li 缺灭火器", ended, "help wang")
    assert first.state == "closed"
    assert (second.number, second.state, second.need, second.opened.person) == (2, "open", None, "wang")


def test_a_correction_to_help_begins_one() -> None:
    assert one("done", "corrected li help").opened.person == "li"


def test_each_office_s_problems_are_its_own_in_the_order_in_which_they_came_up() -> None:
    found = of("help@enforcement", "help", "taken wang@enforcement", "done@enforcement", "help@enforcement")
    assert [(each.office, each.number, each.state) for each in found] == [
        ("enforcement", 1, "closed"),
        ("police", 1, "open"),
        ("enforcement", 2, "open"),
    ]


def test_an_office_that_was_not_asked_has_no_problem_here() -> None:
    assert of("help@market") == ()


KINDS = st.sampled_from(["received", "done", "help", "need li 缺人", "taken wang", "taken zhao", "closed wang"])
TO = st.sampled_from(["corrected li open", "corrected li help", "refused"])
WORDS = st.lists(st.tuples(KINDS | TO, st.sampled_from(["", "@enforcement"])).map("".join), max_size=25)


@given(WORDS)
@settings(deadline=None)
def test_at_most_one_problem_of_an_office_is_open_and_only_while_it_stands_at_help(words: list[str]) -> None:
    found = of(*words)
    for standing in standings(OFFICES, said(*words)):
        own = [each for each in found if each.office == standing.office]
        assert [each.number for each in own] == list(range(1, len(own) + 1))
        still = [each for each in own if each.state != "closed"]
        assert len(still) <= 1
        assert not still or (still == own[-1:] and standing.state == "help")


@given(WORDS, WORDS)
@settings(deadline=None)
def test_what_comes_later_takes_no_problem_from_the_list(before: list[str], after: list[str]) -> None:
    earlier, later = of(*before), of(*before, *after)
    assert [(each.office, each.number, each.opened) for each in later[: len(earlier)]] == [
        (each.office, each.number, each.opened) for each in earlier
    ]


def test_each_entry_is_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand presses on one ask cost twenty thousand steps."""
    steps = 0
    step = Standing.after

    def counted(standing: Standing, entry: Entry) -> Standing:
        nonlocal steps
        steps += 1
        return step(standing, entry)

    monkeypatch.setattr(Standing, "after", counted)
    assert len(of(*["help", "received", "done", "need li 缺人"] * 250)) == 250
    assert steps == 1_000
