"""check."""

from pathlib import Path

from tests.builders import a_reminder, some_files
from tests.cli.conftest import Gengfu


def test_check_passes_and_tells_what_to_mind(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("check", "--town", town)
    assert answered.status == 0
    assert answered.out == "检查通过，1 处需要留意\n"
    assert answered.err.startswith("注意 schedules/town.yaml:")
    assert "3 个群先显示在网页上" in answered.err


def test_check_lists_every_error_at_once_with_its_place(gengfu: Gengfu, town: Path) -> None:
    wrong = some_files(reminders=[a_reminder(on={"key_date": "spring", "at": "9点"}, late="soon")])
    (town / "schedules" / "winter-2026.yaml").write_bytes(wrong["winter-2026.yaml"])
    answered = gengfu("check", "--town", town, "--format", "json")
    assert answered.status == 1
    assert answered.json["ok"] is False
    errors = answered.json["errors"]
    assert {each["file"] for each in errors} == {"schedules/winter-2026.yaml"}
    assert len(errors) == 3
    assert all(each["line"] > 1 and each["column"] > 1 and each["message"] for each in errors)
    assert any("spring-festival" in each["message"] or "春节" in each["message"] for each in errors)


def test_check_renders_each_message_and_points_at_its_line(gengfu: Gengfu, town: Path) -> None:
    (town / "messages" / "sanqing-sanguan.j2").write_text("第一行\n{{ keydate.name }}", encoding="utf-8")
    answered = gengfu("check", "--town", town, "--format", "json")
    assert answered.status == 1
    assert [(each["file"], each["line"]) for each in answered.json["errors"]] == [("messages/sanqing-sanguan.j2", 2)]
