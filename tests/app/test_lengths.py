"""`check` holds each message against where it goes: bytes, a card's places, and which file to write (issue: WeCom)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.app.lengths import Ruler
from bot.app.platforms import platform_named
from bot.campaign.problems import Problem
from bot.channels.protocol import Message
from bot.channels.wecom.cards import TEXT
from bot.settings import Settings, WebSettings, WecomSettings
from tests.app.stage import on
from tests.app.test_check import judged
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town, an_office

WECOM = WecomSettings(
    bot_id="b",
    bot_secret=SecretStr("s"),
    corp_id="ww1",
    agent_id=7,
    app_secret=SecretStr("s"),
    callback_token=SecretStr("t"),
    callback_aes_key=SecretStr("k" * 43),
)
ADDRESSES = {
    "wecom-robot": "693a91f6-7bc4-4a97-9a0e-8a6c1ba90001",
    "wecom-bot": "wrGROUP",
    "wecom-app": {"party": "3"},
}


def told(
    way: str,
    *,
    body: str,
    asks: bool = False,
    short: str | None = None,
    address: Any = None,
    members: int = 1,
    url: str | None = "https://huo.example",
    wecom: WecomSettings = WECOM,
) -> list[Problem]:
    """What is said of lengths in a town of one chat, reached this way, where one message goes out."""
    office = an_office(name="派出所", members=[{"wecom": f"Police{number}"} for number in range(members)])
    chat = a_chat("group", on=way, address=address or ADDRESSES[way], audiences=["offices"])
    plan: dict[str, Any] = {"on": on("09:00"), "message": "m"}
    reminder = a_duty_alert(**plan) if asks else a_reminder(to=["offices"], **plan)
    files = {"m.j2": body, **({"m.wecom.j2": short} if short else {})}
    set_to = Settings(wecom=wecom, web=WebSettings(public_url=url))
    found = judged(reminder, messages=files, set_to=set_to, town=a_town(offices=[office], chats=[chat]))
    return [each for each in found.problems if each.sentence.key.startswith("check.too-long")]


@pytest.mark.parametrize(("way", "allowed"), [("wecom-robot", 4096), ("wecom-bot", 20_480), ("wecom-app", 2048)])
def test_a_broadcast_is_measured_in_bytes_by_its_chats_own_platform(way: str, allowed: int) -> None:
    head = 120  # 【演练】 and 补发, at their longest
    assert told(way, body="火" * ((allowed - head) // 3)) == []
    (error,) = told(way, body="火" * (allowed // 3))
    assert error.severity == "error"
    words = error.in_words()
    assert words.startswith("messages/m.j2:1:1: ")
    for named in ("“group”", way, f"{allowed} 字节", "2036-02-05", "messages/m.wecom.j2"):
        assert named in words
    assert "bytes" in error.in_words("en")


def test_what_has_a_wording_of_its_own_is_told_at_that() -> None:
    (error,) = told("wecom-app", body="火", short="火" * 700)
    assert error.in_words().startswith("messages/m.wecom.j2:1:1: ")
    assert "请在 messages/m.wecom.j2 里" in error.in_words()


@pytest.mark.parametrize("way", ["wecom-bot", "wecom-app"])
def test_an_ask_that_fits_no_card_is_warned_of_for_it_goes_out_whole_and_is_answered_by_typing(way: str) -> None:
    (warning,) = told(way, body="**请落实**\n\n" + "火" * TEXT, asks=True)
    assert warning.severity == "warning"
    words = warning.in_words()
    for named in ("“group”", way, f"{TEXT} 字", "没有按钮", "messages/m.wecom.j2"):
        assert named in words
    assert "too long for a card: no buttons there" in warning.in_words("en")


@pytest.mark.parametrize("way", ["wecom-bot", "wecom-app"])
def test_eighty_characters_leave_room_for_all_that_may_stand_before_them(way: str) -> None:
    assert told(way, body="**请落实**\n\n" + "火" * 80, asks=True) == []
    assert told(way, body="**请落实**\n\n" + "火" * 200, short="**请落实**\n\n" + "火" * 80, asks=True) == []


def test_a_title_that_is_too_long_for_its_place_counts_as_text() -> None:
    body = "\n\n" + "火" * 70
    assert told("wecom-bot", body=f"**{'题' * 26}**{body}", asks=True) == []
    (warning,) = told("wecom-bot", body=f"**{'题' * 27}**{body}", asks=True)
    assert "26 字以内" in warning.in_words()


def test_what_takes_no_press_takes_no_card_and_carries_a_link() -> None:
    for way, address in (("wecom-robot", None), ("wecom-app", {"chat": "g1"})):
        assert told(way, body="火" * 200, asks=True, address=address) == []
    body, group = "火" * 560, {"chat": "g1"}
    assert told("wecom-app", body=body, asks=True, address=group, url=None) == []
    assert told("wecom-app", body=body, asks=True, address=group, url=f"https://{'x' * 200}.example")


def test_a_long_ask_that_no_platform_takes_is_an_error_and_no_warning() -> None:
    (error,) = told("wecom-app", body="火" * 700, asks=True)
    assert error.severity == "error"


def test_an_app_that_hears_nothing_shows_no_card() -> None:
    deaf = WECOM.model_copy(update={"callback_token": None})
    assert told("wecom-app", body="火" * 200, asks=True, wecom=deaf) == []


def test_before_anything_is_set_up_it_is_measured_as_it_will_be() -> None:
    (warning,) = told("wecom-app", body="火" * 200, asks=True, wecom=WecomSettings())
    assert warning.severity == "warning"


def test_a_town_with_many_offices_in_one_group_of_the_app_may_be_asked() -> None:
    offices = [
        an_office(f"o{number}", name=f"第{number}办公室", members=[{"wecom": f"u{number}"}]) for number in range(15)
    ]
    chats = [a_chat("group", on="wecom-app", address={"chat": "g1"})]
    alert = a_duty_alert(on=on("09:00"), to={"offices": "all"}, message="m")
    set_to = Settings(wecom=WECOM, web=WebSettings(public_url="https://huo.example"))
    found = judged(alert, messages={"m.j2": "火" * 80}, set_to=set_to, town=a_town(offices=offices, chats=chats))
    assert found.errors == ()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [
                "火",
                "a",
                "- ",
                "1. ",
                "-",
                "*",
                "> ",
                "\n",
                "**",
                "[链](https://h.example)",
                "[甲](person:wecom:a)",
                "  ",
            ]
        )
    )
)
def test_what_is_not_read_for_its_length_would_have_fitted(parts: list[str]) -> None:
    text = "".join(parts)
    for name in ("telegram", *ADDRESSES):
        platform = platform_named(name, Settings(wecom=WECOM))
        assert platform is not None
        used = platform.fit(Message(text)).used
        assert Ruler.of(platform)._at_most(text) >= used, (name, text)


def test_a_wording_for_a_platform_that_there_is_not_is_told_with_the_nearest() -> None:
    found = judged(messages={"sanqing-sanguan.j2": "好", "duty-alert.j2": "好", "duty-alert.wecm.j2": "短"})
    (warning,) = found.warnings
    assert warning.in_words().startswith("messages/duty-alert.wecm.j2:1:1: ")
    assert "是不是“wecom”？" in warning.in_words()
    odd = judged(messages={"sanqing-sanguan.j2": "好", "duty-alert.j2": "好", "duty-alert.qq.j2": "短"})
    assert "没有哪个平台叫“qq”" in odd.warnings[0].in_words()
