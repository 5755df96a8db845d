"""What stands round a message: 补发, the offices with their answers, the deadline, the mentions (interface.md)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.language import Lang
from bot.ledger.deliveries import Issued, Owing
from bot.ledger.problems import Problem, Who
from bot.ledger.standing import Standing
from bot.renderer.compose import compose, is_late, mentioned, named, short, status_line

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 12, 20, 9, tzinfo=SHANGHAI)
PEOPLE = {"police": ("telegram:2001", "wecom:PoliceDuty"), "market": ("telegram:2003", "telegram:2004")}


def issued(**given: Any) -> Issued:
    defaults = {
        "occurrence": "winter-2026/alert/date/2026-12-20@09:00",
        "token": "t",
        "campaign": "winter-2026",
        "title": "今冬明春",
        "due": NINE,
        "late": timedelta(hours=6),
        "on_doubt": "resend",
        "urgent": False,
        "offices": {"police": "派出所", "market": "市场*所*"},
        "chats": {"duty-room": ("police", "market"), "market-desk": ("market",), "square": ()},
        "bodies": {"": "请检查烟花爆竹。"},
        "version": "v",
        "owing": Owing(expects="done", within=timedelta(hours=2), deadline=NINE + timedelta(hours=2)),
    }
    return Issued.model_validate({**defaults, **given})


def composed(
    what: Issued,
    standings: Sequence[Standing] = (),
    *,
    chat: str = "duty-room",
    platform: str = "board",
    sent_at: datetime = NINE,
    lang: Lang = "zh",
) -> str:
    return compose(what, chat, platform, standings, sent_at, zone=SHANGHAI, mentions=PEOPLE, lang=lang)


def test_a_broadcast_is_its_text_and_nothing_more() -> None:
    assert composed(issued(owing=None)) == "请检查烟花爆竹。"


def test_an_ask_names_its_offices_and_the_deadline() -> None:
    assert composed(issued()) == (
        "请检查烟花爆竹。\n\n"
        "**请于 11:00 前回执：**\n\n"
        "- ▫️ 派出所 待回执\n"
        "- ▫️ 市场\\*所\\* 待回执"
    )  # fmt: skip


def test_each_chat_names_the_offices_that_it_carries() -> None:
    assert "派出所" not in composed(issued(), chat="market-desk")
    assert composed(issued(), chat="square") == "请检查烟花爆竹。", "a chat that owes nothing"


def test_answers_stand_with_their_time_as_short_as_it_can_be_read() -> None:
    standings = [
        Standing("police", "done", NINE + timedelta(minutes=5), "telegram:2001"),
        Standing("market", "help", NINE + timedelta(days=1), "telegram:2003"),
    ]
    assert composed(issued(), standings).splitlines()[4:] == [
        "- ✅ 派出所 已落实（09:05）",
        "- 🆘 市场\\*所\\* 需协助（12-21 09:00）",
    ]


def test_it_is_said_in_english_as_well() -> None:
    received = [Standing("police", "received", NINE, "telegram:2001")]
    assert composed(issued(), received, lang="en").splitlines()[2:5] == [
        "**Answers due 11:00:**",
        "",
        "- ☑️ 派出所 received (09:00)",
    ]


def test_who_helps_is_named_and_owes_nothing() -> None:
    assert composed(issued(helpers=("应急办", "城建_办"))).endswith("\n\n配合：应急办、城建\\_办")


def test_sent_later_than_two_minutes_it_is_headed_with_the_time_it_was_due() -> None:
    assert not is_late(NINE, NINE + timedelta(minutes=2))
    assert is_late(NINE, NINE + timedelta(minutes=2, seconds=1))
    assert (
        composed(issued(owing=None), sent_at=NINE + timedelta(minutes=30))
        == "**【补发】原定 09:00 发出**\n\n请检查烟花爆竹。"
    )
    next_day = composed(issued(owing=None), sent_at=NINE + timedelta(days=1))
    assert next_day.startswith("**【补发】原定 12-20 09:00 发出**")
    assert "补发" not in composed(issued(), sent_at=NINE + timedelta(minutes=2))


def test_the_deadline_is_the_one_that_counts_from_the_real_sending() -> None:
    late = NINE + timedelta(hours=3)
    owing = Owing(expects="done", within=timedelta(hours=2), deadline=late + timedelta(hours=2))
    assert "**请于 14:00 前回执：**" in composed(issued(owing=owing), sent_at=late)
    far = Owing(expects="done", within=timedelta(days=30), deadline=NINE + timedelta(days=30))
    assert "**请于 2027-01-19 09:00 前回执：**" in composed(issued(owing=far))


def test_the_platforms_own_people_are_mentioned_while_their_office_owes() -> None:
    telegram = composed(issued(), platform="telegram")
    assert "- ▫️ [派出所](person:telegram:2001) 待回执" in telegram
    assert "- ▫️ [市场\\*所\\*](person:telegram:2003)[＠](person:telegram:2004) 待回执" in telegram
    wecom = composed(issued(), platform="wecom")
    assert "[派出所](person:wecom:PoliceDuty)" in wecom
    assert "telegram" not in wecom
    assert "person:" not in composed(issued(), platform="board")


def test_who_has_given_what_is_owed_is_left_alone() -> None:
    received = [Standing("police", "received", NINE, "telegram:2001")]
    done = [Standing("police", "done", NINE, "telegram:2001")]
    help_ = [Standing("police", "help", NINE, "telegram:2001")]
    owes_received = issued(owing=Owing(expects="received", within=timedelta(hours=2), deadline=NINE))
    assert "person:telegram:2001" in composed(issued(), received, platform="telegram")
    assert "person:telegram:2001" not in composed(owes_received, received, platform="telegram")
    assert "person:telegram:2001" not in composed(issued(), done, platform="telegram")
    assert "person:telegram:2001" in composed(issued(), help_, platform="telegram")
    assert "person:telegram:2003" in composed(issued(), done, platform="telegram")


def test_a_platforms_own_text_is_taken_where_there_is_one() -> None:
    two = issued(owing=None, bodies={"": "通用", "telegram": "电报"})
    assert composed(two, platform="telegram") == "电报"
    assert composed(two, platform="board") == "通用"
    ways = issued(owing=None, bodies={"": "通用", "wecom": "企业微信", "wecom-robot": "机器人"})
    assert [composed(ways, platform=each) for each in ("wecom-bot", "wecom-robot")] == ["企业微信", "机器人"]


def test_a_name_without_people_of_the_platform_mentions_nobody() -> None:
    assert mentioned("派出所", (), "telegram") == "派出所"
    assert mentioned("派出所", ("wecom:A",), "telegram") == "派出所"


def test_moments_are_the_towns_and_short() -> None:
    at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert short(at, at, SHANGHAI) == "00:30"
    assert short(at, at + timedelta(days=1), SHANGHAI) == "01-01 00:30"
    assert short(at, at - timedelta(hours=1), SHANGHAI) == "2027-01-01 00:30"


def test_an_offices_problem_shows_who_sees_to_it_and_who_ended_it() -> None:
    help_ = Standing("police", "help", NINE + timedelta(minutes=5), "telegram:2001")
    opened, helper = Who("telegram:2001", "李警官", NINE), Who("telegram:9", "王工", NINE + timedelta(hours=1))

    def line(standing: Standing = help_, **given: Any) -> str:
        return status_line("派出所", standing, Problem("o", "police", 1, opened, **given), NINE, SHANGHAI, "zh")

    assert line() == "- 🆘 派出所 需协助（09:05）"
    assert line(taken=helper) == "- 🆘 派出所 需协助（09:05），王工 已接手"
    assert line(taken=helper, closed=helper) == "- 🆘 派出所 需协助（09:05），王工 已办结（10:00）"
    done = Standing("police", "done", NINE, "telegram:2001")
    assert line(done, taken=helper, closed=opened) == "- ✅ 派出所 已落实（09:00）"
    assert "王工 已接手" in compose(
        issued(),
        "duty-room",
        "board",
        [help_],
        NINE,
        zone=SHANGHAI,
        mentions=PEOPLE,
        lang="zh",
        problems=[Problem("o", "police", 1, opened, taken=helper)],
    )


def test_a_person_is_named_with_the_office_for_which_they_act() -> None:
    assert named(Who("telegram:1", "王工", NINE, "应急办")) == "王工（应急办）"
    assert named(Who("board:office/emergency", None, NINE, "应急办")) == "应急办"
    assert named(Who("telegram:1", "王*工", NINE)) == "王\\*工"
