"""Rule 6 of the checker: whom the ladder calls, and when (interface.md, "Answers").

Of its own mind too: it knows what is written of an ask, the messages that were accepted and the answers on record.

- Whoever is named owed at that moment: they had not given what is owed and not asked for help, and 收到 silences until
  the deadline. Who answered for everybody named gets no message at all.
- Nobody is called late, in words or on record, before their deadline; nor who had given or asked for help before it.
- Each message had its time, and there is at most one for each time: every `remind_every` from the due moment (for 补发
  from when it went out), the naming at `within`, and so on until reminding stops; each step of `then` in its chats.
- Each time that came while somebody owed has its message, or the record says why not.
- What was called for stands on record of each office, by the message that did it, and nothing else does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from tests.promises.logs import Accepted, Called, Evidence, Ladder, Noted, Planned, Pressed, Promise, Violation
from tests.promises.recalled import recalls

_LATE = timedelta(minutes=2)
_A_DAY = timedelta(days=1)
_A_MINUTE = timedelta(minutes=1)
_MINUTES_OF_A_DAY = 24 * 60
_HEARD = timedelta(seconds=30)
"""Until a poll of the platform has ended, nobody knows who has answered."""
_INSTANT = timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
_ANSWERS = ("received", "done", "help")
_NOT_SENT = frozenset({"failed", "uncertain", "missed"})


def climbed(evidence: Evidence) -> Iterator[Violation]:
    """Every breach of rule 6."""
    asks = defaultdict[str, list[Planned]](list)
    for each in evidence.plan:
        asks[each.occurrence].append(each)
    logs = _Sorted(evidence)
    for occurrence, calls in logs.calls.items():
        if occurrence not in asks or asks[occurrence][0].broadcast:
            for message, call in calls:
                yield Violation("unplanned", occurrence, message.chat, f"{call.kind} follows what nobody asked")
    for planned in asks.values():
        if planned[0].ladder is not None:
            yield from _Ask(evidence, logs, planned, planned[0].ladder).judged()
    yield from _on_record(evidence)


class _Sorted:
    """The logs by what they are about; `others` are lines of a chat that are about no occurrence: what became of calls
    and notices.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.calls = defaultdict[str, list[tuple[Accepted, Called]]](list)
        self.arrived = defaultdict[tuple[str, str], list[datetime]](list)
        self.lines, self.others = defaultdict[str, list[Noted]](list), defaultdict[str, list[Noted]](list)
        self.presses = defaultdict[str, list[Pressed]](list)
        for message in sorted(evidence.accepted, key=lambda each: each.at):
            for call in message.calls:
                self.calls[call.of].append((message, call))
            for occurrence in message.occurrences:
                self.arrived[occurrence, message.chat].append(message.at)
        for line in evidence.ledger:
            if line.occurrence:
                self.lines[line.occurrence].append(line)
            elif line.chat:
                self.others[line.chat].append(line)
        for press in evidence.presses:
            self.presses[press.occurrence].append(press)


@dataclass(frozen=True)
class _Said:
    """An answer of an office, or where a correction puts it."""

    at: datetime
    office: str
    state: str
    corrects: bool = False


