"""Full-width marks (：，“”（）…): which they are, and what to type instead where YAML or a value wants its own."""

from bot.campaign.problems import excerpt
from bot.language import Sentence, sentence

TYPED = {
    "，": ",",
    "、": ",",
    "。": ".",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "【": "[",
    "】": "]",
    "—": "-",
    "–": "-",
    "−": "-",
    "…": "..",
    "\u3000": " ",
} | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
"""Each full-width mark, letter and digit, and what is typed for it."""

PARTING = frozenset("：，、；“”‘’＂＇｛｝［］【】＃")
"""Marks that part or enclose words and so never belong to one; （） and － may stand in a name."""

_TABLE = str.maketrans(TYPED)


def mended(text: str) -> str:
    """The same text typed with half-width marks."""
    return text.translate(_TABLE)


def mark_in(text: str) -> str | None:
    """The first full-width mark of a text."""
    return next((each for each in text if each in TYPED), None)


def in_value(text: str) -> Sentence | None:
    """What to tell of a value in which no full-width mark can stand; None where it has none."""
    if (mark := mark_in(text)) is None:
        return None
    said = excerpt(text)
    return sentence("schedule.full-width-value", text=said, mark=mark, typed=TYPED[mark], mended=mended(said))
