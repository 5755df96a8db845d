"""Who is called by name by the robot beside a smart bot: whoever still owes, once a message, and on no record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.routes import Route, Routes
from bot.ledger.deliveries import Delivery, Issued
from bot.store.protocol import Change
from tests.fakes import FakeChannel, not_sent, uncertain
from tests.outbox.stage import NINE, TERMS, Stage, an_ask, at
from tests.outbox.test_calls import COMMITTEE, a_call, call, has_gone_out, recorded, say, the_ask

PEOPLE = {
    "police": ("telegram:2001", "wecom:policeduty"),
    "enforcement": ("wecom:zhou",),
    "village": ("telegram:2003",),
    "fire-committee": ("wecom:chen",),
}
ROOM, ROBOT = "chat:room", "key-of-the-robot"
BOTH = "[派出所](person:wecom:policeduty)、[综合执法大队](person:wecom:zhou)"


class Beside(Stage):
    """A duty room of a smart bot, and the group robot of the same group."""

    def start(self) -> None:
        self.terms = replace(TERMS, mentions=PEOPLE, mention_by={"duty-room": "robot"})
        self.telegram = FakeChannel(self.clock, "wecom-bot")
        self.robot = FakeChannel(self.clock, "wecom-robot")
        self.telegram.amends = self.robot.amends = self.robot.numbers = False
        self.robot.takes_presses = False
        self.routes = Routes(
            {
                "duty-room": Route(self.telegram, ROOM),
                "robot": Route(self.robot, ROBOT),
                "admin": Route(self.telegram, "1001"),
            }
        )
        super().start()

    @property
    def called(self) -> list[str]:
        """What the robot said."""
        return self.robot.texts(ROBOT)

    async def mention(self, ask: Issued, sequence: str) -> Delivery:
        found = await self.store.delivery(f"notice/mention/{ask.occurrence}/{sequence}@robot")
        assert found is not None
        return found


@pytest.fixture
async def beside() -> AsyncIterator[Beside]:
    made = Beside()
    await made.run()
    yield made
    await made.end()


async def test_an_ask_is_followed_by_one_line_that_calls_whoever_owes(beside: Beside) -> None:
    await beside.issue(the_ask())
    await beside.advance(5)
    assert beside.called == [f"📣 请{BOTH}看“检查 alert”，11:00 前回执。"]
    assert beside.robot.sent[0].message.buttons == ()


async def test_who_has_answered_by_then_is_not_called_and_where_nobody_is_left_nobody(beside: Beside) -> None:
    ask = the_ask()
    beside.robot.order(ROBOT, not_sent())
    await beside.issue(ask)
    await say(beside, ask, "police")
    await beside.advance(30)
    assert beside.called == ["📣 请[综合执法大队](person:wecom:zhou)看“检查 alert”，11:00 前回执。"]
    other = the_ask("other")
    beside.robot.away = True
    await beside.issue(other)
    await say(beside, other, "police")
    await say(beside, other, "enforcement", "help")
    beside.robot.away = False
    await beside.advance(60)
    assert len(beside.called) == 1
    assert (await beside.mention(other, "ask")).state == "withdrawn"


async def test_who_has_no_wecom_is_named_in_vain_and_a_broadcast_calls_nobody(beside: Beside) -> None:
    await beside.issue(an_ask(offices={"village": "龙门村委会"}, chats={"duty-room": ("village",)}))
    await beside.issue(an_ask("words", owing=None, on_doubt="hold"))
    await beside.advance(60)
    assert len(beside.telegram.texts(ROOM)) == 2
    assert beside.called == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("remind", f"📣 请{BOTH}看“检查 alert”，11:00 前回执。"),
        ("late", f"📣 请{BOTH}看“检查 alert”：时限 11:00 已到，还差一次回执，有困难请说。"),
        ("escalate", "📣 请[镇消防安全委员会](person:wecom:chen)看“检查 alert”的回执情况，帮助联系。"),
    ],
)
async def test_what_follows_an_ask_is_followed_by_its_own_line(beside: Beside, kind: Any, said: str) -> None:
    ask, due = the_ask(), at("11:30" if kind == "late" else "10:00")
    await has_gone_out(beside, ask)
    beside.clock.leap(due)
    told = COMMITTEE if kind == "escalate" else {}
    await call(beside, a_call(kind, ask, due, told=told))
    assert beside.called == [said]


async def test_help_calls_who_may_help_until_somebody_sees_to_it(beside: Beside) -> None:
    ask = the_ask()
    await has_gone_out(beside, ask)
    await say(beside, ask, "police", "help")
    await call(beside, a_call("help", ask, NINE, "police", told=COMMITTEE, wakes=True))
    assert beside.called == ["📣 请[镇消防安全委员会](person:wecom:chen)看派出所的需协助（检查 alert），尽快联系。"]
    other = the_ask("other")
    await has_gone_out(beside, other)
    await say(beside, other, "police", "help")
    beside.robot.away = True
    await call(beside, a_call("help", other, NINE, "police", told=COMMITTEE, wakes=True))
    await say(beside, other, "police", "taken", name="王工")
    beside.robot.away = False
    await beside.advance(60)
    assert len(beside.called) == 1


async def test_a_mention_is_sent_on_record_and_reminds_nobody(beside: Beside) -> None:
    ask = the_ask()
    await beside.issue(ask)
    await beside.advance(5)
    assert await recorded(beside, ask, "reminded", "escalated", "late") == []
    sent = [each for each in await beside.store.entries() if (each.kind, each.chat) == ("sent", "robot")]
    assert [(each.occurrence, (each.detail or {})["notice"]) for each in sent] == [
        (None, f"notice/mention/{ask.occurrence}/ask")
    ]


async def test_a_mention_is_planned_in_the_commit_that_says_that_its_message_was_sent(beside: Beside) -> None:
    ask = the_ask()
    await beside.issue(ask)
    (result,) = [each for each in beside.store.asked if any(entry.kind == "sent" for entry in each.entries)][:1]
    assert [each.chat for each in result.planned] == ["robot"]


async def test_a_message_that_is_repeated_in_doubt_is_followed_by_one_mention_and_that_is_never_repeated(
    beside: Beside,
) -> None:
    ask = the_ask()
    beside.telegram.order(ROOM, uncertain())
    beside.robot.order(ROBOT, uncertain())
    await beside.issue(ask)
    await beside.advance(120)
    assert len(beside.telegram.texts(ROOM)) == 1
    gone = await beside.mention(ask, "ask")
    assert (gone.state, gone.is_to_settle) == ("uncertain", False)
    await beside.advance(7_200)
    assert beside.called == []
    assert beside.robot.requests == [ROBOT]
    assert await recorded(beside, ask, "reminded") == []


async def test_it_wakes_as_the_message_does_beside_which_it_stands(beside: Beside) -> None:
    beside.clock.leap(at("22:00"))
    by_night = the_ask("night", due=at("22:00"), within=timedelta(hours=12))
    await beside.issue(by_night)
    await beside.advance(5)
    assert len(beside.called) == 1
    await beside.store.commit(Change(planned=(a_call("remind", by_night, at("22:00")),)))
    await beside.advance(60)
    assert len(beside.called) == 1


async def test_one_that_waited_till_the_next_is_due_gives_way_to_it(beside: Beside) -> None:
    ask = the_ask()
    beside.robot.away = True
    await beside.issue(ask)
    await beside.advance(60)
    await call(beside, a_call("remind", ask, beside.clock.now()))
    await beside.advance(5)
    beside.robot.away = False
    await beside.advance(400)
    assert len(beside.called) == 1
    assert (await beside.mention(ask, "ask")).state == "withdrawn"
    assert (await beside.mention(ask, "remind-1")).state == "sent"


async def test_a_crash_between_the_message_and_its_mention_loses_none(beside: Beside) -> None:
    ask = the_ask()
    beside.robot.away = True
    await beside.issue(ask)
    await beside.crash()
    await beside.run()
    await beside.advance(400)
    assert len(beside.called) == 1
    assert beside.telegram.texts(ROOM) == []
