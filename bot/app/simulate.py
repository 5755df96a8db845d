"""What a span of days would bring, chat by chat, word for word: the bot's own planner and renderer, ahead of time.

Nothing is sent and nothing is read but the town's files, so that the same files always bring the same events.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.app.in_force import InForce
from bot.app.platforms import worded_for
from bot.outbox.issue import issue
from bot.outbox.terms import terms_of
from bot.planner.occurrence import Occurrence
from bot.planner.plan import days_between, plan
from bot.renderer.compose import compose
from bot.settings import Settings

Kind = Literal["send", "remind", "escalate"]
"""What an event is: a message goes out, an owed answer is asked for again, or the next one up is told."""


@dataclass(frozen=True)
class Event:
    """What one chat gets at one moment. `offices` are the ids of those that owe an answer there."""

    at: datetime
    kind: Kind
    occurrence: Occurrence
    chat: str
    offices: tuple[str, ...]
    text: str


def simulate(what: InForce, settings: Settings, first: date, last: date) -> tuple[Event, ...]:
    """Every event of these days, both included, in order of time, then of occurrence, then of the town's chats.

    Raises `MessageError` where a message cannot be rendered.
    """
    return tuple(_sends(what, settings, first, last))


def _sends(what: InForce, settings: Settings, first: date, last: date) -> Iterator[Event]:
    """Each message as it goes out at its due moment, nobody having answered yet."""
    schedule, terms = what.schedule, terms_of(what.schedule, (), settings.lang)
    for occurrence in plan(schedule, *days_between(schedule, first, last)):
        issued = issue(schedule, what.messages, occurrence, occurrence.due, what.version)
        for chat, offices in issued.chats.items():
            text = compose(
                issued,
                chat,
                worded_for(schedule.chats[chat], settings),
                (),
                occurrence.due,
                zone=terms.zone,
                mentions=terms.mentions,
                lang=terms.lang,
            )
            yield Event(occurrence.due, "send", occurrence, chat, offices if issued.owing else (), text)