class _Ask:
    """One ask: what is written of it, what was said, and which of its chats it reached."""

    def __init__(self, evidence: Evidence, logs: _Sorted, planned: list[Planned], ladder: Ladder) -> None:
        self.evidence, self.logs, self.ladder = evidence, logs, ladder
        self.occurrence, self.offices = planned[0].occurrence, planned[0].offices
        self.calls, self.lines = logs.calls[self.occurrence], logs.lines[self.occurrence]
        self.said = sorted(self._said(), key=lambda each: each.at)
        self._recalled = recalls(evidence).get(self.occurrence)
        self._planned = planned

    def judged(self) -> Iterator[Violation]:
        reached = {office: _Office(self, office, *bases) for office in self.offices if (bases := self._bases(office))}
        for message, call in self.calls:
            if not call.offices:
                yield self.violation("nagged", f"{call.kind} names nobody", message.chat)
            for office in call.offices:
                if office not in reached:
                    yield self.violation("nagged", f"{call.kind} names {office}, which was not asked", message.chat)
            if call.kind != "help" and self.sleeps(message.at) and self.sleeps(message.at - self.evidence.way):
                yield self.violation("quiet", f"{call.kind} was accepted at {message.at:%H:%M:%S}", message.chat)
        for line in self.lines:
            if line.kind == "late" and line.office not in reached:
                yield self.violation("accused", f"{line.office} is on record as late, and was not asked")
        for each in reached.values():
            yield from each.judged()

    def violation(self, promise: Promise, what: str, chat: str | None = None) -> Violation:
        return Violation(promise, self.occurrence, chat or "?", what)

    def state(self, office: str, by: datetime) -> str:
        """Where an office stood by then; whoever owed what was recalled owes nothing."""
        if self._recalled and self._recalled <= by:
            return "recalled"
        state = "open"
        for each in self.said:
            if (
                each.office == office
                and each.at <= by
                and (each.corrects or state == "open" or each.state != "received")
            ):
                state = each.state
        return state

    def sleeps(self, moment: datetime) -> bool:
        """Whether nobody is to be asked again at this moment."""
        return not self.ladder.urgent and self.evidence.quiet(moment)

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the night in which it lies."""
        if self.sleeps(moment):
            moment = moment.replace(second=0, microsecond=0)
            for _ in range(_MINUTES_OF_A_DAY):
                if not self.sleeps(moment):
                    break
                moment += _A_MINUTE
        return moment

    def chats(self, office: str) -> frozenset[str]:
        """Where an office was asked, and the question arrived."""
        arrived = self.logs.arrived
        return frozenset(
            each.chat for each in self._planned if office in each.here and arrived.get((self.occurrence, each.chat))
        )

    def doubts(self, chat: str, by: datetime) -> int:
        """How often by then nobody knew whether something about an ask had arrived in this chat."""
        return sum(line.kind == "uncertain" and line.at <= by for line in self.logs.others[chat])

    def excused(self, chat: str, since: datetime, until: datetime) -> bool:
        """Whether the record says that something to this chat did not arrive, or may not have."""
        return any(line.kind in _NOT_SENT and since <= line.at <= until for line in self.logs.others[chat])

    def _bases(self, office: str) -> tuple[datetime, datetime] | None:
        """From when an office's time counts, at the earliest and at the latest, as far as one can tell from outside."""
        found, way, chats = [], self.evidence.way, self.chats(office)
        for each in self._planned:
            if each.chat in chats:
                first, *_, last = 2 * self.logs.arrived[self.occurrence, each.chat]
                doubted = any(line.kind == "uncertain" and line.chat == each.chat for line in self.lines)
                in_time = first - each.due <= _LATE + way or (doubted and not each.repeats)
                found.append(
                    (each.due if in_time else first - way, each.due if last - each.due <= _LATE else last + way)
                )
        return (min(each for each, _ in found), min(each for _, each in found)) if found else None

    def _said(self) -> Iterator[_Said]:
        """What is on record, and what was pressed by who may."""
        for line in self.lines:
            if line.office and line.kind in _ANSWERS:
                yield _Said(line.at, line.office, line.kind)
            elif line.office and line.kind == "corrected":
                yield _Said(line.at, line.office, line.to or "open", corrects=True)
        for press in self.logs.presses[self.occurrence]:
            may = [each for each in self.offices if press.by in self.evidence.may.get(each, ())]
            if press.at is not None and press.sure and len(may) == 1:
                yield _Said(press.at, may[0], press.answer)


