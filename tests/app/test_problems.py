"""The list of problems as pages see it (`bot.app.live.problems`)."""

from datetime import timedelta

from bot.app.routing import ADMINS
from bot.channels.buttons import Wished, read_wish
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.app.stage import Stage, a_board_town, at
from tests.app.test_asks import EIGHT, TWO, told
from tests.outbox.stage import an_ask

ASK = an_ask(due=EIGHT, offices=TWO, chats={"duty-room": ("police", "enforcement")})


async def says(stage: Stage, kind: str, asking: str = "police", by: str = "telegram:2001", **detail: str) -> None:
    entry = {"at": stage.clock.now(), "kind": kind, "occurrence": ASK.occurrence, "office": asking, "by": by}
    await stage.store.commit(Change(entries=(Entry.model_validate({**entry, "detail": detail or None}),)))
    stage.clock.jump(stage.clock.now() + timedelta(minutes=1))


async def test_the_open_ones_come_first_the_oldest_first_with_all_that_is_known(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await says(stage, "help", "enforcement", "telegram:2002", name="王强")
    await says(stage, "help")
    await says(stage, "need", "enforcement", text="两名消防员")
    await says(stage, "taken", "enforcement", "telegram:9", name="赵主任", office="镇消防安全委员会")
    first, second = (await stage.live.problems()).open
    assert (first.name, first.opened.name, first.opened.at) == ("综合执法大队", "王强", EIGHT)
    assert (first.need, first.taken and first.taken.name, first.closed) == (
        "两名消防员",
        "赵主任（镇消防安全委员会）",
        None,
    )
    assert (second.name, second.opened.name, second.need) == ("派出所", "telegram:2001", None)
    assert second.ask == (await stage.live.asks()).open[0].subject
    assert second.press_in == ADMINS
    assert [read_wish(each.data) for each in second.buttons[0]] == [
        Wished("take", ASK.token, 0),
        Wished("close", ASK.token, 0),
    ]


async def test_one_that_was_closed_stays_for_thirty_days(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await says(stage, "help")
    assert (await stage.live.problems()).closed == ()
    await says(stage, "closed", by="board:admin", text="已派人到场")
    shown = await stage.live.problems()
    (over,) = shown.closed
    assert (shown.open, over.closed and over.closed.name, over.how, over.buttons) == ((), "管理员", "已派人到场", ())
    stage.clock.jump(at("08:01:00") + timedelta(days=30))
    assert (await stage.live.problems()).closed == (over,)
    stage.clock.jump(at("08:01:01") + timedelta(days=30))
    assert (await stage.live.problems()).closed == ()


async def test_a_supervisor_sees_to_it_in_a_chat_that_lives_on_the_board_but_not_to_its_own(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    ask = an_ask(due=EIGHT, offices={**TWO, "fire-committee": "镇消防安全委员会"}, chats={"duty-room": tuple(TWO)})
    await told(stage, ask)
    await says(stage, "help")
    await says(stage, "help", "fire-committee")
    seats = {each.office: each.seats for each in (await stage.live.problems()).open}
    assert seats == {"police": {"fire-committee": "duty-room"}, "fire-committee": {}}


async def test_one_that_lives_elsewhere_is_seen_to_there(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await says(stage, "help")
    assert (await stage.live.problems()).open[0].seats == {}


async def test_by_its_buttons_an_admin_sees_to_it_and_closes_it_as_in_chat(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await told(stage, ASK)
    await says(stage, "help")
    (problem,) = (await stage.live.problems()).open
    take, close = problem.buttons[0]
    assert (await stage.live.press(problem.press_in, "", take.data, None)).text
    (problem,) = (await stage.live.problems()).open
    assert problem.taken is not None
    assert problem.taken.name == "管理员"
    assert (await stage.live.press(problem.press_in, "", close.data, None)).text
    shown = await stage.live.problems()
    assert (shown.open, len(shown.closed)) == ((), 1)


async def test_a_supervisor_does_so_in_the_chat_where_it_may(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await told(stage, ASK)
    await says(stage, "help")
    (problem,) = (await stage.live.problems()).open
    assert (
        await stage.live.press(problem.seats["fire-committee"], "", problem.buttons[0][0].data, "fire-committee")
    ).text
    (problem,) = (await stage.live.problems()).open
    assert problem.taken is not None
    assert problem.taken.name == "镇消防安全委员会"
