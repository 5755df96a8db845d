"""Tables as people see them where no terminal tells how wide they may be."""

import pytest

from bot.cli.tables import print_table, table_as_text


def test_a_table_prints_every_sign_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["正文"], [["[bold]三清[/] [x] :fire:"]], "空")
    assert "[bold]三清[/] [x] :fire:" in capsys.readouterr().out


def test_what_somebody_typed_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["姓名"], [["\x1b[2J李\u202e主任"]], "空")
    assert "│ �[2J李�主任 │" in capsys.readouterr().out


def test_without_rows_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["正文"], [], "空")
    assert capsys.readouterr().out == "空\n"


def test_wide_characters_take_the_room_of_two_and_nothing_is_broken_or_cut() -> None:
    assert table_as_text(["单位", "n"], [["派出所", "1"], ["a", "22"], ["x" * 300, "1\n2"]]).splitlines()[:5] == [
        f"┏━{'━' * 300}━┳━━━━┓",
        f"┃ 单位{' ' * 296} ┃ n  ┃",
        f"┡━{'━' * 300}━╇━━━━┩",
        f"│ 派出所{' ' * 294} │ 1  │",
        f"│ a{' ' * 299} │ 22 │",
    ]


def test_a_text_of_two_lines_takes_two() -> None:
    assert table_as_text(["a"], [["1\n2"]]).splitlines()[3:5] == ["│ 1 │", "│ 2 │"]
