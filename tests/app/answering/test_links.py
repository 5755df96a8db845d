"""By which link an ask is answered from a chat, and where there is none."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app.answering.links import link_to
from bot.settings import Settings, WebSettings, WecomSettings
from tests.acknowledgements.room import an_ask
from tests.builders import a_chat, a_schedule, a_town, an_office

APP: dict[str, Any] = {"corp_id": "ww1", "agent_id": 7, "app_secret": SecretStr("s")}
ASK = an_ask()
"""派出所 and 综合执法大队 are asked in the duty room, 龙门村委会 in its own chat."""


def link(
    folder: Path, chat: str, *, rehearsal: bool = False, url: str | None = "https://t.example", **wecom: Any
) -> Any:
    offices = [
        an_office(name="派出所", members=[{"telegram": 2001}, {"wecom": "PoliceDuty"}]),
        an_office("enforcement", name="综合执法大队", members=[{"telegram": 2002}]),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
    ]
    chats = [
        a_chat(),
        a_chat("longmen-office", audiences=None, office="village-longmen"),
        a_chat("longmen-residents", audiences=["residents"]),
    ]
    settings = Settings(web=WebSettings(public_url=url), wecom=WecomSettings(**wecom), folder=folder)
    return link_to(a_schedule(town=a_town(offices=offices, chats=chats)), settings, rehearsal=rehearsal)(ASK, chat)


def test_an_office_that_answers_from_its_own_chat_has_one_there(tmp_path: Path) -> None:
    assert link(tmp_path, "longmen-office").startswith("https://t.example/answer/token-fireworks.")


def test_an_office_s_own_people_have_one_where_an_app_can_tell_who_they_are(tmp_path: Path) -> None:
    assert link(tmp_path, "duty-room") is None
    assert link(tmp_path, "duty-room", **APP).startswith("https://t.example/answer/")


def test_where_none_of_those_asked_is_in_wecom_there_is_none(tmp_path: Path) -> None:
    only = an_ask(chats={"duty-room": ("enforcement",)})
    schedule = a_schedule(town=a_town())
    settings = Settings(web=WebSettings(public_url="https://t.example"), wecom=WecomSettings(**APP), folder=tmp_path)
    assert link_to(schedule, settings)(only, "duty-room") is None
    assert link_to(schedule, settings)(ASK, "duty-room") is not None


def test_outsiders_must_reach_the_page_a_rehearsal_has_none_and_a_chat_that_was_not_asked(tmp_path: Path) -> None:
    assert link(tmp_path, "longmen-office", url=None, **APP) is None
    assert link(tmp_path, "longmen-office", rehearsal=True, **APP) is None
    assert link(tmp_path, "longmen-residents", **APP) is None


def test_it_is_the_same_each_time_so_that_a_reminder_leads_to_the_same_page(tmp_path: Path) -> None:
    assert link(tmp_path, "longmen-office") == link(tmp_path, "longmen-office", url="https://t.example/")


def test_where_no_key_can_be_kept_it_is_logged_and_the_alert_goes_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    assert link(tmp_path, "longmen-office") is None
    assert "no link to answer by can be signed" in caplog.text
