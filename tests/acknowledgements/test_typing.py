"""Typed answers count the same as presses (interface.md, "Answers")."""

import pytest

from bot.ledger.deliveries import Question, notice
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
from tests.builders import a_schedule, a_town, an_office

ASK = an_ask()
OTHER = an_ask("gas")


@pytest.mark.parametrize(("text", "kind"), [("收到", "received"), ("已落实", "done"), ("需协助", "help")])
async def test_a_typed_reply_counts_like_a_press(room: Room, text: str, kind: str) -> None:
    await room.ask(ASK)
    await room.type(POLICE, text, quoting="1")
    assert await room.ledger() == [(kind, "police", f"telegram:{POLICE}")]


async def test_a_quote_says_which_ask_is_meant(room: Room) -> None:
    await room.ask(ASK, OTHER)
    await room.type(POLICE, "收到", quoting="1")
    assert [entry.occurrence for entry in await room.store.entries()] == [ASK.occurrence]


async def test_a_quote_of_several_that_went_out_together_is_asked_which_and_one_s_name_or_state_may_tell(
    room: Room,
) -> None:
    await room.ask(ASK, message_id="1")
    await room.ask(OTHER, message_id="1", state="merged")
    await room.ask(an_ask("third"))
    verdict = await room.type(POLICE, "收到", quoting="1")
    assert labels(verdict) == ["02-05 09:00 请落实 gas", "02-05 09:00 请落实 fireworks"]
    assert await room.ledger() == []
    await room.press(POLICE, OTHER)
    await room.type(POLICE, "收到", quoting="1")
    assert [entry.occurrence for entry in await room.store.entries()] == [OTHER.occurrence, ASK.occurrence]


async def test_a_quote_of_the_notice_that_asks_once_more_means_the_ask(room: Room) -> None:
    await room.ask(ASK, OTHER)
    (again,) = notice("again/1", ("duty-room",), "请再按一次", ASK.due, Question(kind="answer", of=ASK.occurrence))
    sent = {"state": "sent", "message_id": "77", "address": DUTY_ROOM, "sent_at": ASK.due}
    await room.store.commit(Change(deliveries=(again.model_copy(update=sent),)))
    await room.type(POLICE, "收到", quoting="77")
    assert [entry.occurrence for entry in await room.store.entries()] == [ASK.occurrence]


async def test_without_a_quote_it_counts_for_the_only_open_ask(room: Room) -> None:
    await room.ask(ASK)
    await room.type(POLICE, "收到")
    assert await room.ledger() == [("received", "police", f"telegram:{POLICE}")]


async def test_where_several_are_open_the_bot_asks_which_the_latest_first(room: Room) -> None:
    await room.ask(ASK, OTHER)
    verdict = await room.type(POLICE, "收到")
    assert labels(verdict) == ["02-05 09:00 请落实 gas", "02-05 09:00 请落实 fireworks"]
    assert await room.ledger() == []
    assert verdict is not None
    await room.sends(POLICE, DUTY_ROOM, kind="press", data=verdict.buttons[1][0].data)
    assert [(entry.occurrence, entry.kind) for entry in await room.store.entries()] == [(ASK.occurrence, "received")]


async def test_an_ask_that_would_hear_nothing_new_is_not_among_them(room: Room) -> None:
    await room.ask(ASK, OTHER)
    await room.press(POLICE, OTHER)
    await room.type(POLICE, "收到")
    assert [entry.occurrence for entry in await room.store.entries()] == [OTHER.occurrence, ASK.occurrence]


async def test_nor_is_one_that_is_open_to_other_offices_or_in_other_chats(room: Room) -> None:
    elsewhere = an_ask("elsewhere", offices={"police": "派出所"}, chats={"longmen-office": ("police",)})
    theirs = an_ask("theirs", offices={"enforcement": "综合执法大队"}, chats={"duty-room": ("enforcement",)})
    await room.ask(ASK, elsewhere, theirs)
    await room.type(POLICE, "收到")
    assert [entry.occurrence for entry in await room.store.entries()] == [ASK.occurrence]


async def test_an_ask_that_has_what_it_is_owed_is_not_among_them(room: Room) -> None:
    enough = an_ask("enough", expects="received")
    await room.ask(ASK, enough)
    await room.press(POLICE, enough)
    await room.type(POLICE, "已落实")
    assert [entry.occurrence for entry in await room.store.entries()] == [enough.occurrence, ASK.occurrence]


async def test_unless_nothing_is_owed_any_more_then_what_is_new_is_said_of_the_latest(room: Room) -> None:
    first, second = an_ask("first", expects="received"), an_ask("second", expects="received")
    await room.ask(first, second)
    await room.press(POLICE, first)
    await room.press(POLICE, second)
    assert await room.type(POLICE, "收到") is None
    await room.type(POLICE, "已落实")
    assert await room.state(first, "police") == "received"
    assert await room.state(second, "police") == "done"


