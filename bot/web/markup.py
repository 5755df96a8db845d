"""The small Markdown of messages as HTML. Nothing but what `bot.renderer.markdown` reads becomes a tag."""

from collections.abc import Iterable
from functools import lru_cache

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from bot.renderer.markdown import read

_PLAIN = {"paragraph": "p", "bullet_list": "ul", "blockquote": "blockquote", "strong": "strong", "em": "em"}
_MANY = 7
"""A list of so many items (offices that owe an answer) may stand in columns."""

_SIGNS = {"✅": "done", "☑": "received", "🆘": "help", "▫": "open"}
"""Signs before an office's answer; drawn, since a small machine may have no emoji. The answer stands there in words."""


@lru_cache(maxsize=1024)
def to_html(text: str) -> Markup:
    """Turn a message into HTML; links go to http and https only, a `person:` link is a mention."""
    return _all(read(text).children)


def _all(nodes: Iterable[SyntaxTreeNode]) -> Markup:
    return Markup().join(_one(node) for node in nodes)


def _one(node: SyntaxTreeNode) -> Markup:
    match node.type:
        case "text":
            return escape(node.content)
        case "softbreak" | "hardbreak":
            return Markup("<br>\n")
        case "link":
            return _link(node)
        case "bullet_list" if len(node.children) >= _MANY:
            return Markup('<ul class="many">{}</ul>\n').format(_all(node.children))
        case "ordered_list":
            return Markup('<ol start="{}">{}</ol>\n').format(node.attrs.get("start", 1), _all(node.children))
        case "list_item":
            return _item(node)
        case kind if kind in _PLAIN:
            return Markup("<{0}>{1}</{0}>").format(_PLAIN[kind], _all(node.children))
        case _:
            return _all(node.children)


def _item(node: SyntaxTreeNode) -> Markup:
    """An item of a tight list holds its words directly, as a paragraph that is hidden."""
    words = Markup().join(
        _all(child.children) if child.type == "paragraph" and child.hidden else _one(child) for child in node.children
    )
    for sign, state in _SIGNS.items():
        if words.startswith(sign):
            return Markup('<li class="sign-{}">{}</li>\n').format(state, words.removeprefix(sign).lstrip("\ufe0f "))
    return Markup("<li>{}</li>\n").format(words)


def _link(node: SyntaxTreeNode) -> Markup:
    href, inner = str(node.attrs.get("href", "")), _all(node.children)
    if href.lower().startswith("person:"):
        return Markup('<span class="mention">{}</span>').format(inner)
    if href.lower().startswith(("http://", "https://")):
        return Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(href, inner)
    return inner
