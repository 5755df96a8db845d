"""`/today`: what went out and what goes out today, in this chat or in the town."""

from dataclasses import dataclass
from datetime import datetime

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.command import Asked
from bot.language import Sentence, sentence
from bot.outbox.tick import seen
from bot.planner.occurrence import Occurrence
from bot.planner.plan import days_between, plan
from bot.renderer.compose import in_one_line
from bot.renderer.headline import first_line, headline
from bot.renderer.templates import MessageError, escaped

_LONGEST = 40
_MOST_NAMED = 4


@dataclass(frozen=True)
class _Going:
    """Something of today: when, what it says first, in which chats, which offices it asks, whether it lies ahead."""

    due: datetime
    subject: str
    chats: tuple[str, ...]
    offices: tuple[str, ...]
    ahead: bool


async def today(asked: Asked) -> Answer:
    """In a chat of residents what goes there, to strangers in private what all may read, else all of the town's."""
    going = await _all_day(asked)
    if asked.asker.before_residents:
        going = [each for each in going if asked.hearing.chat in each.chats]
    elif asked.inbound.private and asked.asker.roles == {"anyone"}:
        going = [each for each in going if not each.offices]
    day = asked.now.astimezone(asked.zone).date()
    head = "commands.today" if going else "commands.today-nothing"
    lines = tuple(_line(each, asked) for each in going)
    return Answer(sentence(head, day=f"{day:%m-%d}", count=len(going)), lines, opens=asked.opens("today"))


async def _all_day(asked: Asked) -> list[_Going]:
    """By the record where it is on it, else by the plan; what was past when it was planned goes out no more."""
    day = asked.now.astimezone(asked.zone).date()
    first, end = days_between(asked.schedule, day, day)
    issued = {each.occurrence: each for each in await asked.store.all_issued() if first <= each.due < end}
    found = [
        _Going(each.due.astimezone(asked.zone), headline(each), tuple(each.chats), tuple(each.offices.values()), False)
        for each in issued.values()
        if not each.withdrawn
    ]
    looked = await seen(asked.store)
    for each in plan(asked.schedule, first, end):
        ahead = looked.lies_ahead(each) if looked else each.due > asked.now
        if each.id not in issued and ahead:
            names = tuple(asked.schedule.offices[office].name for office in each.offices)
            found.append(_Going(each.due, _subject(each, asked), tuple(chat for chat, _ in each.chats), names, True))
    return sorted(found, key=lambda each: (each.due, each.subject))


def _subject(occurrence: Occurrence, asked: Asked) -> str:
    try:
        return first_line(asked.ground.in_force.messages.body(asked.schedule, occurrence, occurrence.due))
    except MessageError:
        return occurrence.reminder


def _line(going: _Going, asked: Asked) -> Sentence:
    told = {"at": going.due.timetz(), "subject": in_one_line(going.subject, _LONGEST)}
    if asked.asker.before_residents:
        return sentence("commands.today-here" if going.ahead else "commands.today-here-sent", **told)
    return sentence("commands.today-line" if going.ahead else "commands.today-line-sent", to=_to(going, asked), **told)


def _to(going: _Going, asked: Asked) -> object:
    """The offices that it asks, else the chats to which it goes."""
    if not going.offices:
        titles = asked.ground.terms.titles
        first = escaped(titles.get(going.chats[0], going.chats[0]))
        return sentence("commands.chats", count=len(going.chats), first=first) if len(going.chats) > 1 else first
    names = [escaped(each) for each in going.offices[:_MOST_NAMED]]
    left = len(going.offices) - len(names)
    return sentence("commands.and-more", names=names, count=left) if left else names
