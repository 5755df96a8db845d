"""rehearse, and the record that it leaves to `ledger` and `report`. In real chats and killed: tests/acceptance."""

import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Gengfu

SPAN = ("--from", "2027-02-06T08:55", "--until", "2027-02-06T12:00", "--speed", "max")


@pytest.fixture(autouse=True)
def _some_port(gengfu: Gengfu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENGFU_WEB__LISTEN", "127.0.0.1:0")


def test_a_rehearsal_says_where_to_watch_and_what_it_came_to(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("rehearse", "--town", town, *SPAN)
    assert (answered.status, answered.err) == (0, "")
    (name,) = [path.name for path in (town / "data" / "rehearsals").iterdir()]
    begun, board, *rest = answered.out.splitlines()
    assert begun == f"演练 {name}：2027-02-06 08:55 至 2027-02-06 12:00"
    assert board.startswith("在这里观看、暂停、以任何单位的身份回执：http://127.0.0.1:")
    assert rest == [
        "演练结束（2027-02-06 12:00）。",
        "到期 2 次提醒，发出 2 条消息。",
        "应回执 1 项，已回执 0 项。",
        "催办 1 次，向上报告 0 件。",
        "没有一条会漏掉。",
        f"记录：gengfu ledger --rehearsal {name}，gengfu report --rehearsal {name}",
    ]


def test_its_record_is_read_by_name_or_as_the_latest_and_the_town_has_none(gengfu: Gengfu, town: Path) -> None:
    gengfu("rehearse", "--town", town, *SPAN)
    (name,) = [path.name for path in (town / "data" / "rehearsals").iterdir()]
    for which in (name, "latest"):
        entries = gengfu("ledger", "--town", town, "--rehearsal", which, "--format", "json").json
        assert [(each["kind"], each["at"][11:16]) for each in entries if each["occurrence"]] == [
            ("sent", "09:00"),
            ("sent", "09:00"),
            ("late", "11:00"),
            ("reminded", "11:00"),
        ]
        rows = gengfu("report", "--town", town, "--rehearsal", which, "--format", "json").json
        assert [(each["office"], each["state"], each["deadline"]) for each in rows] == [
            ("police", "open", "2027-02-06T11:00:00+08:00")
        ]
    assert gengfu("ledger", "--town", town, "--format", "json").json == []


def test_days_are_included_at_both_ends(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("rehearse", "--town", town, "--from", "2027-02-06", "--until", "2027-02-06", "--speed", "max")
    assert "2027-02-06 00:00 至 2027-02-06 23:59" in answered.out
    assert "发出 2 条消息" in answered.out


def test_what_would_be_missed_is_named_and_the_answer_is_no(gengfu: Gengfu, town: Path) -> None:
    text = "{% if now.hour == 9 and due.year == 2027 %}{{ campaign.basis.x }}{% endif %}好"
    (town / "messages" / "duty-alert.j2").write_text(text, encoding="utf-8")
    refused = gengfu("rehearse", "--town", town, *SPAN)
    assert refused.status == 1
    assert "messages/duty-alert.j2:1" in refused.err
    assert not (town / "data").exists()


def test_a_board_that_another_bot_has_is_left_to_it(
    gengfu: Gengfu, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setenv("GENGFU_WEB__LISTEN", f"127.0.0.1:{taken}")
        answered = gengfu("rehearse", "--town", town, *SPAN)
    assert answered.status == 0
    assert f":{taken}/" not in answered.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--speed", "0"), "速度 0 不可用"),
        (("--speed", "fast"), "速度 fast 不可用"),
        (("--speed", "inf"), "速度 inf 不可用"),
        (("--from", "tomorrow"), "tomorrow"),
        (("--from", "2027-02-30T09:00"), "2027-02-30"),
        (("--until", "2027-02-06T25:00"), "25:00"),
    ],
)
def test_wrong_use_is_said_in_one_line(gengfu: Gengfu, town: Path, options: tuple[str, ...], words: str) -> None:
    answered = gengfu("rehearse", "--town", town, *options)
    assert (answered.status, answered.out, len(answered.err.splitlines())) == (2, "", 1)
    assert words in answered.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "2027-02-06T12:00", "--until", "2027-02-06T09:00"), "不在开始时间"),
        (("--real-chats", "--yes", "--speed", "max"), "GENGFU_TELEGRAM__TOKEN"),
        (("--real-chats", "--speed", "max"), "GENGFU_TELEGRAM__TOKEN"),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_line(
    gengfu: Gengfu, town: Path, options: tuple[str, ...], words: str
) -> None:
    answered = gengfu("rehearse", "--town", town, *options)
    assert (answered.status, answered.out, len(answered.err.splitlines())) == (1, "", 1)
    assert words in answered.err


def test_a_schedule_with_errors_is_not_played_and_every_error_is_told(gengfu: Gengfu, town: Path) -> None:
    path = town / "schedules" / "winter-2026.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("police", "polise"), encoding="utf-8")
    answered = gengfu("rehearse", "--town", town, *SPAN)
    assert answered.status == 1
    assert "schedules/winter-2026.yaml:" in answered.err
    assert not (town / "data").exists()


def test_an_unknown_rehearsal_is_named(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("ledger", "--town", town, "--rehearsal", "latest")
    assert (answered.status, len(answered.err.splitlines())) == (1, 1)
    assert "gengfu rehearse" in answered.err
