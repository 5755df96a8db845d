"""HTML as Telegram parses it (Bot API, "HTML style"): what people read, and its entities, or the error."""

import re
from dataclasses import dataclass

_TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PIECE = re.compile(r"<(?P<close>/?)(?P<tag>[a-zA-Z-]+)(?P<rest>[^<>]*)>|&(?P<name>\w+|#\d+|#x[0-9a-fA-F]+);", re.ASCII)
_HREF = re.compile(r"""\s+href="([^"]*)"\s*""")


@dataclass(frozen=True)
class Entity:
    """A stretch of the text that is more than text; `offset` and `length` in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None

    def of(self, text: str) -> str:
        """The words that it marks."""
        return text.encode("utf-16-le")[2 * self.offset : 2 * (self.offset + self.length)].decode("utf-16-le")


class CannotParse(Exception):
    """What Telegram says after `Bad Request: can't parse entities: `."""


def parse(html: str) -> tuple[str, tuple[Entity, ...]]:
    """The text and its entities, outermost first. Raises `CannotParse`."""
    text, at = "", 0
    opened: list[tuple[str, str, int, str | None]] = []
    entities: list[Entity] = []
    while at < len(html):
        piece = _PIECE.match(html, at)
        if piece is None:
            if html[at] == "<":
                raise CannotParse(f"Unsupported start tag at byte offset {len(html[:at].encode())}")
            text, at = text + html[at], at + 1
            continue
        at = piece.end()
        if piece["name"]:
            text += _character(piece)
        elif not piece["close"]:
            opened.append(_opened(piece, _units(text), [type_ for _, type_, _, _ in opened]))
        else:
            if not opened or opened[-1][0] != piece["tag"].lower():
                raise CannotParse(f"Unmatched end tag at byte offset {len(html[:at].encode())}")
            _, type_, start, url = opened.pop()
            entities.append(Entity(type_, start, _units(text) - start, url))
    if opened:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return _trimmed(text, entities)


def _opened(piece: re.Match[str], offset: int, around: list[str]) -> tuple[str, str, int, str | None]:
    tag = piece["tag"].lower()
    if tag not in _TAGS:
        raise CannotParse(f'Unsupported start tag "{tag}"')
    if _TAGS[tag] == "blockquote" and "blockquote" in around:
        raise CannotParse("blockquote entities can't be nested")
    url = None
    if tag == "a":
        href = _HREF.fullmatch(piece["rest"])
        if href is None:
            raise CannotParse('Tag "a" must have attribute "href"')
        url = re.sub(r"&(?P<name>\w+|#\d+);", _character, href[1])
    elif piece["rest"].strip():
        raise CannotParse(f'Unexpected attribute of tag "{tag}"')
    return tag, _TAGS[tag], offset, url


def _character(piece: re.Match[str]) -> str:
    name = piece["name"]
    if name.startswith("#"):
        return chr(int(f"0{name[1:]}", 16) if name[1] == "x" else int(name[1:]))
    return _NAMED.get(name, piece[0])


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, tuple[Entity, ...]]:
    kept = text.rstrip()
    end, cut = _units(kept), _units(kept) - _units(kept.lstrip())
    moved = (
        Entity(
            each.type, max(each.offset - cut, 0), min(each.offset + each.length, end) - max(each.offset, cut), each.url
        )
        for each in entities
    )
    return kept.lstrip(), tuple(sorted((e for e in moved if e.length > 0), key=lambda e: (e.offset, -e.length)))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
