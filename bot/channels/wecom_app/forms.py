"""A message in the forms that an app may send: a card where it has buttons to press and fits one, else text. Pure.

A group that the app has made takes no card, and the WeChat plug-in shows no markdown (facts: wecom, section 3), so what
is no card is plain text, in as many messages as it needs: nothing is cut.
"""

from collections.abc import Iterator
from typing import Any

from bot.channels.buttons import read_data
from bot.channels.protocol import Message
from bot.channels.wecom.cards import as_buttons, card_of, fit_of
from bot.channels.wecom.markup import size, to_plain
from bot.channels.wecom_app.platform import MOST_TEXT
from bot.language import Lang, say, sentence
from bot.ledger.entries import ANSWERS


def receivers(address: str) -> dict[str, str]:
    """Whom message/send is to reach."""
    kind, _, id_ = address.partition(":")
    return {f"to{kind}": id_}


def card_for(message: Message, task: str) -> dict[str, Any] | None:
    """The card of a message with buttons to press; None where it fits none."""
    if not any(not each.url for row in message.buttons for each in row):
        return None
    card = card_of(message)
    return as_buttons(card, task) if fit_of(card).fits else None


def changed_card(message: Message, task: str, lang: Lang) -> dict[str, Any] | None:
    """What a card is to become; without buttons it shows a grey one that says so. None where it fits no card."""
    if message.buttons:
        return card_for(message, task)
    card = card_of(message)
    if not fit_of(card).fits:
        return None
    return {**as_buttons(card, task), "button_list": [], "replace_text": say(sentence("wecom.card-settled"), lang)}


def words_of(message: Message, lang: Lang) -> str:
    """A message as plain text: links by their addresses, and where no button can be pressed what to type instead."""
    buttons = [each for row in message.buttons for each in row]
    lines = [to_plain(message.text), *(f"{each.label}：{each.url}" for each in buttons if each.url)]
    asked = {read.answer for each in buttons if not each.url and (read := read_data(each.data))}
    if asked:
        answers = tuple(say(sentence(f"message.{each}"), lang) for each in ANSWERS if each in asked)
        lines.append(say(sentence("wecom.type-instead", answers=answers), lang))
    return "\n".join(lines)


def parts_of(text: str) -> Iterator[str]:
    """The messages that hold a text, each as long as WeCom takes, broken where a line ends if that can be."""
    rest = text.strip("\n")
    while size(rest) > MOST_TEXT:
        room = rest.encode()[:MOST_TEXT].decode(errors="ignore")
        end = room.rfind("\n")
        part = room[:end] if end > 0 else room
        yield part
        rest = rest[len(part) :].lstrip("\n")
    yield rest
