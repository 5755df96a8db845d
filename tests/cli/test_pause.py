"""pause, resume: one file that the bot reads and that needs no lock."""

import json
from pathlib import Path

import pytest

from bot.app.admin.pause import pause_of, resumed_of
from tests.cli.conftest import Gengfu


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.pause.command_line_user", lambda: "cli:li")


def test_it_holds_all_sends_and_says_how_to_go_on(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("pause", "--town", town, "--why", "台风演练")
    assert (answered.status, answered.err) == (0, "")
    assert "gengfu resume" in answered.out
    assert "启动后会保持暂停" in answered.out, "no bot runs"
    pause = pause_of(town / "data")
    assert pause is not None
    assert (pause.by, pause.why) == ("cli:li", "台风演练")
    written = json.loads((town / "data" / "paused").read_bytes())
    assert {"by", "at", "why"} <= written.keys()
    assert written["at"].endswith("+08:00"), "the town's hour, wherever the machine stands"


def test_twice_is_once_and_the_first_reason_stands(gengfu: Gengfu, town: Path) -> None:
    gengfu("pause", "--town", town, "--why", "台风演练")
    answered = gengfu("pause", "--town", town, "--why", "别的")
    assert (answered.status, answered.out) == (1, "")
    assert "早已暂停（li（命令行），" in answered.err
    assert "台风演练" in answered.err


def test_it_goes_on_and_tells_what_ended(gengfu: Gengfu, town: Path) -> None:
    gengfu("pause", "--town", town, "--why", "台风演练")
    answered = gengfu("resume", "--town", town)
    assert answered.status == 0
    assert "台风演练" in answered.out
    assert pause_of(town / "data") is None
    resumed = resumed_of(town / "data")
    assert resumed is not None
    assert resumed.by == "cli:li"


def test_what_is_not_paused_cannot_be_resumed(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("resume", "--town", town)
    assert (answered.status, answered.out) == (1, "")
    assert "没有暂停" in answered.err
    assert not (town / "data" / "resumed").exists()


def test_no_file_is_put_where_no_town_is(gengfu: Gengfu, tmp_path: Path) -> None:
    assert gengfu("pause", "--town", tmp_path).status == 1
    assert list(tmp_path.iterdir()) == []


def test_chats_and_doctor_say_so(gengfu: Gengfu, town: Path) -> None:
    gengfu("pause", "--town", town, "--why", "台风演练")
    chats = gengfu("chats", "--town", town, "--format", "json")
    assert "已暂停发送（li（命令行），" in chats.err
    assert len(chats.json) == 3
    doctor = gengfu("doctor", "--town", town, "--format", "json", "--lang", "en")
    assert doctor.status == 1
    assert {"sending is paused", "to go on run gengfu resume"} <= {
        each[part].partition(" (")[0] for each in doctor.json if not each["ok"] for part in ("what", "mend")
    }


@pytest.mark.parametrize("content", [b"", b"{", b'{"by": 1}'])
def test_a_file_that_somebody_put_there_by_hand_is_a_pause_as_well(gengfu: Gengfu, town: Path, content: bytes) -> None:
    (town / "data").mkdir()
    (town / "data" / "paused").write_bytes(content)
    assert "早已暂停（有人直接改了" in gengfu("pause", "--town", town).err
    assert gengfu("resume", "--town", town).status == 0
    assert pause_of(town / "data") is None


def test_a_disk_that_refuses_is_said_in_one_line(gengfu: Gengfu, town: Path) -> None:
    (town / "data").write_bytes(b"no folder")
    answered = gengfu("pause", "--town", town)
    assert answered.status == 1
    assert len(answered.err.splitlines()) == 1
