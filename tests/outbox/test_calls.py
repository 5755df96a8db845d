"""What follows an ask on its way: to whom it goes, what is put on record, how it keeps true and when it goes again."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels.buttons import read_wish
from bot.channels.protocol import Button
from bot.errors import SendError
from bot.ledger.deliveries import Call, Delivery, Issued, Owing, Question, StepUp, called, notice
from bot.ledger.entries import Entry, Kind, Numbered
from bot.outbox.decide import decide
from bot.outbox.issue import deliveries_of
from bot.store.protocol import Change
from tests.fakes import gone, not_sent, refused, uncertain
from tests.outbox.stage import GROUPS, NINE, QUIET, SHANGHAI, Stage, an_ask, at

DUTY_ROOM, VILLAGE = GROUPS["duty-room"], GROUPS["longmen-office"]
ELEVEN = NINE + timedelta(hours=2)
STEPS = (StepUp(after=timedelta(hours=4), tell=("fire-committee",)),)
TWO = {"police": "派出所", "enforcement": "综合执法大队"}
BOTH = ("police", "enforcement")


def the_ask(name: str = "alert", **but: Any) -> Issued:
    owing = Owing(expects="done", within=timedelta(hours=2), deadline=ELEVEN, then=STEPS)
    given = {"offices": TWO, "chats": {"duty-room": BOTH}, "owing": owing, "bodies": {"": f"检查 {name}"}, **but}
    return an_ask(name, **given)


async def has_gone_out(stage: Stage, *asks: Issued) -> None:
    """These stand in their chats since nine."""
    for ask in asks:
        sent = (
            each.model_copy(
                update={"state": "sent", "sent_at": NINE, "deadline": ask.owing and ask.owing.deadline, "text": "…"}
            )
            for each in deliveries_of(ask)
        )
        await stage.store.commit(Change(issued=(ask,), deliveries=tuple(sent)))


COMMITTEE = {"fire-committee": "镇消防安全委员会"}


def a_call(
    kind: Any, ask: Issued, due: datetime, *offices: str, number: int = 1, chat: str = "duty-room", **but: Any
) -> Delivery:
    call = Call(kind=kind, of=ask.occurrence, offices=offices or tuple(ask.offices), number=number, **but)
    (found,) = called(call, number, (chat,), due)
    return found


async def call(stage: Stage, *calls: Delivery) -> None:
    """The ladder plans these."""
    await stage.store.commit(Change(planned=calls))
    await stage.advance(5)


async def say(stage: Stage, ask: Issued, office: str, kind: Kind = "done", **detail: str) -> None:
    """Somebody of an office, by name, or who helps it."""
    by = "telegram:7"
    entry = Entry(at=stage.clock.now(), kind=kind, occurrence=ask.occurrence, office=office, by=by, detail=detail)
    await stage.store.commit(Change(entries=(entry,)))
    await stage.advance(10)


async def recorded(stage: Stage, ask: Issued, *kinds: str) -> list[Numbered]:
    return [each for each in await stage.entries(ask) if each.kind in kinds]


async def as_it_stands(stage: Stage, delivery: Delivery) -> Delivery:
    found = await stage.store.delivery(delivery.id)
    assert found is not None
    return found


def buttons(rows: tuple[tuple[Button, ...], ...]) -> list[list[str]]:
    return [[each.label for each in row] for row in rows]


# On its way.


async def test_a_reminder_asks_only_who_still_owes_when_it_leaves(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    reminder = a_call("remind", ask, NINE + timedelta(minutes=30))
    await stage.store.commit(Change(planned=(reminder,)))
    await say(stage, ask, "police")
    await stage.advance(1_800)
    (text,) = stage.telegram.texts(DUTY_ROOM)
    assert "综合执法大队" in text
    assert "派出所" not in text
    left = (await as_it_stands(stage, reminder)).call
    assert left is not None
    assert left.offices == ("enforcement",)
    assert buttons(stage.telegram.sent[0].message.buttons) == [["收到", "已落实", "需协助"]]


async def test_a_reminder_that_was_held_up_till_reminding_stopped_is_let_go_without_a_word(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.clock.leap(NINE + STEPS[-1].after)
    reminder = a_call("remind", ask, ELEVEN, until=NINE + STEPS[-1].after)
    named = a_call("late", ask, ELEVEN)
    await stage.store.commit(Change(planned=(reminder, named)))
    await stage.advance(10)
    assert (await as_it_stands(stage, reminder)).state == "withdrawn"
    assert (await as_it_stands(stage, named)).state == "sent", "who is late is named, however late that is"


async def test_a_reminder_that_somebody_sends_by_hand_goes_out_also_when_reminding_has_stopped(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.clock.leap(NINE + STEPS[-1].after)
    reminder = a_call("remind", ask, NINE + STEPS[-1].after)
    await call(stage, reminder)
    assert (await as_it_stands(stage, reminder)).state == "sent"


@pytest.mark.parametrize(("kind", "detail"), [("need", {"text": "要两名电工"}), ("closed", {}), ("done", {})])
async def test_what_is_needed_is_asked_of_nobody_who_has_said_it_or_needs_nothing_more(
    stage: Stage, kind: Kind, detail: dict[str, str]
) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "police", "help")
    question = Question(kind="need", of=ask.occurrence, office="police")
    (asking,) = notice("need/1", ["duty-room"], "需要什么协助？", stage.clock.now() + timedelta(minutes=1), question)
    await stage.store.commit(Change(planned=(asking,)))
    await say(stage, ask, "police", kind, **detail)
    await stage.advance(60)
    assert stage.telegram.texts(DUTY_ROOM) == []
    assert (await as_it_stands(stage, asking)).state == "withdrawn"


async def test_a_report_that_would_tell_an_office_of_itself_alone_is_let_go(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    told = {"police": "派出所"}
    here = a_call("escalate", ask, NINE + timedelta(hours=4), number=0, told=told)
    there = a_call("escalate", ask, NINE + timedelta(hours=4), number=0, told=COMMITTEE, chat="longmen-office")
    await stage.store.commit(Change(planned=(here, there)))
    await say(stage, ask, "enforcement")
    stage.clock.leap(NINE + timedelta(hours=4))
    await stage.advance(15)
    assert [(await as_it_stands(stage, each)).state for each in (here, there)] == ["withdrawn", "sent"]


async def test_what_was_asked_is_on_record_of_each_office(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await call(stage, a_call("remind", ask, NINE, number=2))
    found = await recorded(stage, ask, "reminded")
    assert [(each.office, each.chat, dict(each.detail or {})) for each in found] == [
        (office, "duty-room", {"call": "remind", "number": 2, "message_id": "1"}) for office in BOTH
    ]


@pytest.mark.parametrize("kind", ["remind", "late", "escalate"])
async def test_where_nobody_owes_any_more_it_goes_without_a_word(stage: Stage, kind: str) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "police")
    await say(stage, ask, "enforcement", "help")
    one = a_call(kind, ask, NINE, number=0)
    await call(stage, one)
    assert (await as_it_stands(stage, one)).state == "withdrawn"
    assert stage.telegram.requests == []
    assert await recorded(stage, ask, "withdrawn", "reminded", "escalated") == []
    assert stage.told == []


async def test_received_silences_a_reminder_until_the_deadline_and_not_the_naming(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "police", "received")
    await call(stage, a_call("remind", ask, NINE))
    assert "派出所" not in stage.telegram.texts(DUTY_ROOM)[-1]
    await stage.advance((ELEVEN - stage.clock.now()).total_seconds())
    await call(stage, a_call("late", ask, ELEVEN))
    assert "☑️ 派出所 收到（09:00）" in stage.telegram.texts(DUTY_ROOM)[-1]


async def test_who_answers_in_the_last_instant_is_not_asked(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    entry = Entry(at=NINE, kind="done", occurrence=ask.occurrence, office="police", by="telegram:7")

    async def answers(change: Change) -> None:
        if any(each.state == "intended" for each in change.deliveries):
            stage.store.before_commit = None
            await stage.store.commit(Change(entries=(entry,)))

    stage.store.before_commit = answers
    one = a_call("late", ask, NINE)
    await call(stage, one)
    (text,) = stage.telegram.texts(DUTY_ROOM)
    assert "派出所" not in text
    assert [each.office for each in await recorded(stage, ask, "reminded")] == ["enforcement"]
    assert (await as_it_stands(stage, one)).tries == 2, "the first was worded and never left"


async def test_a_call_wakes_nobody_unless_it_says_so() -> None:
    ask, night = the_ask(), at("23:00")
    quiet, urgent = a_call("late", ask, night), a_call("late", ask, night, wakes=True)
    decided = decide(quiet, None, night, QUIET, SHANGHAI)
    assert (decided.what, decided.at) == ("wait", at("07:00", 6))
    assert decide(urgent, None, night, QUIET, SHANGHAI).what == "send"


async def test_a_reminder_is_worth_sending_until_a_newer_one_is_planned(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.away = True
    first = a_call("remind", ask, NINE)
    await call(stage, first)
    second = a_call("remind", ask, NINE + timedelta(minutes=30), number=2)
    await stage.advance(1_800)
    await call(stage, second)
    stage.telegram.away = False
    await stage.advance(600)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert (await as_it_stands(stage, first)).state == "withdrawn"
    assert [(each.detail or {})["number"] for each in await recorded(stage, ask, "reminded")] == [2, 2]


async def test_one_message_a_chat_for_what_asks_again_at_one_moment(stage: Stage) -> None:
    first, second = the_ask("first"), the_ask("second")
    await has_gone_out(stage, first, second)
    again = (a_call("remind", first, NINE), a_call("late", second, NINE))
    await call(stage, *again, a_call("escalate", first, NINE, number=0))
    report, together = stage.telegram.texts(DUTY_ROOM)
    assert together.startswith("**🔔 合并催办：以下 2 条提醒**\n\n① ⏰ **回执逾期：检查 second**")
    assert "\n\n② 🔔 **请回执：检查 first**" in together
    assert "补发" not in together
    assert "📋" in report
    rows = buttons(stage.telegram.sent[1].message.buttons)
    assert rows == [["① 收到", "① 已落实", "① 需协助"], ["② 收到", "② 已落实", "② 需协助"]]
    assert len(await recorded(stage, first, "reminded")) == len(await recorded(stage, second, "reminded")) == 2
    await say(stage, second, "police")
    head, _, tail = stage.telegram.edited[-1].message.text.partition("②")
    assert "✅ 派出所" in head
    assert "▫️ 派出所" in tail


async def test_of_several_that_go_together_those_whom_nobody_owes_any_more_are_left_out(stage: Stage) -> None:
    first, second = the_ask("first"), the_ask("second", offices={"police": "派出所"}, chats={"duty-room": ("police",)})
    await has_gone_out(stage, first, second)
    gate = stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await stage.issue(an_ask("busy", NINE))
    calls = a_call("remind", first, NINE), a_call("remind", second, NINE)
    await stage.store.commit(Change(planned=calls))
    await say(stage, second, "police")
    gate.set()
    await stage.advance(5)
    assert "合并" not in stage.telegram.texts(DUTY_ROOM)[-1]
    assert (await as_it_stands(stage, calls[1])).state == "withdrawn"


async def test_a_duty_alert_overtakes_what_follows_another(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    reminder, urgent = a_call("remind", ask, NINE), a_call("late", ask, NINE, number=9, wakes=True)
    assert not reminder.is_urgent
    assert urgent.is_urgent
    gate = stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await stage.issue(an_ask("first", NINE))
    await call(stage, a_call("escalate", ask, NINE, number=0))
    await stage.issue(an_ask("second", NINE + timedelta(seconds=1)))
    gate.set()
    await stage.advance(5)
    first, second, report = stage.telegram.texts(DUTY_ROOM)
    assert ("first" in first, "second" in second) == (True, True)
    assert report.startswith("📋")


async def test_what_was_not_worth_sending_any_more_is_told_in_words_that_admins_know(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.order(DUTY_ROOM, refused())
    await call(stage, a_call("late", ask, NINE))
    assert f"{ask.occurrence} 的逾期催办" in stage.told[0]
    await call(stage, a_call("escalate", ask, NINE - timedelta(days=6), number=0))
    assert f"{ask.occurrence} 的上报" in stage.told[1]


# What becomes of it.


async def test_the_next_one_up_is_told_by_name_and_gets_a_button_that_opens_the_occurrence(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await stage.advance(4 * 3_600)
    await call(stage, a_call("escalate", ask, NINE + timedelta(hours=4), number=0, told=COMMITTEE))
    (report,) = stage.telegram.sent
    assert "回执时限 11:00，逾期 2 小时：" in report.message.text
    ((button,),) = report.message.buttons
    wished = read_wish(button.data)
    assert wished is not None
    assert (wished.wish, wished.token) == ("open", ask.token)
    found = await recorded(stage, ask, "escalated", "reminded")
    assert [(each.kind, each.office, (each.detail or {})["told"]) for each in found] == [
        ("escalated", office, "镇消防安全委员会") for office in BOTH
    ]


async def test_whom_a_call_for_help_tells_in_a_chat_is_on_record_and_an_admin_s_own_chat_names_nobody(
    stage: Stage,
) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "police", "help")
    here = a_call("help", ask, NINE, "police", told=COMMITTEE)
    await call(stage, here, a_call("help", ask, NINE, "police", chat="admin"))
    found = {each.chat: (each.detail or {}).get("told") for each in await recorded(stage, ask, "escalated")}
    assert found == {"duty-room": "镇消防安全委员会", "admin": None}


async def test_a_reminder_in_doubt_is_left_so_and_nobody_is_asked_about_it(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.order(DUTY_ROOM, uncertain())
    one = a_call("remind", ask, NINE)
    await call(stage, one)
    await stage.advance(600)
    assert stage.telegram.requests == [DUTY_ROOM]
    assert stage.told == []
    found = await as_it_stands(stage, one)
    assert (found.state, found.is_to_settle) == ("uncertain", False)
    assert [each.kind for each in await stage.store.entries()] == ["uncertain", "reminded", "reminded"]
    assert all((each.detail or {})["in_doubt"] for each in await recorded(stage, ask, "reminded"))


@pytest.mark.parametrize("kind", ["late", "escalate"])
async def test_any_other_call_in_doubt_is_sent_again_and_the_doubt_is_named(stage: Stage, kind: str) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.order(DUTY_ROOM, uncertain())
    one = a_call(kind, ask, NINE, number=0)
    await call(stage, one)
    await stage.advance(60)
    assert (await as_it_stands(stage, one)).state == "sent"
    assert [each.kind for each in await stage.store.entries()][:2] == ["uncertain", "sent"]
    assert stage.telegram.requests == [DUTY_ROOM] * 2


async def test_what_was_cut_off_by_a_crash_is_in_doubt_like_that(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    one = a_call("remind", ask, NINE)
    await call(stage, one)
    await stage.crash()
    stage.telegram.stuck.clear()
    await stage.run()
    assert (await as_it_stands(stage, one)).state == "uncertain"
    assert stage.told == []


@pytest.mark.parametrize("error", [refused(), gone()])
async def test_a_call_that_is_refused_is_told_as_any_message_and_nobody_counts_as_reminded(
    stage: Stage, error: SendError
) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    stage.telegram.order(DUTY_ROOM, error)
    one = a_call("remind", ask, NINE)
    await call(stage, one)
    assert (await as_it_stands(stage, one)).state == "failed"
    assert len(stage.told) == 1
    (entry,) = [each for each in await stage.store.entries() if each.kind == "failed"]
    assert (entry.detail or {})["notice"] == one.occurrence
    assert await recorded(stage, ask, "reminded") == []


# What stands in the chat.


async def test_a_call_follows_the_answers_like_the_ask_and_a_report_stays_as_it_was(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await call(stage, a_call("late", ask, NINE), a_call("escalate", ask, NINE, number=0, chat="longmen-office"))
    await say(stage, ask, "police")
    edited = {each.address: each.message for each in stage.telegram.edited}
    naming = edited.pop(f"{DUTY_ROOM}#2")
    assert "- ✅ 派出所 已落实（09:00）" in naming.text
    assert naming.buttons
    assert edited == {}


async def test_help_follows_its_problem_with_the_buttons_that_are_left_to_press(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "enforcement", "help", name="李队长")
    await call(stage, a_call("help", ask, NINE, "enforcement", chat="longmen-office", wakes=True))
    first = stage.telegram.sent[-1].message
    assert first.text.startswith("🆘 **需协助：综合执法大队**")
    assert buttons(first.buttons) == [["我来跟进", "已办结"]]
    taken = read_wish(first.buttons[0][0].data)
    assert taken is not None
    assert (taken.wish, taken.token, taken.office) == ("take", ask.token, 1)

    await say(stage, ask, "enforcement", "need", text="要两名电工")
    await say(stage, ask, "enforcement", "taken", name="王工")
    second = stage.telegram.edited[-1].message
    assert "需要：要两名电工" in second.text
    assert "跟进：王工" in second.text
    assert buttons(second.buttons) == [["换我跟进", "已办结"]]

    await say(stage, ask, "enforcement", "closed", name="王工", text="已换线")
    last = stage.telegram.edited[-1].message
    assert "办结：王工" in last.text
    assert last.buttons == ()


async def test_help_for_a_problem_that_is_over_already_is_not_called_for(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await say(stage, ask, "police", "help")
    await say(stage, ask, "police", "done")
    one = a_call("help", ask, NINE, "police")
    await call(stage, one)
    assert (await as_it_stands(stage, one)).state == "withdrawn"
    assert stage.telegram.requests == []


async def test_the_ask_itself_shows_who_sees_to_a_problem(stage: Stage) -> None:
    ask = the_ask()
    await stage.issue(ask)
    await say(stage, ask, "police", "help")
    await say(stage, ask, "police", "taken", name="王工")
    assert "- 🆘 派出所 需协助（09:00），王工 已接手" in stage.telegram.edited[-1].message.text
    await say(stage, ask, "police", "closed", name="王工")
    assert "- 🆘 派出所 需协助（09:00），王工 已办结（09:00）" in stage.telegram.edited[-1].message.text


async def reminded_twice(stage: Stage, ask: Issued, apart: timedelta = timedelta(minutes=30)) -> tuple[Delivery, ...]:
    first = a_call("remind", ask, stage.clock.now())
    await call(stage, first)
    stage.clock.leap(stage.clock.now() + apart)
    second = a_call("remind", ask, stage.clock.now(), number=2)
    await call(stage, second)
    return first, second


async def test_the_older_reminder_goes_where_a_newer_one_stands_and_is_touched_no_more(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    first, second = await reminded_twice(stage, ask)
    assert stage.telegram.deleted == [f"{DUTY_ROOM}#1"]
    assert (await as_it_stands(stage, first)).taken_down
    assert not (await as_it_stands(stage, second)).taken_down
    await say(stage, ask, "police")
    await stage.crash()
    await stage.run()
    await stage.advance(120)
    assert stage.telegram.deleted == [f"{DUTY_ROOM}#1"]
    assert [each.address for each in stage.telegram.edited] == [f"{DUTY_ROOM}#2"]


async def test_a_reminder_stays_that_names_somebody_whom_the_newer_one_does_not(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await call(stage, a_call("remind", ask, NINE))
    await call(stage, a_call("late", ask, NINE + timedelta(minutes=1), "police"))
    await stage.advance(60)
    assert stage.telegram.deleted == []
    await say(stage, ask, "enforcement")
    assert stage.telegram.deleted == [f"{DUTY_ROOM}#1"]


async def test_a_message_of_several_goes_when_newer_ones_stand_for_all_of_them(stage: Stage) -> None:
    first, second = the_ask("first"), the_ask("second")
    await has_gone_out(stage, first, second)
    await call(stage, a_call("remind", first, NINE), a_call("remind", second, NINE))
    await stage.advance(60)
    await call(stage, a_call("remind", first, stage.clock.now(), number=2))
    await stage.advance(60)
    assert stage.telegram.deleted == []
    await call(stage, a_call("remind", second, stage.clock.now(), number=2))
    assert stage.telegram.deleted == [f"{DUTY_ROOM}#1"]
    calls = [*await stage.store.calls(first.occurrence), *await stage.store.calls(second.occurrence)]
    assert [each.taken_down for each in calls] == [True, False, True, False]


async def stands_and_then(stage: Stage, newer: Delivery, error: SendError) -> None:
    """A newer call arrives, and the first request that follows it meets an error."""
    stage.telegram.held[DUTY_ROOM] = asyncio.Event()
    await stage.store.commit(Change(planned=(newer,)))
    await stage.advance(3)
    stage.telegram.order(DUTY_ROOM, error)
    stage.telegram.held.pop(DUTY_ROOM).set()
    await stage.advance(5)


async def test_what_the_platform_does_not_let_go_is_let_be_and_still_true(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await call(stage, a_call("remind", ask, NINE))
    await stage.advance(60)
    await stands_and_then(stage, a_call("remind", ask, stage.clock.now(), number=2), refused())
    await stage.advance(300)
    assert stage.telegram.deleted == []
    assert len(stage.telegram.requests) == 3, "two that were sent, and one that was refused"
    await say(stage, ask, "police")
    assert {each.address for each in stage.telegram.edited} == {f"{DUTY_ROOM}#1", f"{DUTY_ROOM}#2"}


async def test_a_message_older_than_two_days_is_left_where_it_is(stage: Stage) -> None:
    slow = Owing(expects="done", within=timedelta(days=4), deadline=NINE + timedelta(days=4))
    ask = the_ask(owing=slow)
    await has_gone_out(stage, ask)
    await reminded_twice(stage, ask, timedelta(hours=48))
    await stage.advance(60)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2
    assert stage.telegram.deleted == []


async def test_what_could_not_be_asked_of_the_platform_is_taken_down_later(stage: Stage) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await call(stage, a_call("remind", ask, NINE))
    await stage.advance(60)
    await stands_and_then(stage, a_call("remind", ask, stage.clock.now(), number=2), not_sent())
    assert stage.telegram.deleted == []
    await stage.advance(60)
    assert stage.telegram.deleted == [f"{DUTY_ROOM}#1"]
