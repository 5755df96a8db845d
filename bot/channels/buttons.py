"""What the buttons under an ask say and carry, and how a press is read: an answer, a token, perhaps an office.

Telegram allows a button 64 bytes of data; this takes less than 30.
"""

import re
from dataclasses import dataclass

from bot.channels.protocol import Button
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import ANSWERS, AnswerState

_LETTERS: dict[AnswerState, str] = {"received": "r", "done": "d", "help": "h"}
_DATA = re.compile(r"([rdh]):([\w-]{6,32})(?::(\d{1,4}))?")


@dataclass(frozen=True)
class Pressed:
    """What a press means: which answer, to the ask with this token, for the n-th of its offices if it says so."""

    answer: AnswerState
    token: str
    office: int | None


def data_of(answer: AnswerState, token: str, office: int | None = None) -> str:
    """What the button carries."""
    return f"{_LETTERS[answer]}:{token}" + ("" if office is None else f":{office}")


def read_data(data: str) -> Pressed | None:
    """Read what came back; None for what no button of ours carries (a client may send anything)."""
    if not (match := _DATA.fullmatch(data)):
        return None
    answer = next(each for each in ANSWERS if _LETTERS[each] == match[1])
    return Pressed(answer, match[2], int(match[3]) if match[3] else None)


def buttons_of(issued: Issued, chat: str, lang: Lang) -> tuple[tuple[Button, ...], ...]:
    """The row under an ask in one chat; none under what owes nothing there."""
    if issued.owing is None or not issued.chats.get(chat):
        return ()
    answers: tuple[AnswerState, ...] = ANSWERS if issued.owing.expects == "done" else ("received", "help")
    return (
        tuple(Button(say(sentence(f"message.{answer}"), lang), data_of(answer, issued.token)) for answer in answers),
    )
