"""`/remind`: whoever still owes one ask is asked once more now, as the ladder does it."""

from dataclasses import replace
from datetime import timedelta

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import label, named, open_asks, read
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import wish_data
from bot.channels.protocol import Button
from bot.escalation.ask import Ask
from bot.escalation.ladder import Step
from bot.language import sentence
from bot.ledger.deliveries import Delivery
from bot.outbox.rungs import planned
from bot.renderer.compose import short
from bot.renderer.templates import escaped

APART = timedelta(hours=1)
"""Between two reminders of one ask, whoever sends them."""

_MOST = 6


async def remind(asked: Asked) -> Answer:
    """The `n`-th of the asks of which somebody may be asked again, counted from the latest; without a number they are
    offered.
    """
    asks = [each for each in await open_asks(asked) if askable(each, asked)]
    if not asks:
        return Answer(sentence("commands.remind-nobody"))
    if not asked.rest.isdecimal():
        rows = tuple(
            (Button(label(each.issued, asked), wish_data("remind", each.issued.token)),) for each in asks[:_MOST]
        )
        return Answer(sentence("commands.remind-which"), buttons=rows)
    number = int(asked.rest)
    if not 1 <= number <= len(asks):
        return Answer(sentence("commands.no-such-number", count=len(asks)))
    return again(asks[number - 1], asked)


async def of_one(asked: Asked, token: str) -> Answer:
    """The ask of this token; what was done stands where the choice was."""
    issued = await asked.store.issued_by_token(token)
    ask = await read(asked, issued) if issued else None
    if ask is None:
        return Answer(sentence("answers.no-such-ask"))
    answer = again(ask, asked)
    return replace(answer, in_place=bool(answer.change.planned))


def again(ask: Ask, asked: Asked) -> Answer:
    """Ask who owes once more, unless it is night, or was done within the hour."""
    offices = askable(ask, asked)
    if not offices:
        return Answer(sentence("commands.remind-nobody-of-it", ask=named(ask.issued)))
    if (awake := ask.awake(asked.now)) > asked.now:
        until = short(awake, asked.now, asked.zone)
        return Answer(sentence("commands.remind-quiet", ask=named(ask.issued), until=until))
    last = max((each.sent_at or each.due for each in ask.calls if _has_asked(each)), default=None)
    if last and asked.now - last < APART:
        return Answer(sentence("commands.remind-just", ask=named(ask.issued), at=short(last, asked.now, asked.zone)))
    before = (each.call.number for office in offices for each in ask.called("remind", office) if each.call)
    step = Step("remind", asked.now, offices, max(before, default=0) + 1)
    change = planned(ask, step, asked.schedule, asked.hearing.admins, asked.now)
    key = "commands.reminded-later" if asked.hearing.paused else "commands.reminded"
    names = [escaped(ask.issued.offices[each]) for each in offices]
    chats = [escaped(asked.ground.terms.titles.get(each.chat, each.chat)) for each in change.planned]
    return Answer(sentence(key, ask=named(ask.issued), offices=names, chats=chats), change=change)


def askable(ask: Ask, asked: Asked) -> tuple[str, ...]:
    """Who may be asked again: nobody who has given what is owed or asked for help (interface.md, "Answers"), nor an
    office that the town no longer has, or has no chat for in which it was asked.
    """
    known = [each for each in ask.deadlines if each in asked.schedule.offices]
    here = {office for chat, offices in ask.issued.chats.items() if chat in asked.schedule.chats for office in offices}
    return tuple(each for each in known if each in here and ask.may_be_asked(each, asked.now))


def _has_asked(delivery: Delivery) -> bool:
    asks = delivery.call is not None and delivery.call.kind in {"remind", "late"}
    return asks and delivery.state not in {"withdrawn", "failed", "missed"}
