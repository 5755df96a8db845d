"""The ladder of an owed answer (interface.md, "Answers"): each timetable is what the offices of a town live through."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.escalation.ask import Ask
from bot.escalation.ladder import next_moment, steps
from bot.ledger.deliveries import Call, called
from bot.ledger.entries import Entry
from bot.ledger.standing import standings
from tests.escalation.climbing import an_answer, an_ask, climbed, sent, span, timetable
from tests.outbox.stage import at


def test_who_says_nothing_is_reminded_then_named_then_reported_and_then_left_alone() -> None:
    assert timetable(an_ask(within="2h", every="30m", then=["4h"])) == [
        "05 09:30 remind police+emergency",
        "05 10:00 remind police+emergency",
        "05 10:30 remind police+emergency",
        "05 11:00 overdue police+emergency",
        "05 11:00 late police+emergency",
        "05 11:30 remind police+emergency",
        "05 12:00 remind police+emergency",
        "05 12:30 remind police+emergency",
        "05 13:00 escalate police+emergency",
    ]


def test_reminders_are_numbered_and_each_step_of_then_by_its_place() -> None:
    found = [(step.kind, step.number) for step, _ in climbed(an_ask(within="2h", every="1h", then=["3h", "4h"]))]
    assert found == [("remind", 1), ("overdue", 1), ("late", 1), ("remind", 2), ("escalate", 0), ("escalate", 1)]


def test_without_a_rhythm_nobody_is_reminded_and_the_late_are_named_once() -> None:
    assert timetable(an_ask()) == ["05 11:00 overdue police+emergency", "05 11:00 late police+emergency"]


def test_without_a_last_step_reminding_stops_a_day_after_the_deadline() -> None:
    lines = timetable(an_ask(within="1d", every="1d"))
    assert lines == ["06 09:00 overdue police+emergency", "06 09:00 late police+emergency"]
    lines = timetable(an_ask(within="2h", every="10h"))
    assert lines[-1] == "06 07:00 remind police+emergency"


def test_who_has_given_what_is_owed_is_left_alone() -> None:
    done = an_answer("done", at("09:10"))
    assert timetable(an_ask(every="30m", then=["4h"]), done, until=at("10:00")) == [
        "05 09:30 remind emergency",
        "05 10:00 remind emergency",
    ]


def test_received_is_enough_where_no_more_is_owed() -> None:
    ask = an_ask(expects="received", every="30m", then=["4h"], offices={"police": "派出所"})
    assert timetable(ask, an_answer("received", at("09:10"))) == []


def test_received_silences_reminders_until_the_deadline_and_not_after_it() -> None:
    ask = an_ask(every="30m", then=["3h", "4h"], offices={"police": "派出所"})
    assert timetable(ask, an_answer("received", at("09:10"))) == [
        "05 11:00 overdue police",
        "05 11:00 late police",
        "05 11:30 remind police",
        "05 12:00 remind police",
        "05 12:00 escalate police",
        "05 12:30 remind police",
        "05 13:00 escalate police",
    ]


def test_a_step_up_that_comes_before_the_deadline_names_who_has_not_even_said_received() -> None:
    ask = an_ask(within="4h", then=["1h"])
    assert timetable(ask, an_answer("received", at("09:10")), until=at("12:00")) == ["05 10:00 escalate emergency"]


def test_who_asks_for_help_is_neither_reminded_nor_late() -> None:
    ask = an_ask(every="30m", then=["4h"], offices={"police": "派出所"})
    assert timetable(ask, an_answer("help", at("09:40"))) == ["05 09:30 remind police"]


def test_a_correction_back_to_open_owes_again_and_is_not_answered_with_a_reminder_at_once() -> None:
    ask = an_ask(every="30m", offices={"police": "派出所"})
    undone = an_answer("corrected", at("10:10"), to="open")
    assert timetable(ask, an_answer("done", at("09:10")), undone, until=at("11:00")) == [
        "05 10:40 remind police",
        "05 11:00 overdue police",
        "05 11:00 late police",
    ]


def test_reminders_namings_and_reports_wait_for_the_end_of_quiet_hours_while_the_deadline_stands() -> None:
    lines = timetable(an_ask(at("21:00"), within="1h", every="30m", then=["2h"]))
    assert lines == [
        "05 22:00 overdue police+emergency",
        "06 07:00 late police+emergency",
        "06 07:00 escalate police+emergency",
    ]


def test_an_urgent_ask_waits_for_no_morning() -> None:
    lines = timetable(an_ask(at("21:00"), within="1h", every="30m", then=["2h"], urgent=True))
    assert lines == [
        "05 21:30 remind police+emergency",
        "05 22:00 overdue police+emergency",
        "05 22:00 late police+emergency",
        "05 22:30 remind police+emergency",
        "05 23:00 escalate police+emergency",
    ]


def test_what_waited_for_the_morning_is_not_followed_at_its_heels() -> None:
    lines = timetable(an_ask(at("20:50"), within="1d", every="1h"), until=at("09:30", 6))
    assert lines == [
        "06 07:00 remind police+emergency",
        "06 08:00 remind police+emergency",
        "06 09:00 remind police+emergency",
    ]


def test_reminding_stops_when_the_same_reminder_falls_due_again() -> None:
    ask = an_ask(within="4h", every="1h", ends=at("11:00"))
    assert timetable(ask) == [
        "05 10:00 remind police+emergency",
        "05 13:00 overdue police+emergency",
        "05 13:00 late police+emergency",
    ]


def test_once_the_campaign_is_over_nobody_is_named_or_reported_any_more() -> None:
    ask = an_ask(within="4h", every="1h", then=["6h"], ends=at("11:00"), campaign_ends=at("11:00"))
    assert timetable(ask) == ["05 10:00 remind police+emergency", "05 13:00 overdue police+emergency"]


def test_time_counts_from_the_moment_at_which_a_late_message_really_went_out() -> None:
    ask = an_ask(every="1h")
    late = replace(ask, deliveries=(sent(ask.issued, at("12:00")),))
    assert timetable(late)[:3] == [
        "05 13:00 remind police+emergency",
        "05 14:00 overdue police+emergency",
        "05 14:00 late police+emergency",
    ]


def test_an_office_that_no_message_reached_owes_nothing() -> None:
    ask = an_ask(every="1h")
    assert timetable(replace(ask, deliveries=(sent(ask.issued, at("09:00"), state="failed"),))) == []


def test_one_that_is_sent_again_since_nobody_knows_whether_it_arrived_asks_nobody_yet() -> None:
    ask = an_ask(every="1h")
    doubted = sent(ask.issued, at("09:00"), state="retrying", doubts=1)
    assert timetable(replace(ask, deliveries=(doubted,))) == []
    again = sent(ask.issued, at("12:00"), doubts=1)
    assert timetable(replace(ask, deliveries=(again,)))[0] == "05 13:00 remind police+emergency"


def test_after_an_outage_that_lasted_till_reminding_stops_the_late_are_named_and_nobody_is_reminded() -> None:
    ask = an_ask(within="4h", every="30m", then=["3h"])
    assert {step.kind for step in steps(ask, at("11:59"))} == {"remind"}
    assert {step.kind for step in steps(ask, at("13:05"))} == {"overdue", "late", "escalate"}


def test_after_an_outage_there_is_one_reminder_and_the_next_a_whole_span_later() -> None:
    ask = an_ask(within="1d", every="30m")
    (step,) = steps(ask, at("15:10"))
    assert (step.kind, step.offices) == ("remind", ("police", "emergency"))


def test_one_that_went_out_late_by_itself_is_not_followed_at_its_heels() -> None:
    ask = an_ask(within="1d", every="30m")
    call = Call(kind="remind", of=ask.issued.occurrence, offices=("police", "emergency"))
    (late,) = called(call, 1, ("duty-room",), at("09:30"))
    late = late.model_copy(update={"state": "sent", "sent_at": at("09:55")})
    assert next_moment(replace(ask, calls=(late,)), at("09:55")) == at("10:10")


def test_who_is_asked_once_more_has_the_whole_span_before_the_next_reminder() -> None:
    ask = an_ask(within="1d", every="30m")
    again = replace(ask, deliveries=(sent(ask.issued, at("12:00")),))
    call = Call(kind="remind", of=ask.issued.occurrence, offices=("police", "emergency"))
    before = called(call, 1, ("duty-room",), at("09:30"))
    assert next_moment(replace(again, calls=before), at("12:00")) == at("12:30")


def test_only_those_are_looked_at_who_are_asked_for() -> None:
    ask = an_ask(every="30m")
    (step,) = steps(ask, at("09:30"), ["emergency"])
    assert step.offices == ("emergency",)


answers = st.lists(
    st.tuples(
        st.sampled_from(["received", "done", "help", "corrected"]),
        st.sampled_from(["police", "emergency"]),
        st.integers(0, 60 * 30),
    ),
    max_size=6,
)


@given(
    answers,
    st.sampled_from(["1h", "5h", "20h"]),
    st.sampled_from([None, "20m", "3h"]),
    st.sampled_from([(), ("2h",), ("6h", "24h")]),
    st.integers(0, 23),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_nobody_is_asked_who_does_not_owe_nobody_is_named_early_and_nothing_twice(
    said: list[tuple[str, str, int]], within: str, every: str | None, then: tuple[str, ...], hour: int
) -> None:
    due = at(f"{hour:02}:00")
    ask = an_ask(due, within=within, every=every, then=then)
    given_ = [
        an_answer(kind, due + timedelta(minutes=minute), office, **({"to": "open"} if kind == "corrected" else {}))
        for kind, office, minute in said
    ]
    deadline = due + span(within)
    once: set[tuple[str, int, str]] = set()
    before: dict[str, datetime] = {}
    for step, as_it_stood in climbed(ask, *given_):
        _nobody_in_vain(step.offices, as_it_stood, overdue=step.at >= deadline)
        if step.kind != "overdue":
            assert not as_it_stood.quiet.at(step.at.astimezone(as_it_stood.zone).time())
        if step.kind in {"overdue", "late"}:
            assert step.at >= deadline
        for office in step.offices:
            if step.kind in {"remind", "late"}:
                if every and office in before:
                    assert step.at - before[office] >= min(span(every), deadline - before[office])
                before[office] = step.at
            if step.kind != "remind":
                assert (step.kind, step.number, office) not in once
                once.add((step.kind, step.number, office))


def _nobody_in_vain(offices: tuple[str, ...], ask: Ask, *, overdue: bool) -> None:
    found = {each.office: each for each in standings(ask.issued.offices, ask.entries)}
    for office in offices:
        assert found[office].state == "open" or (found[office].state == "received" and overdue)


@given(st.integers(0, 60 * 48), answers)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_between_two_moments_that_are_foretold_nothing_falls_due(minute: int, said: list[tuple[str, str, int]]) -> None:
    ask = an_ask(within="5h", every="50m", then=("7h", "30h"))
    entries: list[Entry] = [
        an_answer(kind, at("09:00"), office, **({"to": "open"} if kind == "corrected" else {}))
        for kind, office, _ in said
    ]
    ask = replace(ask, entries=tuple(entries))
    now = at("09:00") + timedelta(minutes=minute)
    foretold = next_moment(ask, now)
    known = steps(ask, now)
    just_before = (foretold or now + timedelta(days=9)) - timedelta(seconds=1)
    assert [each.kind for each in steps(ask, just_before)] == [each.kind for each in known]
