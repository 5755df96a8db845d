"""To whom, and in which chats (interface.md, town.yaml and Ids: "The keys of `to` add up")."""

from collections.abc import Mapping

from bot.planner.addressing import chats_of_offices
from bot.planner.occurrence import Occurrence
from tests.builders import Written, a_chat, a_duty, a_duty_alert, a_reminder, a_schedule, a_town, an_office
from tests.planner.planning import planned

ALL = ("police", "enforcement", "village-longmen", "fire-committee")


def told(to: object, **given: object) -> Occurrence:
    (found,) = planned(a_reminder(to=to), **given)
    return found


def asked(to: object, **given: object) -> Occurrence:
    (found,) = planned(a_duty_alert(to=to), **given)
    return found


def chats(found: Occurrence) -> Mapping[str, tuple[str, ...]]:
    assert len(found.chats) == len(dict(found.chats)), "one message a chat"
    return dict(found.chats)


def test_an_audience_is_told_in_every_chat_that_carries_it() -> None:
    more = a_town(chats=[*a_town()["chats"], a_chat("qingxi-residents", audiences=["residents", "elderly"])])
    found = told(["residents"], town=more)
    assert found.audiences == ("residents",)
    assert found.offices == ()
    assert chats(found) == {"longmen-residents": (), "qingxi-residents": ()}
    assert chats(told(["residents", "elderly"], town=more)) == chats(found)


def test_an_office_is_asked_in_its_own_chat_and_not_in_the_duty_room() -> None:
    found = asked({"offices": ["village-longmen"]})
    assert chats(found) == {"longmen-office": ("village-longmen",)}


def test_an_office_is_asked_in_each_of_its_own_chats() -> None:
    second = a_chat("longmen-night", audiences=None, office="village-longmen")
    found = asked({"offices": ["village-longmen"]}, town=a_town(chats=[*a_town()["chats"], second]))
    assert chats(found) == {"longmen-office": ("village-longmen",), "longmen-night": ("village-longmen",)}


def test_an_office_without_a_chat_of_its_own_is_asked_where_offices_read() -> None:
    assert chats(asked({"offices": ["police"]})) == {"duty-room": ("police",)}
    second = a_chat("second-room", audiences=["offices", "residents"])
    found = asked({"offices": ["police"]}, town=a_town(chats=[*a_town()["chats"], second]))
    assert chats(found) == {"duty-room": ("police",), "second-room": ("police",)}


def test_a_chat_may_be_an_offices_own_and_carry_audiences() -> None:
    both = a_chat("police-desk", audiences=["residents", "offices"], office="police")
    town = a_town(chats=[*a_town()["chats"], both])
    assert chats(asked({"offices": ["police", "enforcement"]}, town=town)) == {
        "duty-room": ("enforcement",),
        "police-desk": ("police", "enforcement"),
    }
    assert chats(told(["residents"], town=town)) == {"longmen-residents": (), "police-desk": ()}


def test_each_chat_gets_one_message_that_names_the_offices_it_carries() -> None:
    found = asked({"offices": "all"})
    assert found.offices == ALL
    assert chats(found) == {
        "duty-room": ("police", "enforcement", "fire-committee"),
        "longmen-office": ("village-longmen",),
    }


def test_offices_may_be_named_by_name_or_alias() -> None:
    assert asked({"offices": ["派出所", "综合执法队"]}).offices == ("police", "enforcement")


def test_tags_pick_offices_and_never_chats() -> None:
    found = asked({"tags": ["village", "supervisor"]})
    assert found.offices == ("village-longmen", "fire-committee")
    assert found.audiences == ()
    assert chats(found) == {"duty-room": ("fire-committee",), "longmen-office": ("village-longmen",)}


def test_a_duty_asks_who_leads_and_names_who_helps() -> None:
    found = asked({"duty": "fireworks"}, duties=[a_duty(lead=["police", "enforcement"], with_=["fire-committee"])])
    assert found.offices == ("police", "enforcement")
    assert found.helpers == ("fire-committee",)
    assert found.duties == ("fireworks",)
    assert chats(found) == {"duty-room": ("police", "enforcement")}


def test_the_keys_of_to_add_up_each_office_once_in_the_towns_order() -> None:
    duty = a_duty(lead=["police"], with_=["enforcement", "fire-committee"])
    everyone: Written = {
        "audiences": ["residents"],
        "offices": ["enforcement", "police"],
        "tags": ["village"],
        "duty": "fireworks",
    }
    found = asked(everyone, duties=[duty])
    assert found.offices == ("police", "enforcement", "village-longmen")
    assert found.helpers == ("fire-committee",), "who is asked is no helper"
    assert chats(found) == {
        "duty-room": ("police", "enforcement"),
        "longmen-office": ("village-longmen",),
        "longmen-residents": (),
    }


def test_a_broadcast_to_the_audience_offices_goes_to_their_common_room_alone() -> None:
    assert chats(told(["offices"])) == {"duty-room": ()}


def test_a_broadcast_to_offices_finds_them_as_an_ask_does() -> None:
    found = told({"offices": ["village-longmen", "police"]})
    assert not found.is_duty_alert
    assert chats(found) == {"duty-room": ("police",), "longmen-office": ("village-longmen",)}


def test_chats_come_in_the_towns_order() -> None:
    town = a_town(
        offices=[an_office(), an_office("market", members=[{"telegram": 3}])],
        chats=[
            a_chat("z", audiences=None, office="market"),
            a_chat("m", audiences=["residents"]),
            a_chat("a", audiences=["offices"]),
        ],
    )
    assert list(chats(asked({"audiences": ["residents"], "offices": "all"}, town=town))) == ["z", "m", "a"]


def test_offices_are_found_outside_a_reminder_by_the_same_rule() -> None:
    schedule = a_schedule()
    asked_there = chats(asked({"offices": ["village-longmen", "fire-committee"]}))
    assert chats_of_offices(schedule, ["village-longmen", "fire-committee"]) == asked_there
    assert chats_of_offices(schedule, []) == {}
