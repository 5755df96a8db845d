"""Typed answers: 收到, 已落实, 需协助, alone or with the office's name before it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
_TRIMMED = re.compile(f"^{_DRESS}|{_DRESS}$")


@dataclass(frozen=True)
class Typed:
    """A typed answer; `office` is the office that it names, if it names one."""

    answer: AnswerState
    office: str | None = None


def read_words(text: str, names: Mapping[str, str]) -> Typed | None:
    """Read a typed answer, None for ordinary talk. `names` maps offices' names and aliases to their ids.

    Only the whole text counts: “收到，马上去” may mean anything, and a record must not guess. 落实 alone is none: so
    says who gives the order.
    """
    said = _TRIMMED.sub("", text.strip()).lower()
    if said in _WORDS:
        return Typed(_WORDS[said])
    for name in sorted(names, key=len, reverse=True):
        if said.startswith(name.lower()):
            rest = _TRIMMED.sub("", said.removeprefix(name.lower()))
            if rest in _WORDS:
                return Typed(_WORDS[rest], names[name])
    return None
