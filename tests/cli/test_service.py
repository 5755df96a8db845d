"""doctor, and what run refuses before it starts. The running bot itself: tests/acceptance."""

import socket
from pathlib import Path

import pytest

from bot.app.run import start
from bot.channels.protocol import Channel
from bot.cli.options import Call
from bot.cli.service import greet
from bot.web.listen import Listened
from tests.app.stage import Stage
from tests.cli.conftest import Gengfu
from tests.fakes import FakeChannel


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_doctor_of_a_town_in_good_health(
    gengfu: Gengfu, town: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENGFU_WEB__LISTEN", f"127.0.0.1:{free_port}")
    answered = gengfu("doctor", "--town", town, "--format", "json")
    assert answered.status == 0, answered.out
    assert [each["ok"] for each in answered.json] == [True] * len(answered.json)
    assert any("1 个专项行动，3 个群" in each["what"] for each in answered.json)


def test_doctor_says_what_to_mend(gengfu: Gengfu, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENGFU_TELEGRAM_TOKEN", "1:abc")
    (town / "schedules" / "winter-2026.yaml").write_text("campaign: [", encoding="utf-8")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("GENGFU_WEB__LISTEN", f"127.0.0.1:{other.getsockname()[1]}")
        answered = gengfu("doctor", "--town", town, "--format", "json")
    assert answered.status == 1
    wrong = {each["what"]: each["mend"] for each in answered.json if not each["ok"]}
    assert len(wrong) == 3, wrong
    assert all(wrong.values())
    assert any("GENGFU_TELEGRAM_TOKEN" in what for what in wrong)


@pytest.mark.parametrize("address", ["rubbish", "127.0.0.1:99999", "nosuchhost.invalid:8765", "203.0.113.9:8765"])
def test_run_and_doctor_say_the_same_of_an_address_that_cannot_be_listened_at(
    gengfu: Gengfu, town: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENGFU_WEB__LISTEN", address)
    ran, examined = gengfu("run", "--town", town), gengfu("doctor", "--town", town, "--format", "json")
    assert (ran.status, examined.status) == (1, 1)
    (said,) = ran.err.splitlines()
    assert "GENGFU_WEB__LISTEN" in said
    if examined.out:
        (wrong,) = [each for each in examined.json if not each["ok"]]
        assert wrong["mend"] == said
    else:
        assert examined.err == ran.err


async def test_a_chat_that_is_cut_off_is_not_said_to_stand_on_the_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, token=None)
    bot = await start(stage.settings, stage.clock, stage.store, {"board": stage.board})
    call = Call(tmp_path, stage.settings, "zh")
    for lived, said in (({}, "telegram 的 3 个群"), ({"duty-room": "telegram"}, "telegram 的 2 个群")):
        greet(call, bot, Listened("127.0.0.1", 8765), lived)
        assert said in capsys.readouterr().out


async def test_only_platforms_that_a_chat_is_on_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(tmp_path)
    unused = FakeChannel(stage.clock, "wecom-robot")
    channels: dict[str, Channel] = {"board": stage.board, "telegram": stage.telegram, "wecom-robot": unused}
    greet(
        Call(tmp_path, stage.settings, "zh"),
        await start(stage.settings, stage.clock, stage.store, channels),
        Listened("127.0.0.1", 8765),
        {},
    )
    assert "3 个，在 telegram\n" in capsys.readouterr().out


def test_run_refuses_a_schedule_that_never_was_good(gengfu: Gengfu, town: Path) -> None:
    (town / "schedules" / "winter-2026.yaml").write_text("campaign: [", encoding="utf-8")
    answered = gengfu("run", "--town", town)
    assert answered.status == 1
    assert answered.err.startswith("schedules/winter-2026.yaml:")
    assert answered.err.splitlines()[-1].startswith("排程有 ")
    assert "Traceback" not in answered.err
