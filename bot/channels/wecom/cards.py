"""A message as a WeCom card: its own Markdown, laid out in the places that a card has (facts: wecom, sections 1 and 2).

A card shows a title, a line below it, a text and up to six lines of two columns; what is longer than a place is cut
there. So a message either fits as a whole or is no card. Where many offices owe, their names stand together by where
they stand; of what is longer than all lines the end is left out, which the record still tells.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from bot.channels.buttons import read_data
from bot.channels.protocol import Button, Fit, Message
from bot.channels.wecom.markup import to_plain
from bot.renderer import markdown
from bot.renderer.compose import SIGNS

TITLE, DESC, TEXT, VALUE, LABEL = 26, 30, 112, 26, 10
"""Characters that a place shows: the title, the line below it, the text, a line's second column, a button."""

MOST_LINES, MOST_BUTTONS = 6, 6
_HEADS = 3
"""A title is among so many first paragraphs: 【演练】 and 补发 may stand before it."""

_STATE = re.compile(r"\s*[（(，,\d]")
"""What ends the word for where an office stands."""

_FIRST_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])\s|\n")
"""Where a first sentence or a first line ends."""

_CALM, _ALARMING = 1, 3
"""Styles of buttons: blue and red."""


@dataclass(frozen=True)
class Card:
    """What stands where. `lines` are an office's sign and what is said of it, or a sign and all who stand so."""

    title: str
    desc: str
    text: str
    lines: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()


def card_of(message: Message) -> Card:
    """Lay a message out as a card, whether or not it fits. Its title is a bold paragraph; else what its text begins
    with, where that is short: bold words, or a first sentence.
    """
    blocks = markdown.read(message.text).children
    source = markdown.lines(message.text)
    at = next((n for n in reversed(range(len(blocks))) if _is_standing(blocks[n], source)), len(blocks))
    lines = _lines(_said(blocks[at], source).split("\n")) if at < len(blocks) else ()
    desc = ""
    before, after = list(blocks[:at]), list(blocks[at + 1 :])
    if lines and before and len(last := _said(before[-1], source).rstrip("：:")) <= DESC:
        desc = last
        before.pop()
    head = next((each for each in reversed(before[:_HEADS]) if _is_bold(each)), None)
    title = _said(head, source) if head else ""
    if head and len(title) <= TITLE:
        before.remove(head)
    else:
        title = ""
    said = [_said(each, source) for each in (*before, *after)]
    if not title and before and before[0].type == "paragraph":
        title, said[0] = _headed(before[0], said[0])
    text = "\n".join(each for each in said if each)
    return Card(title, desc, text, lines, tuple(button for row in message.buttons for button in row))


def fit_of(card: Card) -> Fit:
    """How much of a card's scarcest place is used: characters of a text or a label, or buttons."""
    places = [Fit(len(card.text), TEXT), Fit(len(card.buttons), MOST_BUTTONS)]
    places += [Fit(len(each.label), LABEL) for each in card.buttons]
    return max(places, key=lambda each: each.used / each.allowed)


def as_buttons(card: Card, task_id: str) -> dict[str, Any]:
    """A `button_interaction` card in WeCom's form. `task_id`: at most 128 of `0-9A-Za-z_@-`, new for each message."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": card.title, "desc": card.desc},
        "sub_title_text": card.text,
        "horizontal_content_list": columns(card),
        "button_list": [
            {"text": each.label, "style": _ALARMING if _is_for_help(each) else _CALM, "key": each.data}
            for each in card.buttons
        ],
        "task_id": task_id,
    }


def columns(card: Card) -> list[dict[str, str]]:
    """The lines of a card in WeCom's form."""
    return [{"keyname": sign, "value": said} for sign, said in card.lines]


def _said(node: SyntaxTreeNode, source: Sequence[str]) -> str:
    begin, end = node.map or (0, 0)
    return _plain("\n".join(source[begin:end]))


@lru_cache(maxsize=512)
def _plain(block: str) -> str:
    """Most blocks of a card stand in many."""
    return to_plain(block).strip()


def _headed(node: SyntaxTreeNode, said: str) -> tuple[str, str]:
    """What a paragraph begins with that can be a title, and the rest of it; no title where that is longer than its
    place.
    """
    first = next((each for each in node.children[0].children if each.content or each.children), None)
    bold = "".join(each.content for each in first.walk()) if first and first.type == "strong" else ""
    if bold and said.startswith(bold):
        begins, rest = bold, said.removeprefix(bold).lstrip("：:。，,")
    else:
        begins, rest = _FIRST_SENTENCE.split(said, maxsplit=1) if _FIRST_SENTENCE.search(said) else (said, "")
    title = begins.strip().rstrip("。.：:")
    return (title, rest.strip()) if len(title) <= TITLE else ("", said)


def _is_bold(node: SyntaxTreeNode) -> bool:
    if node.type != "paragraph":
        return False
    parts = node.children[0].children
    rest = "".join(each.content for each in parts if each.type == "text")
    return any(each.type == "strong" for each in parts) and not any(each.isalnum() for each in rest)


def _is_standing(node: SyntaxTreeNode, source: Sequence[str]) -> bool:
    """Whether it lists how offices stand."""
    said = _said(node, source).split("\n") if node.type == "bullet_list" else []
    return bool(said) and all(_sign_of(line) for line in said)


def _sign_of(line: str) -> str | None:
    said = line.removeprefix("• ")
    return next((sign for sign in SIGNS.values() if said.startswith(f"{sign} ")), None)


def _lines(said: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in said:
        sign = _sign_of(line) or ""
        found.append((sign, line.removeprefix("• ").removeprefix(f"{sign} ")))
    if len(found) > MOST_LINES:
        found = _together(found)
    return tuple((sign, _cut(rest)) for sign, rest in found)


def _together(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Offices that stand alike together, by name on as many lines as a card has; where these are too few, on one line
    each, but for those that have not answered, who get all the others.
    """
    alike = {sign: _rows([rest for of, rest in found if of == sign]) for sign in dict(found)}
    if sum(map(len, alike.values())) > MOST_LINES:
        most = {sign: MOST_LINES - len(alike) + 1 if sign == SIGNS["open"] else 1 for sign in alike}
        alike = {sign: _left_out(rows, most[sign]) for sign, rows in alike.items()}
    return [(sign, row) for sign, rows in alike.items() for row in rows]


def _rows(said: Sequence[str]) -> list[str]:
    """待回执 12：派出所、应急办、… on lines that a card shows whole. Since when differs, and is left out."""
    names, words = zip(*(each.split(" ", 1) for each in said), strict=True)
    rows = [f"{_STATE.split(words[0])[0]} {len(names)}："]
    for name in (*(f"{each}、" for each in names[:-1]), names[-1]):
        if len(rows[-1]) + len(name) <= VALUE:
            rows[-1] += name
        else:
            rows.append(name)
    return rows


def _left_out(rows: list[str], most: int) -> list[str]:
    return rows if len(rows) <= most else [*rows[: most - 1], f"{rows[most - 1][: VALUE - 1]}…"]


def _cut(text: str) -> str:
    return text if len(text) <= VALUE else f"{text[: VALUE - 1]}…"


def _is_for_help(button: Button) -> bool:
    pressed = read_data(button.data)
    return pressed is not None and pressed.answer == "help"
