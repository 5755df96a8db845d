"""Small Markdown becomes WeCom's own, or plain text (facts: wecom; lengths are bytes of UTF-8).

WeCom's `markdown` knows bold, links and quotes, no lists and no way to write a mark as itself; its mention is
`<@userid>`, which a group robot's messages alone may hold.
"""

import re
from urllib.parse import urlsplit

from bot.channels.wecom.addresses import userid_of
from bot.renderer import markdown

_LINKED = frozenset({"http", "https"})
_ANOTHER = "＠"
"""The label of a mention beside a name: who else answers for the same office."""


def to_calling(text: str) -> str:
    """WeCom's markdown of a text, in which the people of WeCom are called by `<@userid>`."""
    return markdown.written(text, _CALLING)


def to_markdown(text: str) -> str:
    """WeCom's markdown of a text; people are named and not called."""
    return markdown.written(text, _NAMING)


def to_plain(text: str) -> str:
    """What people read of a text where no markup is possible: the address of a link stands behind its label."""
    return markdown.written(text, _PLAIN)


def people_in(text: str) -> tuple[str, ...]:
    """The ids in WeCom of those whom a text mentions, each once."""
    found = (_person(str(node.attrs["href"])) for node in markdown.read(text).walk() if node.type == "link")
    return tuple(dict.fromkeys(each for each in found if each))


def is_plain(text: str) -> bool:
    """Whether nothing of a text would be lost as plain text: no marks but mentions and lists."""
    return not any(
        node.type in {"strong", "em", "blockquote"} or (node.type == "link" and not _person(str(node.attrs["href"])))
        for node in markdown.read(text).walk()
    )


def size(text: str) -> int:
    """How long a text is as WeCom counts: bytes of UTF-8."""
    return len(text.encode())


def _person(target: str) -> str | None:
    return userid_of(target.removeprefix("person:")) if target.startswith("person:") else None


def _named(target: str, label: str) -> str:
    return "" if _person(target) and label == _ANOTHER else label


def _called(target: str, label: str) -> str:
    if userid := _person(target):
        return f"{_named(target, label)}<@{userid}>"
    return _linked(target, label)


def _linked(target: str, label: str) -> str:
    return f"[{label}]({target})" if urlsplit(target).scheme in _LINKED else _named(target, label)


def _spelled(target: str, label: str) -> str:
    if urlsplit(target).scheme in _LINKED and label != target:
        return f"{label}（{target}）"
    return _named(target, label)


def _quoted(inner: str) -> str:
    return "\n".join(f"> {re.sub('^(> )+', '', line)}" for line in inner.split("\n"))


_NAMING = markdown.Manner(text=str, strong="**{}**".format, em=str, link=_linked, quote=_quoted)
_CALLING = markdown.Manner(text=str, strong="**{}**".format, em=str, link=_called, quote=_quoted)
_PLAIN = markdown.Manner(text=str, strong=str, em=str, link=_spelled, quote=str)
