"""The sender: the intent on disk before a request leaves, the result after, and no chat waits for another."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.protocol import Limits, Message
from bot.channels.routes import Route
from bot.ledger.deliveries import Delivery, Issued, deadline_of
from bot.outbox import outcome, wording
from bot.outbox.issue import deliveries_of, notice_to_admins
from bot.store.protocol import Change
from tests.fakes import FakeChannel, down, moved, not_sent, refused, throttled, uncertain
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


async def test_without_a_disk_for_the_intent_no_request_leaves_and_it_goes_when_there_is_one(stage: Stage) -> None:
    await stage.issue(a_broadcast("first"))
    stage.store.full = lambda change: any(each.state == "intended" for each in change.deliveries)
    await stage.issue(an_ask())
    await stage.advance(5)
    assert stage.telegram.texts(DUTY_ROOM) == []
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


async def test_a_result_that_the_disk_refuses_is_written_as_soon_as_it_takes_it_and_nothing_is_sent_again(
    stage: Stage,
) -> None:
    stage.store.full = lambda change: any(each.kind == "sent" for each in change.entries)
    ask = an_ask()
    await stage.issue(ask)
    await stage.advance(30)
    assert (await stage.delivery(ask)).state == "intended"
    stage.store.full = lambda _change: False
    await stage.advance(2)
    assert (await stage.delivery(ask)).state == "sent"
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


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
    await stage.issue(a_broadcast("second", NINE + timedelta(milliseconds=1)))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1, "other chats go on time"
    await stage.advance(29.9)
    assert stage.telegram.texts(RESIDENTS) == []
    await stage.advance(1)
    assert [text.split()[-1] for text in stage.telegram.texts(RESIDENTS)] == ["first", "second"]
    assert stage.telegram.sent[1].at == pytest.approx(30, abs=0.5)


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
    real, tries = wording.message_of, 0

    async def broken(store: Any, delivery: Delivery, *rest: Any) -> Message:
        nonlocal tries
        if "poison" in delivery.occurrence:
            tries += 1
            raise RuntimeError("a secret of the text")
        return await real(store, delivery, *rest)

    monkeypatch.setattr("bot.outbox.send.message_of", broken)
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
