"""Which form a message takes that a group robot sends (facts: wecom, section 1). Pure.

- A `text_notice` card where there is exactly one link to answer by, nobody is to be called, and the card shows the
  whole text.
- `text` where the Markdown has no mark but mentions, for only there WeCom calls people for sure, and it fits.
- `markdown` otherwise.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from bot.channels.protocol import Button, Message
from bot.channels.wecom import markup
from bot.channels.wecom.cards import TEXT, Card, card_of, columns, fit_of
from bot.renderer import markdown

MOST_MARKDOWN, MOST_TEXT = 4096, 2048
"""Bytes of a `markdown` and of a `text` message."""

_CUT = "…"


def form_of(message: Message) -> dict[str, Any]:
    """The body by which WeCom is asked to send it. A button that leads nowhere is left out: no press comes back."""
    links, people = links_of(message), markup.people_in(message.text)
    if len(links) == 1 and not people and (card := _card(message)) is not None:
        return {"msgtype": "template_card", "template_card": _notice(card, links[0])}
    if markup.is_plain(message.text):
        lines = (f"{each.label}：{each.url}" for each in links)
        text = _ending_in(markup.to_plain(message.text), lines)
        if markup.size(text) <= MOST_TEXT:
            called = {"mentioned_list": list(people)} if people else {}
            return {"msgtype": "text", "text": {"content": text, **called}}
    return {"msgtype": "markdown", "markdown": {"content": calling(message)}}


def calling(message: Message) -> str:
    """The message as markdown, its links as lines at its end."""
    lines = (f"[{each.label}]({each.url})" for each in links_of(message))
    return _ending_in(markup.to_calling(message.text), lines)


def links_of(message: Message) -> tuple[Button, ...]:
    """The buttons that lead to a page."""
    return tuple(each for row in message.buttons for each in row if each.url)


def _ending_in(text: str, lines: Iterable[str]) -> str:
    ends = "\n".join(lines)
    return f"{text}\n\n{ends}" if ends else text


def _card(message: Message) -> Card | None:
    """The message as a card, None where the card would hide or cut something of it: a link in its text, a long line."""
    if any(node.type == "link" and _leads(node.attrs["href"]) for node in markdown.read(message.text).walk()):
        return None
    card = card_of(message)
    cut = any(value.endswith(_CUT) for _, value in card.lines)
    fits = fit_of(card).fits and len(card.text) <= TEXT and bool(card.title or card.text)
    return card if fits and not cut else None


def _notice(card: Card, link: Button) -> dict[str, Any]:
    given = {
        "main_title": {"title": card.title, "desc": card.desc},
        "sub_title_text": card.text,
        "horizontal_content_list": columns(card),
    }
    return {
        "card_type": "text_notice",
        **{name: value for name, value in given.items() if value},
        "jump_list": [{"type": 1, "title": link.label, "url": link.url}],
        "card_action": {"type": 1, "url": link.url},
    }


def _leads(target: object) -> bool:
    return urlsplit(str(target)).scheme in {"http", "https"}
