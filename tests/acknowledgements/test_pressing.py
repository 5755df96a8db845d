"""Presses: only who may, each office once, asked which where several are meant (interface.md, "Answers")."""

from datetime import timedelta

import pytest

from bot.channels.board import person_of
from bot.channels.buttons import data_of
from bot.ledger.entries import AnswerState, Entry
from bot.store.protocol import Change
from tests.acknowledgements.room import (
    BOTH,
    DEPUTY,
    DUTY_ROOM,
    ENFORCEMENT,
    POLICE,
    RESIDENTS,
    STRANGER,
    VILLAGE,
    VILLAGER,
    Room,
    an_ask,
    labels,
    told,
)

ASK = an_ask()


async def test_a_member_s_press_is_recorded_with_office_person_and_moment(room: Room) -> None:
    await room.ask(ASK)
    assert "派出所 收到" in told(await room.press(POLICE, ASK))
    (entry,) = await room.store.entries()
    assert (entry.kind, entry.office, entry.by, entry.at) == ("received", "police", f"telegram:{POLICE}", room.now)
    assert (entry.occurrence, entry.chat) == (ASK.occurrence, "duty-room")


async def test_received_asks_for_done_where_done_is_owed_and_not_where_received_is_enough(room: Room) -> None:
    enough = an_ask("enough", expects="received")
    await room.ask(ASK, enough)
    assert "已落实" in told(await room.press(POLICE, ASK))
    assert "已落实" not in told(await room.press(POLICE, enough))


async def test_who_answers_what_was_recalled_by_then_is_told_so_and_fetches_nobody(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK)
    by = Entry(at=room.now, kind="withdrawn", occurrence=ASK.occurrence, by="telegram:1", detail={"recalled": True})
    withdrawn = ASK.model_copy(update={"withdrawn": True})
    await room.store.commit(Change(entries=(by,), issued=(withdrawn,)))
    assert "已经撤回，不用回执" in told(await room.press(POLICE, ASK, "help"))
    assert [each.kind for each in await room.store.entries()] == ["received", "withdrawn"]
    assert not any(each.call for each in await room.store.deliveries())


