"""What pages see of the running bot: its chats, what stands in them, what comes next (`bot.app.view.protocol.Live`)."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bot.app.live import LiveBot
from bot.app.routing import ADMINS
from bot.app.run import Bot
from bot.app.view.chats import ShownChat
from bot.app.view.protocol import Changed
from bot.errors import NotFound
from bot.ledger.entries import Entry
from bot.outbox.tick import RESTORED
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, a_board_town, at, on
from tests.builders import a_chat, a_duty_alert, a_key_date, a_reminder, a_town, some_key_dates
from tests.fakes import not_sent, refused, uncertain


async def shown(stage: Stage, chat: str) -> ShownChat:
    found = await stage.live.chat(chat)
    assert found is not None
    return found


async def test_every_chat_is_there_in_the_town_s_order_and_the_admins_last(stage: Stage) -> None:
    await stage.run()
    chats = await stage.live.heads()
    assert [(each.id, each.kind, each.on_board) for each in chats] == [
        ("duty-room", "offices", False),
        ("longmen-office", "office", False),
        ("longmen-residents", "audience", False),
        (ADMINS, "admins", True),
    ]


async def test_a_robot_that_only_mentions_for_another_chat_is_shown_as_such(stage: Stage) -> None:
    chats = [
        a_chat(on="wecom-bot", address="wrk", mention_by="robot"),
        a_chat("robot", on="wecom-robot", address={"env": "GENGFU_CHAT_ROBOT"}, audiences=None),
        a_chat("longmen-office", address=-1001002, audiences=None, office="village-longmen"),
        a_chat("homes", address=-1001003, audiences=["residents"]),
    ]
    stage.write(town=a_town(chats=chats))
    await stage.run()
    assert [each.kind for each in await stage.live.heads()] == ["offices", "caller", "office", "audience", "admins"]


async def test_the_next_message_stands_there_in_full_with_its_hour_and_reason(stage: Stage) -> None:
    await stage.run()
    upcoming = (await shown(stage, "duty-room")).upcoming
    assert upcoming is not None
    assert upcoming.due == at("08:02:00")
    assert "请落实" in upcoming.text
    assert "请于 10:02 前回执" in upcoming.text
    assert upcoming.reason == "指定日期"
    assert (await shown(stage, "longmen-office")).upcoming is None


async def test_the_next_message_of_an_ask_is_worded_for_its_platform_and_mentions_whom_the_sent_one_does(
    stage: Stage,
) -> None:
    stage.write(messages={"duty-alert.telegram.j2": "**电报** 值守"})
    await stage.run()
    upcoming = (await shown(stage, "duty-room")).upcoming
    assert upcoming is not None
    assert "电报" in upcoming.text
    assert "(person:telegram:2001)" in upcoming.text
    await stage.pass_to(at("08:02:00"))
    assert stage.telegram.texts(DUTY_ROOM) == [upcoming.text]


async def test_a_platform_without_a_key_has_the_boards_words(stage: Stage) -> None:
    stage.token = None
    stage.write(messages={"duty-alert.telegram.j2": "**电报** 值守"})
    await stage.run()
    upcoming = (await shown(stage, "duty-room")).upcoming
    assert upcoming is not None
    assert "电报" not in upcoming.text


async def test_in_a_rehearsal_the_next_message_says_that_it_is_one(stage: Stage) -> None:
    await stage.run()
    bot = Bot(stage.settings, stage.clock, MemoryStore(), {"board": stage.board}, stage.bot.in_force, rehearsal=True)
    chat = await LiveBot(bot, stage.board).chat("longmen-residents")
    assert chat is not None
    assert chat.upcoming is not None
    assert chat.upcoming.text.startswith("【演练】")


async def test_the_head_of_a_chat_tells_when_something_comes_next(stage: Stage) -> None:
    await stage.run()
    heads = {each.id: each.next_due for each in await stage.live.heads()}
    assert heads == {
        "duty-room": at("08:02:00"),
        "longmen-office": None,
        "longmen-residents": at("08:01:00"),
        ADMINS: None,
    }
    await stage.pass_to(at("08:01:00"))
    assert {each.next_due for each in await stage.live.heads()} == {at("08:02:00"), None}


async def test_a_chat_shows_so_many_of_its_last_messages(stage: Stage) -> None:
    stage.write(a_reminder(on={"date": "2036-02-05", "at": ["08:01", "08:02", "08:03"]}))
    await stage.run()
    for minute in (1, 2, 3):
        await stage.pass_to(at(f"08:0{minute}:00"))
    for last, expected in ((20, ["08:01", "08:02", "08:03"]), (2, ["08:02", "08:03"]), (0, [])):
        found = await stage.live.chat("longmen-residents", last)
        assert found is not None
        assert [f"{each.at:%H:%M}" for each in found.messages] == expected


async def test_a_message_is_found_by_its_id_in_the_chat_where_it_stands_alone(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    (message,) = (await shown(stage, "longmen-residents")).messages
    assert await stage.live.message("longmen-residents", message.id) == message
    assert await stage.live.message("duty-room", message.id) is None
    assert await stage.live.message("longmen-residents", "winter-2036/none@longmen-residents") is None


async def test_what_has_not_gone_out_is_no_message(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, refused())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    (failed,) = await stage.store.deliveries(chat="longmen-residents")
    assert await stage.live.message("longmen-residents", failed.id) is None


async def test_what_was_shown_is_what_is_sent(stage: Stage) -> None:
    await stage.run()
    foretold = (await shown(stage, "longmen-residents")).upcoming
    await stage.pass_to(at("08:01:00"))
    assert foretold is not None
    assert stage.telegram.texts(RESIDENTS) == [foretold.text]
    (message,) = (await shown(stage, "longmen-residents")).messages
    assert (message.text, message.state, message.buttons) == (foretold.text, "sent", ())


def some_sessions(stage: Stage, first: str, **files: Any) -> None:
    """A warning on 两会, which begins on this day."""
    sessions = a_key_date("two-sessions", name="两会", on={"by_year": {2036: f"{first}..{first}"}})
    others = [each for each in some_key_dates() if each["id"] != "two-sessions"]
    stage.write(a_reminder(on={"key_date": "two-sessions", "at": "08:01"}), key_dates=[*others, sessions], **files)


async def test_what_has_gone_out_is_not_foretold_again_where_its_date_moves_on(stage: Stage) -> None:
    some_sessions(stage, "2036-02-05")
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    some_sessions(stage, "2036-02-12")
    await stage.restart()
    chat = await shown(stage, "longmen-residents")
    assert len(chat.messages) == 1
    assert chat.upcoming is None
    stage.clock.jump(at("08:01:00", day=12))
    await stage.look()
    assert stage.telegram.texts(RESIDENTS) == []


async def test_what_waits_to_go_out_is_foretold_for_its_new_date(stage: Stage) -> None:
    some_sessions(stage, "2036-02-05")
    stage.telegram.order(RESIDENTS, *[not_sent()] * 9)
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    some_sessions(stage, "2036-02-12")
    await stage.restart()
    upcoming = (await shown(stage, "longmen-residents")).upcoming
    assert upcoming is not None
    assert upcoming.due == at("08:01:00", day=12)
    stage.clock.jump(at("08:01:00", day=12))
    await stage.look()
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_what_went_out_in_one_chat_and_is_still_tried_in_another_is_foretold_in_neither(stage: Stage) -> None:
    """Somebody has read it, so that it does not move with its date; where it is tried again, that is now."""
    town = a_town(chats=[*a_town()["chats"], a_chat("others", address=-1001004, audiences=["residents"])])
    some_sessions(stage, "2036-02-05", town=town)
    stage.telegram.order("-1001004", *[not_sent()] * 9)
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    some_sessions(stage, "2036-02-12", town=town)
    await stage.restart()
    for chat in ("longmen-residents", "others"):
        assert (await shown(stage, chat)).upcoming is None
    assert [each.next_due for each in await stage.live.heads()] == [None] * 5


async def test_a_doubtful_message_shows_as_such_and_a_failure_with_its_reason(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, uncertain())
    stage.telegram.order("-1001001", refused())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    (doubtful,) = (await shown(stage, "longmen-residents")).messages
    assert doubtful.state == "uncertain"
    assert "as ordered" in str((await shown(stage, "duty-room")).trouble)


async def test_what_may_have_gone_out_before_a_restore_shows_in_the_words_that_it_would_have_had(stage: Stage) -> None:
    await stage.run()
    await stage.store.commit(Change(marks={RESTORED: at("08:01:00").isoformat()}))
    await stage.pass_to(at("08:01:00"))
    (doubtful,) = (await shown(stage, "longmen-residents")).messages
    assert (doubtful.state, "三清三关" in doubtful.text) == ("uncertain", True)


async def test_a_failure_stands_in_the_head_until_something_was_sent_after_it(stage: Stage) -> None:
    stage.write(a_reminder(on={"date": "2036-02-05", "at": ["08:01", "08:02"]}))
    stage.telegram.order(RESIDENTS, refused())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    (trouble,) = [each.trouble for each in await stage.live.heads() if each.trouble]
    assert "as ordered" in trouble
    assert (await shown(stage, "longmen-residents")).trouble == trouble
    await stage.pass_to(at("08:02:00"))
    assert [each.trouble for each in await stage.live.heads() if each.trouble] == []


async def test_so_does_why_something_waits_to_be_tried_again(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, not_sent())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    (trouble,) = [each.trouble for each in await stage.live.heads() if each.trouble]
    assert "as ordered" in trouble
    assert (await shown(stage, "longmen-residents")).trouble == trouble
    await stage.clock.advance(10)
    assert [each.trouble for each in await stage.live.heads() if each.trouble] == []


async def test_a_chat_that_nobody_has_is_none(stage: Stage) -> None:
    await stage.run()
    assert await stage.live.chat("elsewhere") is None
    assert await stage.live.message("elsewhere", "1") is None
    with pytest.raises(NotFound):
        await stage.live.test("elsewhere")


async def test_nobody_presses_on_the_board_for_a_chat_that_lives_elsewhere(stage: Stage) -> None:
    await stage.run()
    with pytest.raises(NotFound):
        await stage.live.press("duty-room", "1", "r:token", "police")
    with pytest.raises(NotFound):
        await stage.live.say("duty-room", "收到", "police")
    assert await stage.store.unhandled() == ()


async def test_nor_by_way_of_a_chat_that_does_live_there(stage: Stage) -> None:
    """Pages show the buttons of every chat, and so what they carry."""
    duty_room, _, residents = a_town()["chats"]
    village = a_chat("longmen-office", on="board", address=None, audiences=None, office="village-longmen")
    stage.write(town=a_town(chats=[duty_room, village, residents]))
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    done = (await shown(stage, "duty-room")).messages[0].buttons[0][1].data
    told = await asyncio.wait_for(stage.live.press("longmen-office", "1", done, "police"), 5)
    assert told.text.startswith("谢谢")
    assert await stage.ledger("done") == []


async def test_one_may_be_an_office_or_a_resident(stage: Stage) -> None:
    await stage.run()
    speakers = {each.office: each.name for each in stage.live.speakers()}
    assert speakers["police"] == "派出所"
    assert speakers[None] == "居民"


async def test_a_test_message_says_that_it_is_one(stage: Stage) -> None:
    await stage.run()
    await stage.live.test("longmen-residents")
    await stage.clock.settle()
    (text,) = stage.telegram.texts(RESIDENTS)
    assert "测试消息" in text


async def next_change(stage: Stage) -> Changed:
    return await asyncio.wait_for(stage.live.changed(), 5)


async def test_pages_are_told_which_messages_of_which_chats_came(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await stage.live.changed()
    waiting = asyncio.create_task(stage.live.changed())
    await stage.clock.settle()
    assert not waiting.done()
    await stage.pass_to(at("08:01:00"))
    first, then = await waiting, await next_change(stage)
    assert (first.asks, first.everything, then.asks, then.everything) == (False, False, False, False)
    id_ = (await shown(stage, "longmen-residents")).messages[0].id
    assert {**first.messages, **then.messages} == {"longmen-residents": {id_}}


async def test_and_of_the_owed_answers_when_one_is_asked_for_or_given(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02")), town=a_board_town())
    await stage.run()
    await stage.live.changed()
    await stage.pass_to(at("08:02:00"))
    asked = await next_change(stage)
    assert asked.asks
    message = (await shown(stage, "duty-room")).messages[0]
    assert asked.messages == {"duty-room": {message.id}}
    await stage.live.press("duty-room", str(message.message_id), message.buttons[0][1].data, "police")
    await stage.clock.settle()
    answered = await next_change(stage)
    assert answered.asks
    assert answered.messages == {"duty-room": {message.id}}


async def test_what_changes_nothing_that_pages_show_wakes_nobody(stage: Stage) -> None:
    await stage.run()
    await stage.live.changed()
    await stage.store.commit(Change(marks={"telegram-offset": "7"}))
    await stage.store.commit(Change(entries=(Entry(at=stage.clock.now(), kind="started"),)))
    waiting = asyncio.create_task(stage.live.changed())
    await stage.clock.settle()
    assert not waiting.done()
    waiting.cancel()


async def test_an_edit_changes_everything_once_it_is_in_force(stage: Stage) -> None:
    await stage.run()
    await stage.live.changed()
    version = stage.live.version
    assert version == stage.bot.in_force.version
    stage.write(a_reminder(on=on("09:00")))
    changed = Changed()
    while not changed.everything:
        await stage.clock.advance(1)
        with suppress(TimeoutError):
            changed = await asyncio.wait_for(stage.live.changed(), 0.01)
    assert stage.live.version != version
    (head,) = [each for each in await stage.live.heads() if each.id == "longmen-residents"]
    assert head.next_due == at("09:00:00")


async def test_a_version_that_comes_into_force_only_after_its_entry_is_told_with_the_next_commit(stage: Stage) -> None:
    await stage.run()
    await stage.live.changed()
    stage.bot.in_force = replace(stage.bot.in_force)
    await stage.store.commit(Change(marks={"watermark": stage.clock.now().isoformat()}))
    assert (await next_change(stage)).everything


async def test_a_season_that_was_asked_for_before_the_record_was_read_is_told_anew(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    stage.clock.jump(at("09:00:00"))
    stage.write(a_reminder("other", on=on("08:01", "2036-02-07")))
    await stage.restart()
    fresh = LiveBot(stage.bot, stage.board)
    early, changed = fresh.season(), await asyncio.wait_for(fresh.changed(), 5)
    late = fresh.season()
    assert changed.everything
    assert early is not None
    assert late is not None
    assert [[each.day.day for each in found.days if each.sends] for found in (early, late)] == [[7], [5, 7]]


async def test_one_that_was_not_asked_for_tells_nothing_when_it_is_read(stage: Stage) -> None:
    await stage.run()
    fresh = LiveBot(stage.bot, stage.board)
    await fresh.heads()
    waiting = asyncio.create_task(fresh.changed())
    await stage.clock.settle()
    assert not waiting.done()
    waiting.cancel()


@pytest.mark.parametrize("order", ["refused", "uncertain"])
async def test_a_day_of_which_something_went_wrong_is_marked_in_the_season_and_after_a_restart(
    stage: Stage, order: str
) -> None:
    stage.telegram.order(RESIDENTS, {"refused": refused, "uncertain": uncertain}[order]())
    await stage.run()
    assert troubled(stage) == []
    await stage.pass_to(at("08:01:00"))
    assert troubled(stage) == [5]
    await stage.restart()
    assert troubled(stage) == [5]


async def test_what_was_in_doubt_and_then_arrived_is_no_trouble_any_more(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02")))
    stage.telegram.order(DUTY_ROOM, uncertain())
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    assert troubled(stage) == [5]
    await stage.clock.advance(10)
    assert troubled(stage) == []
    await stage.restart()
    assert troubled(stage) == []


def troubled(stage: Stage) -> list[int]:
    """The days of the month on which something went wrong."""
    season = stage.live.season()
    assert season is not None
    return [each.day.day for each in season.days if each.trouble]


async def test_chats_that_stand_in_for_want_of_a_token_are_said_on_every_page(stage: Stage) -> None:
    stage.token = None
    await stage.run()
    (notice,) = stage.live.notices()
    assert "Telegram" in notice
    assert "3 个群" in notice


async def test_the_health_of_a_chat_is_its_last_sending_and_its_last_failure(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, refused())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    health = {each.chat: each for each in await stage.live.health()}
    assert list(health) == ["duty-room", "longmen-office", "longmen-residents"]
    assert health["duty-room"].last_sent == at("08:02:00")
    assert health["duty-room"].why is None
    assert health["longmen-residents"].last_failure == at("08:01:00")
    assert "as ordered" in str(health["longmen-residents"].why)


async def test_a_platform_that_does_not_answer_is_said_on_every_page_until_it_does(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([not_sent()] * 2)
    await stage.run()
    (notice,) = stage.live.notices()
    assert notice.startswith("Telegram 暂时连不上，正在不断重试：")
    await stage.clock.advance(30)
    assert stage.live.notices() == ()
