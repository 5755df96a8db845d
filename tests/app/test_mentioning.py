"""Where `mention_by` may stand and which chat it may name, as `check` says it."""

from typing import Any

import pytest

from bot.settings import Settings
from tests.app.test_check import errors, judged, warnings
from tests.builders import Written, a_chat, a_duty_alert, a_town, an_office

KEY = "0123456789abcdef0123"
ROOM = a_chat(name="值班群", on="wecom-bot", address="wrk", mention_by="robot")
ROBOT = a_chat("robot", on="wecom-robot", address=KEY, audiences=None)
OTHER = a_chat("other", name="二号群", on="wecom-bot", address="wrk2", mention_by="robot")
HOMES = a_chat("homes", on="board", address=None, audiences=["residents"])


def said_of(*chats: Written, **town: Any) -> list[str]:
    """What `check` says of a town with these chats, without the file."""
    found = judged(town=a_town(chats=[*chats, HOMES], **town), set_to=Settings())
    return [each.partition("town.yaml:")[2] for each in errors(found)]


def offices(count: int = 1) -> list[Written]:
    ids = ["police", *(f"office-{n}" for n in range(1, count))]
    return [an_office(each, members=[{"wecom": f"{each}-{who}"} for who in "abc"]) for each in ids]


def test_a_smart_bot_may_have_a_robot_beside_it_which_nobody_need_address() -> None:
    found = judged(town=a_town(chats=[ROOM, ROBOT, HOMES], offices=offices()), set_to=Settings())
    assert errors(found) == []
    assert not any("不会有任何消息" in each for each in warnings(found))


@pytest.mark.parametrize(
    ("chats", "words"),
    [
        ([{**ROOM, "on": "telegram", "address": -1001}, ROBOT], "19:15: 群“值班群”在 telegram 上，不需要 mention_by"),
        (
            [{**ROOM, "audiences": ["residents"]}, ROBOT, a_chat("hall", on="board", address=None)],
            "群“值班群”里没有责任单位，没有人要点名",
        ),
        ([ROOM, {**ROBOT, "on": "wecom-bot", "address": "x"}], "“robot”在 wecom-bot 上，不能替别人点名"),
        (
            [ROOM, {**ROBOT, "audiences": ["residents"]}],
            "“robot”只替“值班群”点名，同一个群不会收两遍消息，请删掉 audiences",
        ),
        ([ROOM, {**ROBOT, "office": "police"}], "“robot”只替“值班群”点名，同一个群不会收两遍消息，请删掉 office"),
        ([ROOM, ROBOT, OTHER], "群机器人“robot”已经给“值班群”点名"),
        ([ROOM], "没有群“robot”，请在 town.yaml 的 chats 里写上它"),
    ],
)
def test_every_other_use_is_an_error_that_says_what_to_write(chats: list[Written], words: str) -> None:
    assert any(words in each for each in said_of(*chats, offices=offices()))


@pytest.mark.parametrize(
    ("chats", "words"),
    [
        ([{**ROOM, "mention_by": "station"}, a_chat("station", on="telegram", address=-1)], "不能替别人点名"),
        ([{**ROOM, "on": "wecom"}, ROBOT], "wecom-bot"),
        ([ROOM, {**ROBOT, "on": "wecom", "audiences": ["residents"]}], "wecom-robot"),
    ],
)
def test_what_only_follows_from_one_mistake_is_not_told_as_another(chats: list[Written], words: str) -> None:
    (told,) = said_of(*chats, offices=offices())
    assert words in told
    assert "删掉" not in told


def test_more_people_than_a_robot_can_call_in_one_message_are_told_beforehand() -> None:
    ask = a_duty_alert(on={"date": "2036-02-20", "at": "09:00"}, to={"offices": "all"})

    def longest(count: int) -> list[str]:
        town = a_town(chats=[ROOM, ROBOT, HOMES], offices=offices(count))
        return [each for each in errors(judged(ask, town=town, set_to=Settings())) if "点名的消息最长有" in each]

    assert longest(20) == []
    (error,) = longest(90)
    assert "超过平台上限 4096" in error
