"""`/recall`: what went out by mistake is taken back from every chat, after one more question."""

from datetime import datetime

from bot.app.admin.people import Admin
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import label, named
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import wish_data
from bot.channels.protocol import Button
from bot.language import say, sentence
from bot.ledger.deliveries import ASKED, Delivery, Issued
from bot.outbox.recalling import WITHIN, recalled
from bot.renderer.compose import short
from bot.renderer.templates import escaped

_MOST = 6


async def recall(asked: Asked) -> Answer:
    """The `n`-th of what went out within the last days, the latest first; without a number they are offered."""
    found = await lately(asked)
    if not found:
        return Answer(sentence("commands.recall-nothing"))
    if not asked.rest.isdecimal():
        rows = tuple((Button(label(each, asked), wish_data("recall", each.token)),) for each in found[:_MOST])
        return Answer(sentence("commands.recall-which"), buttons=rows)
    number = int(asked.rest)
    if not 1 <= number <= len(found):
        return Answer(sentence("commands.no-such-number", count=len(found)))
    return await meant(asked, found[number - 1].token)


async def meant(asked: Asked, token: str) -> Answer:
    """Whether it is really to be taken back, and what that reaches."""
    issued = await asked.store.issued_by_token(token)
    if issued is None:
        return Answer(sentence("answers.no-such-ask"))
    if issued.withdrawn:
        return await _already(asked, issued)
    deliveries = await asked.store.deliveries(occurrence=issued.occurrence)
    if (sent_at := _went_out(deliveries)) is None or asked.now - sent_at > WITHIN:
        return Answer(sentence("commands.recall-too-old", ask=named(issued)))
    chats = [escaped(asked.ground.terms.titles.get(each.chat, each.chat)) for each in deliveries if _stands(each)]
    sure = Button(say(sentence("commands.recall-sure"), asked.lang), wish_data("recall-now", token))
    at = short(sent_at, asked.now, asked.zone)
    return Answer(
        sentence("commands.recall-meant", ask=named(issued), at=at, chats=chats), buttons=((sure,),), in_place=True
    )


async def now(asked: Asked, token: str) -> Answer:
    """Take it back; who is second is told who was first."""
    issued = await asked.store.issued_by_token(token)
    if issued is None:
        return Answer(sentence("answers.no-such-ask"))
    if issued.withdrawn:
        return await _already(asked, issued)
    deliveries = await asked.store.deliveries(occurrence=issued.occurrence)
    by = Admin.who_sent(asked.inbound).entry("withdrawn", occurrence=issued.occurrence, recalled=True)
    change = recalled(issued, deliveries, by, asked.now)
    count = sum(map(_stands, deliveries))
    return Answer(sentence("commands.recalled", ask=named(issued), count=count), in_place=True, change=change)


async def lately(asked: Asked) -> list[Issued]:
    """What went out within the time in which it may be taken back, the latest first."""
    found: list[tuple[datetime, Issued]] = []
    for issued in await asked.store.all_issued():
        if issued.withdrawn or asked.now - issued.due > 2 * WITHIN:
            continue
        sent_at = _went_out(await asked.store.deliveries(occurrence=issued.occurrence))
        if sent_at is not None and asked.now - sent_at <= WITHIN:
            found.append((sent_at, issued))
    return [issued for _, issued in sorted(found, key=lambda each: (each[0], each[1].occurrence), reverse=True)]


async def _already(asked: Asked, issued: Issued) -> Answer:
    entries = await asked.store.entries(occurrence=issued.occurrence)
    first = next((each for each in entries if each.kind == "withdrawn" and (each.detail or {}).get("recalled")), None)
    if first is None:
        return Answer(sentence("commands.withdrawn", ask=named(issued)))
    who = escaped(str((first.detail or {}).get("name") or first.by))
    at = short(first.at, asked.now, asked.zone)
    return Answer(sentence("commands.recalled-before", ask=named(issued), who=who, at=at))


def _stands(delivery: Delivery) -> bool:
    return delivery.state in ASKED


def _went_out(deliveries: tuple[Delivery, ...]) -> datetime | None:
    return max((each.sent_at for each in deliveries if _stands(each) and each.sent_at), default=None)
