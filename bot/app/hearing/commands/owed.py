"""`/open`: what an office owes, and buttons to answer it; for who has none, what is open in the town."""

from datetime import timedelta

from bot.acknowledgements.people import offices_asked
from bot.app.hearing.answer import Answer, Rows
from bot.app.hearing.commands.asks import label, named, open_asks, owing
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import data_of, wish_data
from bot.channels.protocol import Button
from bot.escalation.ask import Ask
from bot.language import Sentence, say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import ANSWERS
from bot.renderer.compose import short, sign
from bot.renderer.templates import escaped

MOST_BUTTONS = 6
"""So many asks have buttons; the latest are meant most often."""

_A_MINUTE = timedelta(minutes=1)


async def open_(asked: Asked) -> Answer:
    """What those offices owe for which this person may answer from here."""
    if not asked.asker.offices:
        return await _in_the_town(asked)

    def own(issued: Issued) -> tuple[str, ...]:
        return offices_asked(asked.schedule, asked.inbound, asked.hearing.chat, issued)

    asks = [(each, owing(each, own(each.issued))) for each in await open_asks(asked, lambda issued: bool(own(issued)))]
    asks = [(ask, offices) for ask, offices in asks if offices]
    names = [escaped(asked.schedule.offices[each].name) for each in asked.asker.offices]
    if not asks:
        return Answer(sentence("commands.open-nothing", offices=names))
    lines = [_line(number, ask, office, asked) for number, (ask, owe) in enumerate(asks, 1) for office in owe]
    rows = tuple(
        row
        for number, (ask, offices) in enumerate(asks[:MOST_BUTTONS], 1)
        for row in _rows(number, ask, offices, asked)
    )
    foot = sentence("commands.open-foot")
    head = sentence("commands.open", offices=names, count=len(asks))
    return Answer(head, tuple(lines), foot, rows[:MOST_BUTTONS], opens=asked.opens("open"))


async def _in_the_town(asked: Asked) -> Answer:
    asks = await open_asks(asked)
    if not asks:
        return Answer(sentence("commands.open-nothing-in-town"))
    lines = tuple(
        sentence(
            "commands.open-in-town",
            number=sign(number),
            ask=named(ask.issued),
            due=short(ask.issued.due, asked.now, asked.zone),
            count=len(owing(ask)),
            all=len(ask.deadlines),
        )
        for number, ask in enumerate(asks, 1)
    )
    rows = tuple(
        (Button(label(ask.issued, asked), wish_data("open", ask.issued.token)),) for ask in asks[:MOST_BUTTONS]
    )
    return Answer(sentence("commands.open-town", count=len(asks)), lines, None, rows, opens=asked.opens("open"))


def _line(number: int, ask: Ask, office: str, asked: Asked) -> Sentence:
    deadline, state = ask.deadlines[office], ask.stands[office].state
    over = asked.now - deadline
    told = {
        "number": sign(number),
        "ask": named(ask.issued),
        "state": sentence(f"message.{state}"),
        "deadline": short(deadline, asked.now, asked.zone),
    }
    if len(asked.asker.offices) > 1:
        told["state"] = sentence("commands.of-office", office=escaped(ask.issued.offices[office]), state=told["state"])
    if state != "help" and over >= _A_MINUTE:
        return sentence("commands.open-overdue", late=over - over % _A_MINUTE, **told)
    return sentence("commands.open-line", **told)


def _rows(number: int, ask: Ask, offices: tuple[str, ...], asked: Asked) -> Rows:
    """What each of these offices may still say to an ask, numbered as in the list."""
    order, several = list(ask.issued.offices), len(asked.asker.offices) > 1
    wanted = ANSWERS if ask.owing.expects == "done" else ("received", "help")
    return tuple(
        tuple(
            Button(
                f"{sign(number)} {f'{ask.issued.offices[office]} ' if several else ''}"
                + say(sentence(f"message.{answer}"), asked.lang),
                data_of(answer, ask.issued.token, order.index(office)),
            )
            for answer in wanted
            if ask.stands[office].lacks(answer)
        )
        for office in offices
    )
