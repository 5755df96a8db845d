"""An answer is corrected by a new entry, never changed; by the office's own people or an admin."""

from datetime import timedelta

import pytest

from bot.acknowledgements.correcting import corrected, correction_buttons, lately_answered
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.channels.board import ADMIN
from bot.channels.buttons import read_wish, wish_data
from bot.ledger.deliveries import Issued
from bot.ledger.inbound import Inbound
from bot.ledger.standing import StandingState
from bot.store.protocol import Change
from tests.acknowledgements.room import CHATS, DEPUTY, DUTY_ROOM, ENFORCEMENT, POLICE, STRANGER, Room, an_ask, told

ASK = an_ask()
AN_ADMIN = 1001


async def corrects(
    room: Room, person: int | str, to: StandingState, office: int = 0, ask: Issued = ASK, **inbound: str
) -> Verdict:
    data = wish_data("correct", ask.token, office, to)
    who = person if isinstance(person, str) else f"telegram:{person}"
    given = {"platform": "telegram", "id": f"{who}/{to}/{room.now}", "at": room.now, "kind": "press", "person": who}
    came = Inbound.model_validate({**given, "address": DUTY_ROOM, "data": data, "person_name": "王所", **inbound})
    await room.store.commit(Change(inbound=(came,)))
    wished = read_wish(data)
    assert wished is not None
    chat = CHATS.get(came.address, came.address)
    verdict = await corrected(room.store, Hearing(came, chat, room.schedule, (":admins",), "zh"), wished)
    assert await room.store.unhandled() == ()
    return verdict


@pytest.mark.parametrize("person", [POLICE, DEPUTY, AN_ADMIN])
async def test_the_office_s_people_and_admins_may_and_what_was_said_stays(room: Room, person: int) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    verdict = await corrects(room, person, "received")
    assert told(verdict) == "已更正：派出所 由“已落实”改为“收到”，原来的回执仍留在台账里"
    first, second = await room.store.entries()
    assert (first.kind, second.kind) == ("done", "corrected")
    assert (second.office, second.by, second.detail) == (
        "police",
        f"telegram:{person}",
        {"name": "王所", "to": "received"},
    )
    assert await room.state(ASK, "police") == "received"


@pytest.mark.parametrize("person", [STRANGER, ENFORCEMENT])
async def test_nobody_else_may_and_it_is_on_record(room: Room, person: int) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    assert "由本单位人员或管理员更正" in told(await corrects(room, person, "open"))
    assert (await room.ledger())[-1] == ("refused", "police", f"telegram:{person}")
    assert await room.state(ASK, "police") == "done"


async def test_on_the_board_an_admin_is_one_in_the_admins_own_chat_alone(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await corrects(room, ADMIN, "open", platform="board")
    assert await room.state(ASK, "police") == "done"
    await corrects(room, ADMIN, "open", platform="board", address=":admins", id="again")
    assert await room.state(ASK, "police") == "open"


async def test_where_the_office_stands_there_already_nothing_is_new(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    assert "不用更正" in told(await corrects(room, POLICE, "done"))
    assert len(await room.ledger()) == 1


async def test_taken_back_it_is_owed_again_and_may_be_given_again_by_the_same_person(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    await corrects(room, POLICE, "open")
    assert await room.state(ASK, "police") == "open"
    room.now += timedelta(minutes=1)
    await room.press(POLICE, ASK, "done")
    assert [kind for kind, _, _ in await room.ledger()] == ["done", "corrected", "done"]
    assert await room.state(ASK, "police") == "done"


async def test_it_holds_over_what_is_on_record_though_the_clock_was_set_back(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    before = room.now
    room.now -= timedelta(hours=2)
    verdict = await corrects(room, POLICE, "done")
    assert verdict.entry is not None
    assert verdict.entry.at == before
    assert await room.state(ASK, "police") == "done"


@pytest.mark.parametrize(
    "data", ["x:token-unknown:0:o", "x:token-fireworks:9:o", "x:token-fireworks:0", "x:token-fireworks"]
)
async def test_a_button_that_names_no_ask_office_or_state_corrects_nothing(room: Room, data: str) -> None:
    await room.ask(ASK)
    wished = read_wish(data)
    assert wished is not None
    came = Inbound(
        platform="telegram", id="7", at=room.now, kind="press", person="telegram:2001", address=DUTY_ROOM, data=data
    )
    verdict = await corrected(room.store, Hearing(came, "duty-room", room.schedule, (), "zh"), wished)
    assert "已经不在记录里" in told(verdict)
    assert await room.ledger() == []


async def test_corrected_to_help_it_fetches_help(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    assert "正在通知" in told(await corrects(room, POLICE, "help"))
    assert [each.call.kind for each in await room.store.calls(ASK.occurrence) if each.call] == ["help"]


def test_the_buttons_say_each_place_where_an_office_may_stand() -> None:
    rows = correction_buttons(ASK, "enforcement", "zh")
    assert [each.label for row in rows for each in row] == ["收到", "已落实", "需协助", "撤回回执"]
    wishes = [read_wish(each.data) for row in rows for each in row]
    assert [(each.token, each.office, each.to) for each in wishes if each] == [
        (ASK.token, 1, state) for state in ("received", "done", "help", "open")
    ]


async def test_what_an_office_answered_lately_the_latest_first(room: Room) -> None:
    asks = [an_ask(name, due=ASK.due + timedelta(hours=number)) for number, name in enumerate("abcd")]
    await room.ask(*asks)
    for ask in (asks[0], asks[1], asks[3]):
        await room.press(POLICE, ask, "done")
    await room.press(ENFORCEMENT, asks[2], "done")
    found = await lately_answered(room.store, "police", 2)
    assert [(issued.occurrence, standing.state) for issued, standing in found] == [
        (asks[3].occurrence, "done"),
        (asks[1].occurrence, "done"),
    ]
