"""plan."""

from pathlib import Path

from tests.cli.conftest import Gengfu


def test_plan_prints_what_programs_read(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("plan", "--town", town, "--from", "2027-02-06", "--until", "2027-02-06", "--format", "json")
    assert answered.status == 0
    assert answered.json == [
        {
            "id": "winter-2026/alert/spring-festival-2027/0@09:00",
            "campaign": "winter-2026",
            "reminder": "alert",
            "due": "2027-02-06T09:00:00+08:00",
            "reason": "春节当天",
            "key_date": "spring-festival",
            "phase": "carry-out",
            "audiences": [],
            "offices": ["police"],
            "chats": ["duty-room"],
            "message": "duty-alert",
            "deadline": "2027-02-06T11:00:00+08:00",
            "provisional": False,
        },
        {
            "id": "winter-2026/warning/spring-festival-2027/0@09:00",
            "campaign": "winter-2026",
            "reminder": "warning",
            "due": "2027-02-06T09:00:00+08:00",
            "reason": "春节当天",
            "key_date": "spring-festival",
            "phase": "carry-out",
            "audiences": ["residents"],
            "offices": [],
            "chats": ["longmen-residents"],
            "message": "sanqing-sanguan",
            "deadline": None,
            "provisional": False,
        },
    ]


def test_plan_includes_both_days_and_nothing_beside(gengfu: Gengfu, town: Path) -> None:
    assert (
        gengfu("plan", "--town", town, "--from", "2027-02-07", "--until", "2027-03-31", "--format", "json").json == []
    )
    on_the_day = gengfu(
        "plan", "--town", town, "--from", "2027-02-01", "--until", "2027-02-06", "--format", "json"
    ).json
    assert len(on_the_day) == 2


def test_plan_is_a_table_for_people(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("plan", "--town", town, "--from", "2027-02-06", "--until", "2027-02-06")
    assert "2027-02-06 09:00 周六" in answered.out
    assert "春节当天" in answered.out
    assert "派出所" in answered.out
    empty = gengfu("plan", "--town", town, "--from", "2028-02-06", "--until", "2028-02-06")
    assert empty.out == "这段日子没有提醒\n"


def test_plan_of_a_bad_schedule_lists_its_errors(gengfu: Gengfu, town: Path) -> None:
    (town / "schedules" / "winter-2026.yaml").write_text("campaign：winter\n", encoding="utf-8")
    answered = gengfu("plan", "--town", town)
    assert answered.status == 1
    assert answered.err.startswith("schedules/winter-2026.yaml:1:")
    assert "：" in answered.err
