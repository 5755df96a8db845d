"""What came in is on disk before the platform is told that we have it, then dealt with, then answered."""

import asyncio

import pytest

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.receive import receive
from bot.app.routing import ADMINS
from bot.channels.protocol import Button
from bot.language import say
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change, Store
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, a_board_town, at
from tests.builders import a_chat, a_town
from tests.fakes import WHY, FakeChannel, down, moved, not_sent, throttled, until


def came(change: Change) -> bool:
    return bool(change.inbound)


def dealt_with(change: Change) -> bool:
    return bool(change.handled)


async def asked(stage: Stage) -> str:
    """An ask went out to the duty room; what its 已落实 carries."""
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    return ask.message.buttons[0][1].data


async def test_it_is_on_disk_before_the_offset_moves(stage: Stage) -> None:
    await stage.run()
    stage.store.full = came
    stage.hears("command", text="/id")
    await stage.clock.advance(0)
    assert stage.telegram.asked_from == [None]
    assert await stage.store.mark("offset:telegram") is None
    stage.store.full = lambda _change: False
    await stage.clock.advance(3)
    assert stage.telegram.asked_from == [None, None, "1"]
    assert len(stage.telegram.answered) == 1


async def test_offset_and_what_came_in_are_written_together(stage: Stage) -> None:
    await stage.run()
    stage.hears("command", text="/id")
    await stage.clock.settle()
    (change,) = [each for each in stage.store.asked if each.inbound]
    assert change.marks == {"offset:telegram": "1"}


