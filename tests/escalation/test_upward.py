"""Who is told that an answer is owed, or that help is wanted (interface.md, "Answers")."""

from bot.campaign.model import Schedule
from bot.escalation.upward import upward
from tests.builders import a_chat, a_duty_alert, a_schedule, a_town, an_office


def a_town_of(*offices: str, supervisors: tuple[str, ...] = ()) -> Schedule:
    """Offices that read in one room; `mayor` has no chat that carries it."""
    written = [an_office(each, tags=["supervisor"] if each in supervisors else []) for each in (*offices, "mayor")]
    chats = [a_chat(f"{each}-office", audiences=None, office=each) for each in offices]
    alert = a_duty_alert(to={"offices": [offices[0]]})
    return a_schedule(town=a_town(offices=written, chats=chats), reminders=[alert])


def test_those_that_the_step_names_are_told_each_in_its_own_chat() -> None:
    found = upward(a_town_of("police", "committee"), ["committee", "mayor"], {"police"}, ("telegram:1001",))
    assert found.chats == {"committee-office": {"committee": "committee 所"}}


def test_without_them_the_supervisors_and_without_these_the_admins() -> None:
    schedule = a_town_of("police", "committee", supervisors=("committee",))
    assert list(upward(schedule, ["gone", "mayor"], {"police"}, ("telegram:1001",)).offices) == ["committee"]
    assert upward(a_town_of("police"), [], {"police"}, ("telegram:1001",)).chats == {"telegram:1001": {}}


def test_nobody_is_told_of_themselves_alone_but_of_others_with_whom_they_owe() -> None:
    schedule = a_town_of("police", "committee", supervisors=("committee",))
    assert upward(schedule, ["committee"], {"committee"}, ("telegram:1001",)).chats == {"telegram:1001": {}}
    assert list(upward(schedule, ["committee"], {"committee", "police"}, ()).offices) == ["committee"]
