"""The sender: the intent on disk before a request leaves, the result after, and no chat waits for another."""

import asyncio
import gc
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.routes import Route
from bot.errors import HoldLost
from bot.ledger.deliveries import Delivery, Issued, deadline_of
from bot.outbox import decide, outcome, wording
from bot.outbox.issue import deliveries_of, notice_to_admins
from bot.store.protocol import Change
from tests.fakes import WHY, FakeChannel, down, gone, moved, not_sent, refused, throttled, uncertain
from tests.outbox.stage import GROUPS, NINE, Stage, a_broadcast, an_ask, at

DUTY_ROOM, RESIDENTS = GROUPS["duty-room"], GROUPS["longmen-residents"]


# Intent before, result after.


async def test_the_intent_is_on_disk_before_the_request_leaves_and_the_result_after(stage: Stage) -> None:
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    ask = an_ask()
    await stage.issue(ask)
    before = await stage.delivery(ask)
    assert (before.state, before.address, before.tries) == ("intended", DUTY_ROOM, 1)
    assert "派出所" in str(before.text)
    assert await stage.kinds(ask) == []

    stage.telegram.stuck[DUTY_ROOM].set()
    await stage.clock.settle()
    after = await stage.delivery(ask)
    assert (after.state, after.message_id, after.text) == ("sent", "1", before.text)
    assert await stage.kinds(ask) == ["sent"]


async def test_without_a_disk_for_the_intent_no_broadcast_leaves_and_it_goes_when_there_is_one(stage: Stage) -> None:
    stage.store.full = lambda change: any(each.state == "intended" for each in change.deliveries)
    await stage.issue(a_broadcast())
    await stage.advance(5)
    assert stage.telegram.texts(RESIDENTS) == []
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_a_result_that_the_disk_refuses_is_written_as_soon_as_it_takes_it_and_nothing_is_sent_again(
    stage: Stage,
) -> None:
    stage.store.full = lambda change: any(each.kind == "sent" for each in change.entries)
    warning = a_broadcast()
    await stage.issue(warning)
    await stage.advance(30)
    assert (await stage.delivery(warning)).state == "intended"
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert (await stage.delivery(warning)).state == "sent"
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_a_duty_alert_cries_out_though_the_disk_takes_neither_intent_nor_result(stage: Stage) -> None:
    ask, after = an_ask(), an_ask("after")
    await stage.store.commit(Change(issued=(ask, after), planned=(*deliveries_of(ask), *deliveries_of(after))))
    stage.store.full = lambda _change: True
    stage.sender.wake()
    await stage.advance(5)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2, "the chat waits for no disk"
    assert [change.deliveries[0].state for change in stage.store.carried] == ["intended", "sent"] * 2
    (entry,) = await stage.entries(ask)
    assert entry.detail is not None
    assert entry.detail["unrecorded"] is True


async def test_a_broadcast_whose_result_the_disk_refuses_keeps_no_duty_alert_from_its_chat(stage: Stage) -> None:
    stage.telegram.held[DUTY_ROOM] = asyncio.Event()
    warning, ask = a_broadcast(chats={"duty-room": ()}), an_ask(due=at("09:01"))
    await stage.issue(warning)
    stage.store.full = lambda _change: True
    stage.telegram.held.pop(DUTY_ROOM).set()
    await stage.advance(60)
    await stage.store.carry(Change(issued=(ask,), planned=deliveries_of(ask)))
    stage.sender.wake()
    await stage.advance(5)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2
    assert (await stage.delivery(warning)).state == "intended", "nothing is claimed that is not on disk"
    assert not stage.sender.at_rest
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert [(await stage.delivery(each)).state for each in (warning, ask)] == ["sent", "sent"]
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2


async def test_what_the_disk_takes_at_last_and_is_to_be_tried_again_goes_at_once(stage: Stage) -> None:
    stage.telegram.stuck[RESIDENTS] = asyncio.Event()
    stage.telegram.order(RESIDENTS, moved("-9"))
    await stage.issue(a_broadcast())
    stage.store.full = lambda _change: True
    stage.telegram.stuck[RESIDENTS].set()
    await stage.advance(5)
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert len(stage.telegram.texts("-9")) == 1