async def test_what_came_in_before_a_crash_is_dealt_with_at_the_next_start(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    await stage.end()
    pressed = Inbound(
        platform="telegram",
        id="77",
        at=stage.clock.now(),
        kind="press",
        person="telegram:2001",
        address=DUTY_ROOM,
        data=data,
    )
    await stage.store.commit(Change(inbound=(pressed,), marks={"offset:telegram": "78"}))
    await stage.restart()
    assert "done" in await stage.ledger()
    assert await stage.store.unhandled() == ()


async def test_nothing_is_claimed_that_is_not_on_disk(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    stage.store.full = dealt_with
    stage.hears("press", data=data)
    await stage.clock.settle()
    ((_, told, _),) = stage.telegram.answered
    assert "暂时记不下来" in told
    assert "done" not in await stage.ledger()
    assert len(await stage.store.unhandled()) == 1


async def test_it_is_dealt_with_as_soon_as_the_disk_takes_it(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    stage.store.full = dealt_with
    stage.hears("press", data=data)
    await stage.clock.settle()
    stage.store.full = lambda _change: False
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert (await stage.ledger())[-1] == "done"
    assert await stage.store.unhandled() == ()


async def test_what_the_disk_does_not_take_has_not_been_heard_by_the_ladder(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    before = dict(stage.bot.caught_up)
    stage.store.full = dealt_with
    stage.hears("press", data=data)
    await stage.clock.settle()
    assert stage.bot.caught_up == before
    stage.store.full = lambda _change: False
    stage.telegram.idle()
    await stage.clock.settle()
    assert stage.bot.caught_up == {"telegram": stage.clock.now()}


async def test_not_all_has_come_while_the_platform_hands_out_no_more_at_once(stage: Stage) -> None:
    await stage.run()
    stage.telegram.is_full = True
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert stage.bot.caught_up == {}
    stage.telegram.is_full = False
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert stage.bot.caught_up == {"telegram": stage.clock.now()}


async def test_on_the_board_a_press_that_cannot_be_kept_is_told_so_and_no_page_waits_for_ever(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    stage.store.full = came
    saying = asyncio.create_task(stage.live.say("duty-room", "收到", "police"))
    await stage.clock.settle()
    assert saying.done()
    assert "暂时记不下来" in (await saying).text


async def test_a_platform_out_of_reach_is_tried_again_until_it_is_there(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([not_sent()] * 3)
    await stage.run()
    assert stage.telegram.opened == 0
    assert set(stage.bot.out_of_reach) == {"telegram"}
    await stage.clock.advance(30)
    assert stage.telegram.opened == 1
    assert stage.bot.out_of_reach == {}
    assert 0 < stage.bot.heard["telegram"] <= stage.clock.monotonic()


async def test_the_record_says_since_when_the_only_connection_is_gone_and_why_until_it_is_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeChannel, "exclusive", True)
    stage.telegram.refuses_to_open.extend([not_sent(), down()])
    began = stage.clock.now().isoformat()
    await stage.run()
    await stage.clock.advance(3)
    assert await stage.store.mark("lost:telegram") == f"{began} {say(WHY)}"
    await stage.clock.advance(30)
    stage.telegram.idle()
    await stage.clock.settle()
    assert await stage.store.mark("lost:telegram") is None


async def test_one_that_refuses_the_bot_is_not_said_to_be_tried_again_and_again(stage: Stage) -> None:
    stage.telegram.refuses_to_open.extend([down()] * 100)
    await stage.run()
    (notice,) = stage.live.notices()
    assert notice.startswith("Telegram 用不了了：")
    assert "重试" not in notice


async def test_one_that_hears_alone_is_heard_while_it_is_out_of_reach_and_is_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeChannel, "hears_alone", True)
    stage.telegram.refuses_to_open.extend([down(), not_sent()])
    await stage.run()
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert len(stage.telegram.answered) == 1
    assert set(stage.bot.out_of_reach) == {"telegram"}
    stage.telegram.idle()
    await stage.clock.settle()
    assert stage.telegram.opened == 1
    stage.telegram.idle()
    await stage.clock.settle()
    assert stage.bot.out_of_reach == {}


async def test_a_platform_that_refuses_the_bot_is_told_once_a_day_and_the_board_goes_on(stage: Stage) -> None:
    stage.write(town=a_board_town())
    stage.telegram.refuses_to_open.extend([down()] * 2_000)
    await stage.run()
    await stage.clock.advance(600)
    told = [each for each in await stage.store.deliveries(chat=ADMINS) if "down" in each.occurrence]
    assert len(told) == 1
    assert "Telegram 用不了了" in str(told[0].text)
    saying = asyncio.create_task(stage.live.say("duty-room", "/id", None))
    await stage.clock.settle()
    assert "address: duty-room" in (await saying).text


async def test_id_tells_chat_and_person_as_they_are_written_in_the_schedule(stage: Stage) -> None:
    await stage.run()
    stage.hears("command", text="/id@GengfuBot", person="telegram:11")
    await stage.clock.settle()
    ((_, told, _),) = stage.telegram.answered
    assert "on: telegram\naddress: -1001001" in told
    assert "{telegram: 11}" in told


async def test_ordinary_talk_gets_no_answer(stage: Stage) -> None:
    await stage.run()
    stage.hears("text", text="明天开会")
    await stage.clock.settle()
    assert stage.telegram.answered == []
    assert await stage.store.unhandled() == ()


@pytest.mark.parametrize(
    ("person", "text", "told"),
    [
        ("2001", "已落实", "没有待回执的提醒"),
        ("2001", "收到，马上去", "不算回执"),
        ("2001", "已经在弄了", "/open"),
        ("11", "收到", "/help"),
        ("1001", "在吗", "/help"),
    ],
)
async def test_who_writes_to_the_bot_alone_is_not_left_believing_that_they_answered(
    stage: Stage, person: str, text: str, told: str
) -> None:
    await stage.run()
    stage.hears("text", text=text, person=f"telegram:{person}", address=person, private=True)
    await stage.clock.settle()
    ((_, answer, _),) = stage.telegram.answered
    assert told in answer
    assert await stage.ledger("received") == await stage.ledger("done") == []
    assert await stage.store.unhandled() == ()


async def test_a_chat_that_moved_is_followed_and_the_admins_told_what_to_write(stage: Stage) -> None:
    await stage.run()
    stage.hears("moved", new_address="-100777")
    await stage.clock.settle()
    await asked_at(stage, "-100777")
    assert any("-100777" in text for text in stage.told)
    await stage.restart()
    route = stage.bot.routes.to("duty-room")
    assert route is not None
    assert route.address == "-100777"


async def asked_at(stage: Stage, address: str) -> None:
    await stage.pass_to(at("08:02:00"))
    assert len(stage.telegram.texts(address)) == 1


async def test_a_bot_that_was_thrown_out_tells_the_admins(stage: Stage) -> None:
    await stage.run()
    stage.hears("left")
    await stage.clock.settle()
    assert any("机器人被移出群" in text and "duty-room" in text for text in stage.told)


async def test_a_bot_that_was_thrown_out_of_a_forum_names_every_topic_that_is_a_chat(stage: Stage) -> None:
    topics = [
        a_chat(f"topic-{each}", address={"chat": -1005, "topic": each}, audiences=["residents"]) for each in (7, 8)
    ]
    stage.write(town=a_town(chats=[*a_town()["chats"], *topics]))
    await stage.run()
    stage.hears("left", address="-1005")
    stage.hears("left", address="-100")
    await stage.clock.settle()
    assert ["topic-7、topic-8" in text for text in stage.told if "机器人被移出群" in text] == [True]


async def test_a_bot_that_was_thrown_out_is_heard_of_once_and_its_chat_is_asked_no_more(stage: Stage) -> None:
    await stage.run()
    before = len(stage.told)
    stage.hears("left", address=RESIDENTS)
    stage.hears("left", address=RESIDENTS)
    await stage.clock.settle()
    await stage.pass_to(at("08:01:00"))
    assert len(stage.told) == before + 1
    assert RESIDENTS not in stage.telegram.requests
    assert await stage.deliveries("longmen-residents") == {"warning": "failed"}


async def test_a_chat_that_moved_on_does_not_care_that_the_bot_left_where_it_was(stage: Stage) -> None:
    await stage.run()
    stage.hears("moved", address=RESIDENTS, new_address="-777")
    stage.hears("left", address=RESIDENTS)
    await stage.clock.settle()
    await stage.pass_to(at("08:01:00"))
    assert len(stage.telegram.texts("-777")) == 1
    stage.hears("left", address="-777")
    await stage.clock.settle()
    assert await stage.store.mark("dead:longmen-residents") is not None


async def test_a_group_that_the_town_does_not_know_may_move_or_leave_without_a_word(stage: Stage) -> None:
    await stage.run()
    before = len(stage.told)
    stage.hears("moved", address="-777", new_address="-888")
    stage.hears("left", address="-777")
    await stage.clock.settle()
    assert stage.told[before:] == []
    assert await stage.store.unhandled() == ()


async def test_a_move_that_was_met_while_sending_is_not_told_again_when_it_is_heard_of(stage: Stage) -> None:
    stage.telegram.order(DUTY_ROOM, moved("-100777"))
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    stage.hears("moved", new_address="-100777")
    await stage.clock.settle()
    assert len([text for text in stage.told if "群地址变了" in text]) == 1


async def test_a_call_for_help_goes_out_at_once_to_who_can_help(stage: Stage) -> None:
    await stage.run()
    data = await asked(stage)
    stage.hears("press", data=data.replace("d:", "h:"))
    await stage.clock.settle()
    wanted, question = stage.telegram.sent[-2:]
    assert wanted.address == question.address == DUTY_ROOM
    assert "需协助：派出所" in wanted.message.text
    assert question.message.field == "需要什么协助？一句话"
    ((_, told, _),) = stage.telegram.answered
    assert "正在通知镇消防安全委员会" in told


# Replies.


async def test_a_reply_that_hangs_delays_no_other_s_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.run()
    data = await asked(stage)
    gate = hanging(stage, monkeypatch)
    stage.hears("press", data=data, person="telegram:11")
    await stage.clock.settle()
    stage.hears("press", data=data)
    await stage.clock.settle()
    assert await stage.ledger("done") == ["done"]
    assert [inbound.person for inbound, _, _ in stage.telegram.answered] == ["telegram:2001"]
    gate.set()
    await stage.clock.settle()
    assert [inbound.person for inbound, _, _ in stage.telegram.answered] == ["telegram:2001", "telegram:11"]


async def test_replies_that_hang_pile_up_to_an_end_and_hold_up_no_stop(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.run()
    gate = hanging(stage, monkeypatch)
    for _ in range(150):
        stage.hears("command", text="/id", person="telegram:11")
    await stage.clock.settle()
    assert await stage.store.unhandled() == ()
    assert len(replies()) == 100
    gate.set()
    await stage.clock.settle()
    gate.clear()
    assert replies() == []
    stage.hears("command", text="/id", person="telegram:11")
    await stage.clock.settle()
    await asyncio.wait_for(stage.end(), 5)
    assert replies() == []
    assert len(stage.telegram.answered) == 100


async def test_a_reply_that_the_platform_will_not_take_now_gives_the_chat_the_rest_that_it_asks_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asks_to_wait(*_: object) -> None:
        raise throttled(30)

    await stage.run()
    await stage.pass_to(at("08:01:50"))
    monkeypatch.setattr(stage.telegram, "answer", asks_to_wait)
    stage.hears("command", text="/id")
    await stage.pass_to(at("08:02:00"))
    assert stage.telegram.texts(DUTY_ROOM) == []
    await stage.pass_to(at("08:02:25"))
    assert len(stage.telegram.texts(DUTY_ROOM)) == 1


async def test_a_reply_that_breaks_is_said_in_the_log_and_the_next_one_goes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.run()
    answer = stage.telegram.answer

    async def breaks(inbound: Inbound, text: str, buttons: Buttons = ()) -> None:
        if inbound.person == "telegram:11":
            raise ZeroDivisionError
        await answer(inbound, text, buttons)

    monkeypatch.setattr(stage.telegram, "answer", breaks)
    stage.hears("command", text="/id", person="telegram:11")
    stage.hears("command", text="/id")
    await stage.clock.settle()
    assert len(stage.telegram.answered) == 1
    assert "telegram:11 could not be told" in caplog.text


Buttons = tuple[tuple[Button, ...], ...]


def hanging(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Replies to telegram:11 wait until this is set."""
    gate, answer = asyncio.Event(), stage.telegram.answer

    async def hangs(inbound: Inbound, text: str, buttons: Buttons = (), opens: str | None = None) -> None:
        if inbound.person == "telegram:11":
            await gate.wait()
        await answer(inbound, text, buttons, opens)

    monkeypatch.setattr(stage.telegram, "answer", hangs)
    return gate


def replies() -> list[str]:
    return [name for task in asyncio.all_tasks() if (name := task.get_name()).startswith("reply ")]


# What nobody foresaw.


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A typed ！ breaks the bot; each try is counted."""
    tried: list[str] = []

    async def breaks(store: Store, hearing: Hearing) -> Verdict | None:
        if hearing.inbound.text == "！":
            tried.append("！")
            raise ZeroDivisionError
        return await receive(store, hearing)

    monkeypatch.setattr("bot.app.hearing.hear.receive", breaks)
    return tried


async def test_one_thing_that_nobody_foresaw_holds_up_no_other(stage: Stage, poison: list[str]) -> None:
    await stage.run()
    stage.hears("text", text="！")
    stage.hears("command", text="/id")
    await until(lambda: len(stage.telegram.answered) == 1)
    assert [each.text for each in await stage.store.unhandled()] == ["！"]


async def test_it_is_tried_once_and_again_at_the_next_start(stage: Stage, poison: list[str]) -> None:
    await stage.run()
    for text in ("！", "/id", "/id"):
        stage.hears("text" if text == "！" else "command", text=text)
        await stage.clock.settle()
    assert len(poison) == 1
    await stage.restart()
    assert len(poison) == 2
