"""Typed answers: the whole text is one, or it is talk."""

import pytest

from bot.acknowledgements.words import Typed, read_words

NAMES = {"派出所": "police", "综合执法大队": "enforcement", "综合执法队": "enforcement", "police": "police"}


@pytest.mark.parametrize("text", ["收到", "收到！", " 收到。 ", "【收到】", "收到了", "已收到", "Received", "收到👌"])
def test_received_is_read_however_it_is_dressed(text: str) -> None:
    assert read_words(text, NAMES) == Typed("received")


@pytest.mark.parametrize("text", ["已落实", "已落实到位", "done"])
def test_so_is_done(text: str) -> None:
    assert read_words(text, NAMES) == Typed("done")


@pytest.mark.parametrize("text", ["需协助", "需要协助", "请求协助", "help"])
def test_so_is_help(text: str) -> None:
    assert read_words(text, NAMES) == Typed("help")


@pytest.mark.parametrize(
    "text", ["派出所收到", "派出所 收到", "派出所：收到", "派出所，已收到。", "POLICE received", "综合执法队 收到"]
)
def test_an_office_s_name_or_alias_may_stand_before_it(text: str) -> None:
    typed = read_words(text, NAMES)
    assert typed is not None
    assert (typed.answer, typed.office) == ("received", "enforcement" if "执法" in text else "police")


def test_of_two_names_of_which_one_begins_with_the_other_the_longer_is_meant() -> None:
    assert read_words("龙门村委会 收到", {"龙门": "a", "龙门村委会": "b"}) == Typed("received", "b")


@pytest.mark.parametrize(
    "text",
    [
        "收到，马上去",
        "没收到",
        "收到收到",
        "派出所",
        "谁收到了没有",
        "",
        "！！",
        "落实",
        "落实！",
        "派出所落实",
        "收到？",
        "收到?！",
        "Help?",
        "派出所？收到",
        "派出所 已落实？ ",
        "收到⁉️",
        "不落实",
        "未落实",
        "卫生所 收到",
        "收到 派出所",
    ],
)
def test_all_else_is_talk_and_the_record_does_not_guess(text: str) -> None:
    assert read_words(text, NAMES) is None


@pytest.mark.parametrize(
    ("text", "office", "why"),
    [
        ("需协助 缺两台灭火器", None, "缺两台灭火器"),
        ("需协助：缺两台灭火器。", None, "缺两台灭火器。"),
        ("需协助，\n缺两台灭火器\n请送到村委会", None, "缺两台灭火器 请送到村委会"),
        ("派出所 需协助：缺 2 台 ABC 灭火器", "police", "缺 2 台 ABC 灭火器"),
        ("综合执法队需要协助 人手不够", "enforcement", "人手不够"),
        ("【需协助】 消防栓没有水", None, "消防栓没有水"),
        ("Help: no water in the Hydrant", None, "no water in the Hydrant"),
    ],
)
def test_after_help_may_stand_what_is_needed(text: str, office: str | None, why: str) -> None:
    assert read_words(text, NAMES) == Typed("help", office, why)


@pytest.mark.parametrize(
    "text",
    [
        "收到 缺两台灭火器",
        "已落实：缺两台灭火器",
        "需协助的单位请报名",
        "需协助吗",
        "需协助 吗？",
        "需协助：？",
        "help me please",
        "不需协助：都好",
        "卫生所 需协助：缺水",
    ],
)
def test_nothing_else_may_and_a_question_asks(text: str) -> None:
    assert read_words(text, NAMES) is None


def test_help_alone_however_it_is_dressed_says_no_need() -> None:
    assert read_words("需协助！！", NAMES) == read_words("需协助：", NAMES) == Typed("help")
