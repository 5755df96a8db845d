"""Rule 8 of the checker: a mention or a word on how things stand that should not have been is found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.campaign.model import Schedule
from tests.builders import a_schedule
from tests.promises.checker import check
from tests.promises.evidence import read
from tests.promises.logs import Accepted, Beside, Noted
from tests.promises.test_checker_of_ladders import ALERT, CALLS, ROOM, answer, at, evidence

ROBOT = "robot"


def mention(minutes: float, *offices: str, number: str | None = None) -> Accepted:
    return Accepted(at(minutes), ROBOT, number, "📣", (), beside=Beside("mention", ALERT, offices))


def status(minutes: float, *, whole: bool = False, **stands: str) -> Accepted:
    return Accepted(at(minutes), ROOM, None, f"📌 {stands}", (), beside=Beside("status", ALERT, (), stands, whole))


GOOD = (
    mention(1, "police", "market"),
    mention(31, "market"),
    mention(61, "police", "market"),
    status(11, police="received", market="open"),
    status(71, police="done", market="open"),
)


def found(*messages: Accepted, more: tuple[Noted, ...] = (), **but: Any) -> list[str]:
    played = evidence(*CALLS, more=more, **but)
    return [str(each) for each in check(replace(played, accepted=(*played.accepted, *messages)))]


def test_what_goes_with_messages_as_it_should_is_no_breach() -> None:
    assert found(*GOOD) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            mention(72, "police"),
            "nagged: winter/alert/date in robot: police is mentioned at 02-05 10:12:00, who is done",
        ),
        (mention(32, "market"), "market is mentioned 3 times by 09:32:00, and was asked 2 times"),
        (mention(95, "market", number="late-60"), "a mention is on record of an office"),
        (status(40, police="open", market="open"), "untrue: winter/alert/date in duty-room: police is said to be open"),
        (status(15, police="received", market="open"), "repeated: winter/alert/date in duty-room: is told the same"),
        (status(12, market="open"), "nagged: winter/alert/date in duty-room: is told of twice by 09:12:00"),
        (status(730, police="done"), "quiet: winter/alert/date in duty-room: is told of at 21:10:00"),
        (Accepted(at(5), ROBOT, None, "📣", (), beside=Beside("mention", "?")), "mention goes with what nobody asked"),
    ],
)
def test_what_should_not_have_been_is_found(message: Accepted, words: str) -> None:
    assert any(words in each for each in found(*GOOD, message))


def test_an_office_that_takes_its_word_back_stands_open_again() -> None:
    back = answer("corrected", 80, to="open")
    assert found(*GOOD, status(85, police="open", market="open"), more=(back,), until=at(81) + timedelta()) == []


@pytest.fixture
def town() -> Schedule:
    return a_schedule()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "📣 请派出所、综合执法大队看“⟦a/b/c⟧ 检查”，11:00 前回执。",
            Beside("mention", "a/b/c", ("police", "enforcement")),
        ),
        (
            "📣 请派出所看“⟦a/b/c⟧ 检查”：时限 11:00 已到，还差一次回执，有困难请说。",
            Beside("mention", "a/b/c", ("police",)),
        ),
        ("📣 请镇消防安全委员会看“⟦a/b/c⟧ 检查”的回执情况，帮助联系。", Beside("mention", "a/b/c")),
        ("📣 请镇消防安全委员会看派出所的需协助（⟦a/b/c⟧ 检查），尽快联系。", Beside("mention", "a/b/c")),
        (
            "📌 回执情况：⟦a/b/c⟧ 检查\n\n• ✅ 派出所 已落实（09:05）\n• ▫️ 综合执法大队 待回执",
            Beside("status", "a/b/c", (), {"police": "done", "enforcement": "open"}),
        ),
        (
            "✅ 这里要回执的都已回执：⟦a/b/c⟧ 检查\n\n• ☑️ 派出所 收到（09:05）",
            Beside("status", "a/b/c", (), {"police": "received"}, whole=True),
        ),
    ],
)
def test_it_is_read_from_the_words_that_were_taken(town: Schedule, text: str, said: Beside) -> None:
    message = read(town, at(5), ROOM, None, text)
    assert message.beside == said
    assert not message.occurrences
    assert not message.calls
