"""需协助 goes at once to who can help (interface.md, "Answers": the first `then` step, supervisors, the admins)."""

import pytest

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict
from bot.campaign.model import Schedule
from bot.language import sentence
from bot.ledger.deliveries import Call, Delivery
from bot.ledger.entries import Entry
from bot.ledger.inbound import Inbound
from bot.store.protocol import Change
from tests.acknowledgements.room import DEPUTY, ENFORCEMENT, POLICE, STRANGER, VILLAGE, VILLAGER, Room, an_ask, told
from tests.builders import a_chat, a_reminder, a_schedule, a_town, an_office
from tests.outbox.stage import NINE

ASK = an_ask()
STEPPED = an_ask("stepped", then=[{"after": 4 * 3600, "tell": ["mayor"]}, {"after": 9 * 3600, "tell": ["police"]}])


def a_schedule_of_helpers(*but: str) -> Schedule:
    """Two supervisors, who read in the duty room, and a mayor with a chat of their own; without these offices."""
    offices = [
        an_office(name="派出所", members=[{"telegram": POLICE}, {"telegram": DEPUTY}]),
        an_office("enforcement", name="综合执法大队", members=[{"telegram": ENFORCEMENT}]),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
        an_office("fire-committee", name="消安委*", tags=["supervisor"]),
        an_office("safety-office", name="安监办", tags=["supervisor"]),
        an_office("mayor", name="镇长"),
    ]
    chats = [
        a_chat(),
        a_chat("longmen-office", audiences=None, office="village-longmen"),
        a_chat("mayor-office", audiences=None, office="mayor"),
        a_chat("mayor-night", audiences=None, office="mayor"),
    ]
    left = [each for each in offices if each["id"] not in but]
    town = a_town(offices=left, chats=[each for each in chats if each.get("office") not in but])
    return a_schedule(town=town, reminders=[a_reminder(to=["offices"])])


@pytest.fixture
def room() -> Room:
    return Room(schedule=a_schedule_of_helpers())


async def calls(room: Room) -> list[Delivery]:
    return [each for each in await room.store.deliveries(unfinished=True) if each.call]


async def called(room: Room) -> list[str]:
    """The chats that are told."""
    return [each.chat for each in await calls(room)]


async def test_it_goes_to_the_first_step_of_the_ask_s_own_ladder_in_each_of_its_chats(room: Room) -> None:
    await room.ask(STEPPED)
    verdict = await room.press(POLICE, STEPPED, "help")
    assert await called(room) == ["mayor-night", "mayor-office"]
    assert "正在通知镇长" in told(verdict)


async def test_without_one_to_the_supervisors_where_all_offices_read(room: Room) -> None:
    await room.ask(ASK)
    verdict = await room.press(POLICE, ASK, "help")
    assert await called(room) == ["duty-room"]
    assert "正在通知消安委*、安监办" in told(verdict)


async def test_without_these_to_the_admins(room: Room) -> None:
    room.schedule = a_schedule_of_helpers("fire-committee", "safety-office")
    await room.ask(ASK)
    verdict = await room.press(POLICE, ASK, "help")
    assert await called(room) == ["admins"]
    assert "正在通知管理员" in told(verdict)


async def test_a_step_that_tells_an_office_which_is_gone_by_now_is_passed_over(room: Room) -> None:
    room.schedule = a_schedule_of_helpers("mayor")
    await room.ask(STEPPED)
    await room.press(POLICE, STEPPED, "help")
    assert await called(room) == ["duty-room"]


async def test_only_who_is_reached_is_said_to_be_told(room: Room) -> None:
    """Nobody reads for the committee in a town without a chat of all offices; the mayor does."""
    ask = an_ask(offices={"police": "派出所"}, then=[{"after": 3600, "tell": ["fire-committee", "mayor"]}])
    offices = [an_office(name="派出所"), an_office("fire-committee"), an_office("mayor", name="镇长")]
    chats = [a_chat(audiences=["residents"]), a_chat("mayor-office", audiences=None, office="mayor")]
    room.schedule = a_schedule(town=a_town(offices=offices, chats=chats), reminders=[a_reminder()])
    await room.ask(ask)
    assert "正在通知镇长。" in told(await room.press(POLICE, ask, "help"))
    assert await called(room) == ["mayor-office"]


async def test_nobody_is_sent_to_help_themselves(room: Room) -> None:
    ask = an_ask(offices={"mayor": "镇长"}, chats={"longmen-office": ("mayor",)}, owing=STEPPED.owing)
    await room.ask(ask)
    await room.press(2001, ask, "help", at=VILLAGE)
    assert await called(room) == ["duty-room"]