class _Office:
    """One office that an ask has reached; its time counts from `earliest` or later, from `latest` or earlier."""

    def __init__(self, ask: _Ask, office: str, earliest: datetime, latest: datetime) -> None:
        self._ask, self._office, self._earliest, self._latest = ask, office, earliest, latest
        self._ladder, self._way, self._slack = ask.ladder, ask.evidence.way, ask.evidence.slack
        self._deadline = earliest + self._ladder.within
        self._told = [(message, call) for message, call in ask.calls if office in call.offices]

    def judged(self) -> Iterator[Violation]:
        yield from chain(self._owed(), self._late(), self._helped(), self._in_turn(), self._none_left_out())

    def _owed(self) -> Iterator[Violation]:
        """Whoever is named may be asked, and is called late only once they are."""
        for message, call in self._told:
            what, late = (
                f"{call.kind} names {self._office} at {message.at:%m-%d %H:%M:%S}",
                message.at >= self._deadline,
            )
            if call.kind != "help" and not self._owes(by := message.at - self._way, overdue=late):
                yield self._violation("nagged", f"{what}, who is {self._ask.state(self._office, by)}", message.chat)
            if not late and (call.kind == "late" or self._office in call.overdue):
                told = f"{what} as late, by {self._deadline:%H:%M:%S} at the earliest"
                yield self._violation("accused", told, message.chat)

    def _late(self) -> Iterator[Violation]:
        """That somebody is late is on record once, when it is so."""
        lines = [line for line in self._ask.lines if (line.kind, line.office) == ("late", self._office)]
        if len(lines) > 1 + self._reopened():
            yield self._violation("accused", f"{self._office} is on record as late {len(lines)} times")
        for line in lines:
            if line.at < self._deadline:
                yield self._violation("accused", f"{self._office} is on record as late at {line.at:%H:%M:%S}")
            elif not self._owes(self._deadline - self._way, overdue=True):
                yield self._violation("accused", f"{self._office} is on record as late, and had answered before")

    def _helped(self) -> Iterator[Violation]:
        """Help is fetched at once where it was asked for, once in each chat of who may help."""
        wanted = [each.at for each in self._ask.said if (each.office, each.state) == (self._office, "help")]
        helpers = self._ladder.helpers.get(self._office, frozenset())
        moments = self._moments("help")
        for chat, at in moments.items():
            if chat not in helpers:
                yield self._violation("unplanned", f"help for {self._office} is fetched where nobody can help", chat)
            yield from self._one_a_time(chat, at, [each - self._way for each in wanted], "helped")
        if wanted and self._must_be_done(wanted[0]) and self._ask.state(self._office, _NEVER) != "recalled":
            for chat in helpers - moments.keys():
                if not self._ask.excused(chat, wanted[0], _NEVER):
                    yield self._violation("untold", f"{self._office} asked for help, and nobody was told", chat)

    def _in_turn(self) -> Iterator[Violation]:
        """Each message has its time, and each time at most one."""
        again, named, stops = self._again(self._earliest), self._named(self._earliest), self._stops(self._latest)
        here = self._ask.chats(self._office)
        for chat, at in self._moments("remind", "late").items():
            yield from self._one_a_time(chat, at, again if chat in here else [], "asked again")
        for chat, at in self._moments("late").items():
            yield from self._one_a_time(chat, at, [named] if named else [], "named")
        for chat, at in self._moments("escalate").items():
            steps = [moment for moment, chats in self._upward(self._earliest) if chat in chats]
            yield from self._one_a_time(chat, at, steps, "told of upwards")
        for chat, at in self._moments("remind").items():
            if at[-1] > stops + _LATE + self._way:
                yield self._violation("nagged", f"{self._office} is reminded at {at[-1]}, which ends {stops}", chat)

    def _one_a_time(self, chat: str, moments: list[datetime], times: list[datetime], what: str) -> Iterator[Violation]:
        for number, at in enumerate(moments, 1):
            due = sum(each <= at + _INSTANT for each in times)
            if due + self._ask.doubts(chat, at) + self._reopened(at) < number:
                told = f"{self._office} is {what} {number} times by {at:%m-%d %H:%M:%S}, and was due {due} times"
                yield self._violation("nagged", told, chat)

    def _none_left_out(self) -> Iterator[Violation]:
        """While it owed, each time had its message, or the record says why not."""
        here = self._ask.chats(self._office)
        if named := self._named(self._latest):
            yield from self._came("named", named, ("late",), here)
        for at, chats in self._upward(self._latest):
            yield from self._came("told of upwards", at, ("escalate",), chats)
        for at in self._again(self._latest) if self._slack else ():
            rhythm = self._ladder.remind_every if self._reopened(at) else None
            yield from self._came("asked again", at, ("remind", "late"), here, rhythm or timedelta())

    def _came(
        self,
        what: str,
        due: datetime,
        kinds: tuple[str, ...],
        chats: frozenset[str],
        later: timedelta = timedelta(),
    ) -> Iterator[Violation]:
        """It came so much `later` at most: a correction, by which the answer is owed again, begins the rhythm anew."""
        until = due + self._slack + later if self._slack else _NEVER
        overdue = due >= self._latest + self._ladder.within
        owed = self._owes(due, overdue=overdue) and self._owes(until, overdue=overdue)
        if not owed or not self._must_be_done(due):
            return
        since, told = due - (self._latest - self._earliest) - self._way, self._moments(*kinds)
        for chat in chats:
            if not any(since <= at <= until for at in told.get(chat, ())) and not self._ask.excused(chat, since, until):
                yield self._violation("untold", f"{self._office} owed at {due}, and was not {what}", chat)

    # What is written

    def _named(self, base: datetime) -> datetime | None:
        """When it is named as late."""
        at, over = self._ask.awake(base + self._ladder.within), self._ladder.over
        return at if over is None or at < over else None

    def _again(self, base: datetime) -> list[datetime]:
        """When it is asked again, the naming included."""
        every, named, stops = self._ladder.remind_every, self._named(base), self._stops(base)
        found, at = [], base
        while every and (at := self._ask.awake(at + every)) < min(named or stops, stops):
            found.append(at)
        if named:
            at = named
            found.append(at)
            while every and (at := self._ask.awake(at + every)) < stops:
                found.append(at)
        return found

    def _upward(self, base: datetime) -> list[tuple[datetime, frozenset[str]]]:
        """When which chats are told of it."""
        steps = [(self._ask.awake(base + after), chats[self._office]) for after, chats in self._ladder.then]
        return [each for each in steps if self._ladder.over is None or each[0] < self._ladder.over]

    def _stops(self, base: datetime) -> datetime:
        """From when it is reminded no more."""
        ladder = self._ladder
        last = base + (max(after for after, _ in ladder.then) if ladder.then else ladder.within + _A_DAY)
        return min(last, ladder.ends) if ladder.ends else last

    # What happened

    def _moments(self, *kinds: str) -> dict[str, list[datetime]]:
        """When each chat got a message of these kinds about it, in order."""
        found = defaultdict[str, list[datetime]](list)
        for message, call in self._told:
            if call.kind in kinds:
                found[message.chat].append(message.at)
        return found

    def _owes(self, by: datetime, *, overdue: bool) -> bool:
        state = self._ask.state(self._office, by)
        return state == "open" or (state == "received" and self._ladder.expects == "done" and overdue)

    def _reopened(self, by: datetime | None = None) -> int:
        lines = (line for line in self._ask.lines if (line.kind, line.office) == ("corrected", self._office))
        return sum(by is None or line.at <= by for line in lines)

    def _must_be_done(self, due: datetime) -> bool:
        """Whether what was due then must have been done by the end of what is looked at: the ledger's last word, where
        nothing else is said.
        """
        evidence = self._ask.evidence
        until = evidence.until or max((line.at for line in evidence.ledger), default=due)
        return due + (self._slack or _HEARD) + self._way <= until

    def _violation(self, promise: Promise, what: str, chat: str | None = None) -> Violation:
        return self._ask.violation(promise, what, chat)


