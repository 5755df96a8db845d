"""A message in the forms that a smart bot may send: a card where it has buttons to press and fits one, else markdown
(facts: wecom, section 2: no text but as a welcome, nobody is called by name, no button is grey). Pure.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels.protocol import Button, Message
from bot.channels.wecom.cards import as_buttons, card_of, fit_of
from bot.channels.wecom.markup import size, to_markdown, to_plain
from bot.channels.wecom_bot.platform import MOST_MARKDOWN
from bot.errors import Refused
from bot.language import Lang, say, sentence

SEEN = "seen"
"""What comes back by the button of a card on which nothing is left to press."""

_PERSON, _GROUP = 1, 2
_BLACK = 4


def receiver(address: str) -> dict[str, Any]:
    """To which chat a message goes."""
    kind, _, id_ = address.partition(":")
    return {"chatid": id_, "chat_type": _GROUP if kind == "chat" else _PERSON}


def body_of(message: Message, task_id: str, lang: Lang) -> dict[str, Any]:
    """A card with this task, or the whole as markdown that tells how to answer in writing. Raises `Refused` for what is
    longer than WeCom takes.
    """
    pressed = [each for row in message.buttons for each in row if not each.url]
    if pressed and fit_of(card := card_of(message)).fits:
        return {"msgtype": "template_card", "template_card": as_buttons(card, task_id)}
    lines = [f"[{each.label}]({each.url})" for row in message.buttons for each in row if each.url]
    if pressed:
        lines.append(say(sentence("wecom.answer-in-writing", choices=[each.label for each in pressed]), lang))
    content = "\n\n".join(filter(None, [to_markdown(message.text), *lines]))
    if size(content) > MOST_MARKDOWN:
        raise Refused(sentence("wecom.too-long", used=size(content), allowed=MOST_MARKDOWN))
    return {"msgtype": "markdown", "markdown": {"content": content}}


def welcome_of(message: Message) -> dict[str, Any]:
    """What greets who opens the chat."""
    return {"msgtype": "text", "text": {"content": to_plain(message.text)}}


def is_card(body: Mapping[str, Any]) -> bool:
    """Whether such a message can be pressed, and changed."""
    return bool(body["msgtype"] == "template_card")


def change_of(message: Message, task_id: str, lang: Lang, userids: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """What turns a card into this message, for all who see it or for some; None where it fits no card. One on which
    nothing is left to press has a button that says so, since a card must have one.
    """
    if not message.buttons:
        message = Message(message.text, ((Button(say(sentence("wecom.noted"), lang), SEEN),),))
    if not fit_of(card := card_of(message)).fits:
        return None
    written = as_buttons(card, task_id)
    for button in written["button_list"]:
        if button["key"] == SEEN:
            button["style"] = _BLACK
    alone = {"userids": list(userids)} if userids else {}
    return {"response_type": "update_template_card", **alone, "template_card": written}
