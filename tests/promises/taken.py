"""What each platform took of what it was asked, in one form: read from the logs of the strict local ones, also from
their files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.channels.protocol import Message
from bot.channels.telegram.markup import to_html
from bot.channels.wecom.cards import card_of, columns
from tests.servers import telegram_log, wecom_log
from tests.servers.telegram_html import parse

Asked = telegram_log.Asked | wecom_log.Asked

ANSWER_PAGE = "/answer/"
"""Where a signed link leads."""

_ROBOT, _APP, _APP_GROUP = "/cgi-bin/webhook/send", "/cgi-bin/message/send", "/cgi-bin/appchat/send"
_SMART_BOT = "aibot_send_msg"
_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^()\s]*)\)")
_CALLED = re.compile(r"<@([^<>\s]+)>")
_LINE_OF_LINKS = re.compile(rf"^.*https?://\S+{ANSWER_PAGE}\S+.*$\n?", re.MULTILINE)


@dataclass(frozen=True)
class Taken:
    """A message that stands in a chat at `address` of a platform, or, `to_one`, only answers somebody; in a person's
    own chat nobody can tell which (None). As people read it, and whom it calls. `ways` are what it can be answered by:
    what its buttons say, and its links.
    """

    platform: str
    at: datetime
    address: str
    message_id: str | None
    text: str
    ways: tuple[str, ...]
    mentions: frozenset[str] = frozenset()
    is_card: bool = False
    to_one: bool | None = False


def taken(asked: Iterable[Asked]) -> Iterator[Taken]:
    """The messages that stand, in order, whatever was answered: each once, however often it was handed over."""
    known: set[str] = set()
    for each in asked:
        if not each.stands:
            continue
        if isinstance(each, telegram_log.Asked):
            if each.method == "sendMessage" and each.chat is not None:
                yield _by_telegram(each)
        elif each.path == _ROBOT:
            yield _by_robot(each)
        elif each.path == _SMART_BOT:
            yield _by_smart_bot(each)
        elif each.path in (_APP, _APP_GROUP) and each.message_id not in known:
            known |= {each.message_id} if each.message_id else set()
            yield _by_app(each)


def as_text(markdown: str, platform: str) -> str:
    """What people read there of a message that is shown as small Markdown."""
    text = parse(to_html(markdown))[0]
    return plain(text) if platform.startswith("wecom") else text


def as_card(markdown: str) -> str:
    """What they read of it where it is laid out as a card."""
    card = card_of(Message(markdown))
    return _of_card(
        {
            "main_title": {"title": card.title, "desc": card.desc},
            "sub_title_text": card.text,
            "horizontal_content_list": columns(card),
        }
    )


def plain(text: str) -> str:
    """A text without empty lines, and without the marks by which further people of an office are called."""
    return "\n".join(line.rstrip() for line in text.replace("＠", "").split("\n") if line.strip())


def _by_telegram(each: telegram_log.Asked) -> Taken:
    text, entities = parse(each.parameters["text"])
    called = frozenset(of.url.partition("id=")[2] for of in entities if of.url and of.url.startswith("tg://user?id="))
    return Taken(
        platform="telegram",
        at=each.at,
        address=str(each.chat),
        message_id=str(each.message_id),
        text=text,
        ways=tuple(re.findall(r'"(?:callback_data|url)":\s*"([^"]+)"', each.parameters.get("reply_markup", ""))),
        mentions=frozenset(f"telegram:{person}" for person in called),
        to_one="reply_parameters" in each.parameters,
    )


def _by_robot(each: wecom_log.Asked) -> Taken:
    kind, body = each.body["msgtype"], each.body[each.body["msgtype"]]
    return _of_wecom("wecom-robot", each.at, each.to or "", None, kind, body)


def _by_smart_bot(each: wecom_log.Asked) -> Taken:
    """By what it pushes it answers too where a press came too long ago."""
    kind, address = each.body["msgtype"], f"{'chat' if each.body['chat_type'] == 2 else 'user'}:{each.to}"
    content = each.body[kind]
    found = _of_wecom("wecom-bot", each.at, address, content.get("task_id"), kind, content)
    return replace(found, to_one=None)


def _by_app(each: wecom_log.Asked) -> Taken:
    kind, address = each.body["msgtype"], each.to or ""
    found = _of_wecom("wecom-app", each.at, address, each.message_id, kind, each.body[kind])
    return replace(found, to_one=None if address.startswith("user:") else False)


def _of_wecom(
    platform: str, at: datetime, address: str, message_id: str | None, kind: str, body: Mapping[str, Any]
) -> Taken:
    """A message of any of the three ways, by its kind and what stands under it."""
    if kind == "template_card":
        leading = [body.get("card_action", {}), *body.get("jump_list", ()), *body.get("button_list", ())]
        ways = tuple(each.get("key") or each["url"] for each in leading if each.get("key") or each.get("url"))
        return Taken(platform, at, address, message_id, _of_card(body), tuple(dict.fromkeys(ways)), is_card=True)
    written = str(body.get("content", ""))
    called = {*body.get("mentioned_list", ()), *(_CALLED.findall(written) if kind == "markdown" else ())}
    links = tuple(url for url in re.findall(r"https?://[^\s()<>（）]+", written) if ANSWER_PAGE in url)
    text = _CALLED.sub("", _LINE_OF_LINKS.sub("", written))
    if kind == "markdown":
        text = "\n".join(line.removeprefix("> ") for line in _LINK.sub(r"\1", text).replace("**", "").split("\n"))
    mentions = frozenset(f"wecom:{userid}" for userid in called)
    return Taken(platform, at, address, message_id, plain(text), tuple(dict.fromkeys(links)), mentions)


def _of_card(body: Mapping[str, Any]) -> str:
    """A card as a text of the same form as that of which it was made: its offices stand last."""
    title = body.get("main_title", {})
    lines = [title.get("title", ""), body.get("sub_title_text", "")]
    lines += [f"{title['desc']}："] if title.get("desc") else []
    lines += [f"• {each['keyname']} {each.get('value', '')}" for each in body.get("horizontal_content_list", ())]
    return plain("\n".join(lines))
