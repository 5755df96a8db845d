"""Wrong use: one line on standard error, exit status 2, no traceback."""

from pathlib import Path

import pytest

from tests.cli.conftest import Gengfu


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "没有 nonsense 这个命令，用 gengfu --help 看可用的命令"),
        (["plan", "--form"], "没有 --form 这个选项，用 --help 看可用的选项"),
        (["plan", "--from", "2027-02-30"], "--from 的值不对：没有“2027-02-30”这一天，请核对月和日"),
        (
            ["plan", "--lang", "en", "--from", "soon"],
            "--from cannot be that: “soon” is no date; write it like 2026-11-30",
        ),
    ],
)
def test_it_says_what_was_wrong_with_the_call(gengfu: Gengfu, arguments: list[str], said: str) -> None:
    answered = gengfu(*arguments)
    assert (answered.status, answered.out, answered.err) == (2, "", said + "\n")


def test_a_folder_that_is_no_town_is_named(gengfu: Gengfu, tmp_path: Path) -> None:
    for command in ("check", "plan", "run", "ledger", "report", "chats"):
        answered = gengfu(command, "--town", tmp_path)
        assert answered.status == 1
        assert "town.yaml" in answered.err
        assert len(answered.err.splitlines()) == 1, answered.err


def test_a_setting_that_cannot_be_used_is_named_and_never_repeated(gengfu: Gengfu, town: Path) -> None:
    (town / ".env").write_text("GENGFU_STORE__URL=secret-place\n", encoding="utf-8")
    answered = gengfu("ledger", "--town", town)
    assert answered.status == 1
    assert answered.err == "设置 GENGFU_STORE__URL 的值不能用，应像 file:data 这样\n"
    (town / ".env").write_text("GENGFU_TELEGRAM__TOKN=1:secret\n", encoding="utf-8")
    answered = gengfu("ledger", "--town", town)
    assert answered.err == "没有 GENGFU_TELEGRAM__TOKN 这个设置，可用的设置见 .env.example\n"
