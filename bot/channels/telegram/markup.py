"""Small Markdown becomes Telegram's HTML (Bot API, "Formatting options"; lengths as in facts: telegram, "Limits")."""

import html
import re
from math import ceil
from urllib.parse import urlsplit

from bot.renderer import markdown

MOST_UNITS = 4096
"""The longest text after parsing, in UTF-16 units: the server counts code points, which are never more."""

MOST_BYTES = 32_768
"""The longest HTML, in bytes of UTF-8."""

_PERSON = re.compile(r"person:telegram:(\d+)")
_LINKED = frozenset({"http", "https", "tg"})


def to_html(text: str) -> str:
    """Telegram's HTML of a Markdown text; a person of another platform and a link that Telegram lacks are text."""
    return markdown.written(text, _HTML)


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


def _quote(inner: str) -> str:
    return f"<blockquote>{re.sub('</?blockquote>', '', inner)}</blockquote>"


def _link(target: str, label: str) -> str:
    if person := _PERSON.fullmatch(target):
        return f'<a href="tg://user?id={person[1]}">{label}</a>'
    if urlsplit(target).scheme in _LINKED:
        return f'<a href="{html.escape(target)}">{label}</a>'
    return label


_HTML = markdown.Manner(
    text=lambda text: html.escape(text, quote=False),
    strong="<b>{}</b>".format,
    em="<i>{}</i>".format,
    link=_link,
    quote=_quote,
)
