"""The checker finds each promise that was broken, and nothing where none was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.promises.checker import check, told
from tests.promises.logs import Accepted, Evidence, Noted, Planned, Pressed

NINE = datetime(2027, 2, 5, 9, tzinfo=UTC)
ALERT, WARNING = "winter/alert/date", "winter/warning/date"
ROOM, RESIDENTS = "duty-room", "residents"


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def planned(occurrence: str, chat: str, **but: Any) -> Planned:
    alert = occurrence == ALERT
    given = {"broadcast": not alert, "repeats": alert, "offices": ("police",) if alert else (), "text": "小心火烛"}
    return Planned(occurrence, chat, NINE, NINE + timedelta(hours=6), **given | but)


def accepted(occurrence: str, chat: str, seconds: float, number: int = 1, text: str = "小心火烛") -> Accepted:
    return Accepted(at(seconds), chat, str(number), text, (occurrence,))


def noted(kind: str, occurrence: str, chat: str, seconds: float, **but: Any) -> Noted:
    return Noted(at(seconds), kind, occurrence, chat, **but)


GOOD = Evidence(
    plan=(planned(ALERT, ROOM), planned(WARNING, RESIDENTS)),
    accepted=(accepted(ALERT, ROOM, 1), accepted(WARNING, RESIDENTS, 2), accepted(ALERT, ROOM, 90, 2)),
    ledger=(
        Noted(at(-5), "started"),
        noted("sent", WARNING, RESIDENTS, 2.1, message_id="1"),
        noted("uncertain", ALERT, ROOM, 80),
        noted("sent", ALERT, ROOM, 90.1, message_id="2"),
        noted("received", ALERT, ROOM, 100, office="police", by="telegram:2001"),
        noted("refused", ALERT, ROOM, 101, by="telegram:11"),
    ),
    states={(ALERT, ROOM): "sent", (WARNING, RESIDENTS): "sent"},
    presses=(Pressed("telegram:2001", ALERT, "received"), Pressed("telegram:11", ALERT, "done")),
    may={"police": frozenset({"telegram:2001"})},
    quiet=lambda moment: moment.hour >= 21,
)


ASKED = (replace(GOOD.plan[0], here=("police",)), GOOD.plan[1])
"""The same plan, which says whom the room carries."""


def lines(**but: Any) -> list[str]:
    """What the checker says of the good logs with this changed."""
    return [str(each) for each in check(replace(GOOD, **but))]


def without(*kinds: str, occurrence: str = WARNING) -> tuple[Noted, ...]:
    """The good ledger without these entries of an occurrence."""
    return tuple(each for each in GOOD.ledger if each.occurrence != occurrence or each.kind not in kinds)


def also(*what: Noted) -> tuple[Noted, ...]:
    return (*GOOD.ledger, *what)


def test_two_logs_that_keep_every_promise_pass() -> None:
    assert lines() == []


@pytest.mark.parametrize("state", ["planned", "intended", "retrying"])
def test_an_occurrence_that_is_left_open_is_found(state: str) -> None:
    states = {**GOOD.states, (WARNING, RESIDENTS): state}
    assert lines(states=states) == [f"ends: {WARNING} in {RESIDENTS}: is {state}, though 15:00:00 has passed"]


def test_it_may_be_open_until_it_is_too_late() -> None:
    states = {**GOOD.states, (WARNING, RESIDENTS): "retrying"}
    assert lines(states=states, until=at(3_600)) == []


def test_an_occurrence_of_which_nothing_is_on_record_is_found() -> None:
    states = {(ALERT, ROOM): "sent"}
    assert lines(states=states, accepted=(GOOD.accepted[0], GOOD.accepted[2]), ledger=without("sent")) == [
        f"ends: {WARNING} in {RESIDENTS}: is not on record at all"
    ]


@pytest.mark.parametrize("state", ["missed", "failed", "withdrawn", "uncertain"])
def test_an_end_of_which_the_ledger_says_nothing_is_found(state: str) -> None:
    states = {**GOOD.states, (WARNING, RESIDENTS): state}
    assert f"ends: {WARNING} in {RESIDENTS}: is {state}, and the ledger does not say so" in lines(states=states)


@pytest.mark.parametrize("state", ["sent", "merged"])
def test_what_is_called_sent_and_never_arrived_is_lost(state: str) -> None:
    found = lines(
        states={**GOOD.states, (WARNING, RESIDENTS): state},
        accepted=(GOOD.accepted[0], GOOD.accepted[2]),
        ledger=(*without("sent"), noted(state, WARNING, RESIDENTS, 3)),
    )
    assert found == [f"lost: {WARNING} in {RESIDENTS}: is called {state}, and the platform never had it"]


def test_a_repetition_without_a_doubt_is_found() -> None:
    found = lines(ledger=without("uncertain", occurrence=ALERT))
    assert found == [
        f"repeated: {ALERT} in {ROOM}: was accepted 2 times by 09:01:30, with 0 doubts named till then",
        f"unnamed: {ALERT} in {ROOM}: was accepted 2 times, and the ledger knows of 1",
    ]


def test_a_doubt_that_is_named_only_after_the_repetition_excuses_nothing() -> None:
    late = noted("uncertain", ALERT, ROOM, 95)
    found = lines(ledger=(*without("uncertain", occurrence=ALERT), late))
    assert found == [f"repeated: {ALERT} in {ROOM}: was accepted 2 times by 09:01:30, with 0 doubts named till then"]


def test_one_doubt_excuses_one_repetition() -> None:
    found = lines(accepted=(*GOOD.accepted, accepted(ALERT, ROOM, 99, 3)))
    assert f"repeated: {ALERT} in {ROOM}: was accepted 3 times by 09:01:39, with 1 doubts named till then" in found


def test_a_repetition_that_is_recorded_as_sent_twice_is_found_all_the_same() -> None:
    found = lines(
        accepted=(*GOOD.accepted, accepted(WARNING, RESIDENTS, 4, 2)),
        ledger=also(noted("sent", WARNING, RESIDENTS, 4.1, message_id="2")),
    )
    assert (
        f"repeated: {WARNING} in {RESIDENTS}: was accepted 2 times by 09:00:04, with 0 doubts named till then" in found
    )


def test_what_is_held_in_doubt_is_never_repeated_though_the_doubt_is_named() -> None:
    given = {
        "accepted": (*GOOD.accepted, accepted(WARNING, RESIDENTS, 40, 2)),
        "ledger": also(noted("uncertain", WARNING, RESIDENTS, 30)),
    }
    assert lines(**given) == [f"repeated: {WARNING} in {RESIDENTS}: is to be held in doubt, and was accepted 2 times"]
    said = {**given, "ledger": (*given["ledger"], noted("settled", WARNING, RESIDENTS, 35, by="telegram:1001"))}
    assert lines(**said) == []


@pytest.mark.parametrize("state", ["missed", "failed"])
def test_what_arrived_and_is_called_something_else_is_found(state: str) -> None:
    found = lines(
        states={**GOOD.states, (WARNING, RESIDENTS): state},
        ledger=(*without("sent"), noted(state, WARNING, RESIDENTS, 3)),
    )
    assert found == [f"unnamed: {WARNING} in {RESIDENTS}: was accepted 1 times, and the ledger knows of 0"]


def test_an_entry_that_names_another_message_is_found() -> None:
    found = lines(ledger=(*without("sent"), noted("sent", WARNING, RESIDENTS, 3, message_id="7")))
    assert found == [f"unnamed: {WARNING} in {RESIDENTS}: is on record as message 7, which is not it"]


def test_what_an_admin_settled_as_arrived_is_in_order() -> None:
    doubt, word = noted("uncertain", WARNING, RESIDENTS, 3), noted("settled", WARNING, RESIDENTS, 60)
    assert lines(ledger=(*without("sent"), doubt, word)) == []


def answer(kind: str = "received", **but: Any) -> Noted:
    given = {"office": "police", "by": "telegram:2001"}
    return noted(kind, ALERT, ROOM, 110, **given | but)


def test_an_answer_that_nobody_gave_is_found() -> None:
    found = lines(ledger=also(answer("done")))
    assert found == [f"unpressed: {ALERT} in {ROOM}: done stands there by telegram:2001, who did not press it"]


def test_an_answer_that_counts_twice_for_one_press_is_found() -> None:
    assert len(lines(ledger=also(answer()))) == 1


def test_a_press_for_another_occurrence_is_no_answer_to_this_one() -> None:
    presses = (Pressed("telegram:2001", WARNING, "received"),)
    assert lines(presses=presses)[0].startswith(f"unpressed: {ALERT}")


def test_an_answer_that_was_given_and_is_not_on_record_is_found() -> None:
    found = lines(presses=(*GOOD.presses, Pressed("telegram:2001", ALERT, "done")))
    assert found == [f"unheard: {ALERT} in ?: telegram:2001 said done, and it is not on record"]


def test_an_answer_by_someone_who_may_not_is_found() -> None:
    found = lines(ledger=also(answer("done", by="telegram:11")))
    assert found == [f"unpressed: {ALERT} in {ROOM}: done by telegram:11 counts for police, who may not"]


def test_an_answer_for_an_office_that_was_not_asked_is_found() -> None:
    presses = (*GOOD.presses, Pressed("telegram:2001", ALERT, "done"))
    may = {**GOOD.may, "village": frozenset({"telegram:2001"})}
    found = lines(ledger=also(answer("done", office="village")), presses=presses, may=may)
    assert found == [f"unpressed: {ALERT} in {ROOM}: done counts for village, which was not asked"]


def test_a_broadcast_in_quiet_hours_is_found_and_an_alert_is_not() -> None:
    night = 13 * 3_600
    found = lines(
        accepted=(
            accepted(ALERT, ROOM, night, text="【补发】小心火烛"),
            accepted(WARNING, RESIDENTS, night, text="【补发】小心火烛"),
        ),
        ledger=(noted("sent", ALERT, ROOM, night), noted("sent", WARNING, RESIDENTS, night)),
        presses=(),
    )
    assert found == [f"quiet: {WARNING} in {RESIDENTS}: was accepted at 22:00:00"]


def test_what_left_just_before_the_quiet_hours_may_arrive_in_them() -> None:
    found = lines(
        plan=(planned(ALERT, ROOM), replace(GOOD.plan[1], due=at(12 * 3_600 - 2))),
        accepted=(GOOD.accepted[0], GOOD.accepted[2], accepted(WARNING, RESIDENTS, 12 * 3_600 + 1)),
    )
    assert found == []


def test_what_nobody_planned_is_found() -> None:
    other = accepted("winter/other/date", RESIDENTS, 5, 8)
    elsewhere = accepted(WARNING, ROOM, 6, 9)
    nameless = replace(other, occurrences=(), text="今天天气不错")
    ledger = also(noted("sent", other.occurrences[0], RESIDENTS, 5), noted("sent", WARNING, ROOM, 6))
    assert lines(accepted=(*GOOD.accepted, other, elsewhere, nameless), ledger=ledger) == [
        f"unplanned: winter/other/date in {RESIDENTS}: is not in the plan",
        f"unplanned: ? in {RESIDENTS}: nobody planned “今天天气不错”",
        f"unplanned: {WARNING} in {ROOM}: is not in the plan",
    ]


def test_what_comes_before_its_time_is_found() -> None:
    early = accepted(WARNING, RESIDENTS, -2)
    found = lines(accepted=(GOOD.accepted[0], GOOD.accepted[2], early))
    assert found == [f"unplanned: {WARNING} in {RESIDENTS}: was accepted at 08:59:58, before it was due"]


def test_other_words_than_were_shown_are_found() -> None:
    found = lines(accepted=(GOOD.accepted[0], GOOD.accepted[2], accepted(WARNING, RESIDENTS, 2, text="平安无事")))
    assert found == [f"unplanned: {WARNING} in {RESIDENTS}: reads “平安无事”, and was shown as “小心火烛”"]


def test_what_is_late_says_so_and_what_is_not_does_not() -> None:
    late = replace(accepted(WARNING, RESIDENTS, 600), text="【补发】原定 09:00 发出\n\n小心火烛")
    assert lines(accepted=(GOOD.accepted[0], GOOD.accepted[2], late)) == []
    silent = replace(late, text="小心火烛")
    assert lines(accepted=(GOOD.accepted[0], GOOD.accepted[2], silent)) == [
        f"unplanned: {WARNING} in {RESIDENTS}: went out 0:10:00 late, and does not say so"
    ]
    crying = replace(late, at=at(30))
    assert lines(accepted=(GOOD.accepted[0], GOOD.accepted[2], crying)) == [
        f"unplanned: {WARNING} in {RESIDENTS}: says that it is late, and is not"
    ]


def test_one_message_may_stand_for_several_that_are_late() -> None:
    both = Accepted(at(900), ROOM, "5", "【补发】以下 2 条\n\n1 小心火烛\n\n2 小心火烛", (ALERT, WARNING))
    evidence = replace(
        GOOD,
        plan=(planned(ALERT, ROOM), planned(WARNING, ROOM)),
        accepted=(both,),
        ledger=(noted("sent", ALERT, ROOM, 901, message_id="5"), noted("merged", WARNING, ROOM, 901, message_id="5")),
        states={(ALERT, ROOM): "sent", (WARNING, ROOM): "merged"},
        presses=(),
    )
    assert check(evidence) == ()


def test_a_long_list_says_how_long_it_is() -> None:
    found = check(replace(GOOD, states={}, ledger=()))
    assert told(found, 1).splitlines() == [f"{len(found)} promises broken", str(found[0])]


def test_a_press_that_may_have_been_lost_on_its_way_need_not_be_on_record_and_may_be() -> None:
    lost = Pressed("telegram:2001", ALERT, "done", sure=False)
    assert lines(presses=(*GOOD.presses, lost)) == []
    heard = noted("done", ALERT, ROOM, 102, office="police", by="telegram:2001")
    assert lines(presses=(*GOOD.presses, lost), ledger=also(heard)) == []


def test_an_ask_that_nobody_can_answer_where_it_stands_is_found() -> None:
    def at_first(**but: Any) -> list[str]:
        first, *others = GOOD.accepted
        ledger = tuple(each for each in GOOD.ledger if each.by is None)
        return lines(plan=ASKED, accepted=(replace(first, **but), *others), ledger=ledger, presses=())

    assert at_first() == at_first(ways=("Ab12:r",)) == []
    assert at_first(ways=()) == [f"mute: {ALERT} in {ROOM}: bears nothing to answer by, at 09:00:01"]


def test_one_that_calls_by_name_who_may_not_answer_it_is_found() -> None:
    calling = [replace(each, mentions=frozenset({"telegram:2001", "wecom:wang"})) for each in GOOD.accepted[:1]]
    others = GOOD.accepted[1:]
    assert lines(plan=ASKED, accepted=(*calling, *others)) == [
        f"nagged: {ALERT} in {ROOM}: calls wecom:wang, who may not answer it"
    ]