@pytest.mark.parametrize("what", ["a crash left under way", "is too late", "waits in a chat that was given up"])
async def test_on_a_full_disk_no_duty_alert_waits_for_what_becomes_of_something_that(stage: Stage, what: str) -> None:
    warning, ask = a_broadcast(due=at("02:00", 4) if what == "is too late" else NINE), an_ask()
    (delivery,) = deliveries_of(warning)
    if what == "a crash left under way":
        delivery = delivery.become("intended", asked_at=NINE)
    gone_out = {f"{outcome.DEAD}longmen-residents": f"{RESIDENTS} gone"} if "given up" in what else {}
    stage.store.full = lambda _change: True
    await stage.store.carry(
        Change(issued=(warning, ask), planned=deliveries_of(ask), deliveries=(delivery,), marks=gone_out)
    )
    stage.sender.wake()
    await stage.advance(30)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert (await stage.delivery(warning)) == delivery, "nothing is claimed that is not on disk"
    stage.store.full = lambda _change: False
    await stage.advance(15)
    assert (await stage.delivery(warning)).state in {"uncertain", "missed", "failed"}
    assert stage.telegram.texts(RESIDENTS) == []


async def test_a_duty_alert_that_a_crash_left_under_way_cries_out_again_though_the_disk_is_full(stage: Stage) -> None:
    ask = an_ask()
    (delivery,) = deliveries_of(ask)
    await stage.store.commit(Change(issued=(ask,), deliveries=(delivery.become("intended", asked_at=NINE),)))
    stage.store.full = lambda _change: True
    stage.sender.wake()
    await stage.clock.settle()
    await stage.advance(10)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert await stage.kinds(ask) == ["uncertain", "sent"]


async def test_a_deadline_that_is_put_off_while_a_crash_is_judged_stays_put_off(stage: Stage) -> None:
    ask, later = an_ask(), NINE + timedelta(days=1)
    (delivery,) = deliveries_of(ask)
    left = delivery.become("intended", asked_at=NINE, deadline=NINE)

    async def put_off(change: Change) -> None:
        if any(each.kind == "uncertain" for each in change.entries):
            stage.store.before_commit = None
            await stage.store.commit(Change(deliveries=(left.model_copy(update={"deadline": later}),), given=(left,)))

    await stage.store.commit(Change(issued=(ask,), deliveries=(left,)))
    stage.store.before_commit = put_off
    stage.sender.wake()
    await stage.advance(2)
    assert (await stage.delivery(ask)).deadline == later
    assert await stage.kinds(ask) == ["uncertain"]


async def test_a_chat_that_cannot_be_looked_at_for_a_bug_costs_only_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(delivery: Delivery, *rest: Any) -> decide.Decision:
        if delivery.chat == "duty-room":
            raise RuntimeError
        return decided(delivery, *rest)

    decided = decide.decide
    monkeypatch.setattr("bot.outbox.send.decide", breaks)
    await stage.issue(an_ask(), a_broadcast())
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    monkeypatch.undo()
    await stage.advance(15)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


async def test_a_hold_that_is_lost_while_a_result_is_carried_breaks_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_change: Change) -> None:
        raise HoldLost(WHY)

    broken: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: broken.append(context))
    stage.telegram.held[DUTY_ROOM] = asyncio.Event()
    await stage.issue(an_ask())
    stage.store.full = lambda _change: True
    monkeypatch.setattr(stage.store, "carry", lost)
    stage.telegram.held.pop(DUTY_ROOM).set()
    await stage.advance(5)
    gc.collect()
    assert broken == []


async def test_who_does_not_hold_the_town_any_more_sends_nothing(stage: Stage) -> None:
    async def taken(_change: Change) -> None:
        raise HoldLost(WHY)

    ask = an_ask()
    await stage.store.commit(Change(issued=(ask,), planned=deliveries_of(ask)))
    stage.store.before_commit = taken
    await stage.advance(5)
    assert stage.telegram.requests == []
    assert stage.store.carried == []
    stage.store.before_commit = None
    await stage.advance(2)


# Who goes first, who waits.


