"""需协助 goes at once to who can help (interface.md, "Answers": the first `then` step, supervisors, the admins)."""

import pytest

from bot.acknowledgements.judge import Verdict
from bot.campaign.model import Schedule
from bot.ledger.deliveries import Delivery
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


async def notices(room: Room) -> list[Delivery]:
    return [each for each in await room.store.deliveries(unfinished=True) if each.is_notice]


async def called(room: Room) -> list[str]:
    """The chats that were told."""
    return [each.chat for each in await notices(room)]


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


async def test_it_says_who_needs_help_with_what_and_goes_ahead_of_broadcasts(room: Room) -> None:
    await room.ask(an_ask(bodies={"": "**烟花爆竹\\*安全**\n\n请落实"}))
    await room.sends(POLICE, "-1001001", kind="press", data=f"h:{ASK.token}", person_name="张_三")
    (notice,) = await notices(room)
    assert notice.text == (
        "🆘 **需协助：派出所**\n\n"
        "- 事项：烟花爆竹\\*安全（09:00）\n"
        "- 报告：张\\_三，09:05\n\n"
        "请消安委\\*、安监办尽快联系，帮助解决。"
    )
    assert notice.duty_alert
    assert notice.due == room.now


async def test_it_is_in_the_same_commit_as_the_answer(room: Room) -> None:
    await room.ask(ASK)
    kinds: list[tuple[list[str], int]] = []
    room.store.on_commit(lambda change: kinds.append(([entry.kind for entry in change.entries], len(change.planned))))
    await room.press(POLICE, ASK, "help")
    assert kinds[-1] == (["help"], 1)


async def test_a_problem_is_told_once_and_a_new_one_again(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    assert "已经答过" in told(await room.press(POLICE, ASK, "help"))
    again = told(await room.press(DEPUTY, ASK, "help"))
    assert "未解决" in again
    assert "正在通知" not in again
    assert len(await notices(room)) == 1
    await room.press(POLICE, ASK, "done")
    await room.press(POLICE, ASK, "help")
    assert len(await notices(room)) == 2


async def test_each_office_s_problem_is_its_own(room: Room) -> None:
    await room.ask(ASK)
    await room.press(POLICE, ASK, "help")
    await room.type(VILLAGER, "需协助", at=VILLAGE)
    assert ["派出所" in str(each.text) for each in await notices(room)] == [True, False]


@pytest.mark.parametrize("answer", ["received", "done"])
async def test_no_other_answer_calls_anybody_nor_does_a_stranger(room: Room, answer: str) -> None:
    await room.ask(ASK)
    verdict: Verdict = await room.press(POLICE, ASK, answer)  # type: ignore[arg-type]
    await room.press(STRANGER, ASK, "help")
    assert await notices(room) == []
    assert "通知" not in told(verdict)


async def test_after_the_deadline_a_problem_is_no_late_answer(room: Room) -> None:
    await room.ask(ASK)
    room.now = NINE.replace(hour=23)
    assert "时限" not in told(await room.press(POLICE, ASK, "help"))
    assert "时限" not in told(await room.press(DEPUTY, ASK, "help"))
