"""`/correct`: an office puts right what it answered; an admin answers, or puts right, on an office's behalf."""

import re

from bot.acknowledgements.correcting import correct as corrected
from bot.acknowledgements.correcting import correction_buttons, lately_answered
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.on_behalf import judged_on_behalf
from bot.acknowledgements.people import offices_asked
from bot.acknowledgements.receive import names_of
from bot.acknowledgements.words import read_words
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import label, named, open_asks, owing
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import Wished, wish_data
from bot.channels.protocol import Button
from bot.language import say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.standing import standings
from bot.renderer.compose import short, sign
from bot.renderer.templates import escaped
from bot.store.protocol import Change

_MOST = 6
_ON_BEHALF = re.compile(r"(?P<office>\S+)(?:\s+(?P<number>\d{1,3}))?\s+(?P<word>\S+)(?:\s+(?P<why>.+))?", re.DOTALL)


async def correct(asked: Asked) -> Answer:
    """Which answer is meant is chosen by a button; an admin writes office, answer and reason behind the word."""
    if asked.rest and "admin" in asked.asker.roles:
        return await _on_behalf(asked)
    rows = [
        (Button(_label(asked, issued, office, state), wish_data("correct", issued.token, _number(issued, office))),)
        for office in asked.asker.offices
        for issued, state in await _answered(asked, office)
    ]
    if rows:
        return Answer(sentence("commands.correct-which"), buttons=tuple(rows[:_MOST]), opens=asked.opens("correct"))
    admin = "admin" in asked.asker.roles
    return Answer(sentence("commands.correct-how" if admin else "commands.correct-nothing"))


async def choose(asked: Asked, wish: Wished) -> Answer:
    """Where the office of a button stands with its ask, and what may be said instead."""
    issued = await asked.store.issued_by_token(wish.token)
    order = list(issued.offices) if issued and issued.owing else []
    if issued is None or wish.office is None or wish.office >= len(order):
        return Answer(sentence("answers.no-such-ask"))
    office = order[wish.office]
    entries = await asked.store.entries(occurrence=issued.occurrence)
    may = "admin" in asked.asker.roles or office in _theirs(asked, issued)
    (standing,) = standings([office], entries)
    if not may:
        return _of(corrected(asked.hearing, issued, entries, office, "open"))
    told = sentence(
        "commands.correct-to",
        office=escaped(issued.offices[office]),
        ask=named(issued),
        due=short(issued.due, asked.now, asked.zone),
        state=sentence(f"message.{standing.state}"),
    )
    return Answer(told, buttons=correction_buttons(issued, office, asked.lang), in_place=True)


async def _answered(asked: Asked, office: str) -> list[tuple[Issued, str]]:
    found = await lately_answered(asked.store, office, _MOST)
    return [(issued, standing.state) for issued, standing in found if office in _theirs(asked, issued)]


def _theirs(asked: Asked, issued: Issued) -> tuple[str, ...]:
    return offices_asked(asked.schedule, asked.inbound, asked.hearing.chat, issued)


async def _on_behalf(asked: Asked) -> Answer:
    """`/correct 城建办 已落实 电话告知`; where that office has several open asks, with the number of one."""
    written = _ON_BEHALF.fullmatch(asked.rest)
    typed = written and read_words(f"{written['office']} {written['word']}", names_of(asked.schedule))
    if written is None or typed is None or typed.office is None:
        return Answer(sentence("commands.correct-how"))
    office, name = typed.office, escaped(asked.schedule.offices[typed.office].name)
    asks = [each.issued for each in await open_asks(asked) if owing(each, [office])]
    asks = asks or [issued for issued, _ in await lately_answered(asked.store, office, 1)]
    if not asks:
        return Answer(sentence("commands.correct-no-ask", office=name))
    number = int(written["number"] or 0)
    if len(asks) == 1 and number == 0:
        number = 1
    if not 1 <= number <= len(asks):
        lines = tuple(f"{sign(at)} {escaped(label(each, asked))}" for at, each in enumerate(asks, 1))
        return Answer(sentence("commands.correct-number", office=name, count=len(asks)), lines)
    issued, why = asks[number - 1], written["why"] or ""
    entries = await asked.store.entries(occurrence=issued.occurrence)
    (standing,) = standings([office], entries)
    if standing.state == "open" or not why.strip():
        return _of(await judged_on_behalf(asked.store, asked.hearing, issued, office, typed.answer, why))
    verdict = corrected(asked.hearing, issued, entries, office, typed.answer, why)
    return _of(with_help_called(verdict, asked.hearing, issued, entries))


def _of(verdict: Verdict) -> Answer:
    change = Change(entries=verdict.entries, planned=verdict.planned)
    return Answer(verdict.told, buttons=verdict.buttons, change=change)


def _label(asked: Asked, issued: Issued, office: str, state: str) -> str:
    name = f"{issued.offices[office]} " if len(asked.asker.offices) > 1 else ""
    return f"{name}{say(sentence(f'message.{state}'), asked.lang)} · {label(issued, asked)}"


def _number(issued: Issued, office: str) -> int:
    return list(issued.offices).index(office)
