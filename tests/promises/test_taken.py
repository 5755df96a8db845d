"""What each platform took is read in one form, and compared with what was shown."""

from datetime import UTC, datetime
from typing import Any

from bot.channels.protocol import Button, Message
from bot.channels.wecom.cards import as_buttons, card_of
from bot.channels.wecom.markup import to_calling, to_plain
from tests.promises.taken import Taken, as_card, as_text, taken
from tests.servers.wecom_log import Asked

NINE = datetime(2027, 2, 5, 9, tzinfo=UTC)
ASK = """⟦w/alert/date⟧ **请落实** 今晚值守，[预案](https://example.org/plan)

**请于 11:00 前回执：**

- ▫️ [派出所](person:wecom:wang)[＠](person:wecom:li) 待回执
- ✅ 应急办 已落实 09:02"""
LINK = "https://town.example/answer/Ab12.chat.until.town.signature"


def asked(msgtype: str, *, stands: bool = True, **body: Any) -> Asked:
    written = {"msgtype": msgtype, msgtype: body}
    return Asked(NINE, "/cgi-bin/webhook/send", "key", written, "accepted" if stands else "fault", stands)


def by_robot(msgtype: str, **body: Any) -> Taken:
    (found,) = taken([asked(msgtype, **body)])
    return found


def test_markdown_reads_as_it_was_shown_and_says_whom_it_calls_and_where_it_is_answered() -> None:
    found = by_robot("markdown", content=f"{to_calling(ASK)}\n\n[去回执]({LINK})")
    assert found.text == as_text(ASK, "wecom-robot")
    assert found.mentions == {"wecom:wang", "wecom:li"}
    assert found.ways == (LINK,)


def test_plain_text_does_too() -> None:
    shown = ASK.replace("**", "").replace("[预案](https://example.org/plan)", "预案")
    found = by_robot("text", content=f"{to_plain(shown)}\n去回执：{LINK}", mentioned_list=["wang"])
    assert found.text == as_text(shown, "wecom-robot")
    assert (found.mentions, found.ways) == (frozenset({"wecom:wang"}), (LINK,))


def test_a_card_reads_as_the_message_laid_out_as_one() -> None:
    message = Message(ASK, ((Button("收到", "Ab12:r"), Button("需协助", "Ab12:h")),))
    found = by_robot("template_card", **as_buttons(card_of(message), "task"))
    assert found.is_card
    assert found.text == as_card(ASK)
    assert "• ▫️ 派出所 待回执" in found.text.split("\n")
    assert found.ways == ("Ab12:r", "Ab12:h")


def test_what_did_not_come_to_stand_is_not_taken() -> None:
    assert list(taken([asked("text", content="火", stands=False)])) == []
    assert len(list(taken([asked("text", content="火")]))) == 1
