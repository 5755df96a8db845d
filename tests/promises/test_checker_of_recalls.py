"""The checker finds what still follows a message that an admin took back."""

from dataclasses import replace
from typing import Any

from tests.promises.checker import check
from tests.promises.logs import Accepted, Evidence, Pressed
from tests.promises.test_checker import ALERT, GOOD, RESIDENTS, ROOM, WARNING, accepted, also, at, noted

ADMIN = "telegram:1"
TAKEN_BACK = noted("withdrawn", WARNING, RESIDENTS, 200, by=ADMIN, recalled=True)


def void(seconds: float, chat: str = RESIDENTS, occurrence: str = WARNING) -> Accepted:
    return Accepted(at(seconds), chat, f"{seconds}", "更正：…", (), voids=occurrence)


RECALLED = replace(GOOD, ledger=also(TAKEN_BACK), admins=frozenset({ADMIN}))


def lines(**but: Any) -> list[str]:
    evidence: Evidence = replace(RECALLED, **but)
    return [str(each) for each in check(evidence)]


def test_what_was_taken_back_and_said_to_be_void_once_passes() -> None:
    assert lines() == []
    assert lines(accepted=(*GOOD.accepted, void(210))) == []


def test_what_was_taken_back_before_it_went_out_is_no_missing_one() -> None:
    gone = replace(TAKEN_BACK, at=at(1))
    ledger = (*(each for each in GOOD.ledger if each.occurrence != WARNING), gone)
    assert (
        lines(
            ledger=ledger,
            states={**GOOD.states, (WARNING, RESIDENTS): "withdrawn"},
            accepted=(GOOD.accepted[0], GOOD.accepted[2]),
        )
        == []
    )


def test_who_is_no_admin_takes_nothing_back() -> None:
    assert lines(admins=frozenset()) == [f"unpressed: {WARNING} in {RESIDENTS}: is taken back by {ADMIN}"]


def test_what_comes_after_it_was_taken_back_is_found() -> None:
    gone = noted("withdrawn", ALERT, ROOM, 120, by=ADMIN, recalled=True)
    doubt = noted("uncertain", ALERT, ROOM, 150)
    found = lines(accepted=(*GOOD.accepted, accepted(ALERT, ROOM, 260, 9)), ledger=also(gone, doubt))
    assert found == [f"recalled: {ALERT} in {ROOM}: is spoken of at 09:04:20, and was taken back at 09:02:00"]


def test_a_word_that_is_void_where_nobody_took_it_back_or_twice_or_where_it_never_was_is_found() -> None:
    assert lines(accepted=(*GOOD.accepted, void(210, ROOM, ALERT))) == [
        f"recalled: {ALERT} in {ROOM}: is called void, and nobody took it back"
    ]
    assert lines(accepted=(*GOOD.accepted, void(210), void(220))) == [
        f"repeated: {WARNING} in {RESIDENTS}: is called void a second time"
    ]
    assert lines(accepted=(*GOOD.accepted, void(210, ROOM))) == [
        f"recalled: {WARNING} in {ROOM}: is called void where it never came"
    ]


def test_at_night_nobody_is_told_that_it_is_void() -> None:
    found = lines(accepted=(*GOOD.accepted, void(13 * 3600)))
    assert found == [f"quiet: {WARNING} in {RESIDENTS}: is called void at 22:00:00"]


def test_an_answer_to_what_was_taken_back_need_not_be_on_record() -> None:
    gone = noted("withdrawn", ALERT, ROOM, 200, by=ADMIN, recalled=True)
    late = Pressed("telegram:2001", ALERT, "done", at=at(300))
    assert lines(presses=(*GOOD.presses, late), ledger=also(gone)) == []
    assert lines(presses=(*GOOD.presses, replace(late, at=at(100))), ledger=also(gone)) != []