async def test_a_member_may_answer_from_anywhere(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done", at=RESIDENTS)
    assert await room.ledger() == [("done", "police", f"telegram:{POLICE}")]


async def test_a_press_counts_for_the_office_that_its_message_names(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done", at=VILLAGE)
    assert await room.ledger() == [("done", "village-longmen", f"telegram:{POLICE}")]


async def test_anyone_in_its_own_chat_may_answer_for_an_office_that_says_so(room: Room) -> None:
    await room.ask(ASK)
    await room.press(VILLAGER, ASK, "done", at=VILLAGE)
    assert await room.ledger() == [("done", "village-longmen", f"telegram:{VILLAGER}")]


@pytest.mark.parametrize("at", [DUTY_ROOM, RESIDENTS])
async def test_but_not_from_another_chat(room: Room, at: str) -> None:
    await room.ask(ASK)
    await room.press(VILLAGER, ASK, "done", at=at)
    assert await room.ledger() == [("refused", None, f"telegram:{VILLAGER}")]


async def test_a_stranger_is_refused_politely_and_it_stands_in_the_ledger(room: Room) -> None:
    await room.ask(ASK)
    words = told(await room.press(STRANGER, ASK, "done"))
    assert words.startswith("谢谢")
    assert "派出所" in words
    (entry,) = await room.store.entries()
    assert (entry.kind, entry.by, entry.occurrence) == ("refused", "telegram:11", ASK.occurrence)
    assert entry.detail == {"answer": "done"}
    assert await room.state(ASK, "police") == "open"


async def test_who_cannot_be_told_from_others_answers_for_nobody(room: Room) -> None:
    await room.ask(ASK)
    verdict = await room.sends(POLICE, DUTY_ROOM, kind="press", data=f"d:{ASK.token}", anonymous=True)
    assert "匿名" in told(verdict)
    assert [kind for kind, _, _ in await room.ledger()] == ["refused"]


async def test_a_member_of_an_office_that_was_not_asked_is_refused(room: Room) -> None:
    ask = an_ask(offices={"police": "派出所"}, chats={"duty-room": ("police",)})
    await room.ask(ask)
    await room.press(ENFORCEMENT, ask)
    assert [kind for kind, _, _ in await room.ledger()] == ["refused"]


# Of several owing offices.


async def test_who_belongs_to_several_owing_offices_is_asked_which_and_nothing_is_recorded_yet(room: Room) -> None:
    await room.ask(ASK)
    assert labels(await room.press(BOTH, ASK)) == ["派出所 收到", "综合执法大队 收到"]
    assert await room.ledger() == []


async def test_the_choice_counts_for_that_office(room: Room) -> None:
    await room.ask(ASK)
    asked = await room.press(BOTH, ASK, "done")
    await room.sends(BOTH, DUTY_ROOM, kind="press", data=asked.buttons[1][0].data)
    assert await room.ledger() == [("done", "enforcement", f"telegram:{BOTH}")]


async def test_only_for_one_s_own_office(room: Room) -> None:
    await room.ask(ASK)
    asked = await room.press(BOTH, ASK, "done")
    await room.sends(POLICE, DUTY_ROOM, kind="press", data=asked.buttons[1][0].data)
    assert await room.ledger() == [("refused", "enforcement", f"telegram:{POLICE}")]
    assert await room.state(ASK, "enforcement") == "open"


async def test_nobody_is_asked_which_where_only_one_still_owes_it(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await room.press(BOTH, ASK, "done")
    assert (await room.ledger())[-1] == ("done", "enforcement", f"telegram:{BOTH}")


# Again, another, later.


async def test_the_same_person_s_same_answer_again_adds_no_entry(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK)
    assert "已经答过" in told(await room.press(POLICE, ASK))
    assert len(await room.ledger()) == 1


async def test_another_member_s_adds_one_and_changes_no_state(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await room.press(DEPUTY, ASK, "done")
    await room.press(DEPUTY, ASK, "received")
    assert [(kind, by) for kind, _, by in await room.ledger()] == [
        ("done", f"telegram:{POLICE}"),
        ("done", f"telegram:{DEPUTY}"),
        ("received", f"telegram:{DEPUTY}"),
    ]
    assert await room.state(ASK, "police") == "done"


async def test_who_belongs_to_several_that_have_done_it_is_asked_which_has_a_problem(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await room.press(ENFORCEMENT, ASK, "done")
    assert labels(await room.press(BOTH, ASK, "help")) == ["派出所 需协助", "综合执法大队 需协助"]


async def test_help_keeps_the_problem_open_until_it_is_done(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    assert await room.state(ASK, "police") == "help"
    await room.press(POLICE, ASK, "received")
    assert await room.state(ASK, "police") == "help"
    await room.press(POLICE, ASK, "done")
    assert await room.state(ASK, "police") == "done"


async def test_what_went_out_late_is_owed_by_the_deadline_that_its_chat_was_told(room: Room) -> None:
    await room.ask(ASK, deadline=ASK.due + timedelta(hours=9))
    room.now = ASK.due + timedelta(hours=8)
    assert "时限" not in told(await room.press(POLICE, ASK, "done"))
    room.now = ASK.due + timedelta(hours=10)
    assert "时限" in told(await room.press(ENFORCEMENT, ASK, "done"))


async def test_a_late_answer_counts_and_is_told_to_be_late(room: Room) -> None:
    await room.ask(ASK)
    room.now = ASK.due + timedelta(days=3)
    assert "已过回执时限" in told(await room.press(POLICE, ASK, "done"))
    assert await room.state(ASK, "police") == "done"


@pytest.mark.parametrize("answer", ["received", "done", "help"])
async def test_how_late_it_came_is_on_record_and_told_in_whole_seconds(room: Room, answer: AnswerState) -> None:
    await room.ask(ASK)
    room.now = ASK.due + timedelta(hours=4, minutes=5, seconds=7.9)
    verdict = await room.press(POLICE, ASK, answer)
    assert verdict.entry is not None
    assert verdict.entry.detail == {"late": 2 * 3600 + 5 * 60 + 7}
    assert ("已过回执时限 2 小时 5 分钟" in told(verdict)) is (answer != "help")


async def test_the_last_instant_is_in_time_and_the_next_one_late(room: Room) -> None:
    await room.ask(ASK)
    room.now = ASK.due + timedelta(hours=2)
    assert (await room.press(POLICE, ASK)).entry.detail is None  # type: ignore[union-attr] # it is an entry
    room.now += timedelta(microseconds=1)
    assert (await room.press(ENFORCEMENT, ASK)).entry.detail == {"late": 1}  # type: ignore[union-attr]


async def test_nobody_is_late_who_had_given_it_in_time_or_asked_for_help(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await room.press(ENFORCEMENT, ASK, "help")
    room.now = ASK.due + timedelta(days=1)
    for person in (DEPUTY, ENFORCEMENT):
        verdict = await room.press(person, ASK, "done")
        assert "时限" not in told(verdict)
        assert verdict.entry is not None
        assert verdict.entry.detail is None


async def test_received_in_time_does_not_make_done_in_time(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK)
    room.now = ASK.due + timedelta(hours=3)
    verdict = await room.press(POLICE, ASK, "done")
    assert "已过回执时限 1 小时" in told(verdict)


async def test_it_is_taken_on_a_withdrawn_ask_and_after_the_season(room: Room) -> None:
    gone = an_ask("gone", withdrawn=True)
    await room.ask(gone)
    room.now = ASK.due + timedelta(days=200)
    await room.press(POLICE, gone, "received")
    await room.type(POLICE, "已落实", quoting="1")
    await room.type(ENFORCEMENT, "已落实")
    assert await room.state(gone, "police") == await room.state(gone, "enforcement") == "done"


async def test_an_open_ask_is_answered_under_its_own_plan_by_whoever_is_a_member_now(room: Room) -> None:
    await room.ask(an_ask(offices={"gone": "已撤销的单位", **ASK.offices}))
    await room.press(POLICE, ASK, "done")
    assert await room.state(ASK, "police") == "done"


# What no button carries.


@pytest.mark.parametrize(
    "data",
    [
        "",
        "d:token-unknown",
        "x:token-fireworks",
        "d:token-fireworks:99",
        "d:token-fireworks:-1",
        "d:token-fireworks:0:0",
        "d:token-fireworks\n",
        "D:token-fireworks",
        "d:" + "a" * 60,
        "收到",
        "d:token-fireworks:²",
        "d:token-fireworks:٣",
    ],
)
async def test_forged_or_garbled_data_is_no_answer_and_breaks_nothing(room: Room, data: str) -> None:
    await room.ask(ASK)
    assert "已经不在记录里" in told(await room.sends(POLICE, DUTY_ROOM, kind="press", data=data))
    assert await room.ledger() == []


async def test_a_broadcast_cannot_be_answered(room: Room) -> None:
    await room.ask(an_ask("warning", owing=None))
    assert "已经不在记录里" in told(await room.press(POLICE, an_ask("warning")))


# On the board.


async def test_on_the_board_one_answers_for_the_office_that_one_picked_alone(room: Room) -> None:
    await room.ask(ASK)
    await room.press_as("enforcement", ASK, "done")
    await room.press_as(None, ASK, "done")
    assert await room.ledger() == [
        ("done", "enforcement", "board:office/enforcement"),
        ("refused", None, "board:resident"),
    ]


@pytest.mark.parametrize("number", [None, 2])
async def test_and_only_for_one_that_the_ask_names_in_that_very_chat(room: Room, number: int | None) -> None:
    """The token of an ask that lives elsewhere proves nothing: every client may send it."""
    await room.ask(ASK)
    data = data_of("done", ASK.token, number)
    village = person_of("village-longmen")
    assert told(await room.sends(village, DUTY_ROOM, kind="press", data=data, platform="board")).startswith("谢谢")
    assert [kind for kind, _, _ in await room.ledger()] == ["refused"]
    await room.sends(village, VILLAGE, kind="press", data=data, platform="board")
    assert (await room.ledger())[-1] == ("done", "village-longmen", village)


async def test_nor_does_quoting_reach_further(room: Room) -> None:
    await room.ask(ASK)
    typed = await room.type_as("village-longmen", "龙门村委会 已落实", quoting="1")
    assert told(typed).startswith("谢谢")
    assert await room.state(ASK, "village-longmen") == "open"


async def test_an_answer_that_changes_nothing_any_more_is_no_entry_however_much_came_between(room: Room) -> None:
    await room.ask(ASK)
    for answer in ("received", "help", "received", "done"):
        await room.press(POLICE, ASK, answer)
    verdict = await room.press(POLICE, ASK, "received")
    assert [entry.kind for entry in await room.store.entries()][-3:] == ["received", "help", "done"]
    assert told(verdict) == "派出所 收到：您已经答过，目前记录是“已落实”，不用再按"


async def test_another_member_s_lower_answer_is_noted_and_said_to_change_nothing(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    verdict = await room.press(DEPUTY, ASK, "received")
    assert verdict is not None
    assert verdict.entry is not None
    assert told(verdict) == "也记下了：派出所 收到。目前记录仍是“已落实”"


async def test_who_says_again_what_another_has_denied_since_is_shown_how_to_correct_it(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    room.now += timedelta(minutes=1)
    await room.press(DEPUTY, ASK, "help")
    room.now += timedelta(minutes=1)
    verdict = await room.press(POLICE, ASK, "done")
    assert verdict.entry is None
    assert labels(verdict) == ["更正为“已落实”"]
    assert "目前按“需协助”记录" in told(verdict)


async def test_what_was_said_before_and_arrives_after_is_noted_and_changes_nothing(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    room.now -= timedelta(minutes=1)
    assert told(await room.press(DEPUTY, ASK, "done")) == "也记下了：派出所 已落实。目前记录仍是“需协助”"
