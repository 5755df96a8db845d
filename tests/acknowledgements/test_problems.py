"""问题清单、闭环管理: one named person sees to a problem, and it stays on the list until somebody closes it."""

import asyncio
from collections.abc import Awaitable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.acknowledgements import problems
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.channels.board import ADMIN
from bot.channels.buttons import Wish, Wished
from bot.ledger.deliveries import Delivery
from bot.ledger.inbound import Inbound
from bot.ledger.problems import Problem, latest
from tests.acknowledgements.room import DEPUTY, DUTY_ROOM, POLICE, STRANGER, VILLAGE, VILLAGER, Room, an_ask, told
from tests.builders import a_chat, a_reminder, a_schedule, a_town, an_office

ASK = an_ask()
WANG, ZHAO, ADMIN_PERSON = 2009, 2010, 1001


@pytest.fixture
def room() -> Room:
    return a_room()


def a_room() -> Room:
    """派出所, 综合执法大队 and a village are asked; 消安委 supervises, 应急办 is nobody's helper."""
    offices = [
        an_office(name="派出所", members=[{"telegram": POLICE}, {"telegram": DEPUTY}]),
        an_office("enforcement", name="综合执法大队", members=[{"telegram": 2002}]),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
        an_office("fire-committee", name="消安委", tags=["supervisor"], members=[{"telegram": WANG}]),
        an_office("mayor", name="镇长办", tags=["supervisor"], members=[{"telegram": ZHAO}]),
        an_office("emergency", name="应急办", members=[{"telegram": 2020}]),
    ]
    chats = [a_chat(), a_chat("longmen-office", audiences=None, office="village-longmen")]
    return Room(schedule=a_schedule(town=a_town(offices=offices, chats=chats), reminders=[a_reminder(to=["offices"])]))


async def problem(room: Room, office: str = "police") -> Problem:
    found = latest(ASK, office, await room.store.entries(occurrence=ASK.occurrence))
    assert found is not None
    return found


async def helpless(room: Room) -> None:
    """派出所 has asked for help."""
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")


async def told_back(room: Room) -> list[tuple[str, str]]:
    """Chat and text of what was said of who sees to it."""
    return [(each.chat, each.text or "") for each in await notices(room) if "taken/" in each.occurrence]


async def notices(room: Room) -> list[Delivery]:
    return [each for each in await room.store.deliveries() if each.is_notice]


async def test_who_takes_it_is_on_record_and_comes_back_to_the_office_where_it_asked(room: Room) -> None:
    await room.ask(ASK)
    await room.type(VILLAGER, "需协助", at=VILLAGE)
    verdict = await room.wish(WANG, "take", ASK, "village-longmen")
    assert "龙门村委会 的问题由您跟进" in told(verdict)
    taken = (await problem(room, "village-longmen")).taken
    assert taken is not None
    assert (taken.person, taken.name, taken.office) == ("telegram:2009", "用户2009", "消安委")
    assert await told_back(room) == [
        ("longmen-office", "[龙门村委会](person:telegram:3001) 的问题由 用户2009（消安委） 跟进")
    ]


async def test_the_same_person_s_second_press_adds_nothing(room: Room) -> None:
    await helpless(room)
    await room.wish(WANG, "take", ASK, "police")
    before = await room.ledger()
    assert "已经由您跟进" in told(await room.wish(WANG, "take", ASK, "police"))
    assert await room.ledger() == before
    assert len(await told_back(room)) == 1


async def test_another_s_press_takes_it_over(room: Room) -> None:
    await helpless(room)
    await room.wish(WANG, "take", ASK, "police")
    verdict = await room.wish(ZHAO, "take", ASK, "police")
    assert "改由您跟进（原为用户2009（消安委））" in told(verdict)
    taken = (await problem(room)).taken
    assert taken is not None
    assert taken.person == "telegram:2010"
    assert len(await told_back(room)) == 2


async def test_two_who_take_it_from_each_other_do_not_fill_the_chat(room: Room) -> None:
    await helpless(room)
    for person in (WANG, ZHAO, WANG, ZHAO, WANG):
        await room.wish(person, "take", ASK, "police")
    assert len(await told_back(room)) == 2
    assert [kind for kind, _, _ in await room.ledger()].count("taken") == 5


