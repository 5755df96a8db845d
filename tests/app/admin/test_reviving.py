"""A chat that was given up is tried again when an admin says so, or when the bot is added to it once more."""

import pytest

from bot.app.routing import ADMINS
from bot.channels.buttons import decision_data
from bot.ledger.deliveries import Delivery
from bot.outbox.outcome import DEAD
from bot.store.protocol import Change
from tests.app.admin.test_settling import press
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage, at, minutes

WHY = "the bot was kicked"


async def given_up(stage: Stage) -> None:
    """The residents' chat was given up at 8:01; what was due at eight in the morning and yesterday failed there."""
    await stage.run()
    await stage.pass_to(at("08:01:30"))
    (warning,) = await stage.store.deliveries(chat="longmen-residents")
    issued = await stage.store.issued(warning.occurrence)
    assert issued is not None
    old = issued.model_copy(
        update={"occurrence": "winter-2036/warning/date/2036-02-04@08:01", "due": at("08:01:00", 4)}
    )
    failed = [
        Delivery(occurrence=each.occurrence, chat="longmen-residents", due=each.due, state="failed", why=why)
        for each, why in ((issued, WHY), (old, WHY), (issued.model_copy(update={"occurrence": "a/b/c/d"}), "too long"))
    ]
    mark = {f"{DEAD}longmen-residents": f"{RESIDENTS} {WHY}"}
    await stage.store.commit(Change(issued=(old,), deliveries=tuple(failed), marks=mark))
    stage.telegram.sent.clear()


async def states(stage: Stage) -> list[str]:
    return [each.state for each in await stage.store.deliveries(chat="longmen-residents")]


async def is_given_up(stage: Stage) -> bool:
    return await stage.store.mark(f"{DEAD}longmen-residents") is not None


async def test_an_admin_s_tap_tries_it_again_and_what_is_still_worth_sending_goes_out(stage: Stage) -> None:
    await given_up(stage)
    told = await press(stage, "revive", "longmen-residents")
    await stage.clock.advance(20)
    assert "其中 1 条补发" in told
    assert not await is_given_up(stage)
    assert await states(stage) == ["failed", "failed", "sent"], "yesterday's is too late; another failed by itself"
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    (entry,) = [each for each in await stage.store.entries() if each.kind == "settled"]
    assert (entry.by, entry.chat, entry.occurrence, entry.detail) == (
        "telegram:1001",
        "longmen-residents",
        None,
        {"revived": True},
    )
    assert any("重新开始发送" in text and "longmen-residents" in text for text in stage.told)


async def test_a_second_tap_is_told_whose_the_first_was(stage: Stage) -> None:
    await given_up(stage)
    await press(stage, "revive", "longmen-residents", person_name="李主任")
    told = (await stage.live.press(ADMINS, "", decision_data("revive", "longmen-residents"), None)).text
    assert "再试这个群（李主任，2036-02-05 08:01）" in told
    assert await stage.ledger("settled") == ["settled"]


async def test_nobody_else_revives_a_chat(stage: Stage) -> None:
    await given_up(stage)
    assert "只有管理员" in await press(stage, "revive", "longmen-residents", person="telegram:2001", address=DUTY_ROOM)
    assert await is_given_up(stage)
    assert (await stage.ledger())[-1] == "refused"


async def test_a_chat_that_was_never_given_up_needs_nothing(stage: Stage) -> None:
    await stage.run()
    assert "不需要决定" in await press(stage, "revive", "longmen-residents")
    assert "找不到" in await press(stage, "revive", "no-such-chat")


async def test_a_bot_that_is_added_again_tries_it_again_by_itself(stage: Stage) -> None:
    await given_up(stage)
    stage.hears("joined", address=RESIDENTS, person="telegram:3001")
    await stage.clock.advance(20)
    assert not await is_given_up(stage)
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    assert any("重新开始发送" in text and "telegram:3001" in text for text in stage.told)
    assert await stage.store.unhandled() == ()


async def test_an_admin_who_presses_start_at_last_is_told_things_from_then_on(stage: Stage) -> None:
    await stage.run()
    mine = "telegram:1001"
    await stage.store.commit(Change(marks={f"{DEAD}{mine}": f"{ADMIN} never started"}))
    before = len(stage.told)
    stage.hears("left", address=ADMIN, private=True, person=mine)
    stage.hears("left", address=RESIDENTS)
    await stage.clock.settle()
    assert stage.told[before:] == []
    stage.hears("command", text="/start", address=ADMIN, private=True, person=mine)
    await stage.clock.settle()
    assert await stage.store.mark(f"{DEAD}{mine}") is None
    stage.hears("left")
    await stage.clock.settle()
    assert any("duty-room" in text for text in stage.told)


async def test_a_bot_that_is_added_where_nothing_was_given_up_says_nothing(stage: Stage) -> None:
    await stage.run()
    before = len(stage.told)
    stage.hears("joined", address=RESIDENTS)
    stage.hears("joined", address="-777")
    await stage.clock.settle()
    assert stage.told[before:] == []
    assert await stage.store.unhandled() == ()


async def test_a_test_message_is_another_try(stage: Stage) -> None:
    await given_up(stage)
    await stage.live.test("longmen-residents")
    await stage.clock.advance(20)
    assert not await is_given_up(stage)
    assert any("测试消息" in text for text in stage.telegram.texts(RESIDENTS))


@pytest.mark.parametrize("of", ["settle", "revive"])
async def test_what_waits_for_a_word_is_shown_with_its_buttons_until_it_is_said(stage: Stage, of: str) -> None:
    await given_up(stage)
    if of == "settle":
        doubtful = Delivery(
            occurrence="winter-2036/warning/date/2036-02-04@08:01",
            chat="duty-room",
            due=at("08:01:00", 4),
            state="uncertain",
            sent_at=at("08:02:00", 4),
            why="reply lost",
        )
        await stage.store.commit(Change(deliveries=(doubtful,)))
        other, shown = (await stage.live.questions()).first
        assert (shown.subject, shown.title, shown.why) == ("三清三关 指定日期", "消防安全工作群", "reply lost")
        assert (shown.due, shown.since) == (at("08:01:00", 4), at("08:02:00", 4))
        assert other.kind == "revive"
    else:
        (shown,) = (await stage.live.questions()).first
        assert (shown.title, shown.why) == ("longmen-residents", WHY)
    data = shown.buttons[0][0].data
    await stage.live.press(shown.press_in, "", data, "police")
    assert shown not in (await stage.live.questions()).first


async def test_of_very_many_the_oldest_are_shown_and_the_rest_are_counted(stage: Stage) -> None:
    await stage.run()
    doubtful = tuple(
        Delivery(occurrence=f"a/b/c/{each}", chat="duty-room", due=at("08:00:00") + minutes(each), state="uncertain")
        for each in range(40)
    )
    await stage.store.commit(Change(deliveries=doubtful))
    shown = await stage.live.questions()
    assert [each.of for each in shown.first] == [each.id for each in doubtful[:30]]
    assert (shown.more, shown.count) == (10, 40)
