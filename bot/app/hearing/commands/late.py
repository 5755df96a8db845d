"""`/late`: who is late with what, and for how long, office by office in the town's order."""

from datetime import timedelta

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import named, open_asks, overdue
from bot.app.hearing.commands.command import Asked
from bot.language import sentence
from bot.renderer.templates import escaped

_A_MINUTE = timedelta(minutes=1)


async def late(asked: Asked) -> Answer:
    """Of every open ask those whose time is over; who has asked for help is late with nothing."""
    found = [(office, ask) for ask in await open_asks(asked) for office in overdue(ask, asked)]
    order = {office: number for number, office in enumerate(asked.schedule.offices)}
    found.sort(key=lambda each: (order.get(each[0], len(order)), each[1].issued.due))
    if not found:
        return Answer(sentence("commands.late-nobody"))
    lines = tuple(
        sentence(
            "commands.late-line",
            office=escaped(ask.issued.offices[office]),
            ask=named(ask.issued),
            late=(over := asked.now - ask.deadlines[office]) - over % _A_MINUTE or _A_MINUTE,
        )
        for office, ask in found
    )
    offices = len({office for office, _ in found})
    return Answer(sentence("commands.late", offices=offices, count=len(found)), lines, opens=asked.opens("late"))
