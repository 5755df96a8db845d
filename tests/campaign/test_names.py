"""Where an id is asked, a unique name or alias does as well."""

from bot.campaign.model import OnEvery, OnKeyDate, OnPhase, OnWatch
from tests.builders import (
    a_chat,
    a_duty,
    a_duty_alert,
    a_phase,
    a_reminder,
    a_schedule,
    a_town,
    an_office,
)
from tests.campaign.telling import told


def test_offices_are_found_by_name_and_alias() -> None:
    schedule = a_schedule(
        duties=[a_duty(lead=["派出所", "综合执法队"], with_=["镇消防安全委员会"])],
        reminders=[a_duty_alert(to={"offices": "派出所"})],
    )
    campaign = schedule.campaigns[0]

    assert campaign.duties[0].lead == ("police", "enforcement")
    assert campaign.duties[0].with_ == ("fire-committee",)
    assert campaign.reminders[0].to.offices == ("police",)


def test_a_chats_office_may_be_named() -> None:
    town = a_town(chats=[*a_town()["chats"], a_chat("station", audiences=None, office="派出所")])

    assert a_schedule(town=town).chats["station"].office == "police"


def test_key_dates_phases_duties_and_days_are_found_by_name() -> None:
    schedule = a_schedule(
        phases=[a_phase(name="组织实施")],
        duties=[a_duty(name="烟花爆竹")],
        reminders=[
            a_reminder("a", on={"key_date": "元日", "at": "09:00"}),
            a_reminder("b", on={"watch": "春节", "at": "09:00"}),
            a_reminder("c", on={"phase": "组织实施", "at": "09:00"}),
            a_reminder("d", on={"every": "week", "day": "周一", "at": "09:00", "during": {"phase": "组织实施"}}),
            a_reminder("e", to={"duty": "烟花爆竹"}),
        ],
    )
    rules = [reminder.on for reminder in schedule.campaigns[0].reminders]

    assert isinstance(rules[0], OnKeyDate)
    assert rules[0].key_date == "new-year"
    assert isinstance(rules[1], OnWatch)
    assert rules[1].watch == "spring-festival"
    assert isinstance(rules[2], OnPhase)
    assert rules[2].phase == "carry-out"
    assert isinstance(rules[3], OnEvery)
    assert rules[3].day == "mon"
    assert rules[3].during is not None
    assert rules[3].during.phase == "carry-out"
    assert schedule.campaigns[0].reminders[4].to.duty == ("fireworks",)


def test_a_name_of_several_is_a_warning_where_it_stands_and_an_error_where_it_is_used() -> None:
    town = a_town(offices=[*a_town()["offices"], an_office("station", name="派出所")])

    assert told(town=town) == "schedules/town.yaml:29:9: police、station 都叫“派出所”，引用时请写代号"
    assert told(town=town, reminders=[a_duty_alert(to={"offices": ["派出所"]})]) == (
        "schedules/town.yaml:29:9: police、station 都叫“派出所”，引用时请写代号\n"
        "schedules/winter-2026.yaml:15:7: “派出所”可以指 police、station，请改用其中一个代号"
    )


def test_an_id_goes_before_a_name_and_the_clash_is_a_warning() -> None:
    town = a_town(offices=[*a_town()["offices"], an_office("station", aliases=["police"])])

    assert told(town=town) == ("schedules/town.yaml:33:5: “police”也是另一个的代号，写“police”时指的是那一个")
    reminder = a_schedule(town=town, reminders=[a_duty_alert(to={"offices": ["police"]})]).campaigns[0].reminders[0]
    assert reminder.to.offices == ("police",)
