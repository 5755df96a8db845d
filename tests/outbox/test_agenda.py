"""Who is next: duty alerts first, then whoever was served longest ago, then what was due first."""

from datetime import datetime, timedelta

import pytest

from bot.outbox.agenda import Agenda, Turn
from tests.outbox.stage import NINE


@pytest.fixture
def agenda() -> Agenda:
    return Agenda()


def a_turn(chat: str, *, leisurely: bool = True, served: float = 0.0, due: datetime = NINE) -> Turn:
    return Turn(leisurely, served, due, f"{chat}'s", chat)


def order(agenda: Agenda) -> list[str]:
    """Everybody's turn on Telegram, one after the other."""
    found = []
    while turn := agenda.next("telegram"):
        agenda.take("telegram")
        found.append(turn.chat)
    return found


def test_a_duty_alert_comes_before_a_broadcast_that_was_due_earlier(agenda: Agenda) -> None:
    agenda.queue("telegram", a_turn("residents"))
    agenda.queue("telegram", a_turn("duty-room", leisurely=False, due=NINE + timedelta(hours=1)))
    assert order(agenda) == ["duty-room", "residents"]


def test_who_was_served_longest_ago_comes_first_and_then_what_was_due_first(agenda: Agenda) -> None:
    agenda.queue("telegram", a_turn("just-served", served=9.0))
    agenda.queue("telegram", a_turn("never-later", due=NINE + timedelta(minutes=1)))
    agenda.queue("telegram", a_turn("never-earlier"))
    assert order(agenda) == ["never-earlier", "never-later", "just-served"]


def test_a_chat_that_is_queued_anew_has_one_place_the_new_one(agenda: Agenda) -> None:
    agenda.queue("telegram", a_turn("residents"))
    agenda.queue("telegram", a_turn("other", served=1.0))
    agenda.queue("telegram", a_turn("residents", served=2.0))
    assert order(agenda) == ["other", "residents"]


def test_a_chat_that_is_looked_at_loses_its_place_until_it_is_queued_again(agenda: Agenda) -> None:
    agenda.queue("telegram", a_turn("residents"))
    agenda.look_at(["residents"])
    assert agenda.to_look_at(0.0) == ("residents",)
    assert agenda.next("telegram") is None


def test_each_platform_has_a_queue_of_its_own(agenda: Agenda) -> None:
    agenda.queue("board", a_turn("residents"))
    assert agenda.next("telegram") is None
    assert agenda.next("board") == a_turn("residents")


def test_a_chat_is_looked_at_once_however_often_it_was_named(agenda: Agenda) -> None:
    agenda.look_at(["a", "b", "a"])
    agenda.look_at(["a"])
    assert agenda.to_look_at(0.0) == ("a", "b")
    assert agenda.to_look_at(0.0) == ()


def test_a_chat_that_waits_is_looked_at_at_its_moment_the_last_that_was_named(agenda: Agenda) -> None:
    agenda.look_later("residents", 30.0)
    agenda.look_later("residents", 10.0)
    assert agenda.next_moment() == 10.0
    assert agenda.to_look_at(9.9) == ()
    assert agenda.to_look_at(10.0) == ("residents",)
    assert agenda.next_moment() is None
    assert agenda.to_look_at(60.0) == ()


def test_a_chat_of_which_there_is_news_waits_for_its_moment_no_longer(agenda: Agenda) -> None:
    agenda.look_later("residents", 30.0)
    agenda.look_at(["residents"])
    assert agenda.to_look_at(0.0) == ("residents",)
    assert agenda.next_moment() is None


def test_what_waits_for_days_leaves_nothing_behind_of_all_the_looks_meanwhile(agenda: Agenda) -> None:
    for minute in range(2_000):
        agenda.look_at(("residents", "duty-room", "longmen"))
        for chat in agenda.to_look_at(minute * 60.0):
            agenda.look_later(chat, 1e6 + len(chat))
            agenda.queue("telegram", a_turn(chat))
        agenda.next("telegram")
    assert len(agenda._later) < 200
    assert len(agenda._queues["telegram"]) < 200
    assert order(agenda) == ["duty-room", "longmen", "residents"]
    assert set(agenda.to_look_at(1e6 + 9)) == {"residents", "duty-room", "longmen"}
    assert agenda.next_moment() is None
