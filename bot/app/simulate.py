"""What a span of days would bring, chat by chat, word for word: the bot's own planner, ladder and renderer, ahead of
time.

Nothing is sent and nothing is read but the town's files, so that the same files always bring the same events.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from bot.app.in_force import InForce
from bot.app.platforms import worded_for
from bot.escalation.ask import Ask
from bot.escalation.ladder import next_moment, steps
from bot.ledger.deliveries import Call, Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.closing import closings
from bot.outbox.issue import deliveries_of, issue
from bot.outbox.mentions import mentions_beside
from bot.outbox.rungs import campaign_ends, ends_of, planned
from bot.outbox.terms import Terms, terms_of
from bot.planner.occurrence import Occurrence
from bot.planner.plan import days_between, season
from bot.renderer.calls import compose_call, merged_calls
from bot.renderer.compose import compose
from bot.settings import Settings

Kind = Literal["send", "remind", "escalate", "mention"]
"""What an event is: a message goes out, an owed answer is asked for again, the next one up is told, or a robot calls by
name whom a message means.
"""

Answers = Literal["none", "prompt"]
"""Whether nobody answers, or everybody gives at once what is owed."""

_LONGEST_WAIT = timedelta(days=2)
"""Beyond its last step an ask may remind for a day, and that may wait for a morning."""


@dataclass(frozen=True)
class Event:
    """What one chat gets at one moment. `offices` are the ids of those that owe an answer there, or of whom a message
    of the ladder speaks. `occurrence` is None for the last word of a campaign.
    """

    at: datetime
    kind: Kind
    id: str
    occurrence: Occurrence | None
    chat: str
    offices: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class _Called:
    """A message of the ladder on its way, with the ask as it stood."""

    delivery: Delivery
    call: Call
    ask: Ask
    occurrence: Occurrence


def simulate(
    what: InForce, settings: Settings, first: date, last: date, answers: Answers = "none"
) -> tuple[Event, ...]:
    """Every event of these days, both included, in order of time, then of occurrence, then of the town's chats; a
    message that goes out comes before what is asked again.

    Raises `MessageError` where a message cannot be rendered.
    """
    since, until = days_between(what.schedule, first, last)
    return tuple(_Played(what, settings, since, until).events(answers))


class _Played:
    def __init__(self, what: InForce, settings: Settings, since: datetime, until: datetime) -> None:
        self._what, self._schedule, self._settings = what, what.schedule, settings
        self._terms: Terms = terms_of(what.schedule, (), settings.lang)
        self._since, self._until = since, until

    def events(self, answers: Answers) -> Iterator[Event]:
        sends: list[Event] = []
        called: list[_Called] = []
        for occurrence in season(self._schedule):
            if occurrence.due >= self._until or _last_moment(occurrence) < self._since:
                continue
            issued = issue(self._schedule, self._what.messages, occurrence, occurrence.due, self._what.version)
            if self._since <= occurrence.due:
                sends += self._sends(occurrence, issued)
            if answers == "none":
                called += self._ladder(occurrence, issued)
        chats = list(self._schedule.chats)
        closed = [
            Event(each.due, "send", each.id, None, each.chat, (), each.text)
            for each in closings(self._schedule, self._terms.lang)
            if self._since <= each.due < self._until
        ]
        ladder = sorted(self._told(called), key=lambda each: (each.at, each.id, each.kind, chats.index(each.chat)))
        yield from sorted([*sends, *ladder, *closed], key=lambda each: each.at)

    def _sends(self, occurrence: Occurrence, issued: Issued) -> Iterator[Event]:
        """An occurrence as it goes out at its due moment, nobody having answered yet."""
        terms = self._terms
        for chat, offices in issued.chats.items():
            text = compose(
                issued,
                chat,
                self._platform(chat),
                (),
                occurrence.due,
                zone=terms.zone,
                mentions=terms.mentions,
                lang=terms.lang,
            )
            owing = offices if issued.owing else ()
            yield Event(occurrence.due, "send", occurrence.id, occurrence, chat, owing, text)

    def _ladder(self, occurrence: Occurrence, issued: Issued) -> Iterator[_Called]:
        """What an ask brings that reached every chat at its moment and that nobody answers."""
        if issued.owing is None:
            return
        ask = Ask(
            issued=issued,
            owing=issued.owing,
            deliveries=tuple(_sent(each, issued.due, issued.owing.deadline) for each in deliveries_of(issued)),
            entries=(),
            calls=(),
            ends=ends_of(self._schedule, issued),
            campaign_ends=campaign_ends(self._schedule, issued.campaign),
            quiet=self._terms.quiet,
            zone=self._terms.zone,
        )
        yield from self._beside(ask.deliveries, ask, occurrence, issued.due)
        now = issued.due
        while (moment := next_moment(ask, now)) is not None and moment < self._until:
            now = moment
            for step in steps(ask, now):
                change = planned(ask, step, self._schedule, (), now)
                for each in change.planned:
                    if each.call and self._since <= each.due:
                        yield _Called(each, each.call, ask, occurrence)
                        yield from self._beside([each], ask, occurrence, each.due)
                ask = _after(ask, change.entries, change.planned)

    def _beside(self, sent: Sequence[Delivery], ask: Ask, occurrence: Occurrence, at: datetime) -> Iterator[_Called]:
        """Who is called by name beside what goes out, nobody having answered yet."""
        for each in sent:
            own = None if each.call else ask.issued
            for called in mentions_beside([(each, own)], self._platform(each.chat), self._terms, at):
                if called.call and self._since <= called.due:
                    yield _Called(called, called.call, ask, occurrence)

    def _told(self, called: Sequence[_Called]) -> Iterator[Event]:
        """As the outbox sends them: what asks again in one chat at one moment goes in one message."""
        together: dict[tuple[str, datetime], list[_Called]] = defaultdict(list)
        for each in called:
            if each.call.kind in {"remind", "late"}:
                together[each.delivery.chat, each.delivery.due].append(each)
            else:
                yield self._event(each, self._text(each))
        for group in together.values():
            parts = sorted(group, key=lambda each: each.delivery.urgency)
            texts = [self._text(each) for each in parts]
            for each in parts:
                yield self._event(each, texts[0] if len(texts) == 1 else merged_calls(texts, self._terms.lang))

    def _event(self, called: _Called, text: str) -> Event:
        kinds: dict[str, Kind] = {"escalate": "escalate", "mention": "mention"}
        kind = kinds.get(called.call.kind, "remind")
        at = called.delivery.due.astimezone(self._terms.zone)
        id_ = called.occurrence.id
        return Event(at, kind, id_, called.occurrence, called.delivery.chat, called.call.offices, text)

    def _text(self, called: _Called) -> str:
        terms = self._terms
        return compose_call(
            called.call,
            called.ask.issued,
            self._platform(called.delivery.chat),
            tuple(called.ask.stands.values()),
            called.ask.deadlines,
            (),
            called.delivery.due,
            zone=terms.zone,
            mentions=terms.mentions,
            lang=terms.lang,
        )

    def _platform(self, chat: str) -> str:
        return worded_for(self._schedule.chats[chat], self._settings)


def _last_moment(occurrence: Occurrence) -> datetime:
    """Until when it may bring anything."""
    if (answer := occurrence.answer) is None or (deadline := occurrence.deadline) is None:
        return occurrence.due
    return max([deadline, *(occurrence.due + step.after for step in answer.then)]) + _LONGEST_WAIT


def _sent(delivery: Delivery, at: datetime, deadline: datetime) -> Delivery:
    return delivery.model_copy(update={"state": "sent", "sent_at": at, "deadline": deadline})


def _after(ask: Ask, entries: Sequence[Entry], calls: Sequence[Delivery]) -> Ask:
    gone = tuple(each.model_copy(update={"state": "sent", "sent_at": each.due}) for each in calls)
    return replace(ask, entries=(*ask.entries, *entries), calls=(*ask.calls, *gone))
