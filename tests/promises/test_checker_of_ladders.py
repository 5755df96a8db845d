"""Rule 6 of the checker: each call that should not have been made is found, and each that should have been."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from tests.promises.checker import check
from tests.promises.logs import Accepted, Called, Evidence, Ladder, Noted, Planned, Pressed

NINE = datetime(2027, 2, 5, 9, tzinfo=UTC)
ALERT, ROOM, UP = "winter/alert/date", "duty-room", "committee"
MINUTE, SOON = timedelta(minutes=1), timedelta(seconds=2)
BOTH = ("police", "market")
HIGHER = dict.fromkeys(BOTH, frozenset({UP}))
LADDER = Ladder(
    expects="done",
    within=60 * MINUTE,
    remind_every=30 * MINUTE,
    then=((90 * MINUTE, HIGHER),),
    helpers=HIGHER,
)


def at(minutes: float) -> datetime:
    return NINE + minutes * MINUTE


def called(
    kind: Literal["remind", "late", "escalate", "help"], minutes: float, *offices: str, chat: str = ROOM, **but: Any
) -> tuple[Accepted, tuple[Noted, ...]]:
    """A message that follows the ask, and what the ledger says of it."""
    number = f"{kind}-{minutes:g}"
    overdue = offices if kind in {"late", "escalate"} else ()
    message = Accepted(at(minutes) + SOON, chat, number, "…", (), (Called(kind, ALERT, offices, overdue),))
    noted = "reminded" if kind in {"remind", "late"} else "escalated"
    lines = tuple(
        Noted(at(minutes) + SOON, noted, ALERT, chat, office, message_id=number, call=kind, **but) for office in offices
    )
    return message, lines


def answer(kind: str, minutes: float, office: str = "police", **but: Any) -> Noted:
    return Noted(at(minutes), kind, ALERT, ROOM, office, by=f"telegram:{office}", **but)


def late(office: str, minutes: float = 60) -> Noted:
    return Noted(at(minutes), "late", ALERT, office=office)


CALLS = (
    called("remind", 30, "market"),
    called("late", 60, *BOTH),
    called("escalate", 90, "market", chat=UP),
)
ANSWERS = (answer("received", 10), answer("done", 70))
"""派出所 said 收到 in time and 已落实 too late, 市监所 nothing."""


def evidence(
    *calls: tuple[Accepted, tuple[Noted, ...]],
    answers: tuple[Noted, ...] = ANSWERS,
    lates: tuple[Noted, ...] = (late("police"), late("market")),
    more: tuple[Noted, ...] = (),
    **but: Any,
) -> Evidence:
    ladder = but.pop("ladder", LADDER)
    planned = Planned(ALERT, ROOM, NINE, at(360), False, True, BOTH, "请落实", BOTH, ladder)
    sent = Accepted(NINE + SOON, ROOM, "1", "请落实", (ALERT,))
    lines = [Noted(NINE + SOON, "sent", ALERT, ROOM, message_id="1"), *answers, *lates, *more]
    presses = tuple(Pressed(each.by or "", ALERT, each.kind) for each in answers if each.kind != "corrected")
    given: dict[str, Any] = {
        "plan": (planned,),
        "accepted": (sent, *(message for message, _ in calls)),
        "ledger": tuple(sorted([*lines, *(line for _, noted in calls for line in noted)], key=lambda each: each.at)),
        "states": {(ALERT, ROOM): "sent"},
        "presses": presses,
        "may": {office: frozenset({f"telegram:{office}"}) for office in BOTH},
        "quiet": lambda moment: moment.hour >= 21,
        "slack": 2 * MINUTE,
    }
    return Evidence(**given | but)


def found(*calls: tuple[Accepted, tuple[Noted, ...]], **but: Any) -> list[str]:
    return [str(each) for each in check(evidence(*calls, **but))]


def test_a_ladder_that_was_climbed_as_it_is_written_passes() -> None:
    assert found(*CALLS) == []


@pytest.mark.parametrize("slack", [None, 2 * MINUTE])
def test_so_it_does_where_nobody_knows_how_long_the_bot_was_away(slack: timedelta | None) -> None:
    assert found(*CALLS, slack=slack) == []


@pytest.mark.parametrize(
    ("answers", "who"),
    [
        ((answer("done", 20), *ANSWERS[:1]), "done"),
        ((answer("help", 20), *ANSWERS[:1]), "help"),
        (ANSWERS, "received"),
    ],
)
def test_who_is_reminded_though_they_do_not_owe_is_found(answers: tuple[Noted, ...], who: str) -> None:
    calls = (called("remind", 30, *BOTH), *CALLS[1:])
    assert f"nagged: {ALERT} in {ROOM}: remind names police at 02-05 09:30:02, who is {who}" in found(
        *calls, answers=answers
    )


def test_a_press_that_is_not_on_record_yet_counts_as_an_answer() -> None:
    presses = (*evidence().presses, Pressed("telegram:market", ALERT, "done", at(25)))
    assert f"nagged: {ALERT} in {ROOM}: remind names market at 02-05 09:30:02, who is done" in found(
        *CALLS, presses=presses
    )


def test_an_answer_that_crosses_a_reminder_on_its_way_is_nobodys_fault() -> None:
    assert found(*CALLS[:2], answers=(*ANSWERS, answer("done", 60, "market"))) == []


def test_who_is_called_late_before_their_time_is_found() -> None:
    early = called("late", 50, "market")
    told = found(CALLS[0], early, *CALLS[1:])
    assert (
        f"accused: {ALERT} in {ROOM}: late names market at 02-05 09:50:02 as late, by 10:00:00 at the earliest" in told
    )
    assert any(each.startswith(f"nagged: {ALERT} in {ROOM}: market is named 1 times") for each in told)


def test_who_had_given_what_is_owed_in_time_and_is_called_late_is_found() -> None:
    answers = (answer("received", 10), answer("done", 55))
    told = found(*CALLS, answers=answers)
    assert f"nagged: {ALERT} in {ROOM}: late names police at 02-05 10:00:02, who is done" in told
    assert f"accused: {ALERT} in ?: police is on record as late, and had answered before" in told


@pytest.mark.parametrize(
    ("lates", "what"),
    [
        ((late("police"), late("market"), late("market", 61)), "market is on record as late 2 times"),
        ((late("police"), late("market", 59)), "market is on record as late at 09:59:00"),
        ((late("police"), late("market"), late("village")), "village is on record as late, and was not asked"),
    ],
)
def test_a_wrong_word_of_the_ledger_about_who_is_late_is_found(lates: tuple[Noted, ...], what: str) -> None:
    assert found(*CALLS, lates=lates) == [f"accused: {ALERT} in ?: {what}"]


def test_who_is_late_counts_from_when_a_late_message_went_out() -> None:
    told = [str(each) for each in check(replace(evidence(*CALLS), accepted=_sent_at(40, evidence(*CALLS))))]
    assert any("late names market at 02-05 10:00:02 as late, by 10:39:5" in each for each in told)


def _sent_at(minutes: float, given: Evidence) -> tuple[Accepted, ...]:
    first, *others = given.accepted
    return (replace(first, at=at(minutes), text="【补发】请落实"), *others)


def test_a_second_reminder_for_one_time_is_found() -> None:
    first, *_ = found(CALLS[0], called("remind", 40, "market"), *CALLS[1:])
    assert first == f"nagged: {ALERT} in {ROOM}: market is asked again 2 times by 02-05 09:40:02, and was due 1 times"


def test_after_a_doubt_that_was_named_it_may_come_again() -> None:
    doubt = Noted(at(60.2), "uncertain", chat=ROOM)
    again = called("late", 60.5, *BOTH)
    assert found(*CALLS, again, more=(doubt,)) == []
    assert found(*CALLS, again) != []


def test_a_reminder_before_its_time_is_found() -> None:
    told = found(called("remind", 20, "market"), *CALLS)
    assert f"nagged: {ALERT} in {ROOM}: market is asked again 1 times by 02-05 09:20:02, and was due 0 times" in told


def test_a_reminder_after_reminding_stopped_is_found() -> None:
    told = found(*CALLS, called("remind", 95, "market"))
    assert any("market is reminded at" in each for each in told)


def test_who_is_told_of_upwards_twice_or_elsewhere_is_found() -> None:
    assert any(
        "market is told of upwards 2 times" in each for each in found(*CALLS, called("escalate", 91, "market", chat=UP))
    )
    elsewhere = called("escalate", 91, "market", chat="residents")
    assert any("in residents: market is told of upwards 1 times" in each for each in found(*CALLS, elsewhere))


@pytest.mark.parametrize(
    ("missing", "what"), [(0, "was not asked again"), (1, "was not named"), (2, "was not told of upwards")]
)
def test_a_call_that_was_due_and_did_not_come_is_found(missing: int, what: str) -> None:
    ended = Noted(at(600), "stopped")
    told = found(*(each for number, each in enumerate(CALLS) if number != missing), more=(ended,))
    assert any(what in each for each in told)


@pytest.mark.parametrize("kind", ["failed", "uncertain", "missed"])
def test_one_of_which_the_record_says_that_it_did_not_arrive_is_in_order(kind: str) -> None:
    assert found(*CALLS[1:], more=(Noted(at(30.1), kind, chat=ROOM),)) == []


def test_what_is_yet_to_come_is_not_missed() -> None:
    assert found(until=at(31), lates=(), answers=ANSWERS[:1]) == []


def test_a_call_in_the_night_is_found_unless_it_is_urgent() -> None:
    asleep = {"quiet": lambda moment: moment >= at(45)}
    assert f"quiet: {ALERT} in {ROOM}: late was accepted at 10:00:02" in found(*CALLS, **asleep)
    assert found(*CALLS, **asleep, ladder=replace(LADDER, urgent=True)) == []


def test_what_waits_for_the_morning_comes_then() -> None:
    night = {"quiet": lambda moment: at(45) <= moment < at(75)}
    calls = (CALLS[0], called("late", 75, "market"), CALLS[2])
    answers = (answer("received", 10), answer("done", 70))
    assert found(*calls, answers=answers, **night) == []


def test_help_is_fetched_for_who_asked_for_it_once_and_for_nobody_else() -> None:
    answers = (answer("help", 10), answer("received", 20, "market"), answer("done", 25, "market"))
    fetched = called("help", 10, "police", chat=UP)
    assert found(fetched, answers=answers, lates=()) == []
    assert found(answers=answers, lates=()) == [f"untold: {ALERT} in {UP}: police asked for help, and nobody was told"]
    twice = found(fetched, called("help", 11, "police", chat=UP), answers=answers, lates=())
    assert [each for each in twice if "police is helped 2 times" in each]
    other = found(fetched, called("help", 12, "market", chat=UP), answers=answers, lates=())
    assert [each for each in other if "market is helped 1 times" in each]


def test_what_the_ledger_does_not_say_of_a_call_is_found() -> None:
    (message, _), *others = CALLS
    assert found((message, ()), *others) == [
        f"untold: {ALERT} in {ROOM}: remind of market is not on record, though message remind-30 says so"
    ]


def test_what_the_ledger_says_of_a_call_that_nobody_got_is_found() -> None:
    (_, lines) = called("remind", 31, "police")
    assert found(*CALLS, more=lines) == [
        f"untold: {ALERT} in {ROOM}: remind of police is on record as message remind-31, which is not it"
    ]


def test_a_call_that_follows_nothing_is_found() -> None:
    stray = Accepted(at(30), ROOM, "9", "…", (), (Called("remind", "winter/other/date", ("market",)),))
    told = [str(each) for each in check(replace(evidence(*CALLS), accepted=(*evidence(*CALLS).accepted, stray)))]
    assert f"unplanned: winter/other/date in {ROOM}: remind follows what nobody asked" in told


def test_a_call_that_names_nobody_is_found() -> None:
    assert f"nagged: {ALERT} in {ROOM}: remind names nobody" in found(*CALLS, called("remind", 30))


def test_a_correction_has_its_time_anew() -> None:
    back = Noted(at(75), "corrected", ALERT, office="police", by="telegram:1001", to="open")
    assert found(*CALLS, called("escalate", 90, "police", chat=UP), more=(back,)) == []


def test_that_a_campaign_is_over_is_told_then_and_once() -> None:
    over = Accepted(at(600), ROOM, "99", "今冬明春已经结束", (), farewell="winter")
    good = evidence(*CALLS, closings={"winter": at(500)})
    assert check(replace(good, accepted=(*good.accepted, over))) == ()
    told = check(replace(good, accepted=(*good.accepted, replace(over, at=at(499)), over)))
    assert [each.promise for each in told] == ["unplanned", "repeated"]
