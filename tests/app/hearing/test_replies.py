"""No command floods a group: one reply, edited when asked again; what is long goes to the asker, or is cut."""

from bot.app.hearing.answer import MOST_LINES, Answer
from bot.language import sentence
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage, at, on
from tests.builders import a_duty_alert, a_town, an_office
from tests.fakes import gone, refused


async def asks(stage: Stage, text: str = "/today", address: str = DUTY_ROOM, person: str = "telegram:2001") -> None:
    stage.hears("command", text=text, address=address, person=person, private=not address.startswith("-"))
    await stage.clock.settle()


async def test_who_asks_again_soon_has_the_former_answer_edited(stage: Stage) -> None:
    await stage.run()
    await asks(stage)
    await stage.clock.advance(500)
    await asks(stage, "/open")
    ((_, told, _),) = stage.telegram.answered
    assert "今天" in told
    (edited,) = [each for each in stage.telegram.edited if each.address == f"{DUTY_ROOM}#a1"]
    assert "派出所" in edited.message.text


async def test_another_person_another_chat_and_a_later_hour_have_replies_of_their_own(stage: Stage) -> None:
    await stage.run()
    await asks(stage)
    await asks(stage, person="telegram:2002")
    await asks(stage, address=RESIDENTS)
    await stage.leap_to(at("08:20:00"))
    await asks(stage)
    assert len(stage.telegram.answered) == 4
    assert [each for each in stage.telegram.edited if "#a" in each.address] == []


async def test_an_answer_that_is_gone_is_given_anew(stage: Stage) -> None:
    await stage.run()
    await asks(stage)
    stage.telegram.order(DUTY_ROOM, refused())
    await asks(stage)
    assert len(stage.telegram.answered) == 2


async def test_in_private_each_question_has_its_answer_below_it(stage: Stage) -> None:
    await stage.run()
    await asks(stage, address=ADMIN, person="telegram:1001")
    await asks(stage, address=ADMIN, person="telegram:1001")
    assert len(stage.telegram.answered) == 2


async def with_many_offices(stage: Stage) -> None:
    """So many ask for one thing at two minutes past eight, and none answers in time."""
    offices = [an_office(f"office-{n}", name=f"第{n}办", members=[{"telegram": 3000 + n}]) for n in range(14)]
    above = an_office("fire-committee", name="消安委", tags=["supervisor"], members=[{"telegram": 2009}])
    police = an_office(name="派出所")

    town = a_town(offices=[police, *offices, above], chats=a_town()["chats"][::2])
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": "all"}), town=town)
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    await stage.leap_to(at("10:30:00"))


async def test_a_long_list_goes_to_the_asker_and_the_group_is_told_so(stage: Stage) -> None:
    await with_many_offices(stage)
    await asks(stage, "/late", person="telegram:2009")
    assert "已私聊发给您" in stage.telegram.answered[-1][1]
    assert "第0办" not in stage.telegram.answered[-1][1]
    (whole,) = stage.telegram.texts("2009")
    assert all(f"第{n}办" in whole for n in range(14))


async def test_who_has_not_pressed_start_gets_what_fits_with_a_link_to_the_rest(stage: Stage) -> None:
    await with_many_offices(stage)
    stage.telegram.order("2009", gone())
    await asks(stage, "/late", person="telegram:2009")
    told = stage.telegram.answered[-1][1]
    assert len([line for line in told.splitlines() if line.startswith("- ")]) == MOST_LINES
    assert "还有 4 条，[点这里私聊看全部](https://t.me/GengfuBot?start=late)" in told


async def test_who_is_somebody_only_here_gets_what_fits_and_how_much_is_left_out() -> None:
    lines = tuple(f"第 {number} 条" for number in range(1, MOST_LINES + 4))
    told = Answer(sentence("commands.late-nobody"), lines).cut("zh", None)
    assert told.splitlines()[-3:] == [f"- 第 {MOST_LINES} 条", "", "…… 还有 3 条"]


async def test_a_choice_stands_where_the_message_was_whose_button_asked_for_it(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (ask,) = [each for each in stage.telegram.sent if each.address == DUTY_ROOM]
    stage.hears("press", data=ask.message.buttons[0][1].data)
    await stage.clock.settle()
    await asks(stage, "/correct")
    listed = stage.telegram.answered[-1]
    stage.hears("press", data=listed[2][0][0].data, message_id="a2")
    await stage.clock.settle()
    assert stage.telegram.answered[-1][1:] == ("", ())
    (chosen,) = [each for each in stage.telegram.edited if each.address == f"{DUTY_ROOM}#a2"]
    assert [button.label for row in chosen.message.buttons for button in row][-1] == "撤回回执"
