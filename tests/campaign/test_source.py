"""A file's bytes become texts with places; what breaks the YAML is told in plain words, at its spot."""

import pytest

from bot.campaign.problems import Place
from bot.campaign.source import read_source
from tests.campaign.telling import CAMPAIGN, spoilt, told_of


def tree_of(text: str) -> object:
    return read_source("any.yaml", text.encode()).tree


def test_every_scalar_stays_the_text_that_stands_in_the_file() -> None:
    written = "{on: yes, at: 18:00, leap: 02-29, id: 007, hex: 0x1F, day: 2026-11-30, no: off, float: 1e3, quoted: '~'}"

    assert tree_of(written) == {
        "on": "yes",
        "at": "18:00",
        "leap": "02-29",
        "id": "007",
        "hex": "0x1F",
        "day": "2026-11-30",
        "no": "off",
        "float": "1e3",
        "quoted": "~",
    }


@pytest.mark.parametrize("nothing", ["", " ~", " null", " # nothing"])
def test_nothing_written_is_none(nothing: str) -> None:
    assert tree_of(f"basis:{nothing}\n") == {"basis": None}


def test_values_and_keys_know_their_line_and_column() -> None:
    source = read_source("any.yaml", "名称: 镇\nlist:\n  - {id: 甲, on: x}\n".encode())

    assert source.place("名称") == Place("schedules/any.yaml", 1, 5)
    assert source.place("list", 0) == Place("schedules/any.yaml", 3, 5)
    assert source.place("list", 0, "on") == Place("schedules/any.yaml", 3, 17)
    assert source.key_place("list", 0, "on") == Place("schedules/any.yaml", 3, 13)
    assert source.place("list", 0, "absent", "deeper") == source.place("list", 0)
    assert source.place() == Place("schedules/any.yaml", 1, 1)


def test_a_byte_order_mark_windows_line_ends_and_a_yaml_directive_are_accepted() -> None:
    assert told_of("\ufeff" + CAMPAIGN.replace("\n", "\r\n")) == ""
    assert told_of("%YAML 1.2\n---\n" + CAMPAIGN) == ""


