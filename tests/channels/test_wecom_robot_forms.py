"""Which form a message takes that a group robot sends: pure, and WeCom takes whatever it gives."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.protocol import Button, Message
from bot.channels.wecom_robot.forms import form_of
from bot.channels.wecom_robot.platform import WecomRobotPlatform
from bot.clock import SystemClock
from tests.servers.wecom_webhook import Webhook

LINK = Button("去回执", url="https://town.example.org/answer/token")
SHORT = (
    "**【消防值守】**\n\n今晚值守，请各单位 18:00 前落实。\n\n请在 02-05 11:00 前回执：\n\n"
    "- ▫️ 派出所 待回执\n- ✅ 应急办 已落实"
)
POLICE = "[派出所](person:wecom:policeduty)"


def kind(text: str, *links: Button) -> str:
    return str(form_of(Message(text, (links,) if links else ()))["msgtype"])


def taken(body: dict[str, Any]) -> None:
    """WeCom takes it."""
    violations: list[str] = []
    webhook = Webhook(SystemClock(), violations)
    webhook.robot("k" * 16)
    posted = webhook.read("k" * 16, body)
    assert violations == []
    assert posted.msgtype == body["msgtype"]


class TestPlainText:
    def test_is_what_has_no_mark(self) -> None:
        assert form_of(Message("今晚值守\n- 派出所")) == {"msgtype": "text", "text": {"content": "今晚值守\n• 派出所"}}

    def test_calls_who_is_mentioned(self) -> None:
        body = form_of(Message(f"请 {POLICE} 回执"))
        assert body["text"] == {"content": "请 派出所 回执", "mentioned_list": ["policeduty"]}

    def test_ends_in_its_links_as_they_are_read(self) -> None:
        body = form_of(Message(f"请 {POLICE} 回执", ((LINK,),)))
        assert body["text"]["content"] == f"请 派出所 回执\n\n去回执：{LINK.url}"
        assert body["text"]["mentioned_list"] == ["policeduty"]

    def test_that_is_too_long_for_it_goes_as_markdown(self) -> None:
        assert kind("火" * 682) == "text"
        assert kind("火" * 683) == "markdown"


class TestCard:
    def test_is_what_has_one_link_calls_nobody_and_fits_whole(self) -> None:
        body = form_of(Message(SHORT, ((LINK,),)))["template_card"]
        assert body["card_type"] == "text_notice"
        assert body["card_action"] == {"type": 1, "url": LINK.url}
        assert body["jump_list"] == [{"type": 1, "title": "去回执", "url": LINK.url}]
        shown = f"{body}"
        for said in ("消防值守", "18:00 前落实", "02-05 11:00", "派出所 待回执", "应急办 已落实"):
            assert said in shown

    @pytest.mark.parametrize(
        ("text", "links"),
        [
            (SHORT, ()),
            (SHORT, (LINK, LINK)),
            (f"{SHORT}\n\n{POLICE}", (LINK,)),
            (f"{SHORT}\n\n{'火' * 113}", (LINK,)),
            (f"{SHORT}\n\n[预案](https://example.org/plan)", (LINK,)),
            (SHORT.replace("派出所", "某" * 30), (LINK,)),
            (SHORT, (Button("一二三四五六七八九十一", url=LINK.url),)),
        ],
    )
    def test_is_nothing_that_it_would_cut_hide_or_not_call(self, text: str, links: tuple[Button, ...]) -> None:
        assert kind(text, *links) == "markdown"


class TestMarkdown:
    def test_calls_by_name_and_ends_in_its_links(self) -> None:
        body = form_of(Message(f"**值守**：{POLICE}", ((LINK,), (Button("细则", url="https://example.org/x"),))))
        assert body["markdown"]["content"] == (
            f"**值守**：派出所<@policeduty>\n\n[去回执]({LINK.url})\n[细则](https://example.org/x)"
        )

    def test_leaves_out_what_can_only_be_pressed(self) -> None:
        assert form_of(Message("**值守**", ((Button("收到", "Ab12:r"),),)))["markdown"]["content"] == "**值守**"


@given(
    st.text(st.sampled_from("火防**__[]()<>@#>-1. \n：…a"), min_size=1, max_size=300),
    st.lists(st.sampled_from([LINK, Button("收到", "Ab12:r")]), max_size=3),
)
def test_whatever_is_written_wecom_takes_it_where_it_fits(text: str, buttons: list[Button]) -> None:
    message = Message(f"值{text}", (tuple(buttons),))
    if WecomRobotPlatform().fit(message).fits:
        taken(form_of(message))
