"""What pages see of the running bot: its chats, what stands in them, what comes next (`bot.app.view.Live`)."""

import asyncio

import pytest

from bot.app.health import health_of
from bot.app.routing import ADMINS
from bot.app.view import ShownChat
from bot.errors import NotFound
from tests.app.stage import RESIDENTS, Stage, a_board_town, at
from tests.builders import a_chat, a_key_date, a_reminder, a_town, some_key_dates
from tests.fakes import not_sent, refused, uncertain


async def shown(stage: Stage, chat: str) -> ShownChat:
    found = await stage.live.chat(chat)
    assert found is not None
    return found


async def test_every_chat_is_there_in_the_town_s_order_and_the_admins_last(stage: Stage) -> None:
    await stage.run()
    chats = await stage.live.chats()
    assert [(each.id, each.kind, each.on_board) for each in chats] == [
        ("duty-room", "offices", False),
        ("longmen-office", "office", False),
        ("longmen-residents", "audience", False),
        (ADMINS, "admins", True),
    ]


async def test_the_next_message_stands_there_in_full_with_its_hour_and_reason(stage: Stage) -> None:
    await stage.run()
    upcoming = (await shown(stage, "duty-room")).upcoming
    assert upcoming is not None
    assert upcoming.due == at("08:02:00")
    assert "请落实" in upcoming.text
    assert "请于 10:02 前回执" in upcoming.text
    assert upcoming.reason == "指定日期"
    assert (await shown(stage, "longmen-office")).upcoming is None


async def test_what_was_shown_is_what_is_sent(stage: Stage) -> None:
    await stage.run()
    foretold = (await shown(stage, "longmen-residents")).upcoming
    await stage.pass_to(at("08:01:00"))
    assert foretold is not None
    assert stage.telegram.texts(RESIDENTS) == [foretold.text]
    (message,) = (await shown(stage, "longmen-residents")).messages
    assert (message.text, message.state, message.buttons) == (foretold.text, "sent", ())


def some_sessions(stage: Stage, first: str) -> None:
    """A warning on 两会, which begins on this day."""
    sessions = a_key_date("two-sessions", name="两会", on={"by_year": {2036: f"{first}..{first}"}})
    others = [each for each in some_key_dates() if each["id"] != "two-sessions"]
    stage.write(a_reminder(on={"key_date": "two-sessions", "at": "08:01"}), key_dates=[*others, sessions])


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


async def test_a_doubtful_message_shows_as_such_and_a_failure_with_its_reason(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, uncertain())
    stage.telegram.order("-1001001", refused())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    (doubtful,) = (await shown(stage, "longmen-residents")).messages
    assert doubtful.state == "uncertain"
    assert "as ordered" in str((await shown(stage, "duty-room")).trouble)


async def test_a_chat_that_nobody_has_is_none(stage: Stage) -> None:
    await stage.run()
    assert await stage.live.chat("elsewhere") is None
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


async def test_pages_are_told_which_chats_changed(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await stage.live.changed()
    waiting = asyncio.create_task(stage.live.changed())
    await stage.clock.settle()
    assert not waiting.done()
    await stage.pass_to(at("08:01:00"))
    assert await waiting == {"longmen-residents"}


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
    health = {each.chat: each for each in await health_of(stage.store, stage.bot.in_force.schedule, stage.settings)}
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
