"""simulate (interface.md, the command line)."""

from pathlib import Path

import pytest

from tests.cli.conftest import Gengfu

THAT_DAY = ("--from", "2027-02-06", "--until", "2027-02-06")


def test_simulate_prints_what_programs_read(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "json")
    assert (answered.status, answered.err) == (0, "")
    *sent, late = answered.json
    assert {name: value for name, value in late.items() if name != "text"} == {
        "at": "2027-02-06T11:00:00+08:00",
        "kind": "remind",
        "occurrence": "winter-2026/alert/spring-festival-2027/0@09:00",
        "chat": "duty-room",
        "offices": ["police"],
    }
    assert "▫️ 派出所 待回执" in late["text"]
    assert sent == [
        {
            "at": "2027-02-06T09:00:00+08:00",
            "kind": "send",
            "occurrence": "winter-2026/alert/spring-festival-2027/0@09:00",
            "chat": "duty-room",
            "offices": ["police"],
            "text": "请派出所值守\n\n**请于 11:00 前回执：**\n\n- ▫️ 派出所 待回执",
        },
        {
            "at": "2027-02-06T09:00:00+08:00",
            "kind": "send",
            "occurrence": "winter-2026/warning/spring-festival-2027/0@09:00",
            "chat": "longmen-residents",
            "offices": [],
            "text": "春节快到了",
        },
    ]


def test_two_runs_print_the_same_bytes(gengfu: Gengfu, town: Path) -> None:
    runs = {gengfu("simulate", "--town", town, *THAT_DAY, "--format", "json").out for _ in range(2)}
    assert len(runs) == 1


def test_with_or_without_answers_the_sends_are_the_same_and_only_silence_is_followed_up(
    gengfu: Gengfu, town: Path
) -> None:
    asked = ("simulate", "--town", town, *THAT_DAY, "--format", "json", "--answers")
    silent, prompt = gengfu(*asked, "none").json, gengfu(*asked, "prompt").json
    assert [each for each in silent if each["kind"] == "send"] == prompt
    assert [each["kind"] for each in silent] == ["send", "send", "remind"]
    assert "prompt" in gengfu("simulate", "--help").out
    assert gengfu(*asked, "later").status == 2


def test_simulate_is_a_table_for_people(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("simulate", "--town", town, *THAT_DAY)
    ask, late = [line for line in answered.out.splitlines() if "请派出所值守" in line]
    assert "催办" in late
    for part in ("2027-02-06 周六", "09:00", "消防安全工作群", "派出所", "2027-02-06 11:00"):
        assert part in ask
    assert answered.out.endswith("共 2 次提醒，2 条消息；假如一直没有回执，另有催办 1 条，上报 0 条\n")
    prompt = gengfu("simulate", "--town", town, *THAT_DAY, "--answers", "prompt")
    assert prompt.out.endswith("共 2 次提醒，2 条消息；假如都及时回执，没有催办和上报\n")
    empty = gengfu("simulate", "--town", town, "--from", "2028-02-06", "--until", "2028-02-06")
    assert empty.out == "这段日子没有提醒\n"


def test_where_no_days_are_given_a_month_from_today_is_meant(gengfu: Gengfu, town: Path) -> None:
    plan, simulate = (gengfu(which, "--town", town, "--format", "json").json for which in ("plan", "simulate"))
    assert [each["id"] for each in plan] == list(dict.fromkeys(each["occurrence"] for each in simulate))


def test_the_weeks_are_written_to_a_file_to_print(gengfu: Gengfu, town: Path) -> None:
    out = town / "二月.html"
    answered = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "html", "--out", out)
    assert answered.status == 0
    assert answered.out.startswith(f"已写入 {out}：2027-02-01 至 2027-02-07（整周），共 1 页")
    page = out.read_text(encoding="utf-8")
    assert page.count('<section class="sheet') == 1
    assert "请派出所值守" in page
    again = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "html", "--out", out, "--lang", "en")
    assert "(whole weeks), 1 page(s)" in again.out
    assert '<html lang="en">' in out.read_text(encoding="utf-8")
    assert [each.name for each in town.iterdir() if "html" in each.name] == [out.name]


def test_a_span_that_brings_nothing_is_a_page_that_says_so(gengfu: Gengfu, town: Path) -> None:
    out = town / "empty.html"
    answered = gengfu("simulate", "--town", town, "--from", "2028-02-06", "--format", "html", "--out", out)
    assert answered.out.startswith(f"已写入 {out}：2028-01-31 至 2028-03-12 没有提醒")
    assert "本周没有要发的提醒" in out.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_said_in_one_line_and_what_stood_there_stays(
    gengfu: Gengfu, town: Path
) -> None:
    out = town / "no-such-folder" / "week.html"
    answered = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "html", "--out", out)
    assert (answered.status, answered.out) == (1, "")
    assert answered.err.startswith(f"写不了 {out}：")
    assert answered.err.count("\n") == 1
    onto_a_folder = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "html", "--out", town / "messages")
    assert onto_a_folder.status == 1
    assert (town / "messages" / "duty-alert.j2").exists()


@pytest.mark.parametrize("options", [("--format", "html"), ("--out", "x.html"), ("--format", "json", "--out", "x")])
def test_html_needs_a_file_and_nothing_else_takes_one(gengfu: Gengfu, town: Path, options: tuple[str, ...]) -> None:
    answered = gengfu("simulate", "--town", town, *options)
    assert (answered.status, answered.out) == (2, "")
    assert "--format html 要用 --out 指定写到哪个文件" in answered.err


def test_days_that_end_before_they_begin_are_wrong_use(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("simulate", "--town", town, "--from", "2027-02-06", "--until", "2027-02-05")
    assert answered.status == 2
    assert "2027-02-05 < 2027-02-06" in answered.err


def test_a_message_that_cannot_be_rendered_is_told_with_file_and_line_and_nothing_is_printed_half(
    gengfu: Gengfu, town: Path
) -> None:
    (town / "messages" / "sanqing-sanguan.j2").write_text("火\n{{ nothing }}", encoding="utf-8")
    answered = gengfu("simulate", "--town", town, *THAT_DAY, "--format", "json")
    assert (answered.status, answered.out) == (1, "")
    assert answered.err.startswith("messages/sanqing-sanguan.j2:2:1: ")
    assert "Traceback" not in answered.err