def _on_record(evidence: Evidence) -> Iterator[Violation]:
    """Each call stands on record of each office that it names, once, by its message; and no other does. Where messages
    bear no id, one is as good as another.
    """
    noted = Counter(
        (line.call or "", line.occurrence or "", line.office or "", line.chat or "", line.message_id)
        for line in evidence.ledger
        if line.kind in {"reminded", "escalated"} and not line.in_doubt
    )
    sent = Counter[tuple[str, str, str, str, str | None]](
        (call.kind, call.of, office, message.chat, message.message_id)
        for message in evidence.accepted
        for call in message.calls
        for office in call.offices
    )
    for key, times in noted.items():
        kind, of, office, chat, number = key
        if not sent[key]:
            yield Violation("untold", of, chat, f"{kind} of {office} is on record as message {number}, which is not it")
        elif times > (1 if number else sent[key]):
            yield Violation("untold", of, chat, f"{kind} of {office} is on record {times} times as message {number}")
    for key in sorted(sent.keys() - noted.keys(), key=str):
        kind, of, office, chat, number = key
        if not any(_may_be(line, of, office, chat) for line in evidence.ledger):
            yield Violation("untold", of, chat, f"{kind} of {office} is not on record, though message {number} says so")


def _may_be(line: Noted, of: str, office: str, chat: str) -> bool:
    """Whether this line says that nobody knows what became of such a message."""
    named = (line.occurrence, line.office) == (of, office) and line.in_doubt
    return line.chat == chat and (named or (line.kind == "uncertain" and line.occurrence is None))