@pytest.mark.parametrize("person", [WANG, ZHAO, ADMIN_PERSON, POLICE, DEPUTY])
async def test_helpers_supervisors_admins_and_the_office_itself_close_it(room: Room, person: int) -> None:
    await helpless(room)
    assert "已办结" in told(await room.wish(person, "close", ASK, "police"))
    closed = (await problem(room)).closed
    assert closed is not None
    assert closed.person == f"telegram:{person}"
    assert await room.state(ASK, "police") == "help", "what the office said stands"


@pytest.mark.parametrize(
    ("person", "wish"), [(STRANGER, "take"), (STRANGER, "close"), (2020, "take"), (2002, "close"), (POLICE, "take")]
)
async def test_nobody_else_may_and_that_is_on_record(room: Room, person: int, wish: str) -> None:
    await helpless(room)
    verdict = await room.wish(person, wish, ASK, "police")  # type: ignore[arg-type]
    assert "您目前不在其中" in told(verdict)
    assert (await room.ledger())[-1] == ("refused", "police", f"telegram:{person}")
    assert (await problem(room)).state == "open"


async def test_who_cannot_be_told_from_others_may_not(room: Room) -> None:
    await helpless(room)
    verdict = await room.sends(WANG, DUTY_ROOM, kind="press", data=f"t:{ASK.token}:0", anonymous=True)
    assert "匿名" in told(verdict)
    assert (await problem(room)).state == "open"


async def test_whom_the_first_step_tells_may(room: Room) -> None:
    ask = an_ask(then=[{"after": 4 * 3600, "tell": ["emergency"]}])
    await room.ask(ask)
    await room.press(POLICE, ask, "help")
    assert "由您跟进" in told(await room.wish(2020, "take", ask, "police"))


async def test_on_the_board_an_office_counts_where_it_is_spoken_to(room: Room) -> None:
    await helpless(room)
    there = await room.wish("board:office/fire-committee", "take", ASK, "police", at=VILLAGE)
    assert "您目前不在其中" in told(there)
    assert "由您跟进" in told(await room.wish("board:office/fire-committee", "take", ASK, "police"))
    taken = (await problem(room)).taken
    assert taken is not None
    assert (taken.name, taken.office) == (None, "消安委")
    assert "您目前不在其中" in told(await room.wish("board:resident", "close", ASK, "police"))
    assert "您目前不在其中" in told(await room.wish(ADMIN, "close", ASK, "police"))
    assert "已办结" in told(await room.wish("board:office/police", "close", ASK, "police"))


async def test_what_is_closed_is_closed_by_whom_is_said(room: Room) -> None:
    await helpless(room)
    await room.wish(WANG, "close", ASK, "police")
    before = await room.ledger()
    assert "已由用户2009（消安委）办结" in told(await room.wish(ZHAO, "take", ASK, "police"))
    assert "已由用户2009（消安委）办结" in told(await room.wish(ZHAO, "close", ASK, "police"))
    assert await room.ledger() == before


async def test_after_it_was_closed_the_same_person_s_call_is_a_new_problem(room: Room) -> None:
    await helpless(room)
    await room.wish(WANG, "close", ASK, "police")
    assert "正在通知" in told(await room.press(POLICE, ASK, "help"))
    assert ((await problem(room)).number, (await problem(room)).state) == (2, "open")
    assert len([each for each in await notices(room) if each.call]) == 2


@pytest.mark.parametrize("data", ["t:token-gone:0", "t:token-fireworks", "t:token-fireworks:9", "c:token-fireworks:0"])
async def test_a_button_that_belongs_to_no_problem(room: Room, data: str) -> None:
    await room.ask(ASK)
    assert "没有未办结的问题" in told(await room.sends(WANG, DUTY_ROOM, kind="press", data=data))
    assert await room.ledger() == []


# Typed.


async def help_message(room: Room) -> str:
    """The call for help as it stands in the duty room."""
    await helpless(room)
    (call,) = [each for each in await notices(room) if each.call]
    return await room.out(call)


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("已办结", None),
        ("已办结。", None),
        ("已办结 已调拨两台灭火器", "已调拨两台灭火器"),
        ("办结：已调拨\n两台灭火器", "已调拨 两台灭火器"),
    ],
)
async def test_a_reply_to_the_call_closes_it_and_says_how(room: Room, words: str, how: str | None) -> None:
    quoting = await help_message(room)
    assert "已办结" in told(await room.type(WANG, words, quoting=quoting))
    assert (await problem(room)).how == how


async def test_a_reply_to_the_call_takes_it(room: Room) -> None:
    quoting = await help_message(room)
    assert "由您跟进" in told(await room.type(WANG, "我来跟进", quoting=quoting))


