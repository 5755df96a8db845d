"""What goes with a message: who is called by name, and what has become of it since, in words."""

from datetime import timedelta
from typing import Any

import pytest

from bot.language import Lang
from bot.ledger.deliveries import Call
from bot.ledger.problems import Problem, Who
from bot.ledger.standing import Standing
from bot.renderer.beside import calling_nobody, is_all_given
from bot.renderer.calls import compose_call, mention_at_its_longest
from bot.renderer.compose import mentioned
from tests.renderer.test_calls import ASK, BOTH, ELEVEN, a_problem, said
from tests.renderer.test_compose import NINE, PEOPLE, SHANGHAI

DONE = [Standing(each, "done", NINE, "") for each in BOTH]


def beside(kind: Any, at: Any = NINE, lang: Lang = "zh", **call: Any) -> str:
    of = Call(kind="mention", of=ASK.occurrence, offices=BOTH, beside=kind, **call)
    return compose_call(
        of, ASK, "telegram", (), dict.fromkeys(BOTH, ELEVEN), (), at, zone=SHANGHAI, mentions=PEOPLE, lang=lang
    )


@pytest.mark.parametrize("kind", ["ask", "remind", "late"])
def test_who_owes_is_called_in_one_line_which_says_by_when_or_that_it_is_over(kind: str) -> None:
    assert beside(kind).startswith("📣 请[派出所](person:telegram:2001)、")
    assert beside(kind).endswith("看“元旦前烟花爆竹检查”，11:00 前回执。")
    assert beside(kind, ELEVEN).endswith("看“元旦前烟花爆竹检查”：时限 11:00 已到，还差一次回执，有困难请说。")
    assert "\n" not in beside(kind)


def test_of_a_report_and_a_call_for_help_those_are_called_who_are_told() -> None:
    told = {"market": "市监所"}
    assert beside("escalate", told=told) == (
        "📣 请[市监所](person:telegram:2003)[＠](person:telegram:2004)看“元旦前烟花爆竹检查”的回执情况，帮助联系。"
    )
    assert "看派出所、市场\\*所\\*的需协助（元旦前烟花爆竹检查），尽快联系。" in beside("help", told=told)


@pytest.mark.parametrize("kind", ["ask", "escalate", "help"])
def test_it_is_said_in_english_as_well(kind: str) -> None:
    assert beside(kind, lang="en").startswith("📣 [派出所](person:telegram:2001)")


def test_how_it_stands_calls_nobody_and_has_an_office_a_line() -> None:
    text = said("status", ELEVEN, [Standing("police", "received", NINE, "")], platform="telegram")
    assert text == "📌 **回执情况：元旦前烟花爆竹检查**\n\n- ☑️ 派出所 收到（09:00）\n- ▫️ 市场\\*所\\* 待回执"
    assert not is_all_given(text)


def test_that_all_have_given_what_they_owe_is_said_first() -> None:
    text = said("status", ELEVEN, DONE)
    assert text.startswith("✅ **这里要回执的都已回执：元旦前烟花爆竹检查**\n\n- ✅ 派出所 已落实（09:00）")
    assert is_all_given(text)
    assert is_all_given(f"【演练】\n\n{text}")


def test_what_is_needed_stands_below_while_the_problem_is_open_and_not_at_any_length() -> None:
    helpless = [Standing("police", "help", NINE, "")]
    text = said("status", ELEVEN, helpless, problems=[a_problem(need="电" * 500)])
    assert f"- 🆘 派出所 需协助（09:00）\n- 需要：{'电' * 39}…\n- ▫️" in text
    closed = Problem(ASK.occurrence, "police", 1, Who("", None, NINE), need="两名电工", closed=Who("", "王工", ELEVEN))
    assert "两名电工" not in said("status", ELEVEN, helpless, problems=[closed])


@pytest.mark.parametrize("name", ["派出所", "市场\\[所\\]", "a\\*b"])
def test_a_name_reads_the_same_whether_its_people_are_called_or_not(name: str) -> None:
    called = mentioned(name, ["wecom:a", "wecom:b"], "wecom-bot")
    assert calling_nobody(f"- ▫️ {called} 待回执") == f"- ▫️ {name} 待回执"


def test_the_longest_mention_is_as_long_as_any_that_may_be_said() -> None:
    longest = mention_at_its_longest(ASK, "duty-room", "telegram", zone=SHANGHAI, mentions=PEOPLE, lang="zh")
    assert longest.startswith("【演练】")
    assert all(len(beside(kind, ELEVEN + timedelta(days=1))) < len(longest) for kind in ("ask", "remind", "late"))