async def test_a_problem_that_comes_up_after_all_was_done_is_heard(room: Room) -> None:
    await room.ask(ASK, OTHER)
    await room.press(POLICE, ASK, "done")
    await room.press(POLICE, OTHER, "done")
    await room.type(POLICE, "需协助")
    assert await room.state(OTHER, "police") == "help"
    assert await room.state(ASK, "police") == "done"


async def test_while_another_ask_is_open_a_problem_is_of_that_one(room: Room) -> None:
    await room.ask(ASK, OTHER)
    await room.press(POLICE, OTHER, "done")
    await room.type(POLICE, "需协助")
    assert await room.state(ASK, "police") == "help"
    assert await room.state(OTHER, "police") == "done"


async def test_another_member_s_same_word_adds_an_entry_like_a_press(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK)
    await room.type(DEPUTY, "收到")
    assert [by for _, _, by in await room.ledger()] == [f"telegram:{POLICE}", f"telegram:{DEPUTY}"]
    assert "已经答过" in told(await room.type(DEPUTY, "收到"))
    assert len(await room.ledger()) == 2


async def test_an_office_s_name_before_the_word_says_which_is_meant(room: Room) -> None:
    await room.ask(ASK)
    await room.type(BOTH, "综合执法队 收到")
    assert await room.ledger() == [("received", "enforcement", f"telegram:{BOTH}")]


async def test_without_it_who_belongs_to_several_is_asked_which(room: Room) -> None:
    await room.ask(ASK)
    assert labels(await room.type(BOTH, "收到")) == ["派出所 收到", "综合执法大队 收到"]


async def test_a_word_that_two_offices_are_called_by_means_neither(room: Room) -> None:
    """The second office's id is the first one's alias as well."""
    offices = [
        an_office(name="派出所", aliases=["消防", "Enforcement"], members=[{"telegram": BOTH}]),
        an_office("enforcement", name="综合执法大队", aliases=["消防"], members=[{"telegram": BOTH}]),
        an_office("village-longmen", name="龙门村委会"),
    ]
    room.schedule = a_schedule(town=a_town(offices=offices))
    await room.ask(ASK)
    assert await room.type(BOTH, "消防 收到") is None
    assert await room.type(BOTH, "enforcement 收到") is None
    await room.type(BOTH, "派出所 收到")
    assert await room.ledger() == [("received", "police", f"telegram:{BOTH}")]


async def test_a_name_that_is_not_one_s_own_is_refused(room: Room) -> None:
    await room.ask(ASK)
    await room.type(POLICE, "综合执法大队 收到", quoting="1")
    await room.type(POLICE, "综合执法大队：已落实")
    assert await room.ledger() == [("refused", "enforcement", f"telegram:{POLICE}")] * 2


@pytest.mark.parametrize("quoting", ["1", None])
async def test_a_stranger_s_word_is_refused_and_recorded(room: Room, quoting: str | None) -> None:
    await room.ask(ASK)
    assert told(await room.type(STRANGER, "收到", quoting=quoting)).startswith("谢谢")
    assert await room.ledger() == [("refused", None, "telegram:11")]


async def test_an_admin_s_word_is_refused_too_and_told_how_to_answer_for_an_office(room: Room) -> None:
    await room.ask(ASK)
    assert "/correct 派出所 已落实" in told(await room.type(1001, "派出所已落实"))
    assert await room.ledger() == [("refused", "police", "telegram:1001")]


async def test_an_anonymous_admin_s_word_is_refused(room: Room) -> None:
    await room.ask(ASK)
    assert "匿名" in told(await room.type(POLICE, "收到", anonymous=True))
    assert [kind for kind, _, _ in await room.ledger()] == ["refused"]


async def test_other_offices_may_say_it_to_each_other(room: Room) -> None:
    await room.ask(an_ask(offices={"police": "派出所"}, chats={"duty-room": ("police",)}))
    assert await room.type(ENFORCEMENT, "收到") is None
    assert await room.ledger() == []


async def test_where_nobody_is_asked_it_is_talk(room: Room) -> None:
    await room.ask(ASK)
    assert await room.type(STRANGER, "收到", at=RESIDENTS) is None
    assert await room.type(POLICE, "马上到", quoting="1") is None
    assert await room.type(POLICE, "收到", quoting="404") is None
    assert await room.ledger() == []


async def test_in_its_own_chat_anyone_types_for_the_village(room: Room) -> None:
    await room.ask(ASK)
    await room.type(VILLAGER, "已落实", at=VILLAGE)
    assert await room.ledger() == [("done", "village-longmen", f"telegram:{VILLAGER}")]


async def test_a_chat_that_moved_counts_its_messages_anew(room: Room) -> None:
    await room.ask(ASK)
    assert await room.type(POLICE, "收到", quoting="1", address="-100777") is None


async def test_a_message_without_words_of_its_own_can_still_be_chosen(room: Room) -> None:
    await room.ask(an_ask(bodies={"": ""}), OTHER)
    assert len(labels(await room.type(POLICE, "收到"))) == 2