def test_a_gbk_file_is_named_as_such_and_still_read_so_that_all_else_is_told_too() -> None:
    assert told_of(CAMPAIGN.replace("[residents]", "[resident]").encode("gbk")) == (
        "2:8: 文件是 GBK 编码，请另存为 UTF-8（记事本：“另存为”→“编码”→ UTF-8）\n"
        "10:10: 没有哪个群的受众是“resident”，是不是“residents”？"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_file_is_named_as_such(encoding: str) -> None:
    assert told_of(CAMPAIGN.encode(encoding)) == "1:1: 文件是 UTF-16 编码（记事本里叫“Unicode”），请另存为 UTF-8"


def test_bytes_that_are_no_text_are_told_where_they_begin() -> None:
    assert told_of(b"campaign: w\ntitle: \xff\n") == "2:8: 从这里起不是 UTF-8 文字，请把文件另存为 UTF-8"


@pytest.mark.parametrize(("indentation", "name"), [("\t", "Tab"), ("　", "U+3000"), ("\u00a0", "U+00A0")])
def test_what_indents_a_line_but_is_no_space_is_named(indentation: str, name: str) -> None:
    assert spoilt("    to:", f"  {indentation}to:") == f"10:3: 行首有 {name} 字符，缩进请只用半角空格"


def test_every_badly_indented_line_is_told() -> None:
    tabbed = CAMPAIGN.replace("    on:", "\ton:").replace("    to:", "\tto:")

    assert told_of(tabbed) == ("9:1: 行首有 Tab 字符，缩进请只用半角空格\n10:1: 行首有 Tab 字符，缩进请只用半角空格")


FULL_WIDTH = [
    ("message: drill", "message：drill",
     "11:12: “message”后面的“：”是全角的，请换成半角冒号加一个空格，写成“message: ”"),
    ("- id: drill", "- id：drill", "8:7: “id”后面的“：”是全角的，请换成半角冒号加一个空格，写成“id: ”"),
    ("{date: 2026", "{date：2026", "9:14: “date”后面的“：”是全角的，请换成半角冒号加一个空格，写成“date: ”"),
    ("{id: fireworks, item", "{id: fireworks，item", "6:19: 这里的 ， 是全角的，请换成半角的 ,"),
    ("九.4, name: 烟", "九.4，name：烟", "6:30: 这里的 ， 是全角的，请换成半角的 ,\n"
     "6:35: “name”后面的“：”是全角的，请换成半角冒号加一个空格，写成“name: ”"),
    ('at: "15:00"', 'at: ["15:00"，"16:00"、"17:00"]', "9:40: 这里的 ， 是全角的，请换成半角的 ,\n"
     "9:48: 这里的 、 是全角的，请换成半角的 ,"),
    ("to: [residents]", "to: [residents]\n    then: [{a: b}，{c: d}]", "11:5: 不认识的键“then”，这里可以写："
     "id、on、to、message、answer、late、on_doubt、urgent\n11:18: 这里的 ， 是全角的，请换成半角的 ,"),
    ('{date: 2026-12-20, at: "15:00"}', '｛date: 2026-12-20, at: "15:00"｝', "9:9: 这里的 ｛ 是全角的，请换成半角的 {"),
    ("title: 今冬明春", "title: “今冬: 明春”", '2:8: 这里的 “ 是全角的，请换成半角的 "'),
    ("  - id: drill", "  － id: drill", "8:3: 这里的 － 是全角的，请换成半角的 -"),
    ("  - id: drill", "  — id: drill", "8:3: 这里的 — 是全角的，请换成半角的 -"),
    ("reminders:", "＃ 提醒\nreminders:", "7:1: 这里的 ＃ 是全角的，请换成半角的 #"),
    ('at: "15:00"', "at: “15:00”", '9:32: “15:00” 里的 “ 是全角的，请换成半角的 "，写成 "15:00"'),
    ('at: "15:00"', "at: 15：00", "9:32: 15：00 里的 ： 是全角的，请换成半角的 :，写成 15:00"),
    ("2026-12-20", "２０２６-12-20", "9:16: ２０２６-12-20 里的 ２ 是全角的，请换成半角的 2，写成 2026-12-20"),
    ("[residents]", "【residents】", "10:9: 【residents】 里的 【 是全角的，请换成半角的 [，写成 [residents]"),
    ("[residents]", "[residents，units]",
     "10:10: residents，units 里的 ， 是全角的，请换成半角的 ,，写成 residents,units"),
    ("[派出所]", "[派出所、综合执法队]",
     "6:51: 派出所、综合执法队 里的 、 是全角的，请换成半角的 ,，写成 派出所,综合执法队"),
    ("[派出所]", "[ｐｏｌｉｃｅ]", "6:51: ｐｏｌｉｃｅ 里的 ｐ 是全角的，请换成半角的 p，写成 police"),
    ("id: drill", "id: ｄrill", "8:9: ｄrill 里的 ｄ 是全角的，请换成半角的 d，写成 drill"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), FULL_WIDTH)
def test_a_full_width_mark_is_named_with_what_to_type_instead(old: str, new: str, message: str) -> None:
    assert spoilt(old, new) == message


def test_full_width_marks_in_running_text_are_nobodys_business() -> None:
    assert spoilt("烟花爆竹", "烟花爆竹存储、销售（含燃放）：从严，从紧") == ""


def test_a_file_typed_with_full_width_colons_throughout_is_told_line_by_line() -> None:
    assert told_of("campaign：winter\ntitle：今冬\n") == (
        "1:1: 缺少“phases”，请补上“phases: …”\n"
        "1:1: 缺少“reminders”，请补上“reminders: …”\n"
        "1:9: “campaign”后面的“：”是全角的，请换成半角冒号加一个空格，写成“campaign: ”\n"
        "2:6: “title”后面的“：”是全角的，请换成半角冒号加一个空格，写成“title: ”"
    )


def test_columns_stay_those_of_the_file_where_a_line_was_mended() -> None:
    assert spoilt("{date: 2026-12-20,", "{date：2026-12-40,") == (
        "9:14: “date”后面的“：”是全角的，请换成半角冒号加一个空格，写成“date: ”\n"
        "9:15: 没有“2026-12-40”这一天，请核对月和日"
    )


SYNTAX = [
    ("- id: drill", "- id:drill", "8:7: 冒号后面要空一格，写成“id: ”"),
    ('"15:00"}', '"15:00"', "9:9: 这里的 { 没有对应的 }，或者里面少了逗号"),
    ("[residents]", "[residents", "10:9: 这里的 [ 没有对应的 ]，或者里面少了逗号"),
    ('"15:00"}', '"15:00}', "9:32: 这里的引号只有前一半，请在这段文字后面补上另一半"),
    ("    to:", "   to:", "10:4: 这一行没有对齐：同级的键和“-”要从同一列开始，引号后面也不能再有文字"),
    ("title: 今冬明春", "今冬明春", "2:1: 这一行没有冒号，请写成“键: 值”；如果是上一行文字的后半，请接到上一行末尾"),
    ("今冬明春", "今冬: 明春", "2:10: 这里不该有冒号。请检查这一行的缩进（同级的键要左边对齐）；"
     "文字里含冒号时，请用半角双引号把它括起来"),
    ("message: drill", "message: @drill", "11:14: 值不能以 @ 开头，请用半角双引号把它括起来"),
    ("今冬明春", '"今\\冬"', "2:10: 双引号里的反斜杠 \\ 有特殊意思，请去掉，或改用单引号"),
    ("message: drill", "? [a]\n    : b\n    message: drill", "11:7: 键应是一个词，请写成“键: 值”"),
    ("message: drill", "message: drill\n    message: drill", "12:5: “message”在第 11 行已经写过，请删掉其中一个"),
    ("reminders:", "---\nreminders:", "7:1: 一个文件里只能有一份内容，请删掉这一行“---”，或把后面的内容移到另一个文件"),
    ("今冬明春", "今\x07冬", "2:9: 这里有一个看不见的字符（U+0007），请删掉"),
    ("今冬明春", "!!str 今冬", "2:8: 这里不用 YAML 的类型标记（tag:yaml.org,2002:str），请删掉；"
     "文字以 ! 开头时，请用半角双引号括起来"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), SYNTAX)
def test_broken_yaml_is_told_in_plain_words(old: str, new: str, message: str) -> None:
    assert spoilt(old, new) == message


def test_a_second_file_problem_is_told_in_english_too() -> None:
    assert spoilt("[residents]", "[residents", "en") == (
        "10:9: This [ has no ] to close it, or a comma is missing within"
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_file_is_told(text: str) -> None:
    assert told_of(text) == "1:1: 文件里没有内容。不用的文件请删掉；新的专项行动从“campaign: 代号”写起"


@pytest.mark.parametrize("text", ["hello\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_told(text: str) -> None:
    assert told_of(text) == "1:1: 文件应从“键: 值”写起，例如 town: jinlong 或 campaign: winter-2026"


def test_an_alias_bomb_is_refused_and_never_grown() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    source = read_source("bomb.yaml", bomb.encode())

    assert {problem.sentence.key for problem in source.problems} == {"schedule.alias"}
    assert len(str(source.tree)) < 1_000


@pytest.mark.parametrize("brackets", [50, 900, 20_000])
def test_endless_nesting_is_refused(brackets: int) -> None:
    source = read_source("deep.yaml", ("a: " + "[" * brackets + "]" * brackets).encode())

    assert [problem.place.line for problem in source.problems] == [1]
