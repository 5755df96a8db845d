"""The small Markdown that messages are written in, read the one way that every channel reads it.

Bold, italic, links, lists and quotes; everything else is text, also `_`, headings, code and HTML. Stars may touch
any mark: CommonMark's flanking rule would leave `**【提醒】**各位` unbold, since Chinese puts no spaces.
"""

import re
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
