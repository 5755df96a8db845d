"""Typed answers: 收到, 已落实, 需协助, alone or with the office's name before it, 需协助 also with what is needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.ledger.entries import AnswerState

_WORDS: dict[str, AnswerState] = {
    "收到": "received",
    "已收到": "received",
    "收到了": "received",
    "received": "received",
    "已落实": "done",
    "已落实到位": "done",
    "done": "done",
    "需协助": "help",
    "需要协助": "help",
    "请求协助": "help",
    "help": "help",
}
_DRESS = r"(?:[^\w?？❓❔⁉]|_)+"
"""What may stand round an answer without changing it. A question mark does: “收到？” asks for an answer."""
_BEFORE = re.compile(f"^{_DRESS}")
_TRIMMED = re.compile(f"^{_DRESS}|{_DRESS}$")


_HELP = "|".join(word for word, answer in _WORDS.items() if answer == "help" and not word.isascii())
_NEED = re.compile(rf"(?:(?:{_HELP}){_DRESS}|help *[:：])(?P<why>.*\w.*[^\s?？❓❔⁉])\s*", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """A typed answer; `office` is the office that it names, if it names one, `why` what is needed, on one line, where
    help is asked for.
    """

    answer: AnswerState
    office: str | None = None
    why: str | None = None


def read_words(text: str, names: Mapping[str, str]) -> Typed | None:
    """Read a typed answer, None for ordinary talk. `names` maps offices' names and aliases to their ids.

    Only the whole text counts: “收到，马上去” may mean anything, and a record must not guess; after 需协助 alone may
    stand what is needed. 落实 alone is none: so says who gives the order.
    """
    said = text.strip()
    if (typed := _read(said)) is not None:
        return typed
    said = _BEFORE.sub("", said)
    for name in sorted(names, key=len, reverse=True):
        if said.lower().startswith(name.lower()) and (typed := _read(said[len(name) :])) is not None:
            return replace(typed, office=names[name])
    return None


def _read(said: str) -> Typed | None:
    if answer := _WORDS.get(_TRIMMED.sub("", said).lower()):
        return Typed(answer)
    if need := _NEED.fullmatch(_BEFORE.sub("", said)):
        return Typed("help", why=" ".join(need["why"].split()))
    return None
