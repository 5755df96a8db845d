"""Where a message cannot be changed any more the chat is told anew how things stand: gathered, seldom, true, once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.routes import Route, Routes
from bot.ledger.deliveries import Delivery, Issued, Owing
from bot.ledger.entries import Entry, Kind
from bot.ledger.inbound import Inbound
from bot.ledger.standing import standings
from bot.renderer.compose import status_line
from bot.store.protocol import Change
from tests.fakes import FakeChannel, not_sent, uncertain
from tests.outbox.stage import NINE, TERMS, Stage, an_ask, at
from tests.outbox.test_calls import a_call, call

ROOM, VILLAGE, ALONE = "-room", "-village", "user:li"
OFFICES = {"police": "派出所", "enforcement": "综合执法大队", "village": "龙门村委会"}
THE_ASK = an_ask(
    offices=OFFICES,
    chats={"duty-room": ("police", "enforcement"), "longmen-office": ("village",), "li": ("village",)},
    bodies={"": "检查"},
)
HEAD, ALL = "📌 **回执情况：检查**", "✅ **这里要回执的都已回执：检查**"


class Fixed(Stage):
    """Chats on a platform where nothing can be changed but right after a press; `robot`: nothing at all."""

    robot = False

    def start(self) -> None:
        before = getattr(self, "telegram", None)
        self.telegram = FakeChannel(self.clock, "wecom-bot")
        if before is not None:
            self.telegram.sent, self.telegram.edited = before.sent, before.edited
        self.telegram.amends, self.telegram.numbers = False, not self.robot
        self.telegram.fixed = {ROOM, VILLAGE, ALONE}
        addresses = {"duty-room": ROOM, "longmen-office": VILLAGE, "li": ALONE, "admin": "1001"}
        self.routes = Routes({chat: Route(self.telegram, address) for chat, address in addresses.items()})
        super().start()

    def told(self, address: str = ROOM) -> list[str]:  # type: ignore[override]
        """The words on how it stands in a chat."""
        return [text for text in self.telegram.texts(address) if text.startswith((HEAD, ALL))]

    async def say(
        self, office: str, kind: Kind = "done", chat: str = "elsewhere", ask: Issued = THE_ASK, **detail: str
    ) -> None:
        entry = Entry(
            at=self.clock.now(),
            kind=kind,
            occurrence=ask.occurrence,
            office=office,
            by="wecom:li",
            chat=chat,
            detail=detail or None,
        )
        await self.store.commit(Change(entries=(entry,)))
        await self.clock.settle()

    async def press(self, office: str, kind: Kind = "done", address: str = ROOM, chat: str = "duty-room") -> None:
        """By a button of a card, which can be changed right after that."""
        self.telegram.fixed.discard(address)
        await self.say(office, kind, chat)
        await self.advance(1)
        self.telegram.fixed.add(address)

    async def statuses(self) -> list[Delivery]:
        return [each for each in await self.store.calls(THE_ASK.occurrence) if each.call and each.call.kind == "status"]


@pytest.fixture(params=[False, True], ids=["bot", "robot"])
async def fixed(request: pytest.FixtureRequest) -> AsyncIterator[Fixed]:
    class Chosen(Fixed):
        robot = request.param

    made = Chosen()
    await made.run()
    yield made
    await made.end()


@pytest.fixture
async def bot() -> AsyncIterator[Fixed]:
    made = Fixed()
    await made.run()
    yield made
    await made.end()


async def test_answers_that_a_chat_does_not_see_are_told_it_a_minute_after_the_first(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.advance(300)
    await fixed.say("police", "received")
    await fixed.advance(50)
    await fixed.say("enforcement", "help")
    assert fixed.told() == []
    await fixed.advance(15)
    assert fixed.told() == [f"{HEAD}\n\n- ☑️ 派出所 收到（09:05）\n- 🆘 综合执法大队 需协助（09:05）"]
    assert fixed.telegram.sent[-1].message.buttons == ()
    assert fixed.told(VILLAGE) == [], "of offices that are not asked there nothing is said"


async def test_within_ten_minutes_a_chat_is_told_of_one_ask_once(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police", "received")
    await fixed.advance(70)
    await fixed.say("police", "help")
    await fixed.advance(500)
    assert len(fixed.told()) == 1
    await fixed.advance(120)
    assert fixed.told()[1:] == [f"{HEAD}\n\n- 🆘 派出所 需协助（09:01）\n- ▫️ 综合执法大队 待回执"]
    await fixed.advance(7_200)
    assert len(fixed.told()) == 2


async def test_when_all_have_given_what_they_owe_that_is_said_at_once(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(70)
    await fixed.say("enforcement")
    await fixed.advance(1)
    assert fixed.told()[-1] == f"{ALL}\n\n- ✅ 派出所 已落实（09:00）\n- ✅ 综合执法大队 已落实（09:01）"
    await fixed.advance(7_200)
    assert len(fixed.told()) == 2


async def test_one_that_waited_goes_at_once_when_the_last_answer_comes(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(10)
    await fixed.say("enforcement")
    await fixed.advance(1)
    assert [each.startswith(ALL) for each in fixed.told()] == [True]
    await fixed.advance(7_200)
    assert len(fixed.told()) == 1


async def test_a_card_that_was_changed_after_its_press_tells_it_itself(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    await bot.press("police")
    await bot.advance(7_200)
    assert bot.told() == []
    assert "✅ 派出所" in bot.telegram.edited[-1].message.text
    assert await bot.statuses() == []


async def test_a_word_that_waits_is_called_off_where_the_card_tells_it_first(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    await bot.say("police")
    await bot.advance(20)
    assert [each.state for each in await bot.statuses()] == ["planned"]
    await bot.press("enforcement", "received")
    await bot.advance(7_200)
    assert bot.told() == []
    assert [each.state for each in await bot.statuses()] == ["withdrawn"]


async def test_a_card_is_tried_again_only_after_something_was_said_in_its_own_chat(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    for office, kind in (("police", "received"), ("police", "done"), ("enforcement", "received")):
        await bot.say(office, kind)  # type: ignore[arg-type]
        await bot.advance(30)
    asked = bot.telegram.requests.count(ROOM) - len(bot.telegram.texts(ROOM))
    assert asked == 1
    await bot.press("enforcement", "done")
    assert "✅ 综合执法大队" in bot.telegram.edited[-1].message.text


async def test_a_press_that_says_nothing_new_still_has_its_card_show_what_came_from_elsewhere(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    await bot.advance(1)
    await bot.say("police")
    await bot.advance(1)
    assert bot.telegram.edited == []
    bot.telegram.fixed.discard(ROOM)
    pressed = Inbound(
        platform="wecom-bot",
        id="1",
        at=bot.clock.now(),
        kind="press",
        person="wecom:li",
        address=ROOM,
        data=f"d:{THE_ASK.token}",
    )
    await bot.store.commit(Change(inbound=(pressed,)))
    await bot.advance(1)
    assert bot.telegram.edited == []
    await bot.store.commit(Change(handled=(pressed.key,)))
    await bot.advance(1)
    assert ["派出所" in each.message.text for each in bot.telegram.edited] == [True]


async def test_an_edit_that_may_yet_come_through_is_waited_for(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    bot.telegram.order(ROOM, not_sent(), not_sent(), not_sent())
    bot.telegram.fixed.clear()
    await bot.say("police", chat="duty-room")
    await bot.advance(300)
    assert bot.told() == []
    assert "✅ 派出所" in bot.telegram.edited[-1].message.text


async def test_what_one_person_said_alone_with_the_bot_was_answered_there(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("village", chat="li")
    await fixed.advance(7_200)
    assert fixed.told(ALONE) == []
    assert len(fixed.told(VILLAGE)) == 1


async def test_nobody_is_told_by_night(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    fixed.clock.leap(at("22:00"))
    await fixed.say("police")
    await fixed.advance(3_600)
    assert fixed.told() == []
    fixed.clock.leap(at("07:00", 6))
    await fixed.advance(20)
    assert fixed.told() == [f"{HEAD}\n\n- ✅ 派出所 已落实（02-05 22:00）\n- ▫️ 综合执法大队 待回执"]


async def test_nobody_is_told_once_the_campaign_is_over(fixed: Fixed) -> None:
    fixed.sender.terms = replace(TERMS, ends={"winter": at("21:00")})
    await fixed.issue(THE_ASK)
    fixed.clock.leap(at("20:59"))
    await fixed.say("police")
    await fixed.advance(30)
    assert [each.state for each in await fixed.statuses()] == ["planned"]
    fixed.clock.leap(at("21:01"))
    await fixed.advance(30)
    await fixed.say("enforcement")
    await fixed.advance(7_200)
    assert fixed.told() == []
    assert [each.state for each in await fixed.statuses()] == ["withdrawn"]


async def test_it_is_sent_on_record_and_neither_reminds_nor_is_repeated_in_doubt(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(30)
    fixed.telegram.order(ROOM, uncertain())
    await fixed.advance(7_200)
    assert fixed.told() == []
    assert [each.state for each in await fixed.statuses()] == ["uncertain"]
    assert not {"reminded", "escalated"} & {each.kind for each in await fixed.store.entries()}


async def test_a_restart_tells_what_was_not_told_and_nothing_again(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(70)
    await fixed.crash()
    await fixed.say("enforcement", "received")
    await fixed.run()
    await fixed.advance(700)
    assert len(fixed.told()) == 2
    await fixed.crash()
    await fixed.run()
    await fixed.advance(7_200)
    assert len(fixed.told()) == 2


async def test_a_bot_that_speaks_another_language_from_now_on_says_nothing_again(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(70)
    await fixed.crash()
    fixed.sender.terms = replace(TERMS, lang="en")
    await fixed.run()
    await fixed.advance(7_200)
    assert len(fixed.telegram.texts(ROOM)) == 2
    await fixed.say("enforcement", "received")
    await fixed.advance(70)
    assert "Answers so far" in fixed.telegram.texts(ROOM)[-1]


async def test_a_correction_is_told_though_the_first_message_reads_as_it_does(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await fixed.advance(70)
    await fixed.say("police", "corrected", to="open")
    await fixed.advance(700)
    assert fixed.told()[1:] == [f"{HEAD}\n\n- ▫️ 派出所 待回执\n- ▫️ 综合执法大队 待回执"]


async def test_a_reminder_that_names_who_owes_leaves_the_others_answers_to_be_told(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police")
    await call(fixed, a_call("remind", THE_ASK, fixed.clock.now(), "police", "enforcement"))
    await fixed.advance(70)
    assert len(fixed.told()) == 1
    await fixed.say("enforcement", "received")
    await fixed.advance(7_200)
    assert len(fixed.told()) == 2


async def test_who_was_called_for_help_learns_what_is_needed_and_who_sees_to_it(fixed: Fixed) -> None:
    await fixed.issue(THE_ASK)
    await fixed.say("police", "help")
    there = a_call("help", THE_ASK, fixed.clock.now(), "police", chat="longmen-office", wakes=True)
    await call(fixed, there)
    await fixed.advance(300)
    assert fixed.told(VILLAGE) == []
    await fixed.say("police", "need", text="要两名电工")
    await fixed.say("police", "taken", name="王工")
    await fixed.advance(70)
    assert fixed.told(VILLAGE) == [
        f"{HEAD}\n\n- 🆘 派出所 需协助（09:00），王工 已接手\n- 需要：要两名电工\n- ▫️ 龙门村委会 待回执"
    ]
    await fixed.say("police", "closed")
    await fixed.advance(700)
    assert "王工 已接手" not in fixed.told(VILLAGE)[1]
    assert len(fixed.told(VILLAGE)) == 2


async def test_where_messages_can_be_changed_nothing_is_told_anew(stage: Stage) -> None:
    ask = an_ask(offices=OFFICES, chats={"duty-room": ("police", "enforcement")})
    await stage.issue(ask)
    stage.telegram.fixed = {"-1"}
    entry = Entry(at=NINE, kind="done", occurrence=ask.occurrence, office="police", by="telegram:7")
    await stage.store.commit(Change(entries=(entry,)))
    await stage.advance(7_200)
    assert len(stage.telegram.sent) == 1


async def test_a_reminder_that_cannot_be_taken_down_is_let_be_and_one_that_can_is_taken_down(bot: Fixed) -> None:
    await bot.issue(THE_ASK)
    bot.telegram.undeletable.add(VILLAGE)
    for number, chat in enumerate(("duty-room", "longmen-office", "duty-room", "longmen-office"), 1):
        owe = ("village",) if chat == "longmen-office" else ("police", "enforcement")
        await call(bot, a_call("remind", THE_ASK, bot.clock.now(), *owe, chat=chat, number=number))
        await bot.advance(60)
    assert [each.partition("#")[0] for each in bot.telegram.deleted] == [ROOM]
    before = len(bot.telegram.requests)
    for _ in range(5):
        await bot.say("village", "received", chat="li")
        await bot.advance(60)
    deleting = [each for each in bot.telegram.requests[before:] if each == VILLAGE]
    assert len(deleting) <= 4, "each of three messages is tried once to be changed, and how it stands is told once"


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["say", "press"]),
            st.sampled_from(["police", "enforcement"]),
            st.sampled_from(["received", "done", "help", "corrected"]),
        ),
        st.tuples(st.just("wait"), st.sampled_from(["1", "45", "200", "900"]), st.none()),
        st.tuples(st.sampled_from(["restart", "remind"]), st.none(), st.none()),
    ),
    max_size=8,
)


@given(steps=STEPS, robot=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_the_order_a_chat_s_last_word_is_true_and_nothing_is_told_twice(steps: Any, robot: bool) -> None:
    class Chosen(Fixed):
        pass

    Chosen.robot = robot
    stage = Chosen()
    await stage.run()
    owing = Owing(expects="done", within=timedelta(hours=2), deadline=NINE + timedelta(hours=2))
    ask = THE_ASK.model_copy(update={"chats": {"duty-room": ("police", "enforcement")}, "owing": owing})
    await stage.issue(ask)
    for number, (what, who, kind) in enumerate(steps):
        match what:
            case "say" if kind == "corrected":
                await stage.say(who, kind, to="open")
            case "say":
                await stage.say(who, kind)
            case "press" if kind != "corrected" and not robot:
                await stage.press(who, kind)
            case "wait":
                await stage.advance(float(who))
            case "restart":
                await stage.crash()
                await stage.run()
            case "remind":
                await call(stage, a_call("remind", ask, stage.clock.now(), "police", "enforcement", number=number))
            case _:
                pass  # a correction is made by no button, and a robot has none
    await stage.advance(1_500)
    last: dict[str, str] = {}
    shown = [*((each.at, each.message.text) for each in stage.telegram.sent if each.address == ROOM)]
    shown += [(each.at, each.message.text) for each in stage.telegram.edited if each.address.startswith(f"{ROOM}#")]
    for _, text in sorted(shown, key=lambda each: each[0]):
        for line in text.split("\n"):
            for office, name in OFFICES.items():
                if f" {name} " in line and line.startswith("- "):
                    last[office] = line
    entries = await stage.store.entries(occurrence=ask.occurrence)
    for standing in standings(("police", "enforcement"), entries):
        expected = status_line(OFFICES[standing.office], standing, None, NINE, TERMS.zone, "zh")
        assert last[standing.office] == expected
    told = stage.told()
    assert all(one != other for one, other in pairwise(told))
    await stage.end()
