"""One ask in full, from the record and the schedule in force."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from bot.app.admin.recall import is_recallable
from bot.app.live.asks import TOLD, answer_of
from bot.app.live.day import Days
from bot.app.run import Bot
from bot.app.view.occurrence import Evidence, Line, NextStep, OfficeRecord, ShownOccurrence
from bot.channels.board import ADMIN, RESIDENT, office_of
from bot.escalation.ask import Ask
from bot.escalation.ladder import Step, next_moment, steps
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Issued, asked_of, deadline_of
from bot.ledger.entries import ANSWERS, Numbered, recall_in
from bot.ledger.standing import StandingState, standings
from bot.outbox.rungs import ask_of
from bot.reports.answers import heard_at
from bot.reports.words import by_link
from bot.store.evidence import path_of

_STATES: dict[object, StandingState] = {"open": "open", "received": "received", "done": "done", "help": "help"}


class Occurrences:
    """Whatever fell due, by the token that its buttons carry; also what is archived."""

    def __init__(self, bot: Bot, days: Days) -> None:
        self._bot, self._days = bot, days

    async def shown(self, token: str) -> ShownOccurrence | None:
        """One of them, None where there is none of this token."""
        bot, store = self._bot, self._bot.store
        issued = await store.issued_by_token(token)
        if issued is None:
            return None
        entries = await store.entries(occurrence=issued.occurrence)
        lines = self._lines(issued, entries)
        recall = recall_in(entries)
        deliveries = await store.deliveries(occurrence=issued.occurrence)
        return ShownOccurrence(
            token=token,
            send=await self._days.sent(issued),
            title=issued.title,
            phase=issued.phase_name,
            duties=tuple(issued.duties.values()),
            version=issued.version,
            in_force=issued.version == bot.in_force.version,
            withdrawn=issued.withdrawn,
            expects=issued.owing.expects if issued.owing else None,
            offices=await self._offices(issued, entries, lines),
            beside=lines.get(None, ()),
            ahead=await self._ahead(issued),
            recallable=not issued.withdrawn and is_recallable(deliveries, bot.clock.now()),
            recalled=self._line(recall, issued) if recall else None,
        )

    async def evidence(self, token: str, seq: int) -> Evidence | None:
        """The file of one entry of an ask; None where it has none, or the file is not in the data folder (any more)."""
        issued = await self._bot.store.issued_by_token(token)
        entries = await self._bot.store.entries(occurrence=issued.occurrence) if issued else ()
        entry = next((each for each in entries if each.seq == seq and each.kind == "evidence"), None)
        name = file_name(entry) if entry else None
        if entry is None or name is None:
            return None
        path = await asyncio.to_thread(path_of, self._bot.settings.data, str((entry.detail or {})["file"]))
        return Evidence(name, path) if path else None

    async def links(self, token: str) -> dict[str, str]:
        """The addresses by which this ask may be answered, by the title of the chat that each is for. Who has one may
        answer: they are for the admins alone, to be handed to the office.
        """
        issued = await self._bot.store.issued_by_token(token)
        found: dict[str, str] = {}
        if issued is None:
            return found
        for chat in issued.chats:
            if link := self._bot.terms.link_to(issued, chat):
                known = self._bot.in_force.schedule.chats.get(chat)
                found[known.title if known else chat] = link
        return found

    async def _ahead(self, issued: Issued) -> tuple[NextStep, ...]:
        bot, schedule = self._bot, self._bot.in_force.schedule
        ask = await ask_of(bot.store, schedule, bot.terms, issued)
        names = {office.id: office.name for office in schedule.town.offices}
        return tuple(ahead(ask, bot.clock.now(), names)) if ask else ()

    async def _offices(
        self, issued: Issued, entries: Sequence[Numbered], lines: dict[str | None, tuple[Line, ...]]
    ) -> tuple[OfficeRecord, ...]:
        if issued.owing is None:
            return ()
        now, zone = self._bot.clock.now(), self._zone
        deliveries = await self._bot.store.deliveries(occurrence=issued.occurrence)
        found = []
        for standing in standings(issued.offices, entries):
            office = standing.office
            deadline = (deadline_of(issued, office, deliveries) or issued.owing.deadline).astimezone(zone)
            told = asked_of(issued, office, deliveries)
            heard = heard_at(office, issued.owing.expects, entries)
            late = (heard or now) > deadline and not (issued.withdrawn and heard is None)
            sent = min((each.sent_at.astimezone(zone) for each in told if each.sent_at), default=None)
            found.append(
                OfficeRecord(
                    answer=answer_of(issued, issued.owing, standing, late, zone),
                    deadline=deadline,
                    reached=bool(told),
                    asked=sent,
                    lines=lines.get(office, ()),
                )
            )
        return tuple(found)

    def _lines(self, issued: Issued, entries: Iterable[Numbered]) -> dict[str | None, tuple[Line, ...]]:
        """What is told of each office, and of none of them."""
        found: dict[str | None, list[Line]] = defaultdict(list)
        told: set[tuple[object, ...] | None] = set()
        for entry in entries:
            office = entry.office if entry.office in issued.offices else None
            if entry.kind not in TOLD or not (office or entry.kind == "refused"):
                continue
            if (message := _message_of(entry)) is not None and message in told:
                continue
            told.add(message)
            line, before = self._line(entry, issued), found[office]
            if line.kind == "reminded" and not line.naming and before and _is_reminder(before[-1]):
                before[-1] = replace(before[-1], again=(*before[-1].again, line.at))
            else:
                before.append(line)
        return {office: tuple(lines) for office, lines in found.items()}

    def _line(self, entry: Numbered, issued: Issued) -> Line:
        detail = dict(entry.detail or {})
        chats = {id_: each.title for id_, each in self._bot.in_force.schedule.chats.items()}
        name = str(detail.get("name") or "") or by_link(entry.by, chats, self._bot.lang)
        late = detail.get("late")
        words = next((detail[name] for name in ("reason", "for", "text") if detail.get(name)), None)
        return Line(
            seq=entry.seq,
            at=entry.at.astimezone(self._zone),
            kind=entry.kind,
            by=person_named(entry.by, name, issued.offices, self._bot.lang) or None,
            chat=chats.get(entry.chat or ""),
            to=_STATES.get(detail.get("to")),
            words=str(words) if words else None,
            on_behalf=bool(detail.get("for")),
            naming=entry.kind == "reminded" and detail.get("call") == "late",
            late=timedelta(seconds=late) if isinstance(late, int | float) and entry.kind in ANSWERS else None,
            file=file_name(entry),
        )

    @property
    def _zone(self) -> ZoneInfo:
        return self._bot.in_force.schedule.town.zone


def _message_of(entry: Numbered) -> tuple[object, ...] | None:
    """What of the ladder an entry tells of: a message to several chats is one, and one line. None of anything else.
    Reminders are numbered; whoever was named, or told of, once more after a correction was so at another time.
    """
    detail = entry.detail or {}
    if entry.kind not in {"reminded", "escalated"} or detail.get("number") is None:
        return None
    at = None if detail.get("call") == "remind" else entry.at.replace(second=0, microsecond=0)
    return entry.office, detail.get("call"), detail["number"], at


def _is_reminder(line: Line) -> bool:
    return line.kind == "reminded" and not line.naming


def file_name(entry: Numbered) -> str | None:
    """What a file of evidence came as, else what it is kept as."""
    detail = entry.detail or {}
    if not (file := detail.get("file")):
        return None
    return str(detail.get("title") or PurePosixPath(str(file)).name)


def ahead(ask: Ask, now: datetime, names: Mapping[str, str]) -> Iterator[NextStep]:
    """What comes next of the ladder should nobody answer until then, in order, each kind of step once for each office:
    of reminders the next one. What is due and only waits to be done comes too. `names` are the offices' of today.
    """
    told: set[tuple[str, int | None, str]] = set()
    moment: datetime | None = now
    while moment:
        for step in steps(ask, moment):
            number = step.number if step.kind == "escalate" else None
            new = [office for office in step.offices if (step.kind, number, office) not in told]
            if new:
                told.update((step.kind, number, office) for office in new)
                yield _next(ask, step, new, names)
        moment = next_moment(ask, moment)


def _next(ask: Ask, step: Step, offices: Iterable[str], names: Mapping[str, str]) -> NextStep:
    tells = ask.owing.then[step.number].tell if step.kind == "escalate" else ()
    return NextStep(
        kind=step.kind,
        at=step.at.astimezone(ask.zone),
        offices=tuple(ask.issued.offices[office] for office in offices),
        tells=tuple(names.get(each, each) for each in tells),
        every=ask.owing.remind_every if step.kind == "remind" else None,
    )


def person_named(person: str | None, name: str | None, offices: Mapping[str, str], lang: Lang) -> str:
    """Somebody as people know them: by name, else by what they are on the board; `offices` maps ids to names."""
    if name:
        return name
    if person == ADMIN:
        return say(sentence("service.admins"), lang)
    if person == RESIDENT:
        return say(sentence("service.resident"), lang)
    office = office_of(person or "")
    return offices.get(office, office) if office else person or ""
