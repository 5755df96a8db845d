"""Where a platform takes no presses an ask goes out with a link to the page on which it is answered, and nothing of the
link stays anywhere else.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from bot.channels.protocol import Button
from bot.ledger.deliveries import Call, Delivery, Issued, Owing, Question, called, notice
from bot.outbox.wording import Piece, buttons_in, message_with
from bot.store.protocol import Change
from tests.outbox.stage import GROUPS, NINE, TERMS, Stage, a_broadcast, an_ask

DUTY_ROOM = GROUPS["duty-room"]
SECRET = "signed-and-secret"


def link_to(issued: Issued, chat: str) -> str | None:
    return f"https://gengfu.example/answer/{issued.token}.{chat}.{SECRET}"


LINKING = replace(TERMS, link_to=link_to)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage(terms=LINKING)
    made.telegram.takes_presses = False
    await made.run()
    yield made
    await made.end()


def under(stage: Stage, address: str = DUTY_ROOM) -> list[Button]:
    """All that stands under the last message there."""
    message = [each.message for each in stage.telegram.sent if each.address == address][-1]
    return [button for row in message.buttons for button in row]


async def test_an_ask_has_one_link_that_says_what_may_be_answered(stage: Stage) -> None:
    await stage.issue(an_ask())
    (link,) = under(stage)
    assert link == Button(
        "点此回执：收到／已落实／需协助", url=f"https://gengfu.example/answer/token-alert.duty-room.{SECRET}"
    )


async def test_of_what_is_only_to_be_received_it_offers_no_more(stage: Stage) -> None:
    within = timedelta(hours=2)
    await stage.issue(an_ask(owing=Owing(expects="received", within=within, deadline=NINE + within)))
    assert [each.label for each in under(stage)] == ["点此回执：收到／需协助"]


async def test_the_link_is_in_no_record(stage: Stage) -> None:
    await stage.issue(an_ask(), a_broadcast())
    kept = [*await stage.store.deliveries(), *await stage.store.entries(), *await stage.store.all_issued()]
    assert len(kept) > 4
    assert all(SECRET not in each.model_dump_json() for each in kept)
    assert all(SECRET not in value for value in (await stage.store.marks()).values())


async def test_what_owes_nothing_there_has_none(stage: Stage) -> None:
    await stage.issue(a_broadcast(), an_ask(chats={"duty-room": ("police",), "longmen-office": ()}))
    assert under(stage, GROUPS["longmen-residents"]) == under(stage, GROUPS["longmen-office"]) == []


async def test_where_nobody_could_answer_by_a_link_there_is_none(stage: Stage) -> None:
    stage.sender.terms = TERMS
    await stage.issue(an_ask())
    assert under(stage) == []


async def test_where_presses_come_back_there_are_buttons_to_press(stage: Stage) -> None:
    stage.telegram.takes_presses = True
    await stage.issue(an_ask())
    assert [(each.label, each.url) for each in under(stage)] == [("收到", None), ("已落实", None), ("需协助", None)]


@pytest.mark.parametrize(("kind", "links"), [("remind", True), ("late", True), ("escalate", False)])
async def test_what_asks_again_links_to_its_ask_and_what_asks_nothing_to_nothing(
    stage: Stage, kind: Literal["remind", "late", "escalate"], links: bool
) -> None:
    ask = an_ask()
    await stage.issue(ask)
    call = Call(kind=kind, of=ask.occurrence, offices=("police",), told={"police": "派出所"})
    (delivery,) = called(call, 1, ("duty-room",), NINE)
    message = await message_with(stage.store, [Piece(delivery, None)], "telegram", NINE, LINKING, presses=False)
    urls = [each.url for row in message.buttons for each in row]
    assert urls == ([link_to(ask, "duty-room")] if links else [])


async def test_a_question_of_the_admins_that_only_a_press_decides_is_left_out(stage: Stage) -> None:
    ask = an_ask()
    await stage.issue(ask)
    for question in (Question(kind="revive", of="duty-room"), Question(kind="answer", of=ask.occurrence)):
        await stage.store.commit(Change(marks={"dead:longmen-office": "x"}))
        await stage.store.commit(Change(planned=notice(question.kind, ("duty-room",), "请看", NINE, question)))
        await stage.advance(5)
        assert [each.url for each in under(stage)] == ([] if question.kind == "revive" else [link_to(ask, "duty-room")])


async def test_in_a_message_of_several_each_ask_has_its_own_numbered_link() -> None:
    stage = Stage(terms=LINKING)
    asks = [an_ask("one"), an_ask("two")]
    pieces = [Piece(Delivery(occurrence=each.occurrence, chat="duty-room", due=each.due), each) for each in asks]
    message = await message_with(stage.store, pieces, "telegram", NINE, LINKING, presses=False)
    assert [(row[0].label[:5], row[0].url) for row in message.buttons] == [
        ("① 点此回", link_to(asks[0], "duty-room")),
        ("② 点此回", link_to(asks[1], "duty-room")),
    ]


async def test_a_page_that_shows_the_message_is_given_no_link(stage: Stage) -> None:
    ask = an_ask()
    await stage.issue(ask)
    assert await buttons_in(stage.store, await stage.delivery(ask), "zh", presses=False) == ()
    assert len((await buttons_in(stage.store, await stage.delivery(ask), "zh", presses=True))[0]) == 3


async def test_nobody_is_told_to_press_what_is_not_there(stage: Stage) -> None:
    ask = an_ask()
    await stage.issue(ask)
    call = Call(kind="help", of=ask.occurrence, offices=("police",), told={"committee": "镇消防安全委员会"})
    (delivery,) = called(call, 1, ("duty-room",), NINE)
    for presses in (True, False):
        piece = Piece(delivery, None)
        message = await message_with(stage.store, [piece], "telegram", NINE, LINKING, presses=presses)
        assert ("我来跟进" in message.text, bool(message.buttons)) == (presses, presses)
        assert "镇消防安全委员会" in message.text
