"""The owed answers as pages see them: who has answered each ask, and who owes (`bot.app.live.asks`)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.app.view.asks import OfficeAnswer, ShownAsk, ShownAsks
from bot.ledger.deliveries import Issued
from bot.ledger.entries import Entry
from bot.outbox.issue import deliveries_of
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, at, on
from tests.builders import a_duty_alert, a_reminder
from tests.fakes import refused
from tests.outbox.stage import a_broadcast, an_ask

EIGHT, NINE, TEN = at("08:00:00"), at("09:00:00"), at("10:00:00")
TWO = {"police": "派出所", "enforcement": "综合执法大队"}
APART: Mapping[str, Any] = {
    "offices": TWO,
    "chats": {"duty-room": ("police",), "longmen-office": ("enforcement",)},
}
"""派出所 is asked in the duty room, 综合执法大队 in a chat of its own."""


async def told(stage: Stage, issued: Issued, *, late: datetime | None = None, **states: str) -> None:
    """An ask went out to its chats at its time; `chat=state` says what became of another, `late` when it really did."""
    owing = issued.owing
    deadline = owing and (late + owing.within if late else owing.deadline)
    given = {"state": "sent", "sent_at": late or issued.due, "deadline": deadline, "text": "请落实"}
    deliveries = [each.model_copy(update=given) for each in deliveries_of(issued)]
    for chat, state in states.items():
        deliveries = [
            each.model_copy(update={"state": state, "sent_at": None, "deadline": None})
            if each.chat == chat.replace("_", "-")
            else each
            for each in deliveries
        ]
    await stage.store.commit(Change(issued=(issued,), deliveries=tuple(deliveries)))


async def answers(stage: Stage, issued: Issued, kind: str, office: str = "police", moment: datetime = EIGHT) -> None:
    """An office answers an ask."""
    given = {"at": moment, "kind": kind, "occurrence": issued.occurrence, "office": office, "by": "telegram:2001"}
    await stage.store.commit(Change(entries=(Entry.model_validate(given),)))


async def the_open(stage: Stage) -> list[ShownAsk]:
    return list((await stage.live.asks()).open)


async def the_answered(stage: Stage) -> list[ShownAsk]:
    return list((await stage.live.asks()).answered)


async def test_an_ask_is_open_until_all_have_answered_and_tells_who_owes(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": ["enforcement", "police"]}))
    await stage.run()
    assert await the_open(stage) == []
    await stage.pass_to(at("08:02:00"))
    (ask,) = await the_open(stage)
    assert (ask.subject, ask.expects, ask.due, ask.deadline) == ("请落实 值守", "done", at("08:02:00"), at("10:02:00"))
    assert ask.due.tzinfo == stage.live.town.zone
    assert ask.owing == 2
    await stage.pass_to(at("08:05:00"))
    data = (await stage.live.chat("duty-room")).messages[0].buttons[0][1].data  # type: ignore[union-attr]
    stage.hears("press", data=data, message_id="1", address=DUTY_ROOM)
    await stage.clock.settle()
    (ask,) = await the_open(stage)
    assert ask.offices == (
        OfficeAnswer("police", "派出所", "done", at("08:05:00"), owes=False, late=False),
        OfficeAnswer("enforcement", "综合执法大队", "open", None, owes=True, late=False),
    )
    stage.hears("press", data=data, message_id="1", address=DUTY_ROOM, person="telegram:2002")
    await stage.clock.settle()
    assert await the_open(stage) == []
    (ask,) = await the_answered(stage)
    assert ask.owing == 0


async def test_a_broadcast_is_no_ask(stage: Stage) -> None:
    await stage.run()
    await told(stage, a_broadcast(due=EIGHT))
    assert await stage.live.asks() == ShownAsks((), (), 0)


async def test_what_was_on_record_before_the_start_is_there(stage: Stage) -> None:
    await told(stage, an_ask("before", due=EIGHT))
    await stage.run()
    assert [each.occurrence for each in await the_open(stage)] == ["winter/before/date/2036-02-05@08:00"]


async def test_an_office_that_no_message_reached_owes_nothing_and_has_not_answered_either(stage: Stage) -> None:
    """Silence of who was never asked must not read as “all have answered”."""
    await stage.run()
    ask = an_ask(due=EIGHT, **APART)
    await told(stage, ask, longmen_office="failed")
    (shown,) = await the_open(stage)
    assert [each.office for each in shown.offices] == ["police"]
    await answers(stage, ask, "done")
    (shown,) = await the_open(stage)
    assert (shown.owing, len(shown.unreached)) == (0, 1)
    assert (await stage.live.asks()).answered == ()


async def test_but_its_answer_is_shown_wherever_it_came_from(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT, **APART)
    await told(stage, ask, longmen_office="failed")
    await answers(stage, ask, "help", "enforcement")
    (shown,) = await the_open(stage)
    assert [(each.office, each.state) for each in shown.offices] == [("police", "open"), ("enforcement", "help")]


async def test_an_ask_that_reached_nobody_yet_is_not_shown_and_then_is(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask, duty_room="retrying")
    assert await the_open(stage) == []
    (waiting,) = await stage.store.deliveries(occurrence=ask.occurrence)
    sent = waiting.model_copy(update={"state": "sent", "sent_at": EIGHT})
    await stage.store.commit(Change(deliveries=(sent,)))
    assert len(await the_open(stage)) == 1


@pytest.mark.parametrize("state", ["intended", "uncertain"])
async def test_who_may_have_read_it_owes(stage: Stage, state: str) -> None:
    await stage.run()
    await told(stage, an_ask(due=EIGHT), duty_room=state)
    (shown,) = await the_open(stage)
    assert shown.owing == 1


async def test_one_that_was_withdrawn_is_not_shown(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask)
    await stage.store.commit(Change(issued=(ask.model_copy(update={"withdrawn": True}),)))
    assert await stage.live.asks() == ShownAsks((), (), 0)


async def test_who_asks_for_help_still_owes_and_may_come_back_from_done(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask)
    await answers(stage, ask, "done")
    assert len(await the_answered(stage)) == 1
    await answers(stage, ask, "help")
    (shown,) = await the_open(stage)
    assert (shown.offices[0].state, shown.owing) == ("help", 1)
    assert await the_answered(stage) == []


async def test_received_is_enough_where_that_is_what_is_owed(stage: Stage) -> None:
    await stage.run()
    for expects, owing in (("received", 0), ("done", 1)):
        ask = an_ask(expects, due=EIGHT)
        assert ask.owing
        ask = ask.model_copy(update={"owing": ask.owing.model_copy(update={"expects": expects})})
        await told(stage, ask)
        await answers(stage, ask, "received")
        found = await stage.live.asks()
        shown = next(each for each in (*found.open, *found.answered) if each.occurrence == ask.occurrence)
        assert (shown.owing, shown.expects) == (owing, expects)


@pytest.mark.parametrize(
    ("answer", "moment", "late"),
    [
        (None, EIGHT, True),
        ("received", NINE, True),
        ("done", TEN, False),
        ("done", at("10:00:01"), True),
        ("help", NINE, False),
        ("help", at("10:00:01"), True),
    ],
)
async def test_an_answer_is_late_that_came_after_the_deadline_or_has_not_come(
    stage: Stage, answer: str | None, moment: datetime, late: bool
) -> None:
    """需协助 stops lateness; 收到 silences only until the deadline where 已落实 is owed."""
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask)
    if answer:
        await answers(stage, ask, answer, moment=moment)
    stage.clock.jump(at("11:00:00"))
    found = await stage.live.asks()
    assert [each.offices[0].late for each in (*found.open, *found.answered)] == [late]


async def test_what_was_solved_after_help_was_asked_for_in_time_is_not_late(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask)
    await answers(stage, ask, "help", moment=NINE)
    await answers(stage, ask, "done", moment=at("10:30:00"))
    stage.clock.jump(at("11:00:00"))
    (answered,) = (await stage.live.asks()).answered
    assert (answered.offices[0].state, answered.offices[0].late) == ("done", False)


async def test_time_alone_makes_it_late(stage: Stage) -> None:
    await stage.run()
    await told(stage, an_ask(due=EIGHT))
    stage.clock.jump(TEN)
    assert not (await the_open(stage))[0].offices[0].late
    stage.clock.jump(at("10:00:01"))
    assert (await the_open(stage))[0].offices[0].late


async def test_a_chat_that_was_told_late_has_its_own_deadline(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT, **APART)
    await told(stage, ask)
    again = (await stage.store.delivery(f"{ask.occurrence}@longmen-office")).model_copy(  # type: ignore[union-attr]
        update={"sent_at": at("11:00:00"), "deadline": at("13:00:00")}
    )
    await stage.store.commit(Change(deliveries=(again,)))
    stage.clock.jump(at("12:00:00"))
    (shown,) = await the_open(stage)
    assert [(each.office, each.late) for each in shown.offices] == [("police", True), ("enforcement", False)]
    assert shown.deadline == at("10:00:00")
    await answers(stage, ask, "done")
    (shown,) = await the_open(stage)
    assert shown.deadline == at("13:00:00")


async def test_the_nearest_deadline_comes_first_and_what_is_furthest_is_only_counted(stage: Stage) -> None:
    """What nobody answered a year ago must not hide what is owed this morning."""
    await stage.run()
    for number in range(32):
        await told(stage, an_ask(f"r{number:02}", due=at("08:00:00") - timedelta(days=number)))
    await told(stage, an_ask("soon", due=at("06:30:00")))
    stage.clock.jump(at("08:00:00"))
    found = await stage.live.asks()
    names = [each.occurrence.split("/")[1] for each in found.open]
    assert names[:3] == ["soon", "r00", "r01"]
    assert (len(names), names[-1], found.more) == (30, "r28", 3)


async def test_of_the_answered_the_last_ten_are_shown_newest_first(stage: Stage) -> None:
    await stage.run()
    asks = [an_ask(f"r{number:02}", due=EIGHT) for number in range(12)]
    for number, ask in enumerate(asks):
        await told(stage, ask)
        await answers(stage, ask, "done", moment=EIGHT + timedelta(minutes=number))
    found = await stage.live.asks()
    assert [each.occurrence.split("/")[1] for each in found.answered] == [f"r{n:02}" for n in range(11, 1, -1)]
    assert (found.open, found.more) == ((), 0)


async def test_an_answer_that_comes_while_the_asks_are_being_read_is_not_lost(stage: Stage) -> None:
    await stage.run()
    asks = [an_ask(f"r{number:02}", due=EIGHT) for number in range(50)]
    for ask in asks:
        await told(stage, ask)
    reading = asyncio.create_task(stage.live.asks())
    while not reading.done():
        for ask in asks:
            await answers(stage, ask, "done")
            await asyncio.wait({reading}, timeout=0)
    assert (await stage.live.asks()).more == 0
    assert await the_open(stage) == []


async def test_what_failed_altogether_asks_nobody(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02")), a_reminder(on=on("08:01")))
    stage.telegram.order(DUTY_ROOM, refused())
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    assert stage.telegram.texts(RESIDENTS) != []
    assert await the_open(stage) == []