async def test_it_follows_its_ask_ahead_of_broadcasts_and_wakes_who_is_to_help(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    (delivery,) = await calls(room)
    assert delivery.call == Call(
        kind="help",
        of=ASK.occurrence,
        offices=("police",),
        number=1,
        told={"fire-committee": "消安委*", "safety-office": "安监办"},
        wakes=True,
    )
    assert delivery.text is None
    assert delivery.duty_alert
    assert delivery.due == room.now
    assert await room.store.calls(ASK.occurrence) == (delivery,)


async def test_it_is_in_the_same_commit_as_the_answer(room: Room) -> None:
    await room.ask(ASK)
    kinds: list[tuple[list[str], int]] = []
    room.store.on_commit(lambda change: kinds.append(([entry.kind for entry in change.entries], len(change.planned))))
    await room.press(POLICE, ASK, "help")
    assert kinds[-1] == (["help"], 2), "the call, and the question what is needed"


async def test_a_problem_is_told_once_and_a_new_one_again(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    assert "已经答过" in told(await room.press(POLICE, ASK, "help"))
    again = told(await room.press(DEPUTY, ASK, "help"))
    assert "未解决" in again
    assert "正在通知" not in again
    assert len(await calls(room)) == 1
    await room.press(POLICE, ASK, "done")
    await room.press(POLICE, ASK, "help")
    assert len(await calls(room)) == 2


async def test_each_office_s_problem_is_its_own(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    await room.type(VILLAGER, "需协助", at=VILLAGE)
    assert {each.call.offices: each.call.number for each in await calls(room) if each.call} == {
        ("police",): 1,
        ("village-longmen",): 1,
    }


@pytest.mark.parametrize("answer", ["received", "done"])
async def test_no_other_answer_calls_anybody_nor_does_a_stranger(room: Room, answer: str) -> None:
    await room.ask(ASK)
    verdict: Verdict = await room.press(POLICE, ASK, answer)  # type: ignore[arg-type]
    await room.press(STRANGER, ASK, "help")
    assert await calls(room) == []
    assert "通知" not in told(verdict)


async def test_after_the_deadline_a_problem_is_no_late_answer(room: Room) -> None:
    await room.ask(ASK)
    room.now = NINE.replace(hour=23)
    assert "时限" not in told(await room.press(POLICE, ASK, "help"))
    assert "时限" not in told(await room.press(DEPUTY, ASK, "help"))


async def test_two_that_come_at_once_are_one_call(room: Room) -> None:
    """One on the board and one on Telegram, both judged before either is on record."""
    await room.ask(ASK)
    twice: list[Delivery] = []
    room.store.on_commit(lambda change: twice.extend(each for each in change.planned if each.call))
    entry = Entry(
        at=room.now, kind="help", occurrence=ASK.occurrence, chat="duty-room", office="police", by="telegram:2001"
    )
    came = Inbound(platform="telegram", id="1", at=room.now, kind="press", person="telegram:2001", address="-1001001")
    for paused in (False, True):
        hearing = Hearing(came, "duty-room", room.schedule, ("admins",), "zh", paused)
        verdict = with_help_called(Verdict(sentence("answers.help"), entry), hearing, ASK, ())
        await room.store.commit(Change(entries=verdict.entries, planned=verdict.planned))
    assert len({each.id for each in twice}) == len(await calls(room)) == 2
    assert await called(room) == ["admins", "duty-room"]


async def test_the_line_may_come_with_the_call(room: Room) -> None:
    await room.ask(ASK)
    entry = Entry(at=room.now, kind="help", occurrence=ASK.occurrence, chat="duty-room", office="police", by="x")
    came = Inbound(platform="telegram", id="1", at=room.now, kind="text", person="telegram:2001", address="-1001001")
    hearing = Hearing(came, "duty-room", room.schedule, ("admins",), "zh")
    verdict = with_help_called(Verdict(sentence("answers.help"), entry), hearing, ASK, (), "缺两台\n灭火器")
    assert [(each.kind, (each.detail or {}).get("text")) for each in verdict.entries] == [
        ("help", None),
        ("need", "缺两台 灭火器"),
    ]
    assert [each.question for each in verdict.planned] == [None], "and is not asked for"


async def test_a_correction_to_help_fetches_help_too(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "done")
    entry = Entry(
        at=room.now, kind="corrected", occurrence=ASK.occurrence, office="police", by="x", detail={"to": "help"}
    )
    came = Inbound(platform="telegram", id="1", at=room.now, kind="press", person="telegram:2001", address="-1001001")
    hearing = Hearing(came, "duty-room", room.schedule, ("admins",), "zh")
    entries = await room.store.entries(occurrence=ASK.occurrence)
    verdict = with_help_called(Verdict(sentence("answers.help"), entry), hearing, ASK, entries)
    assert [each.call.kind for each in verdict.planned if each.call] == ["help"]
    back = entry.model_copy(update={"detail": {"to": "received"}})
    assert with_help_called(Verdict(sentence("answers.help"), back), hearing, ASK, entries).planned == ()
