"""What the buttons under an ask say and carry, and how a press is read: an answer, a token, perhaps an office.

So with the buttons under a notice to the admins: a decision, and of what. Telegram allows a button 64 bytes of data;
this takes less than 30.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from bot.channels.protocol import Button
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Call, Delivery, Issued
from bot.ledger.entries import ANSWERS, AnswerState
from bot.ledger.problems import Problem
from bot.ledger.standing import StandingState
from bot.renderer.compose import sign

_LETTERS: dict[AnswerState, str] = {"received": "r", "done": "d", "help": "h"}
_DATA = re.compile(r"([rdh]):([\w-]{6,32})(?::(\d{1,4}))?")

Choice = Literal["arrived", "again", "let-be", "revive"]
"""What an admin decides: of a delivery in doubt that it arrived, that it goes out again, that it is let be; of a chat
that was given up that it is tried again.
"""

_CHOICES: dict[str, Choice] = {"a": "arrived", "g": "again", "n": "let-be", "v": "revive"}
_DECISION = re.compile(r"([agnv]):([\w-]{12})")


@dataclass(frozen=True)
class Pressed:
    """What a press means: which answer, to the ask with this token, for the n-th of its offices if it says so."""

    answer: AnswerState
    token: str
    office: int | None


Wish = Literal["take", "close", "open", "correct", "remind", "recall", "recall-now"]
"""What somebody wants with an ask besides answering it: see to an office's problem, close that, see who has answered,
correct the office's answer, ask once more whoever owes, take the message back (asked whether that is meant, and meant).
"""

_WISHES: dict[str, Wish] = {
    "t": "take",
    "c": "close",
    "w": "open",
    "x": "correct",
    "m": "remind",
    "y": "recall",
    "z": "recall-now",
}
_WISH = re.compile(r"([tcwxmyz]):([\w-]{6,32})(?::(\d{1,4}))?(?::([ordh]))?")
_STATES: dict[str, StandingState] = {"o": "open", "r": "received", "d": "done", "h": "help"}


@dataclass(frozen=True)
class Wished:
    """What a press means that is no answer: which wish, with the ask of this token, for the n-th of its offices; `to`
    is where that office stands, where the wish is to correct it.
    """

    wish: Wish
    token: str
    office: int | None = None
    to: StandingState | None = None


@dataclass(frozen=True)
class Decided:
    """What an admin's press means: which decision, on the delivery or the chat with this token."""

    choice: Choice
    token: str


def token_of(id_: str) -> str:
    """What stands for a delivery's or a chat's id on a button. No secret: who presses is judged."""
    return urlsafe_b64encode(blake2b(id_.encode(), digest_size=9).digest()).decode()


def decision_data(choice: Choice, of: str) -> str:
    """What the button carries by which an admin decides on a delivery or a chat."""
    letter = next(letter for letter, each in _CHOICES.items() if each == choice)
    return f"{letter}:{token_of(of)}"


def read_decision(data: str) -> Decided | None:
    """Read what came back; None for what is no decision of an admin's."""
    match = _DECISION.fullmatch(data)
    return Decided(_CHOICES[match[1]], match[2]) if match else None


def wish_data(wish: Wish, token: str, office: int | None = None, to: StandingState | None = None) -> str:
    """What the button carries by which somebody wants something with an ask."""
    letter = next(letter for letter, each in _WISHES.items() if each == wish)
    state = next((letter for letter, each in _STATES.items() if each == to), None)
    return ":".join(str(part) for part in (letter, token, office, state) if part is not None)


def read_wish(data: str) -> Wished | None:
    """Read what came back; None for what is no wish."""
    if not (match := _WISH.fullmatch(data)):
        return None
    return Wished(_WISHES[match[1]], match[2], int(match[3]) if match[3] else None, _STATES.get(match[4] or ""))


def settling_buttons(delivery: str, lang: Lang) -> tuple[tuple[Button, ...], ...]:
    """By which an admin says of a delivery in doubt whether it arrived."""
    return ((_decides("arrived", delivery, lang),), tuple(_decides(c, delivery, lang) for c in ("again", "let-be")))


def reviving_buttons(chat: str, lang: Lang) -> tuple[tuple[Button, ...], ...]:
    """By which an admin has a chat tried again that was given up."""
    return ((_decides("revive", chat, lang),),)


def buttons_under(notice: Delivery, issued: Issued | None, lang: Lang) -> tuple[tuple[Button, ...], ...]:
    """The buttons under a notice that asks something; `issued` is the ask to which an answer is wanted."""
    match notice.question:
        case None:
            return ()
        case asked if asked.kind == "need":
            return ()
        case asked if asked.kind == "settle":
            return settling_buttons(asked.of, lang)
        case asked if asked.kind == "revive":
            return reviving_buttons(asked.of, lang)
        case _:
            return buttons_of(issued, notice.chat, lang) if issued else ()


def _decides(choice: Choice, of: str, lang: Lang) -> Button:
    return Button(say(sentence(f"admin.{choice}"), lang), decision_data(choice, of))


def data_of(answer: AnswerState, token: str, office: int | None = None) -> str:
    """What the button carries."""
    return f"{_LETTERS[answer]}:{token}" + ("" if office is None else f":{office}")


def read_data(data: str) -> Pressed | None:
    """Read what came back; None for what no button of ours carries (a client may send anything)."""
    if not (match := _DATA.fullmatch(data)):
        return None
    answer = next(each for each in ANSWERS if _LETTERS[each] == match[1])
    return Pressed(answer, match[2], int(match[3]) if match[3] else None)


def buttons_of(issued: Issued, chat: str, lang: Lang, number: int | None = None) -> tuple[tuple[Button, ...], ...]:
    """The row under an ask in one chat; none under what owes nothing there. `number` is its in a merged message."""
    if issued.owing is None or not issued.chats.get(chat):
        return ()
    answers: tuple[AnswerState, ...] = ANSWERS if issued.owing.expects == "done" else ("received", "help")
    signed = "" if number is None else f"{sign(number)} "
    return (
        tuple(
            Button(signed + say(sentence(f"message.{answer}"), lang), data_of(answer, issued.token))
            for answer in answers
        ),
    )


def link_of(
    issued: Issued, chat: str, url: str, lang: Lang, number: int | None = None
) -> tuple[tuple[Button, ...], ...]:
    """The row under an ask in a chat that takes no presses: the page at this address, on which it is answered."""
    if issued.owing is None or not issued.chats.get(chat):
        return ()
    signed = "" if number is None else f"{sign(number)} "
    return ((Button(signed + say(sentence(f"links.button-{issued.owing.expects}"), lang), url=url),),)


def buttons_of_call(
    call: Call, issued: Issued, chat: str, problem: Problem | None, lang: Lang, number: int | None = None
) -> tuple[tuple[Button, ...], ...]:
    """The rows under a call: the ask's own answers under what asks again, its occurrence under a report, and under a
    call for help by whom its problem is seen to and ended, until it is.
    """
    match call.kind:
        case "remind" | "late":
            return buttons_of(issued, chat, lang, number)
        case "mention" | "status":
            return ()
        case "escalate":
            return ((Button(say(sentence("message.wish-open"), lang), wish_data("open", issued.token)),),)
        case "help":
            if problem and problem.closed:
                return ()
            office = list(issued.offices).index(call.offices[0])
            take = "message.wish-take-over" if problem and problem.taken else "message.wish-take"
            wishes: tuple[tuple[Wish, str], ...] = (("take", take), ("close", "message.wish-close"))
            return (
                tuple(Button(say(sentence(key), lang), wish_data(wish, issued.token, office)) for wish, key in wishes),
            )
