"""`/who`: who has answered an ask and what, in the town's order, whom nobody ranks."""

from bot.app.hearing.answer import Answer, Rows
from bot.app.hearing.commands.asks import label, may_see, named, open_asks, read
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import wish_data
from bot.channels.protocol import Button
from bot.escalation.ask import Ask
from bot.language import sentence
from bot.ledger.deliveries import Issued
from bot.ledger.problems import problems
from bot.renderer.compose import short, status_line
from bot.renderer.templates import escaped

_MOST_OTHERS = 5
PREFIX = "w_"
"""Before an ask's token, in the word that opens it in somebody's own chat."""


async def who(asked: Asked) -> Answer:
    """The `n`-th of the open asks that this person may see, counted from the latest; without a number that."""
    asks = await open_asks(asked, lambda issued: _is_here(asked, issued))
    if not asks:
        return Answer(sentence("commands.who-nothing"))
    number = int(asked.rest) if asked.rest.isdecimal() else 1
    if not 1 <= number <= len(asks):
        return Answer(sentence("commands.no-such-number", count=len(asks)), buttons=_others(asks, asked))
    ask = asks[number - 1]
    others = [each for each in asks if each is not ask]
    return _told(ask, asked, _others(others, asked))


async def of_one(asked: Asked, token: str) -> Answer:
    """One ask by the token that its buttons carry. Who may not see it is told so."""
    issued = await asked.store.issued_by_token(token)
    if issued is None or issued.owing is None:
        return Answer(sentence("answers.no-such-ask"))
    if asked.asker.before_residents or not may_see(asked, issued):
        return Answer(sentence("commands.not-yours"))
    ask = await read(asked, issued)
    return _told(ask, asked, ()) if ask else Answer(sentence("commands.withdrawn", ask=named(issued)))


def _is_here(asked: Asked, issued: Issued) -> bool:
    """In a chat where asks went, those; elsewhere all that they may see."""
    seen = may_see(asked, issued)
    if asked.asker.sees_all:
        return bool(seen)
    known = asked.schedule.chats.get(asked.hearing.chat or "")
    return bool(seen) and (known is None or known.id in issued.chats or bool(set(asked.asker.offices) & set(seen)))


def _told(ask: Ask, asked: Asked, others: Rows) -> Answer:
    issued, seen = ask.issued, may_see(asked, ask.issued)
    latest = {each.office: each for each in problems(issued.occurrence, issued.offices, ask.entries)}
    lines = [
        status_line(
            escaped(issued.offices[each]), ask.stands[each], latest.get(each), asked.now, asked.zone, asked.lang
        ).removeprefix("- ")
        for each in seen
        if each in ask.deadlines or ask.stands[each].state != "open"
    ]
    unreached = [
        escaped(issued.offices[each]) for each in seen if each not in ask.deadlines and ask.stands[each].state == "open"
    ]
    deadline = min([ask.deadlines[each] for each in seen if each in ask.deadlines], default=ask.owing.deadline)
    head = sentence(
        "commands.who",
        ask=named(issued),
        due=short(issued.due, asked.now, asked.zone),
        deadline=short(deadline, asked.now, asked.zone),
        expects=sentence(f"message.{ask.owing.expects}"),
    )
    foot = sentence("commands.unreached", offices=unreached) if unreached else None
    return Answer(head, tuple(lines), foot, others, opens=asked.opens(f"{PREFIX}{issued.token}"))


def _others(asks: list[Ask], asked: Asked) -> Rows:
    """Buttons that open other asks; none where a press could be answered by no more than a word."""
    if not asked.asker.anywhere:
        return ()
    return tuple(
        (Button(label(each.issued, asked), wish_data("open", each.issued.token)),) for each in asks[:_MOST_OTHERS]
    )