async def test_duty_alerts_overtake_broadcasts_and_within_each_the_earlier_goes_first(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=1, private_gap=0.0, group_per_minute=1_000)
    early, ask = a_broadcast("early"), an_ask(due=NINE + timedelta(seconds=1))
    late = a_broadcast("late", NINE + timedelta(seconds=1), chats={"longmen-office": ()})
    await stage.advance(1)
    await stage.issue(late, early, ask)
    await stage.advance(5)
    assert [each.address for each in stage.telegram.sent] == [DUTY_ROOM, RESIDENTS, GROUPS["longmen-office"]]


async def test_a_duty_alert_overtakes_a_backlog_of_broadcasts(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=10, private_gap=0.0, group_per_minute=1_000)
    chats = {f"chat-{number}": () for number in range(100)}
    stage.routes.table = {
        **stage.routes.table,
        **{chat: Route(stage.telegram, f"-9{chat[5:]}") for chat in chats},
    }
    await stage.issue(a_broadcast(chats=chats))
    await stage.advance(3)
    raised = stage.clock.monotonic()
    await stage.issue(an_ask(due=NINE + timedelta(seconds=3)))
    await stage.advance(60)
    (alert,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    assert alert.at - raised < 2
    assert len(stage.telegram.sent) == 101


async def test_within_a_class_no_chat_is_starved_by_the_backlog_of_another(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=1, private_gap=0.0, group_per_minute=1_000)
    backlog = [a_broadcast(f"w{number}") for number in range(20)]
    await stage.issue(*backlog)
    await stage.advance(2)
    await stage.issue(a_broadcast("other", NINE + timedelta(seconds=2), chats={"longmen-office": ()}))
    await stage.advance(3)
    assert len(stage.telegram.texts(GROUPS["longmen-office"])) == 1


async def test_a_chat_that_never_answers_keeps_no_other_chat_waiting(stage: Stage) -> None:
    stage.telegram.stuck[RESIDENTS] = asyncio.Event()
    await stage.issue(a_broadcast("first"), a_broadcast("second"), an_ask())
    await stage.advance(60)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert stage.telegram.requests.count(RESIDENTS) == 1, "one request at a time to a chat"
    stage.telegram.stuck[RESIDENTS].set()
    await stage.clock.settle()
    assert [text.split()[-1] for text in stage.telegram.texts(RESIDENTS)] == ["first", "second"]


async def test_a_platform_that_asks_for_a_wait_gets_it_to_the_second_and_the_order_is_kept(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, throttled(30))
    await stage.issue(a_broadcast("first"), an_ask())
    await stage.issue(a_broadcast("second", NINE + timedelta(milliseconds=1)), an_ask("meanwhile"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2, "other chats go on time"
    await stage.advance(29.9)
    assert stage.telegram.texts(RESIDENTS) == []
    await stage.advance(1)
    assert [text.split()[-1] for text in stage.telegram.texts(RESIDENTS)] == ["first", "second"]
    assert stage.telegram.sent[2].at == pytest.approx(30, abs=0.5)


async def test_what_a_slow_disk_held_up_does_not_leave_all_at_once(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=10, private_gap=0.0, group_per_minute=1_000)
    chats = {f"chat-{number}": () for number in range(100)}
    stage.routes.table = {chat: Route(stage.telegram, f"-9{chat[5:]}") for chat in chats}

    async def stands_still(change: Change) -> None:
        if change.deliveries:
            await stage.clock.sleep(max(5 - stage.clock.monotonic(), 0.0))

    stage.store.before_commit = stands_still
    await stage.issue(a_broadcast(chats=chats))
    await stage.advance(30)
    moments = [each.at for each in stage.telegram.sent]
    assert len(moments) == 100
    assert moments[0] == pytest.approx(5, abs=0.1)
    for first in moments:
        assert sum(first <= each < first + 1 for each in moments) <= 21, "ten at once, and ten a second"


# How sending fails.


async def test_what_was_not_sent_is_tried_again_until_it_is(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, not_sent(), not_sent(), not_sent())
    ask = an_ask()
    await stage.issue(ask)
    await stage.advance(40)
    assert stage.telegram.requests.count(DUTY_ROOM) == 4
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1
    assert await stage.kinds(ask) == ["sent"]


async def test_a_chat_that_moved_is_found_at_once_at_its_new_address_and_stays_there(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, moved("-100777"))
    await stage.issue(an_ask("first"))
    await stage.issue(an_ask("second"))
    assert [each.address for each in stage.telegram.sent if each.address != GROUPS["admin"]] == ["-100777", "-100777"]
    assert await stage.store.mark("moved:telegram:-1") == "-100777"
    (told,) = stage.told
    assert "-100777" in told


async def test_a_chat_that_moves_twice_is_followed(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, moved("-100777"))
    stage.telegram.order("-100777", moved("-100888"))
    await stage.issue(an_ask())
    assert len(stage.telegram.texts("-100888")) == 1


async def test_a_chat_that_refuses_is_given_up_and_the_admins_are_told_once(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, refused())
    ask = an_ask()
    await stage.issue(ask, a_broadcast())
    await stage.advance(600)
    assert (await stage.delivery(ask)).state == "failed"
    assert stage.telegram.requests.count(DUTY_ROOM) == 1
    assert len(stage.telegram.texts(RESIDENTS)) == 1, "the rest is kept"
    (told,) = stage.told
    assert "duty-room" in told


async def test_an_admin_who_cannot_be_told_is_recorded_and_nothing_grows_out_of_it(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, refused())
    stage.telegram.order(GROUPS["admin"], refused())
    await stage.issue(an_ask())
    await stage.advance(600)
    assert [entry.kind for entry in await stage.store.entries()] == ["failed", "failed"]
    assert len(await stage.store.deliveries()) == 2


async def test_a_platform_that_refuses_the_bot_holds_only_its_own_chats_and_is_told_once_a_day(stage: Stage) -> None:
    board = FakeChannel(stage.clock, "board")
    stage.routes.table = {
        **stage.routes.table,
        "admin": Route(board, "admin"),
        "longmen-residents": Route(board, "longmen-residents"),
    }
    stage.telegram.order(DUTY_ROOM, *[down() for _ in range(2_000)])
    ask = an_ask(late=timedelta(days=3))
    await stage.issue(ask)
    await stage.issue(a_broadcast())
    await stage.advance(3_600)
    assert len(board.texts("longmen-residents")) == 1
    assert len(board.texts("admin")) == 1
    assert stage.telegram.requests.count(DUTY_ROOM) == pytest.approx(60, abs=1), "a try a minute"
    assert (await stage.delivery(ask)).state == "retrying"
    await stage.advance(14 * 3_600)
    assert len(board.texts("admin")) == 2, "the next day again"
    stage.telegram.orders[DUTY_ROOM].clear()
    await stage.advance(600)
    assert (await stage.delivery(ask)).state == "sent"


async def test_a_chat_that_takes_nothing_any_more_is_asked_once_and_told_of_once(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, gone())
    first, second = an_ask("first"), an_ask("second", NINE + timedelta(hours=1))
    await stage.issue(first, a_broadcast())
    await stage.advance(3_600)
    await stage.issue(second)
    await stage.advance(600)
    assert stage.telegram.requests.count(DUTY_ROOM) == 1
    assert await stage.kinds(first) == await stage.kinds(second) == ["failed"]
    assert len(stage.telegram.texts(RESIDENTS)) == 1, "the rest is kept"
    (told,) = stage.told
    assert "duty-room" in told
    assert "重新拉进群" in told


async def test_a_chat_that_was_given_up_stays_so_over_a_restart_until_it_is_revived_or_has_another_address(
    stage: Stage,
) -> None:
    stage.telegram.order(DUTY_ROOM, gone())
    await stage.issue(an_ask("first"))
    await stage.crash()
    await stage.run()
    await stage.issue(an_ask("second"))
    assert stage.telegram.requests.count(DUTY_ROOM) == 1
    await stage.store.commit(Change(marks={f"{outcome.DEAD}duty-room": None}))
    await stage.issue(an_ask("third"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1

    stage.telegram.order(DUTY_ROOM, gone())
    await stage.issue(an_ask("fourth"))
    stage.routes.table = {**stage.routes.table, "duty-room": Route(stage.telegram, "-77")}
    await stage.issue(an_ask("fifth"))
    assert len(stage.telegram.texts("-77")) == 1


# In doubt.


async def test_in_doubt_a_duty_alert_is_resent_and_the_doubt_stands_in_the_ledger(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, uncertain())
    ask = an_ask()
    await stage.issue(ask)
    assert await stage.kinds(ask) == ["uncertain"]
    await stage.advance(10)
    assert await stage.kinds(ask) == ["uncertain", "sent"]
    assert stage.told == []


async def test_in_doubt_a_broadcast_is_held_shown_as_uncertain_and_put_to_the_admins(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, uncertain())
    warning = a_broadcast()
    await stage.issue(warning)
    await stage.advance(3_600)
    assert await stage.kinds(warning) == ["uncertain"]
    assert (await stage.delivery(warning)).state == "uncertain"
    assert stage.telegram.requests.count(RESIDENTS) == 1
    (told,) = stage.told
    assert "longmen-residents" in told


@pytest.mark.parametrize(("on_doubt", "requests"), [("resend", 2), ("hold", 1)])
async def test_the_reminder_s_own_word_decides_against_the_custom(stage: Stage, on_doubt: str, requests: int) -> None:
    stage.telegram.order(RESIDENTS, uncertain())
    await stage.issue(a_broadcast(on_doubt=on_doubt))
    await stage.advance(60)
    assert stage.telegram.requests.count(RESIDENTS) == requests


# Late.


async def test_after_two_minutes_it_is_headed_with_the_time_at_which_it_was_due(stage: Stage) -> None:
    await stage.advance(121)
    await stage.issue(a_broadcast("late"), an_ask(due=NINE + timedelta(seconds=2)))
    assert stage.telegram.texts(RESIDENTS)[0].startswith("**【补发】原定 09:00 发出**")
    assert "补发" not in stage.telegram.texts(DUTY_ROOM)[0]


async def test_the_deadline_of_what_was_sent_late_counts_from_the_real_sending(stage: Stage) -> None:
    await stage.advance(3_600)
    ask = an_ask()
    await stage.issue(ask)
    (sent,) = await stage.store.deliveries(occurrence=ask.occurrence)
    assert sent.deadline == at("12:00:00")
    assert "请于 12:00 前回执" in stage.telegram.texts(DUTY_ROOM)[0]


async def test_one_chat_that_is_late_moves_no_deadline_that_stands_in_another(stage: Stage) -> None:
    stage.telegram.order(GROUPS["longmen-office"], throttled(600))
    ask = an_ask(
        offices={"police": "派出所", "village": "龙门村委会"},
        chats={"duty-room": ("police",), "longmen-office": ("village",)},
    )
    await stage.issue(ask)
    await stage.advance(601)
    (late,) = stage.telegram.texts(GROUPS["longmen-office"])
    assert "补发" in late
    assert "请于 11:10 前回执" in late
    late_until = at("11:10:00")
    (on_time,) = stage.telegram.texts(DUTY_ROOM)
    assert "请于 11:00 前回执" in on_time
    deliveries = await stage.store.deliveries(occurrence=ask.occurrence)
    assert deadline_of(ask, "police", deliveries) == at("11:00:00")
    assert deadline_of(ask, "village", deliveries) == late_until


async def test_a_deadline_that_nobody_may_have_read_counts_only_where_no_other_was_told(stage: Stage) -> None:
    ask = an_ask(chats={"duty-room": ("police",), "longmen-office": ("police",)})
    await stage.issue(ask)
    lost, late = await stage.store.deliveries(occurrence=ask.occurrence)
    lost = lost.model_copy(update={"state": "missed", "doubts": 1})
    late = late.model_copy(update={"deadline": at("13:00:00")})
    assert deadline_of(ask, "police", (lost, late)) == at("13:00:00")
    assert deadline_of(ask, "police", (lost,)) == at("11:00:00")


async def test_what_is_beyond_its_late_is_missed_and_told_in_one_message(stage: Stage) -> None:
    await stage.advance(7 * 3_600)
    await stage.issue(*(a_broadcast(f"w{number}") for number in range(10)), an_ask())
    await stage.advance(60)
    assert [entry.kind for entry in await stage.store.entries()].count("missed") == 11
    (told,) = stage.told
    assert "11" in told
    assert stage.telegram.texts(RESIDENTS) == stage.telegram.texts(DUTY_ROOM) == []


async def test_out_of_reach_for_a_while_it_is_sent_late_and_for_too_long_it_is_missed(stage: Stage) -> None:
    short, long = a_broadcast("short"), an_ask("long", late=timedelta(hours=1))
    stage.telegram.order(RESIDENTS, *[not_sent()] * 28)
    stage.telegram.order(DUTY_ROOM, *[not_sent()] * 28)
    await stage.issue(short, long)
    await stage.advance(3 * 3_600)
    assert await stage.kinds(short) == ["sent"]
    assert "补发" in stage.telegram.texts(RESIDENTS)[0]
    assert await stage.kinds(long) == ["missed"]


async def test_a_chat_without_a_way_out_costs_only_itself(stage: Stage) -> None:
    lost = an_ask(chats={"nowhere": ("police",)})
    await stage.issue(lost, a_broadcast())
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    await stage.advance(7 * 3_600)
    assert await stage.kinds(lost) == ["missed"]


# Several late ones for one chat.


async def test_several_late_ones_for_one_chat_are_one_message_and_each_is_owed(stage: Stage) -> None:
    await stage.advance(3_600)
    first, second = an_ask("first"), an_ask("second", NINE + timedelta(minutes=5))
    await stage.issue(first, second)
    (message,) = [each.message for each in stage.telegram.sent if each.address == DUTY_ROOM]
    assert message.text.startswith("**【补发】以下 2 条未能按时发出，合并补发**\n\n① **【补发】原定 09:00 发出**")
    assert "② **【补发】原定 09:05 发出**" in message.text
    assert [[button.label for button in row] for row in message.buttons] == [
        ["① 收到", "① 已落实", "① 需协助"],
        ["② 收到", "② 已落实", "② 需协助"],
    ]
    assert [await stage.kinds(each) for each in (first, second)] == [["sent"], ["merged"]]
    one, other = await stage.delivery(first), await stage.delivery(second)
    assert (one.state, other.state) == ("sent", "merged")
    assert one.message_id == other.message_id is not None
    assert one.deadline == other.deadline == at("12:00:00")


async def test_what_is_on_time_is_not_merged(stage: Stage) -> None:
    await stage.advance(100)
    await stage.issue(an_ask("first"), an_ask("second"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2


async def test_what_one_message_cannot_hold_goes_in_the_next(stage: Stage) -> None:
    await stage.advance(3_600)
    long = [a_broadcast(f"w{number}", bodies={"": f"w{number} " + "火" * 1_500}) for number in range(5)]
    await stage.issue(*long)
    await stage.advance(1)
    assert [text.count("火" * 1_500) for text in stage.telegram.texts(RESIDENTS)] == [2, 2, 1]
    assert all(len(text) <= 4_096 for text in stage.telegram.texts(RESIDENTS))


async def test_of_a_merged_message_that_is_refused_each_goes_by_itself(stage: Stage) -> None:
    await stage.advance(3_600)
    stage.telegram.order(RESIDENTS, refused(), refused())
    bad, good = a_broadcast("a-bad"), a_broadcast("b-good")
    await stage.issue(bad, good)
    await stage.advance(1)
    assert [await stage.kinds(each) for each in (bad, good)] == [["failed"], ["sent"]]


async def test_of_a_merged_message_in_doubt_each_is_decided_by_its_own_word(stage: Stage) -> None:
    await stage.advance(3_600)
    stage.telegram.order(DUTY_ROOM, uncertain())
    ask, warning = an_ask("ask"), a_broadcast("warning", chats={"duty-room": ()})
    await stage.issue(ask, warning)
    await stage.advance(60)
    assert await stage.kinds(ask) == ["uncertain", "sent"]
    assert await stage.kinds(warning) == ["uncertain"]
    assert (await stage.delivery(warning)).state == "uncertain"


async def test_of_late_ones_that_no_message_holds_together_each_is_tried_at_its_own_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.telegram, "fit", lambda message: Fit(len(message.buttons), 1))
    stage.telegram.away = True
    await stage.issue(an_ask("first"), an_ask("second"))
    await stage.advance(3_600)
    tries = [(await stage.delivery(each)).tries for each in (an_ask("first"), an_ask("second"))]
    assert max(tries) - min(tries) <= 1
    assert max(tries) < 25
    stage.telegram.away = False
    await stage.advance(600)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 2


async def test_a_merged_message_that_was_not_sent_is_tried_again_whole(stage: Stage) -> None:
    await stage.advance(3_600)
    stage.telegram.order(RESIDENTS, not_sent())
    await stage.issue(a_broadcast("first"), a_broadcast("second"))
    await stage.advance(60)
    (text,) = stage.telegram.texts(RESIDENTS)
    assert "①" in text


# Paused, or stopped where it stood.


async def test_while_paused_only_the_admins_are_told_things_and_nothing_is_missed(stage: Stage) -> None:
    stage.sender.paused = True
    ask = an_ask(late=timedelta(hours=1))
    await stage.issue(ask, a_broadcast())
    await stage.store.commit(Change(planned=notice_to_admins(("admin",), "paused", "已暂停", NINE)))
    await stage.advance(7_200)
    assert stage.told == ["已暂停"]
    assert len(stage.telegram.sent) == 1
    stage.sender.paused = False
    stage.sender.wake()
    await stage.advance(1)
    assert await stage.kinds(ask) == ["missed"]
    assert "补发" in stage.telegram.texts(RESIDENTS)[0]


async def test_a_process_that_stood_still_between_intent_and_request_looks_again_before_it_sends(
    stage: Stage,
) -> None:
    async def asleep(change: Change) -> None:
        if any(each.state == "intended" for each in change.deliveries):
            stage.store.before_commit = None
            stage.clock.jump(at("22:00:00"))

    warning = a_broadcast(late=timedelta(hours=16))
    await stage.store.commit(Change(issued=(warning,), planned=deliveries_of(warning)))
    stage.store.before_commit = asleep
    await stage.advance(60)
    assert stage.telegram.requests == [], "nobody is woken at night"
    assert await stage.kinds(warning) == []
    await stage.advance(9 * 3_600)
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    assert await stage.kinds(warning) == ["sent"]


# Stopping.


async def test_a_stop_waits_for_what_is_in_flight_and_begins_nothing_more() -> None:
    stage = Stage()
    await stage.run()
    gate = stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    ask, next_ask = an_ask(), an_ask("next")
    await stage.issue(ask, next_ask)
    stopping = asyncio.create_task(stage.sender.stop())
    await stage.clock.settle()
    assert not stopping.done()
    gate.set()
    await stopping
    assert await stage.kinds(ask) == ["sent"]
    assert (await stage.delivery(next_ask)).state == "planned"
    await stage.end()


async def test_who_waits_no_longer_for_the_last_sends_lets_go_of_them_and_the_next_start_is_in_doubt() -> None:
    stage = Stage()
    await stage.run()
    stage.telegram.stuck[RESIDENTS] = asyncio.Event()
    warning, refused_ = a_broadcast(), a_broadcast("other", chats={"longmen-office": ()})
    stage.store.full = lambda change: any(each.kind == "sent" for each in change.entries)
    await stage.issue(warning, refused_)
    stage.edits.stop()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stage.sender.stop(), 0.05)
    await asyncio.gather(*stage.tasks)
    await stage.clock.settle()
    mine = asyncio.current_task()
    assert [task for task in asyncio.all_tasks() if task is not mine] == []
    assert {(await stage.delivery(each)).state for each in (warning, refused_)} == {"intended"}


async def test_a_notice_is_told_once_however_often_it_is_put(stage: Stage) -> None:
    for _ in range(3):
        notices = notice_to_admins(("admin",), "down/telegram/2027-02-05", "不通", NINE)
        await stage.store.commit(Change(planned=notices))
        stage.sender.wake()
        await stage.clock.settle()
    assert stage.told == ["不通"]


# Doubt that lasts, and what nobody foresaw.


async def test_while_every_reply_is_lost_an_alert_is_repeated_seldom_and_in_the_end_put_to_the_admins(
    stage: Stage,
) -> None:
    ask = an_ask("lost")
    stage.telegram.order(GROUPS["duty-room"], *[uncertain()] * 50)
    await stage.issue(ask)
    for _ in range(25):
        await stage.advance(900)
    assert 3 < stage.telegram.requests.count(GROUPS["duty-room"]) < 12
    (delivery,) = await stage.store.deliveries(occurrence=ask.occurrence)
    assert delivery.state == "uncertain"
    assert "missed" not in await stage.kinds(ask), "nobody says missed of what may have arrived"
    assert "不能确定是否送达" in stage.telegram.texts(GROUPS["admin"])[-1]


async def test_what_is_withdrawn_in_the_instant_of_sending_does_not_go_out(stage: Stage) -> None:
    ask = an_ask("dropped")
    await stage.store.commit(Change(issued=(ask,), planned=deliveries_of(ask)))
    stage.store.before_commit = lambda change: _withdraw_first(stage, ask, change)
    await stage.advance(1)
    assert await stage.kinds(ask) == ["withdrawn"]
    assert stage.telegram.texts(DUTY_ROOM) == []


async def _withdraw_first(stage: Stage, ask: Issued, change: Change) -> None:
    if any(each.state == "intended" for each in change.deliveries):
        stage.store.before_commit = None
        gone = list(await stage.store.deliveries(occurrence=ask.occurrence))
        await stage.store.commit(outcome.withdrawn(gone, ask, stage.clock.now()))


async def test_a_bug_costs_only_the_delivery_that_it_befell_and_does_not_spin(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = wording.message_with, 0

    async def broken(store: Any, pieces: Sequence[wording.Piece], *rest: Any, **more: Any) -> Message:
        nonlocal tries
        if "poison" in pieces[0].delivery.occurrence:
            tries += 1
            raise RuntimeError("a secret of the text")
        return await real(store, pieces, *rest, **more)

    monkeypatch.setattr("bot.outbox.deliver.message_with", broken)
    await stage.issue(an_ask("poison"), a_broadcast("good"))
    await stage.advance(1)
    assert tries == 1
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    (delivery,) = await stage.store.deliveries(chat="duty-room")
    assert delivery.state == "retrying"
    assert "RuntimeError" in (delivery.why or "")
    assert "secret" not in (delivery.why or "")


# Rest: who plays a season on a fast clock must know when everything that is due is done.


async def test_it_is_at_rest_when_nothing_is_under_way_and_nothing_may_go_now(stage: Stage) -> None:
    assert (stage.sender.at_rest, stage.sender.next_look) == (True, None)
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    await stage.issue(an_ask())
    assert not stage.sender.at_rest
    stage.telegram.stuck[DUTY_ROOM].set()
    await stage.clock.settle()
    assert (stage.sender.at_rest, stage.sender.next_look) == (True, None)


async def test_it_tells_until_when_something_that_is_due_has_to_wait(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, throttled(8))
    await stage.issue(an_ask())
    assert (stage.sender.at_rest, stage.sender.next_look) == (True, stage.clock.monotonic() + 8)
    await stage.advance(8)
    assert (stage.sender.at_rest, stage.sender.next_look) == (True, None)


# What a platform took and did not give to everybody.


async def test_who_did_not_get_what_was_taken_is_told_to_the_admins_once_a_day(stage: Stage) -> None:
    stage.telegram.unreached = (WHY, WHY)
    for day in (5, 5, 6):
        await stage.issue(a_broadcast(f"warning-{len(stage.telegram.sent)}", at("09:00", day)))
        await stage.advance((at("09:00", 6) - stage.clock.now()).total_seconds() if day == 6 else 60)
    told = [each for each in stage.telegram.texts(GROUPS["admin"]) if "有人没收到**：longmen-residents" in each]
    assert len(told) == 2
    assert len(stage.telegram.texts(RESIDENTS)) == 3
