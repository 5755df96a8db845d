"""`check` says which office cannot be answered for in which chat, and how to mend it (issue: WeCom)."""

from typing import Any

import pytest
from pydantic import SecretStr

from bot.app.check import Judged
from bot.settings import Settings, TelegramSettings, WebSettings, WecomSettings
from tests.app.stage import on
from tests.app.test_check import judged
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town, an_office

ROBOT, BOT = "693a91f6-7xxx-4bc4-97a0", {"chat": "wrGROUP"}
APP = WecomSettings(corp_id="ww1", agent_id=7, app_secret=SecretStr("s"))
HEARING_APP = APP.model_copy(update={"callback_token": SecretStr("t"), "callback_aes_key": SecretStr("k" * 43)})
SMART_BOT = WecomSettings(bot_id="b", bot_secret=SecretStr("s"))
OUTSIDE = WebSettings(public_url="https://huo.example")
IN_WECOM = an_office(name="派出所", members=[{"wecom": "PoliceDuty"}])
ON_TELEGRAM = an_office(name="派出所", members=[{"telegram": 2001}])
ITS_CHAT = an_office(name="派出所", members=None, answer_from="chat")


def told(
    chat: dict[str, Any],
    office: dict[str, Any],
    *,
    wecom: WecomSettings | None = None,
    web: WebSettings | None = None,
    token: str | None = None,
    reminder: dict[str, Any] | None = None,
    more: tuple[dict[str, Any], ...] = (),
) -> list[tuple[str, str, int]]:
    """What is said of it: how bad, which lack, and the line of town.yaml."""
    settings = Settings(
        telegram=TelegramSettings(token=SecretStr(token) if token else None),
        wecom=wecom or WecomSettings(),
        web=web or WebSettings(),
    )
    ask = reminder or a_duty_alert(on=on("09:00"), to={"offices": ["police"]})
    found: Judged = judged(ask, set_to=settings, town=a_town(offices=[office], chats=[chat, *more]))
    assert found.in_force is not None
    return [
        (each.severity, each.sentence.key.removeprefix("check.unanswerable-"), each.place.line)
        for each in (*found.errors, *found.warnings)
        if each.sentence.key.startswith("check.unanswerable")
    ]


def a_robot(**given: Any) -> dict[str, Any]:
    return a_chat("group", on="wecom-robot", address=ROBOT, **given)


def levels(found: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    return [(severity, lack) for severity, lack, _ in found]


class TestWhereNoPressComesBack:
    def test_the_office_s_own_chat_answers_by_a_link(self) -> None:
        own = a_robot(audiences=None, office="police")
        assert told(own, ITS_CHAT, web=OUTSIDE) == []
        assert levels(told(own, ITS_CHAT)) == [("error", "url")]

    def test_in_a_chat_of_all_offices_its_people_must_be_able_to_prove_it(self) -> None:
        assert told(a_robot(), IN_WECOM, wecom=APP, web=OUTSIDE) == []
        assert levels(told(a_robot(), IN_WECOM, wecom=APP)) == [("error", "url")]
        assert levels(told(a_robot(), IN_WECOM, web=OUTSIDE)) == [("error", "app")]
        assert levels(told(a_robot(), ON_TELEGRAM, wecom=APP, web=OUTSIDE)) == [("error", "member")]

    @pytest.mark.parametrize("address", [{"chat": "g1"}, {"user": "PoliceDuty"}])
    def test_a_group_of_the_app_and_an_app_that_hears_nothing_need_the_link_too(self, address: dict[str, str]) -> None:
        app = a_chat("group", on="wecom-app", address=address)
        assert levels(told(app, IN_WECOM, wecom=APP)) == [("error", "url")]
        assert told(app, IN_WECOM, wecom=APP, web=OUTSIDE) == []

    def test_who_can_answer_elsewhere_is_only_warned_of(self) -> None:
        other = a_chat("other", on="board", address=None)
        assert levels(told(a_robot(), ON_TELEGRAM, more=(other,))) == [("warning", "app")]
        assert levels(told(a_robot(), ON_TELEGRAM, token="1:a")) == [("warning", "app")]
        assert levels(told(a_robot(), IN_WECOM, wecom=SMART_BOT)) == [("warning", "app")]


class TestWherePressesComeBack:
    def test_somebody_of_the_office_must_be_known_in_wecom(self) -> None:
        group = a_chat("group", on="wecom-bot", address=BOT)
        assert told(group, IN_WECOM, wecom=SMART_BOT) == []
        assert levels(told(group, ON_TELEGRAM, wecom=SMART_BOT)) == [("error", "member")]
        assert levels(told(group, ON_TELEGRAM, wecom=SMART_BOT, token="1:a")) == [("warning", "member")]

    def test_in_its_own_chat_anybody_may(self) -> None:
        own = a_chat("group", on="wecom-app", address={"party": "1"}, audiences=None, office="police")
        assert told(own, ITS_CHAT, wecom=HEARING_APP) == []


def test_nothing_is_said_of_what_stands_on_the_board_or_asks_nothing() -> None:
    group = a_chat("group", on="wecom-bot", address=BOT)
    assert told(group, ON_TELEGRAM) == []
    tells = a_reminder(on=on("09:00"), to={"offices": ["police"]})
    assert told(a_robot(), ON_TELEGRAM, reminder=tells) == []


def test_it_is_said_where_it_is_mended() -> None:
    chat = told(a_robot(), IN_WECOM)[0][2]
    member = told(a_robot(), ON_TELEGRAM, wecom=APP, web=OUTSIDE)[0][2]
    assert member < chat