async def test_the_office_says_so_in_reply_to_its_ask(room: Room) -> None:
    await helpless(room)
    await room.type(POLICE, "已办结：自己修好了", quoting="1")
    assert (await problem(room)).how == "自己修好了"


@pytest.mark.parametrize("words", ["办结不了", "已办结已调拨", "我来跟进吧，明天", "什么时候办结", "我来跟进 明天"])
async def test_other_words_are_no_word_on_it(room: Room, words: str) -> None:
    quoting = await help_message(room)
    assert await room.type(WANG, words, quoting=quoting) is None
    assert (await problem(room)).state == "open"


async def test_without_a_quote_nobody_knows_which_is_meant(room: Room) -> None:
    await helpless(room)
    assert await room.type(WANG, "已办结") is None


async def test_five_hundred_characters_of_how_it_ended_are_kept(room: Room) -> None:
    quoting = await help_message(room)
    await room.type(WANG, "已办结 " + "修" * 700, quoting=quoting)
    assert (await problem(room)).how == "修" * 500


# At once, and in any order.


@pytest.mark.parametrize(("first", "second"), list(permutations([(WANG, "close"), (ZHAO, "take")])))
async def test_of_two_at_once_one_was_first_and_each_is_told_what_stands(
    room: Room, monkeypatch: pytest.MonkeyPatch, first: tuple[int, Wish], second: tuple[int, Wish]
) -> None:
    """Both were judged before either was written, as a press on the board and one on Telegram may be."""
    await helpless(room)
    commit, both = room.store.commit, asyncio.Barrier(2)

    async def together(change):  # type: ignore[no-untyped-def]
        if any(each.kind in {"taken", "closed"} for each in change.entries):
            await both.wait()
        return await commit(change)

    monkeypatch.setattr(room.store, "commit", together)

    def press(person: int, wish: Wish) -> Awaitable[Verdict]:
        came = Inbound(
            platform="telegram",
            id=str(person),
            at=room.now,
            kind="press",
            person=f"telegram:{person}",
            person_name=f"用户{person}",
            address=DUTY_ROOM,
        )
        hearing = Hearing(came, "duty-room", room.schedule, ("admins",), "zh")
        return problems.pressed(room.store, hearing, Wished(wish, ASK.token, 0))

    closed, taken = await asyncio.gather(press(*first), press(*second))
    if first[1] == "take":
        closed, taken = taken, closed
    order = [kind for kind, _, _ in await room.ledger() if kind in {"taken", "closed"}]
    assert "已办结" in told(closed)
    expected = "由您跟进" if order == ["taken", "closed"] else "已由用户2009（消安委）办结"
    assert expected in told(taken)
    assert (await problem(room)).state == "closed"


DOINGS = ["take WANG", "take ZHAO", "close WANG", "done", "help"]


async def played(doings: list[str]) -> tuple[Room, list[str]]:
    """These happen one after the other; the room, and who sees to it after each."""
    room = a_room()
    await helpless(room)
    seen: list[str] = []
    for doing in doings:
        what, _, who = doing.partition(" ")
        person = {"WANG": WANG, "ZHAO": ZHAO}.get(who, POLICE)
        if what in {"take", "close"}:
            await room.wish(person, what, ASK, "police")  # type: ignore[arg-type]
        else:
            await room.press(person, ASK, what)  # type: ignore[arg-type]
        taken = (await problem(room)).taken
        seen.append(taken.person if taken else "")
    return room, seen


@given(st.lists(st.sampled_from(DOINGS), max_size=10))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_the_order_at_most_one_person_sees_to_it_and_the_last_who_said_so(doings: list[str]) -> None:
    async def play() -> None:
        room, seen = await played(doings)
        standing = ""
        for doing, person in zip(doings, seen, strict=True):
            assert person in {standing, "", f"telegram:{WANG}", f"telegram:{ZHAO}"}
            if doing.startswith("take") and person:
                assert person in {standing, f"telegram:{WANG if doing.endswith('WANG') else ZHAO}"}
            standing = person
        entries = await room.store.entries(occurrence=ASK.occurrence)
        again = latest(ASK, "police", [each.model_copy() for each in entries])
        assert again == await problem(room), "the fold goes by the ledger alone"

    asyncio.run(play())


@pytest.mark.parametrize("order", list(permutations(["take WANG", "close WANG", "done"])))
async def test_every_order_of_take_close_and_done_ends_closed(order: tuple[str, ...]) -> None:
    room, _ = await played(list(order))
    assert (await problem(room)).state == "closed"
    assert (await problem(room)).number == 1
