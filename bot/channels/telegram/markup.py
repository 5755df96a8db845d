"""Small Markdown becomes Telegram's HTML (Bot API, "Formatting options"; lengths as in facts: telegram, "Limits")."""

import html
import re
from collections.abc import Callable, Sequence
from math import ceil
from urllib.parse import urlsplit

from markdown_it.tree import SyntaxTreeNode

from bot.renderer import markdown

MOST_UNITS = 4096
"""The longest text after parsing, in UTF-16 units: the server counts code points, which are never more."""

MOST_BYTES = 32_768
"""The longest HTML, in bytes of UTF-8."""

_PERSON = re.compile(r"person:telegram:(\d+)")
_LINKED = frozenset({"http", "https", "tg"})


def to_html(text: str) -> str:
    """Telegram's HTML of a Markdown text; a person of another platform and a link that Telegram lacks are text."""
    source = markdown.lines(text)
    return _blocks(markdown.read(text).children, source)


def to_plain(text: str) -> str:
    """What people read of a Markdown text where no markup is possible."""
    return html.unescape(re.sub(r"<[^>]*>", "", to_html(text)))


def length(text: str) -> int:
    """How long a Markdown text is of `MOST_UNITS`; by its bytes where these alone are too many."""
    bytes_ = len(to_html(text).encode())
    return max(units(to_plain(text).strip()), ceil(bytes_ * MOST_UNITS / MOST_BYTES) if bytes_ > MOST_BYTES else 0)


def units(text: str) -> int:
    """UTF-16 units, in which Telegram's entities count."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, most: int) -> str:
    """The text, cut with `…` where it is longer than so many UTF-16 units."""
    if units(text) <= most:
        return text
    return text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


def _blocks(nodes: Sequence[SyntaxTreeNode], source: list[str]) -> str:
    return _apart(nodes, source, lambda _, node: _block(node, source))


def _apart(nodes: Sequence[SyntaxTreeNode], source: list[str], write: Callable[[int, SyntaxTreeNode], str]) -> str:
    """Each node's text, with an empty line between two where the source has one."""
    written = ""
    for place, node in enumerate(nodes):
        if place:
            above = source[node.map[0] - 1] if node.map else ""
            written += "\n" if above.strip("> ") else "\n\n"
        written += write(place, node)
    return written


def _block(node: SyntaxTreeNode, source: list[str]) -> str:
    match node.type:
        case "bullet_list":
            return _apart(node.children, source, lambda _, item: _item("• ", item, source))
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _apart(node.children, source, lambda place, item: _item(f"{first + place}. ", item, source))
        case "blockquote":
            inner = _blocks(node.children, source)
            return f"<blockquote>{re.sub('</?blockquote>', '', inner)}</blockquote>"
        case _:
            return _inlines(node.children)


def _item(mark: str, item: SyntaxTreeNode, source: list[str]) -> str:
    return mark + _blocks(item.children, source).replace("\n", "\n  ")


def _inlines(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_inline(node) for node in nodes)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return html.escape(node.content, quote=False)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong":
            return f"<b>{_inlines(node.children)}</b>"
        case "em":
            return f"<i>{_inlines(node.children)}</i>"
        case "link":
            return _link(str(node.attrs["href"]), _inlines(node.children))
        case _:
            return _inlines(node.children)


def _link(target: str, label: str) -> str:
    if person := _PERSON.fullmatch(target):
        return f'<a href="tg://user?id={person[1]}">{label}</a>'
    if urlsplit(target).scheme in _LINKED:
        return f'<a href="{html.escape(target)}">{label}</a>'
    return label
