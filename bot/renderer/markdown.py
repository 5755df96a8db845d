"""The small Markdown that messages are written in, read the one way that every channel reads it.

Bold, italic, links, lists and quotes; everything else is text, also `_`, headings, code and HTML. Stars may touch
any mark: CommonMark's flanking rule would leave `**【提醒】**各位` unbold, since Chinese puts no spaces.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.rules_inline.state_inline import Delimiter, StateInline
from markdown_it.tree import SyntaxTreeNode

_BLOCKS = ["blockquote", "list"]
_INLINES = ["escape", "link", "newline", "emphasis", "balance_pairs", "fragments_join"]


def read(markdown: str) -> SyntaxTreeNode:
    """The text as a tree of paragraphs, lists and quotes; `map` of a block tells its lines in `lines(markdown)`."""
    return SyntaxTreeNode(_parser().parse("\n".join(lines(markdown))))


def lines(markdown: str) -> list[str]:
    """The lines that the tree counts by, whatever ends them."""
    return re.split(r"\r\n?|\n", markdown)


@dataclass(frozen=True)
class Manner:
    """How a platform writes what the small Markdown knows: plain characters, what is inside a mark as it is written
    there, a link by its target and what is written of its label, a quote by its lines.
    """

    text: Callable[[str], str]
    strong: Callable[[str], str]
    em: Callable[[str], str]
    link: Callable[[str, str], str]
    quote: Callable[[str], str]


def written(markdown: str, manner: Manner) -> str:
    """A text as a platform writes it, with an empty line between two parts where the source has one. Lists are lines
    that begin with a dot or a number.
    """
    source = lines(markdown)
    return _apart(read(markdown).children, source, lambda _, node: _block(node, source, manner))


def _apart(nodes: Sequence[SyntaxTreeNode], source: list[str], write: Callable[[int, SyntaxTreeNode], str]) -> str:
    found = ""
    for place, node in enumerate(nodes):
        if place:
            above = source[node.map[0] - 1] if node.map else ""
            found += "\n" if above.strip("> ") else "\n\n"
        found += write(place, node)
    return found


def _block(node: SyntaxTreeNode, source: list[str], manner: Manner) -> str:
    def item(mark: str, each: SyntaxTreeNode) -> str:
        inner = _apart(each.children, source, lambda _, part: _block(part, source, manner))
        return mark + inner.replace("\n", "\n  ")

    match node.type:
        case "bullet_list":
            return _apart(node.children, source, lambda _, each: item("• ", each))
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _apart(node.children, source, lambda place, each: item(f"{first + place}. ", each))
        case "blockquote":
            return manner.quote(_apart(node.children, source, lambda _, part: _block(part, source, manner)))
        case _:
            return _inlines(node.children, manner)


def _inlines(nodes: Sequence[SyntaxTreeNode], manner: Manner) -> str:
    return "".join(_inline(node, manner) for node in nodes)


def _inline(node: SyntaxTreeNode, manner: Manner) -> str:
    match node.type:
        case "text":
            return manner.text(node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong":
            return manner.strong(_inlines(node.children, manner))
        case "em":
            return manner.em(_inlines(node.children, manner))
        case "link":
            return manner.link(str(node.attrs["href"]), _inlines(node.children, manner))
        case _:
            return _inlines(node.children, manner)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": 100}).enable(_BLOCKS + _INLINES)
    parser.inline.ruler.at("emphasis", _stars)
    return parser


def _stars(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != "*":
        return False
    run = re.compile(r"\*+").match(state.src, state.pos, state.posMax)
    assert run is not None  # noqa: S101 - the first character is a star
    before = state.src[run.start() - 1] if run.start() else " "
    after = state.src[run.end()] if run.end() < state.posMax else " "
    for _ in range(len(run.group())):
        state.push("text", "", 0).content = "*"
        state.delimiters.append(
            Delimiter(
                marker=ord("*"),
                length=len(run.group()),
                token=len(state.tokens) - 1,
                end=-1,
                open=not isWhiteSpace(ord(after)),
                close=not isWhiteSpace(ord(before)),
            )
        )
    state.pos = run.end()
    return True


def subject(markdown: str) -> str:
    """What a message says first, in plain words: its first line without marks."""
    for node in read(markdown).walk():
        if node.type == "inline":
            words = "".join(each.content if each.type == "text" else "\n" for each in node.walk() if _is_words(each))
            if found := words.strip().partition("\n")[0].strip():
                return found
    return ""


def _is_words(node: SyntaxTreeNode) -> bool:
    return node.type in {"text", "softbreak", "hardbreak"}
