"""What tells one ask from another: the first line of its message, as plain text. Pure."""

from functools import lru_cache

from bot.ledger.deliveries import Issued
from bot.renderer.markdown import read


def headline(issued: Issued) -> str:
    """The message's first line as plain text, which tells one ask from another."""
    return first_line(issued.bodies[""])


def first_line(text: str) -> str:
    """A text's first line without its marks."""
    return _plain(text.strip().partition("\n")[0])


@lru_cache(maxsize=512)
def _plain(line: str) -> str:
    return "".join(node.content for node in read(line).walk() if node.type == "text").strip("# ")
