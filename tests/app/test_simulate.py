"""What a span of days would bring (interface.md, `gengfu simulate`)."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.app.in_force import InForce
from bot.app.simulate import Answers, Event, simulate
from bot.app.sources import Sources
from bot.renderer.templates import MessageError, Messages
from bot.settings import Settings, TelegramSettings
from tests.builders import a_chat, a_duty_alert, a_phase, a_reminder, a_schedule, a_town

ZONE = ZoneInfo("Asia/Shanghai")
EVE, FESTIVAL = date(2027, 2, 5), date(2027, 2, 6)
MESSAGES = {
    "sanqing-sanguan.j2": "{{ key_date.name }}快到了",
    "duty-alert.j2": "请{{ offices[0].name }}值守",
    "duty-alert.telegram.j2": "【电报】请{{ offices[0].name }}值守",
}
TOKEN = Settings(telegram=TelegramSettings(token=SecretStr("1:a")))


def simulated(
    *reminders: Mapping[str, Any],
    first: date = FESTIVAL,
    last: date = FESTIVAL,
    messages: Mapping[str, str] = MESSAGES,
    settings: Settings | None = None,
    answers: Answers = "prompt",
    **given: Any,
) -> tuple[Event, ...]:
    settings = settings or Settings()
    schedule = a_schedule(reminders=list(reminders), **given)
    what = InForce(schedule, Messages(messages, settings.lang), Sources({}, {}))
    return simulate(what, settings, first, last, answers)


def test_each_chat_gets_its_text_at_the_due_moment() -> None:
    (broadcast,) = simulated(a_reminder())
    assert broadcast.kind == "send"
    assert broadcast.at == datetime(2027, 2, 6, 9, tzinfo=ZONE)
    assert broadcast.id == "winter-2026/warning/spring-festival-2027/0@09:00"
    assert (broadcast.chat, broadcast.offices, broadcast.text) == ("longmen-residents", (), "春节快到了")


def test_an_ask_shows_its_offices_with_the_deadline_and_nobody_has_answered() -> None:
    (ask,) = simulated(a_duty_alert())
    assert ask.offices == ("police",)
    assert ask.text == "请派出所值守\n\n**请于 11:00 前回执：**\n\n- ▫️ 派出所 待回执"


def test_the_words_and_the_mentions_are_those_of_the_chat_s_own_platform_where_there_is_a_key_for_it() -> None:
    (ask,) = simulated(a_duty_alert(), settings=TOKEN)
    assert ask.text.startswith("【电报】请派出所值守")
    assert "[派出所](person:telegram:2001)" in ask.text


def test_each_chat_names_the_offices_that_it_carries_and_a_broadcast_to_offices_names_none() -> None:
    asked = simulated(a_duty_alert(to={"offices": "all"}))
    assert [(each.chat, each.offices) for each in asked] == [
        ("duty-room", ("police", "enforcement", "fire-committee")),
        ("longmen-office", ("village-longmen",)),
    ]
    told = simulated(a_duty_alert(to={"offices": "all"}, answer=None))
    assert [(each.chat, each.offices) for each in told] == [("duty-room", ()), ("longmen-office", ())]


def test_events_come_by_time_then_by_occurrence_then_in_the_town_s_order_of_chats() -> None:
    chats = [a_chat("z", audiences=["residents"]), a_chat("a", audiences=["residents"]), a_chat()]
    found = simulated(
        a_reminder("late", on={"key_date": "spring-festival", "at": "10:00"}),
        a_reminder("b"),
        a_reminder("a"),
        town=a_town(chats=chats, offices=a_town()["offices"][:2]),
    )
    assert [(each.at.hour, each.id.split("/")[1], each.chat) for each in found] == [
        (9, "a", "z"),
        (9, "a", "a"),
        (9, "b", "z"),
        (9, "b", "a"),
        (10, "late", "z"),
        (10, "late", "a"),
    ]


def test_both_days_are_included_by_the_moment_at_which_it_really_goes_out() -> None:
    at_night = a_reminder(on={"key_date": "spring-festival", "days": [-1], "at": "23:00"})
    assert simulated(at_night, first=EVE, last=EVE) == ()
    (after_quiet,) = simulated(at_night, first=FESTIVAL, last=FESTIVAL)
    assert after_quiet.at == datetime(2027, 2, 6, 7, tzinfo=ZONE)
    on_both = a_reminder(on={"key_date": "spring-festival", "days": [-1, 0], "at": "09:00"})
    assert len(simulated(on_both, first=EVE, last=FESTIVAL)) == 2


def test_the_same_files_bring_the_same_events() -> None:
    reminders = [a_reminder(), a_duty_alert(to={"offices": "all"})]
    twice = [
        [(each.at, each.id, each.chat, each.offices, each.text) for each in simulated(*reminders)] for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_a_message_that_cannot_be_rendered_is_told_with_its_file_and_line() -> None:
    with pytest.raises(MessageError) as failed:
        simulated(a_reminder(), messages={"sanqing-sanguan.j2": "火\n{{ nothing }}"})
    assert (failed.value.file, failed.value.line) == ("messages/sanqing-sanguan.j2", 2)


def test_days_outside_the_campaign_bring_nothing() -> None:
    assert simulated(a_reminder(), phases=[a_phase()], first=date(2028, 1, 1), last=date(2028, 12, 31)) == ()


LADDER = {
    "within": "2h",
    "expects": "done",
    "remind_every": "1h",
    "then": [{"after": "3h", "tell": ["fire-committee"]}],
}


def lines(events: tuple[Event, ...]) -> list[str]:
    return [f"{each.at:%d %H:%M} {each.kind} {each.id.split('/')[1]} {each.chat}" for each in events]


def test_where_nobody_answers_the_ladder_shows_in_order_with_its_words() -> None:
    found = simulated(a_duty_alert(answer=LADDER), answers="none")
    assert lines(found) == [
        "06 09:00 send alert duty-room",
        "06 10:00 remind alert duty-room",
        "06 11:00 remind alert duty-room",
        "06 12:00 escalate alert duty-room",
    ]
    assert found[1].offices == ("police",)
    assert "派出所" in found[1].text
    assert "逾期" not in found[1].text
    assert "派出所" in found[3].text


def test_where_everybody_answers_promptly_nobody_is_reminded() -> None:
    assert lines(simulated(a_duty_alert(answer=LADDER), answers="prompt")) == ["06 09:00 send alert duty-room"]


def test_a_day_shows_the_reminders_of_what_went_out_before_it() -> None:
    slow = {**LADDER, "within": "1d", "remind_every": "10h", "then": []}
    found = simulated(a_duty_alert(answer=slow), answers="none", first=date(2027, 2, 7), last=date(2027, 2, 7))
    assert lines(found) == [
        "07 07:00 remind alert duty-room",
        "07 09:00 remind alert duty-room",
        "07 19:00 remind alert duty-room",
    ]


def test_what_asks_again_in_one_chat_at_one_moment_is_one_message() -> None:
    found = simulated(*(a_duty_alert(name, answer=deepcopy(LADDER)) for name in ("first", "second")), answers="none")
    again = [each for each in found if each.kind == "remind" and each.at.hour == 10]
    assert [each.id.split("/")[1] for each in again] == ["first", "second"]
    assert again[0].text == again[1].text
    assert "①" in again[0].text


def test_the_last_word_of_a_campaign_comes_the_morning_after_it() -> None:
    reminder = a_reminder(on={"date": "2027-03-31", "at": "09:00"})
    found = simulated(reminder, first=date(2027, 4, 1), last=date(2027, 4, 1))
    assert [(f"{each.at:%d %H:%M}", each.kind, each.id, each.chat) for each in found] == [
        ("01 09:00", "send", "winter-2026/closed", "longmen-residents")
    ]
    assert "今冬明春" in found[0].text
