"""Rule 8 of the checker: what goes with other messages, a robot's mention and the word on how things stand.

- A mention calls by name only who owes at that moment, of an ask that stands; each office once at most for each message
  that asks it (the ask, each reminder and naming). On the record it reminds nobody.
- How things stand is as the record has it; no chat is told the same twice in a row, nor of one ask within ten minutes
  (unless all have given what they owe), nor by night.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from tests.promises.logs import Accepted, Beside, Evidence, Noted, Planned, Violation

_APART = timedelta(minutes=10)
_ANSWERS = ("received", "done", "help")


def beside(evidence: Evidence) -> Iterator[Violation]:
    """Every breach of rule 8."""
    asks = {each.occurrence: each for each in evidence.plan if not each.broadcast}
    found = defaultdict[tuple[str, str, str], list[tuple[Accepted, Beside]]](list)
    for message in sorted(evidence.accepted, key=lambda each: each.at):
        if (said := message.beside) is not None:
            found[said.kind, said.of, message.chat].append((message, said))
    for (kind, of, chat), messages in found.items():
        if (ask := asks.get(of)) is None:
            yield Violation("unplanned", of, chat, f"{kind} goes with what nobody asked")
        elif kind == "mention":
            yield from _mentions(evidence, ask, messages)
        else:
            yield from _statuses(evidence, ask, messages)


def _mentions(evidence: Evidence, ask: Planned, messages: Iterable[tuple[Accepted, Beside]]) -> Iterator[Violation]:
    lines = [line for line in evidence.ledger if line.occurrence == ask.occurrence]
    times = defaultdict[str, int](int)
    for message, said in messages:
        what = f"at {message.at:%m-%d %H:%M:%S}"
        if any(line.message_id and line.message_id == message.message_id for line in lines):
            yield Violation("accused", ask.occurrence, message.chat, f"a mention is on record of an office {what}")
        for office in said.offices:
            times[office] += 1
            state = stood(lines, office, message.at - evidence.way)
            if state in {"done", "help"} or (ask.ladder and (state, ask.ladder.expects) == ("received", "received")):
                told = f"{office} is mentioned {what}, who is {state}"
                yield Violation("nagged", ask.occurrence, message.chat, told)
            if times[office] > (due := _asked(evidence, ask.occurrence, office, message.at)):
                told = (
                    f"{office} is mentioned {times[office]} times by {message.at:%H:%M:%S}, and was asked {due} times"
                )
                yield Violation("nagged", ask.occurrence, message.chat, told)


def _asked(evidence: Evidence, occurrence: str, office: str, by: datetime) -> int:
    """How often an office was asked by then: the ask counts once, however often it was repeated in doubt."""
    before = [each for each in evidence.accepted if each.at <= by]
    calls = [call for each in before for call in each.calls if call.of == occurrence and office in call.offices]
    again = sum(line.kind == "reminded" and line.call is None and line.office == office for line in evidence.ledger)
    return any(occurrence in each.occurrences for each in before) + len(calls) + again


def _statuses(evidence: Evidence, ask: Planned, messages: Iterable[tuple[Accepted, Beside]]) -> Iterator[Violation]:
    lines = [line for line in evidence.ledger if line.occurrence == ask.occurrence]
    last: Accepted | None = None
    for message, said in messages:
        for office, state in said.stands.items():
            known = {stood(lines, office, message.at - evidence.way), stood(lines, office, message.at)}
            if state not in known:
                told = f"{office} is said to be {state} at {message.at:%H:%M:%S}, and is {' or '.join(sorted(known))}"
                yield Violation("untrue", ask.occurrence, message.chat, told)
        if evidence.quiet(message.at) and evidence.quiet(message.at - evidence.way):
            yield Violation("quiet", ask.occurrence, message.chat, f"is told of at {message.at:%H:%M:%S}")
        if last is not None and last.text == message.text:
            yield Violation("repeated", ask.occurrence, message.chat, f"is told the same at {message.at:%H:%M:%S}")
        elif last is not None and not said.whole and message.at - last.at < _APART - evidence.way:
            yield Violation("nagged", ask.occurrence, message.chat, f"is told of twice by {message.at:%H:%M:%S}")
        last = message


def stood(lines: Iterable[Noted], office: str, by: datetime) -> str:
    """Where an office stood by then, as its lines have it."""
    state = "open"
    for line in sorted(lines, key=lambda each: each.at):
        if line.office != office or line.at > by:
            continue
        if line.kind == "corrected":
            state = line.to or "open"
        elif line.kind in _ANSWERS and (state == "open" or line.kind != "received"):
            state = line.kind
    return state
