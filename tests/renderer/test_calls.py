"""What the messages of the ladder say (interface.md, "Answers"): whom they ask, what they tell the next one up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from bot.language import Lang
from bot.ledger.deliveries import Call, Issued, Owing
from bot.ledger.problems import Problem, Who
from bot.ledger.standing import Standing
from bot.renderer.calls import calls_at_their_longest, compose_call
from tests.renderer.test_compose import NINE, PEOPLE, SHANGHAI, issued

ELEVEN = NINE + timedelta(hours=2)
ASK = issued(bodies={"": "**元旦前**烟花爆竹检查\n\n请各单位检查。"})
BOTH = ("police", "market")
POLICE_RECEIVED = Standing("police", "received", NINE + timedelta(minutes=5), "telegram:2001")
POLICE_DONE = Standing("police", "done", NINE + timedelta(minutes=5), "telegram:2001")
OPENED = Who("telegram:2001", "李警官", NINE + timedelta(minutes=5))


def said(
    kind: Literal["remind", "late", "escalate", "help", "status"],
    sent_at: datetime,
    standings: Sequence[Standing] = (),
    problems: Sequence[Problem] = (),
    *,
    what: Issued = ASK,
    offices: tuple[str, ...] = BOTH,
    deadlines: Mapping[str, datetime] | None = None,
    platform: str = "board",
    lang: Lang = "zh",
    number: int = 1,
    told: Mapping[str, str] | None = None,
) -> str:
    call = Call(kind=kind, of=what.occurrence, offices=offices, number=number, told=told or {})
    by = {"police": ELEVEN, "market": ELEVEN} if deadlines is None else deadlines
    return compose_call(
        call, what, platform, standings, by, problems, sent_at, zone=SHANGHAI, mentions=PEOPLE, lang=lang
    )


def a_problem(**given: Any) -> Problem:
    return Problem(ASK.occurrence, "police", 1, OPENED, **given)


def test_a_reminder_tells_which_ask_by_when_it_is_owed_and_who_owes() -> None:
    assert said("remind", NINE + timedelta(minutes=30)) == (
        "🔔 **请回执：元旦前烟花爆竹检查**\n\n"
        "09:00 的提醒，请于 11:00 前回执：\n\n"
        "- ▫️ 派出所 待回执\n"
        "- ▫️ 市场\\*所\\* 待回执\n\n"
        "一人回执即可：落实后请按“已落实”，有困难请按“需协助”。"
    )


def test_a_reminder_asks_for_what_is_owed() -> None:
    owing = Owing(expects="received", within=timedelta(hours=2), deadline=ELEVEN)
    text = said("remind", NINE + timedelta(minutes=30), what=ASK.model_copy(update={"owing": owing}))
    assert text.endswith("请按“收到”，有困难请按“需协助”。")


def test_it_mentions_only_who_may_be_asked_at_that_moment() -> None:
    before = said("remind", NINE + timedelta(minutes=30), [POLICE_RECEIVED], platform="telegram")
    assert "- ☑️ 派出所 收到（09:05）" in before, "收到 silences until the deadline"
    assert "[市场\\*所\\*](person:telegram:2003)[＠](person:telegram:2004)" in before
    after = said("late", ELEVEN, [POLICE_RECEIVED], platform="telegram")
    assert "[派出所](person:telegram:2001) 收到（09:05）" in after
    done = said("late", ELEVEN, [POLICE_DONE], platform="telegram")
    assert "- ✅ 派出所 已落实（09:05）" in done
    helped = said("late", ELEVEN, [Standing("police", "help", NINE, "telegram:2001")], platform="telegram")
    assert "- 🆘 派出所 需协助（09:00）" in helped


def test_once_nobody_owes_it_asks_for_nothing() -> None:
    text = said("remind", NINE + timedelta(minutes=30), [POLICE_DONE], offices=("police",))
    assert text.endswith("- ✅ 派出所 已落实（09:05）")


def test_the_late_are_named_with_how_long() -> None:
    assert said("late", ELEVEN + timedelta(hours=2, seconds=20), offices=("police",)) == (
        "⏰ **回执逾期：元旦前烟花爆竹检查**\n\n"
        "09:00 的提醒，回执时限 11:00，逾期 2 小时：\n\n"
        "- ▫️ 派出所 待回执\n\n"
        "迟到的回执照常计入，有困难请按“需协助”。"
    )
    assert "回执时限 11:00 已到：" in said("late", ELEVEN)
    assert "回执时限 11:00 已到：" in said("late", ELEVEN + timedelta(minutes=2))
    assert "逾期 2 分钟：" in said("late", ELEVEN + timedelta(minutes=2, seconds=1))


def test_offices_of_different_deadlines_stand_apart_the_nearest_first() -> None:
    text = said(
        "late", ELEVEN + timedelta(hours=1), deadlines={"police": ELEVEN + timedelta(hours=1), "market": ELEVEN}
    )
    assert text.splitlines()[2:8] == [
        "09:00 的提醒，回执时限 11:00，逾期 1 小时：",
        "",
        "- ▫️ 市场\\*所\\* 待回执",
        "",
        "09:00 的提醒，回执时限 12:00 已到：",
        "",
    ]


def test_an_office_whose_deadline_nobody_told_owes_by_the_asks_own() -> None:
    assert "请于 11:00 前回执" in said("remind", NINE + timedelta(minutes=30), deadlines={})


def test_the_next_one_up_learns_who_owes_and_for_how_long_and_no_late_person_is_called() -> None:
    text = said("escalate", ELEVEN + timedelta(hours=2), [POLICE_RECEIVED], platform="telegram", number=0)
    assert text == (
        "📋 **尚待回执：元旦前烟花爆竹检查**\n\n"
        "09:00 的提醒，回执时限 11:00，逾期 2 小时：\n\n"
        "- ☑️ 派出所 收到（09:05）\n"
        "- ▫️ 市场\\*所\\* 待回执\n\n"
        "请帮助联系，了解有无困难。"
    )


def test_before_the_deadline_the_next_one_up_learns_since_when_there_is_no_answer() -> None:
    text = said("escalate", NINE + timedelta(hours=1), offices=("police",))
    assert "09:00 的提醒，自 09:00 起 1 小时 尚未回执，时限 11:00：" in text


def test_help_tells_who_needs_what_and_that_nobody_has_taken_it() -> None:
    text = said("help", NINE + timedelta(minutes=6), problems=[a_problem()], offices=("police",))
    assert text == (
        "🆘 **需协助：派出所**\n\n"
        "- 事项：元旦前烟花爆竹检查（09:00）\n"
        "- 报告：李警官，09:05\n"
        "- 需要：等待补充说明\n"
        "- 跟进：尚无人接手\n\n"
        "请尽快联系，帮助解决。谁来跟进，请按“我来跟进”。"
    )


def test_help_follows_its_problem_until_that_is_closed() -> None:
    taken = a_problem(need="需要*两名*\n电工", taken=Who("telegram:9", "王工", NINE + timedelta(minutes=20)))
    text = said("help", NINE + timedelta(minutes=6), problems=[taken], offices=("police",))
    assert "- 需要：需要\\*两名\\* 电工\n- 跟进：王工，09:20\n\n解决以后请按“已办结”。" in text
    closed = a_problem(closed=Who("telegram:9", "王工", NINE + timedelta(days=1)), how="已换线")
    over = said("help", NINE + timedelta(minutes=6), problems=[closed], offices=("police",))
    assert over == (
        "✅ **需协助，已办结：派出所**\n\n"
        "- 事项：元旦前烟花爆竹检查（09:00）\n"
        "- 报告：李警官，09:05\n"
        "- 办结：王工，12-21 09:00，已换线"
    )


def test_help_is_about_its_own_problem_of_several() -> None:
    first = a_problem(closed=OPENED)
    second = Problem(ASK.occurrence, "police", 2, OPENED, need="第二件")
    assert "第二件" in said("help", NINE, problems=[first, second], offices=("police",), number=2)
    assert "第二件" not in said("help", NINE, problems=[first, second], offices=("police",), number=1)


def test_a_person_without_a_name_is_told_by_the_office_or_their_number() -> None:
    nameless = Who("telegram:9", None, NINE)
    text = said(
        "help", NINE, problems=[Problem(ASK.occurrence, "police", 1, nameless, taken=nameless)], offices=("police",)
    )
    assert "- 报告：派出所，09:00" in text
    assert "- 跟进：telegram:9，09:00" in text


def test_what_people_wrote_is_cut_where_it_is_too_long() -> None:
    text = said("help", NINE, problems=[a_problem(need="电" * 5_000)], offices=("police",))
    assert f"需要：{'电' * 199}…\n" in text
    long = ASK.model_copy(update={"bodies": {"": "火" * 5_000}})
    assert len(said("remind", NINE, what=long)) < 300


@pytest.mark.parametrize("kind", ["remind", "late", "escalate"])
def test_it_is_said_in_english_as_well(kind: Literal["remind", "late", "escalate"]) -> None:
    text = said(kind, ELEVEN + timedelta(hours=3), lang="en")
    assert "Reminder of 09:00; answers were owed by 11:00, 3 h ago:" in text
    assert "- ▫️ 派出所 no answer yet" in text


def test_what_owes_nothing_is_not_called_for() -> None:
    with pytest.raises(ValueError, match="owes nothing"):
        said("remind", NINE, what=issued(owing=None))


def test_what_is_measured_is_as_long_as_what_may_be_said() -> None:
    longest = calls_at_their_longest(
        ASK, "duty-room", "telegram", amends=True, zone=SHANGHAI, mentions=PEOPLE, lang="zh"
    )
    by, far = ELEVEN + timedelta(days=2), Who("telegram:9", "王" * 50, ELEVEN + timedelta(days=3), "处" * 50)
    problem = a_problem(need="电" * 500, taken=far, closed=far, how="好" * 500)
    most = [
        said(
            "late", by, [Standing(each, "help", by, "") for each in BOTH], [problem, replace(problem, office="market")]
        ),
        said("remind", by, [Standing(each, "received", by, "") for each in BOTH], platform="telegram"),
        said("escalate", by, [Standing(each, "received", by, "") for each in BOTH]),
        said("help", by, problems=[problem], offices=("police",)),
    ]
    assert max(map(len, most)) <= max(map(len, longest)) < 1_000
    stays = calls_at_their_longest(
        ASK, "duty-room", "wecom-bot", amends=False, zone=SHANGHAI, mentions=PEOPLE, lang="zh"
    )
    assert len(stays[1]) < len(longest[1]), "what stays as it was sent shows no end of a problem that came later"
    assert calls_at_their_longest(ASK, "square", "board", amends=True, zone=SHANGHAI, mentions=PEOPLE, lang="zh") == ()


def test_whom_a_report_or_a_call_for_help_tells_is_named_and_notified_and_not_those_who_owe() -> None:
    told = {"market": "市监所"}
    report = said("escalate", ELEVEN, [], offices=("police",), number=0, platform="telegram", told=told)
    assert report.endswith("请[市监所](person:telegram:2003)[＠](person:telegram:2004)帮助联系，了解有无困难。")
    assert "person:telegram:2001" not in report
    wanted = said("help", ELEVEN, [], [a_problem()], offices=("police",), platform="telegram", told=told)
    assert "请[市监所](person:telegram:2003)[＠](person:telegram:2004)尽快联系，帮助解决。" in wanted
