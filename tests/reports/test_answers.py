"""Per occurrence and office: what was owed, by when, what was answered (interface.md, `gengfu report`)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ledger.deliveries import Delivery, Owing
from bot.ledger.entries import Kind
from bot.ledger.standing import standings
from bot.reports.answers import OwedAnswer
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.reports.shelf import DUE, TWO_OFFICES, a_shelf, an_ask, put, said, the_record

HOUR = timedelta(hours=1)
RECEIVED = Owing(expects="received", within=2 * HOUR, deadline=DUE + 2 * HOUR)


async def of_police(*entries, now=DUE + HOUR, **but) -> OwedAnswer:  # type: ignore[no-untyped-def]
    """What the record says of 派出所 after these entries, in the order of the ledger."""
    found = await the_record(an_ask("w/a", **but), entries=entries, now=now)
    return next(each for each in found.answers if each.office == "police")


async def test_each_office_has_an_answer_whether_it_gave_one_or_not() -> None:
    found = await the_record(an_ask("w/a"), entries=(said("received", "w/a"), said("done", "w/a", 5, name="李")))
    first, second = found.answers
    assert (first.office, first.state, first.by, first.name) == ("police", "done", "telegram:2001", "李")
    assert first.answered_at == first.given_at == DUE + timedelta(minutes=5)
    assert first.asked_at == DUE
    assert first.took == timedelta(minutes=5)
    assert (second.office, second.state, second.by, second.took) == ("enforcement", "open", None, None)
    assert {each.deadline for each in found.answers} == {DUE + 2 * HOUR}


async def test_no_answer_takes_less_than_no_time() -> None:
    store = await a_shelf(an_ask("w/a"), entries=(said("done", "w/a", 5),))
    (sent,) = await store.deliveries()
    again = sent.model_copy(update={"sent_at": DUE + timedelta(minutes=9), "doubts": 1})
    await store.commit(Change(deliveries=(again,)))
    first = (await put(store)).answers[0]
    assert (first.outcome, first.took) == ("in_time", None)


async def test_a_broadcast_owes_nothing() -> None:
    assert (await the_record(an_ask("w/a", owing=None))).answers == ()


async def test_what_its_ask_was_stands_with_it() -> None:
    ask = an_ask("w/alert/date/0@09:00", phase="carry-out", duties={"fireworks": "九.4 烟花爆竹"}, version="7")
    (first, _) = (await the_record(ask)).answers
    assert (first.campaign, first.reminder, first.phase, first.version) == ("w", "alert", "carry-out", "7")
    assert first.duties == {"fireworks": "九.4 烟花爆竹"}
    assert first.subject == "小心火烛 w-alert-date-0@09:00"


async def test_a_reminder_in_two_chats_is_one() -> None:
    first = [said("reminded", "w/a", 30, chat=chat, call="remind", number=1) for chat in ("duty-room", "squad")]
    again = said("reminded", "w/a", 60, call="remind", number=2)
    named = said("reminded", "w/a", 120, call="late", number=1)
    assert (await of_police(*first, again, named)).reminders == 3


async def test_reminders_without_a_number_are_each_one() -> None:
    assert (await of_police(said("reminded", "w/a", 30), said("reminded", "w/a", 60))).reminders == 2


async def test_who_was_named_to_the_next_one_up_is_told_from_who_was_not() -> None:
    found = await the_record(an_ask("w/a"), entries=(said("escalated", "w/a", 240, "enforcement"),))
    assert [each.escalated for each in found.answers] == [False, True]


async def test_what_is_owed_was_given_when_it_first_was() -> None:
    found = await of_police(said("received", "w/a", 5), said("done", "w/a", 300), owing=RECEIVED)
    assert (found.state, found.took, found.outcome) == ("done", timedelta(minutes=5), "in_time")


async def test_who_said_received_still_owes_done() -> None:
    found = await of_police(said("received", "w/a", 5), now=DUE + 3 * HOUR)
    assert (found.state, found.outcome, found.late, found.took) == ("received", "overdue", HOUR, None)


@pytest.mark.parametrize(("minutes", "outcome", "late"), [(120, "in_time", None), (121, "late", timedelta(minutes=1))])
async def test_an_answer_after_the_deadline_is_late(minutes: int, outcome: str, late: timedelta | None) -> None:
    found = await of_police(said("done", "w/a", minutes), now=DUE + 9 * HOUR)
    assert (found.outcome, found.late) == (outcome, late)


async def test_who_asked_for_help_in_time_is_not_late_when_it_is_solved() -> None:
    found = await of_police(said("help", "w/a", 10), now=DUE + 9 * HOUR)
    assert (found.outcome, found.late) == ("help", None)
    found = await of_police(said("help", "w/a", 10), said("done", "w/a", 400), now=DUE + 9 * HOUR)
    assert (found.outcome, found.late, found.took) == ("in_time", None, timedelta(minutes=400))


async def test_a_correction_takes_an_answer_back() -> None:
    back = said("corrected", "w/a", 20, to="open", reason="误按")
    found = await of_police(said("done", "w/a", 10), back)
    assert (found.state, found.given_at, found.by, found.outcome) == ("open", None, None, "open")
    assert (found.corrected, found.correction) == (True, "误按")
    found = await of_police(said("done", "w/a", 10), back, said("done", "w/a", 30))
    assert found.took == timedelta(minutes=30)


async def test_who_answered_in_an_office_s_place_says_why() -> None:
    found = await of_police(said("done", "w/a", 10, name="主任", **{"for": "电话报告"}))
    assert (found.name, found.on_behalf) == ("主任", "电话报告")


@given(st.permutations(["received", "done", "help", "corrected", "done"]))
@settings(max_examples=30, deadline=None)
async def test_it_stands_where_the_standing_says_in_whatever_order_the_answers_arrived(kinds: list[Kind]) -> None:
    said_at = {"received": 5, "done": 40, "help": 30, "corrected": 20}
    entries = [said(each, "w/a", said_at[each], to="open") for each in kinds]
    found = await of_police(*entries)
    (standing,) = standings(["police"], entries)
    assert (found.state, found.answered_at) == (standing.state, standing.answered_at)
    assert found.outcome == "in_time", "help was asked for in time, and then it was done"


async def test_evidence_is_named_in_the_order_in_which_it_came() -> None:
    found = await of_police(said("evidence", "w/a", 10, file="a.jpg"), said("evidence", "w/a", 11, file="b.pdf"))
    assert found.evidence == ("a.jpg", "b.pdf")


async def test_a_withdrawn_ask_keeps_the_answers_that_came_and_is_owed_no_more() -> None:
    found = await the_record(an_ask("w/a", withdrawn=True), entries=(said("help", "w/a"),), now=DUE + 9 * HOUR)
    assert [each.state for each in found.answers] == ["help", "withdrawn"]
    assert [each.late for each in found.answers] == [None, None]
    received = await of_police(said("received", "w/a"), withdrawn=True, now=DUE + 9 * HOUR)
    assert (received.state, received.outcome, received.late) == ("received", "withdrawn", None)


async def test_an_office_that_no_message_reached_was_not_asked() -> None:
    store = MemoryStore()
    ask = an_ask("w/a", chats={"duty-room": ("police",), "squad": ("enforcement",)})
    delivery = Delivery(occurrence="w/a", chat="duty-room", due=DUE)
    unread = (
        delivery.model_copy(update={"state": "missed"}),
        delivery.model_copy(update={"chat": "squad", "state": "retrying", "doubts": 1, "deadline": DUE}),
    )
    await store.commit(Change(issued=(ask,), deliveries=unread))
    found = await put(store)
    (answer,) = found.answers
    assert (answer.office, answer.deadline) == ("enforcement", DUE), "it may have read what is in doubt"
    assert found.occasions[0].unreached == ("police",)


async def test_who_was_not_reached_and_answered_all_the_same_is_on_record() -> None:
    store = MemoryStore()
    missed = Delivery(occurrence="w/a", chat="duty-room", due=DUE, state="missed")
    await store.commit(Change(issued=(an_ask("w/a"),), deliveries=(missed,), entries=(said("done", "w/a"),)))
    (answer,) = (await put(store)).answers
    assert (answer.office, answer.outcome, answer.asked_at, answer.took) == ("police", "in_time", None, None)
    assert TWO_OFFICES.keys() == {"police", "enforcement"}
