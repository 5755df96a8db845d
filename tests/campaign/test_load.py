"""A folder in; a schedule, and every problem of all its files, out."""

from pathlib import Path

import pytest

from bot.campaign.load import load, parse, read
from bot.campaign.problems import Place
from bot.errors import TownMissing
from tests.builders import a_campaign, a_loaded, a_reminder, a_town, an_office, some_files
from tests.campaign.telling import FILES

HERE = Path(__file__).parents[2]


def written(folder: Path, files: dict[str, bytes]) -> Path:
    (folder / "schedules").mkdir(parents=True)
    for name, data in files.items():
        (folder / "schedules" / name).write_bytes(data)
    return folder


def test_a_folder_becomes_a_schedule(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, FILES))

    assert loaded.problems == ()
    assert loaded.schedule is not None
    assert loaded.schedule.town.name == "金龙镇"
    assert [each.id for each in loaded.schedule.key_dates] == ["new-year", "spring-festival", "lantern", "two-sessions"]
    assert [each.id for each in loaded.schedule.campaigns] == ["winter"]
    assert loaded.files == {"winter": "winter.yaml"}


def test_without_key_dates_there_are_none(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, {name: data for name, data in FILES.items() if name != "key-dates.yaml"}))

    assert loaded.schedule is not None
    assert loaded.schedule.key_dates == ()


@pytest.mark.parametrize("made", [[], ["schedules"]])
def test_a_folder_that_is_no_town_is_told_in_one_line(tmp_path: Path, made: list[str]) -> None:
    for name in made:
        (tmp_path / name).mkdir()

    with pytest.raises(TownMissing) as missing:
        load(tmp_path)

    assert missing.value.in_words("zh") == (
        f"“{tmp_path}”里没有 schedules/town.yaml，不是一个镇的文件夹。请用 --town 指到放着 schedules/ 的文件夹"
    )


def test_only_yaml_files_are_read_and_editors_leftovers_are_not(tmp_path: Path) -> None:
    folder = written(tmp_path, {**FILES, ".winter.yaml": b"x", "winter.yaml~": b"x", "campaign.schema.json": b"{}"})

    assert set(read(folder)) == set(FILES)


def test_a_yml_file_is_told_to_be_renamed(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, {**FILES, "summer.yml": b"campaign: summer\n"}))

    assert [each.in_words() for each in loaded.problems] == [
        "schedules/summer.yml:1:1: “summer.yml”不会被读取，请改名为 summer.yaml"
    ]


def test_a_missing_town_file_is_a_problem_and_the_rest_is_judged() -> None:
    loaded = parse({"winter.yaml": FILES["winter.yaml"].replace(b"2026-12-20", b"2026-12-40")})

    assert [each.in_words() for each in loaded.problems] == [
        "schedules/town.yaml:1:1: 缺少 town.yaml：责任单位和群都写在这个文件里",
        "schedules/winter.yaml:9:16: 没有“2026-12-40”这一天，请核对月和日",
    ]


def test_all_problems_of_all_files_are_told_at_once_in_the_order_in_which_one_reads() -> None:
    town = """\
town: jinlong
name: 金龙镇
offices:
  - {id: police, name: 派出所}
  - {id: police, nmae: 消安委, members: [{telegram: 2009}]}
chats:
  - {id: room, on: telegram, address: -1, audiences: [offices, units]}
"""
    dates = "key_dates:\n  - {id: new-year, name: 元旦, on: {solar: 13-01}}\n"
    winter = """\
campaign: winter
title: 今冬明春
phases:
  - {id: carry-out, name: 组织实施, from: 2027-03-31, until: 2026-11-01}
reminders:
  - id: a
    on: {key_date: 元旦, at: 9点}
    to: [residents]
    message: a
  - id: b
    on: {key_date: 元且, at: "09:00"}
    to: [residents]
    message: b
    answer: {within: 2h, expects: done}
  - id: c
    on: {date: 2026-12-20, at: "09:00"}
    to: [unit]
    message: c
    answer: {within: 2h, expects: done}
"""
    files = {"winter.yaml": winter, "key-dates.yaml": dates, "town.yaml": town, "broken.yaml": "campaign: [a\n"}
    loaded = parse({name: text.encode() for name, text in files.items()})

    assert loaded.schedule is None
    assert (
        "\n".join(each.in_words() for each in loaded.problems)
        == """\
schedules/town.yaml:4:5: 没有人能替“派出所”答复，请写上 members，或写 answer_from: chat 并给它一个群
schedules/town.yaml:5:10: 代号“police”在第 4 行已经用过，请换一个
schedules/town.yaml:5:18: 不认识的键“nmae”，是不是“name”？
schedules/key-dates.yaml:2:42: 没有“13-01”这一天，请核对月和日
schedules/broken.yaml:1:11: 这里的 [ 没有对应的 ]，或者里面少了逗号
schedules/winter.yaml:4:58: 结束（2026-11-01）早于开始（2027-03-31），请对调或核对
schedules/winter.yaml:7:28: “9点”不是时间，请写成 09:00 或 18:30 的样子
schedules/winter.yaml:11:20: 没有重要节点“元且”，是不是“元旦”？
schedules/winter.yaml:17:10: 没有哪个群的受众是“unit”，是不是“units”？
schedules/winter.yaml:19:5: 只有责任单位能答复：请在 to 里写上 offices、tags 或 duty，或删掉 answer"""
    )


def test_an_invalid_office_makes_no_reference_to_it_dangle() -> None:
    town = a_town(offices=[an_office(tags="police"), *a_town()["offices"][1:]])
    loaded = a_loaded(town=town, reminders=[a_reminder(to={"offices": ["police"]})])

    assert [each.sentence.key for each in loaded.problems] == ["schedule.list-expected"]


@pytest.mark.parametrize("broken", ["town.yaml", "key-dates.yaml"])
def test_an_unreadable_file_costs_only_itself(broken: str) -> None:
    loaded = parse({**some_files(), broken: b"a: [b"})

    assert [str(each.place) for each in loaded.problems] == [f"schedules/{broken}:1:4"]


def test_a_warning_lets_the_schedule_be_used() -> None:
    loaded = a_loaded(town=a_town(quiet_hours={"from": "07:00", "until": "07:00"}))

    assert loaded.schedule is not None
    assert loaded.errors == ()
    assert [each.severity for each in loaded.warnings] == ["warning"]


def test_later_checks_can_point_at_any_value() -> None:
    loaded = parse(FILES)

    assert loaded.place("winter.yaml", "reminders", 0, "on", "at") == Place("schedules/winter.yaml", 9, 32)
    assert loaded.place("winter.yaml", "reminders", 0, "late") == Place("schedules/winter.yaml", 8, 5)
    assert loaded.place("nowhere.yaml", "reminders") == Place("schedules/nowhere.yaml", 1, 1)


def test_campaigns_keep_to_themselves() -> None:
    loaded = a_loaded(campaigns=[a_campaign("a"), a_campaign("b", phases=[], reminders=[])])

    assert [each.place.file for each in loaded.errors] == ["schedules/b.yaml"]
    assert loaded.files == {"a": "a.yaml"}


def test_the_shipped_town_has_no_problem() -> None:
    loaded = load(HERE)

    assert [each.in_words() for each in loaded.problems] == []
    assert loaded.schedule is not None
