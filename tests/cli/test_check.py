"""check."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.check import progress_bar
from bot.clock import ManualClock
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town, some_files
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


def test_check_never_ends_in_a_traceback_for_a_template(gengfu: Gengfu, town: Path) -> None:
    text = "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}"
    for hostile in (text, "{{ 'x' * 100000000000000 }}", "{% if 1 %}" * 200 + "{% endif %}" * 200, "{{ " + "(" * 900):
        (town / "messages" / "sanqing-sanguan.j2").write_text(hostile, encoding="utf-8")
        answered = gengfu("check", "--town", town)
        assert answered.status == 1
        assert answered.err.startswith("错误 messages/sanqing-sanguan.j2:1:1: ")


def test_an_error_that_costs_only_some_chats_is_not_said_to_cost_the_rest(
    gengfu: Gengfu, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENGFU_CHAT_ROOM", "693a91f6-7bc4-4a97-9a0e-8a6c1ba90001")
    robot = a_town()
    robot["chats"][0] = a_chat(on="wecom-robot", address={"env": "GENGFU_CHAT_ROOM"})
    files = some_files(reminders=[a_duty_alert(message="sanqing-sanguan")], town=robot)
    for name, content in files.items():
        (town / "schedules" / name).write_bytes(content)
    answered = gengfu("check", "--town", town)
    assert (answered.status, answered.out) == (1, "有 1 处错误：上面说到的群和单位还不行，其余的照常能用；请改正\n")


async def test_a_bar_appears_once_the_work_has_taken_more_than_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    clock = ManualClock(datetime(2027, 1, 1, tzinfo=UTC))
    with progress_bar(clock) as progress:
        progress(0, 4)
        await clock.advance(1)
        progress(1, 4)
        assert capsys.readouterr().err == ""
        await clock.advance(0.1)
        progress(2, 4)
        out, err = capsys.readouterr()
        assert out == ""
        assert "check" in err
