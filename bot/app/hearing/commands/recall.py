"""`/recall`: what went out by mistake is taken back from every chat, after one more question."""

import re
from datetime import datetime

from bot.app.admin.people import Admin
from bot.app.admin.recall import has_gone_out, take_back, went_out, why_not
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import label, named
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import wish_data
from bot.channels.protocol import Button
from bot.language import say, sentence
from bot.ledger.deliveries import Issued
from bot.outbox.recalling import WITHIN
from bot.renderer.compose import short, sign
from bot.renderer.templates import escaped

_MOST = 6
_MOST_NAMED = 4
_TYPED = re.compile(r"(?P<number>\d{1,3})(?:\s+(?P<at>\d{1,2}[:：]\d{2})(?:\s+(?P<why>.+))?)?", re.DOTALL)


async def recall(asked: Asked) -> Answer:
    """The `n`-th of what went out within the last days, the latest first; without a number they are offered. Who cannot
    press writes behind the number when it went out, and perhaps why it is taken back: something newer has moved the
    numbers on otherwise.
    """
    found = await _lately(asked)
    if not found:
        return Answer(sentence("commands.recall-nothing"))
    if not (typed := _TYPED.fullmatch(asked.rest)):
        rows = tuple((Button(label(each, asked), wish_data("recall", each.token)),) for _, each in found[:_MOST])
        lines = tuple(f"{sign(at)} {escaped(label(each, asked))}" for at, (_, each) in enumerate(found[:_MOST], 1))
        return Answer(sentence("commands.recall-which"), lines, sentence("commands.recall-how"), rows)
    number = int(typed["number"])
    if not 1 <= number <= len(found):
        return Answer(sentence("commands.no-such-number", count=len(found)))
    sent_at, issued = found[number - 1]
    clock = f"{sent_at.astimezone(asked.zone):%H:%M}"
    if typed["at"] and typed["at"].replace("：", ":").zfill(len(clock)) == clock:
        return await now(asked, issued.token, typed["why"] or "")
    return await meant(asked, issued.token, f"/recall {number} {clock}")


async def meant(asked: Asked, token: str, typed: str | None = None) -> Answer:
    """Whether it is really to be taken back, and what that reaches; `typed` is what says so without a button."""
    issued = await asked.store.issued_by_token(token)
    if issued is None:
        return Answer(sentence("answers.no-such-ask"))
    deliveries = await asked.store.deliveries(occurrence=issued.occurrence)
    if refusal := await why_not(asked.store, issued, deliveries, asked.now, asked.zone):
        return Answer(refusal)
    chats = [escaped(asked.ground.terms.titles.get(each.chat, each.chat)) for each in deliveries if has_gone_out(each)]
    names = [*chats[:_MOST_NAMED], *(["…"] if len(chats) > _MOST_NAMED else [])]
    sure = Button(say(sentence("commands.recall-sure"), asked.lang), wish_data("recall-now", token))
    at = short(went_out(deliveries) or issued.due, asked.now, asked.zone)
    head = sentence("commands.recall-meant", ask=named(issued), at=at, chats=names, count=len(chats))
    foot = sentence("commands.recall-typed", typed=typed) if typed else None
    return Answer(head, foot=foot, buttons=((sure,),), in_place=True)


async def now(asked: Asked, token: str, why: str = "") -> Answer:
    """Take it back; who is second is told who was first."""
    issued = await asked.store.issued_by_token(token)
    if issued is None:
        return Answer(sentence("answers.no-such-ask"))
    change, told = await take_back(asked.store, issued, Admin.who_sent(asked.inbound), why, asked.now, asked.zone)
    return Answer(told, in_place=bool(change.issued), change=change)


async def _lately(asked: Asked) -> list[tuple[datetime, Issued]]:
    """What went out within the time in which it may be taken back, and when, the latest first."""
    found: list[tuple[datetime, Issued]] = []
    for issued in await asked.store.all_issued():
        if issued.withdrawn or asked.now - issued.due > 2 * WITHIN:
            continue
        sent_at = went_out(await asked.store.deliveries(occurrence=issued.occurrence))
        if sent_at is not None and asked.now - sent_at <= WITHIN:
            found.append((sent_at, issued))
    return sorted(found, key=lambda each: (each[0], each[1].occurrence), reverse=True)
