"""The checker: what the platform accepted and what the ledger says, held against the plan that was printed before.

Pure, and of its own mind: it knows the words of the ledger and nothing of how the bot comes to them. `check` finds each
place where a promise was broken, and says which, in a line for the reader.

1. Each planned occurrence ends in each of its chats: sent, uncertain, missed, merged, withdrawn or failed.
2. It is accepted at most once, or the ledger says uncertain before each repetition; never without an entry.
3. No answer stands in the ledger without a press by someone who may give it, for that occurrence; and none is lost.
4. No broadcast is accepted in quiet hours.
5. What was planned is what was accepted: nothing else, nothing early, in the words that were shown. Apart from it only
   what follows an ask, and the word that a campaign is over.
6. Whoever is called owes, when they are and as the plan has it; nobody is called late who was not (`ladder.climbed`).
7. An ask can be answered where it stands: it bears a button or a link, or says which word to type; and it calls by name
   only who may answer it.
8. What goes with other messages calls only who owes, and tells how things stand as they do (`beside.beside`).
9. What was recalled was so by an admin; nothing of it and nothing that follows it comes after, but the word that it is
   void: once in a chat that had it, and not by night (`recalled.recalled`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from tests.promises.beside import beside
from tests.promises.ladder import climbed
from tests.promises.logs import Accepted, Evidence, Key, Noted, Planned, Violation
from tests.promises.recalled import recalled, recalls

ENDS = frozenset({"sent", "uncertain", "missed", "merged", "withdrawn", "failed"})
"""The states in which a delivery may be left."""

_DELIVERED = frozenset({"sent", "merged"})
_ANSWERS = frozenset({"received", "done", "help"})
_LATE = timedelta(minutes=2)
_TYPED = "回复"
"""What a message without a button says that is answered by a word."""


def check(evidence: Evidence) -> tuple[Violation, ...]:
    """Every broken promise."""
    by_key = _Sorted(evidence)
    return tuple(
        chain(
            *(_ended(each, evidence, by_key) for each in evidence.plan),
            _named(by_key),
            *(_kept_back(each, by_key) for each in evidence.plan if not each.repeats),
            _answered(evidence),
            _woken(evidence),
            _as_planned(evidence),
            _answerable(evidence),
            climbed(evidence),
            beside(evidence),
            recalled(evidence),
        )
    )


class _Sorted:
    """The two logs by occurrence and chat."""

    def __init__(self, evidence: Evidence) -> None:
        self.accepted: dict[Key, list[Accepted]] = defaultdict(list)
        self.ledger: dict[Key, list[Noted]] = defaultdict(list)
        for message in evidence.accepted:
            for occurrence in message.occurrences:
                self.accepted[occurrence, message.chat].append(message)
        for line in evidence.ledger:
            if line.occurrence and line.chat and line.call is None:
                self.ledger[line.occurrence, line.chat].append(line)

    def kinds(self, key: Key) -> Counter[str]:
        return Counter(line.kind for line in self.ledger.get(key, ()))


def _ended(planned: Planned, evidence: Evidence, logs: _Sorted) -> Iterator[Violation]:
    """Rule 1: it ended, the ledger says how, and what is called sent has been accepted."""
    key = planned.occurrence, planned.chat
    if evidence.until is not None and evidence.until < planned.by:
        return
    state, kinds = evidence.states.get(key), logs.kinds(key)
    if state is None:
        yield Violation("ends", *key, "is not on record at all")
    elif state not in ENDS:
        yield Violation("ends", *key, f"is {state}, though {planned.by:%H:%M:%S} has passed")
    elif state not in kinds and not (state in _DELIVERED and kinds["settled"]):
        yield Violation("ends", *key, f"is {state}, and the ledger does not say so")
    if state in _DELIVERED and not logs.accepted.get(key):
        yield Violation("lost", *key, f"is called {state}, and the platform never had it")


def _named(logs: _Sorted) -> Iterator[Violation]:
    """Rule 2: whatever was accepted has its entry, each repetition after a doubt that was named before it."""
    for key, accepted in logs.accepted.items():
        lines, kinds = logs.ledger.get(key, []), logs.kinds(key)
        doubts = [line.at for line in lines if line.kind == "uncertain"]
        for number, message in enumerate(sorted(accepted, key=lambda each: each.at)[1:], 1):
            before = sum(doubt <= message.at for doubt in doubts)
            if before < number:
                what = f"was accepted {number + 1} times by {message.at:%H:%M:%S}, with {before} doubts named till then"
                yield Violation("repeated", *key, what)
        named = len(doubts) + any(kinds[each] for each in _DELIVERED)
        if named < len(accepted):
            yield Violation("unnamed", *key, f"was accepted {len(accepted)} times, and the ledger knows of {named}")
        for line in lines:
            if line.message_id and line.message_id not in {each.message_id for each in accepted}:
                yield Violation("unnamed", *key, f"is on record as message {line.message_id}, which is not it")


def _kept_back(planned: Planned, logs: _Sorted) -> Iterator[Violation]:
    """Rule 2, for what is held in doubt: at most once, unless a person said to send it again."""
    key = planned.occurrence, planned.chat
    accepted, settled = len(logs.accepted.get(key, ())), logs.kinds(key)["settled"]
    if accepted > 1 + settled:
        yield Violation("repeated", *key, f"is to be held in doubt, and was accepted {accepted} times")


def _answered(evidence: Evidence) -> Iterator[Violation]:
    """Rule 3: as many answers as were given by someone who may, and each of them at least once, unless it was recalled
    by then.
    """
    asked = {each.occurrence: each.offices for each in evidence.plan}
    pressed = Counter((each.by, each.occurrence, each.answer) for each in evidence.presses)
    for line in evidence.ledger:
        if line.kind not in _ANSWERS:
            continue
        given = (line.by or "", line.occurrence or "", line.kind)
        where = line.occurrence or "", line.chat or ""
        if not pressed[given]:
            yield Violation("unpressed", *where, f"{line.kind} stands there by {line.by}, who did not press it")
        elif line.by not in (evidence.admins if line.on_behalf else evidence.may.get(line.office or "", ())):
            yield Violation("unpressed", *where, f"{line.kind} by {line.by} counts for {line.office}, who may not")
        elif line.office not in asked.get(line.occurrence or "", ()):
            yield Violation("unpressed", *where, f"{line.kind} counts for {line.office}, which was not asked")
        pressed[given] -= 1
    noted = {(line.by, line.occurrence, line.kind) for line in evidence.ledger}
    taken_back = recalls(evidence)
    for each in evidence.presses:
        may = [office for office in asked.get(each.occurrence, ()) if each.by in evidence.may.get(office, ())]
        gone = taken_back.get(each.occurrence)
        if gone and each.at and each.at >= gone - evidence.way:
            continue
        if may and each.sure and (each.by, each.occurrence, each.answer) not in noted:
            yield Violation("unheard", each.occurrence, "?", f"{each.by} said {each.answer}, and it is not on record")


def _woken(evidence: Evidence) -> Iterator[Violation]:
    """Rule 4. What left just before the quiet hours began may be accepted within them."""
    broadcasts = {each.occurrence for each in evidence.plan if each.broadcast}
    for message in evidence.accepted:
        if evidence.quiet(message.at) and evidence.quiet(message.at - evidence.way):
            for occurrence in sorted(broadcasts & set(message.occurrences)):
                yield Violation("quiet", occurrence, message.chat, f"was accepted at {message.at:%H:%M:%S}")


def _as_planned(evidence: Evidence) -> Iterator[Violation]:
    """Rule 5. Words are compared where a message is the first of its kind in its chat, stands for itself alone and has
    not been answered before (by a reminder that came through sooner); of an ask that goes out late also the deadline is
    another.
    """
    answered: dict[str, datetime] = {}
    for line in evidence.ledger:
        if line.kind in _ANSWERS and line.occurrence:
            answered.setdefault(line.occurrence, line.at)
    plan = {(each.occurrence, each.chat): each for each in evidence.plan}
    seen: set[Key] = set()
    said: set[Key] = set()
    for message in sorted(evidence.accepted, key=lambda each: each.at):
        if message.farewell is not None:
            yield from _farewell(message.farewell, message, evidence, said)
        elif not (message.occurrences or message.calls or message.beside or message.voids):
            yield Violation("unplanned", "?", message.chat, f"nobody planned “{message.text[:40]}”")
        for key in ((occurrence, message.chat) for occurrence in message.occurrences):
            if (planned := plan.get(key)) is None:
                yield Violation("unplanned", *key, "is not in the plan")
                continue
            if message.at < planned.due:
                yield Violation("unplanned", *key, f"was accepted at {message.at:%H:%M:%S}, before it was due")
            first = key not in seen and not (key[0] in answered and answered[key[0]] <= message.at)
            if first and (wrong := _worded(planned, message, evidence.way)):
                yield Violation("unplanned", *key, wrong)
            seen.add(key)


def _farewell(campaign: str, message: Accepted, evidence: Evidence, said: set[Key]) -> Iterator[Violation]:
    """That a campaign is over is told once it is, and once in a chat."""
    key = campaign, message.chat
    if message.at < evidence.closings[campaign]:
        yield Violation("unplanned", *key, f"is called over at {message.at}, which it is not")
    if key in said:
        yield Violation("repeated", *key, "is called over a second time")
    said.add(key)


def _worded(planned: Planned, message: Accepted, way: timedelta) -> str | None:
    delay, marked = message.at - planned.due, "补发" in message.text.partition("\n")[0]
    if delay > _LATE + way and not marked:
        return f"went out {delay} late, and does not say so"
    if delay < _LATE and marked:
        return "says that it is late, and is not"
    shown = planned.card if message.is_card else planned.text
    if shown is None or len(message.occurrences) > 1:
        return None
    if shown == message.text or (marked and planned.broadcast and message.text.endswith(shown)):
        return None
    return None if marked and not planned.broadcast else f"reads “{message.text}”, and was shown as “{shown}”"


def _answerable(evidence: Evidence) -> Iterator[Violation]:
    """Rule 7, as far as it is known of a message what it can be answered by. Once answered it may bear none."""
    asks = {(each.occurrence, each.chat): each for each in evidence.plan if not each.broadcast and each.here}
    answered = {line.occurrence for line in evidence.ledger if line.kind in _ANSWERS}
    for message in evidence.accepted:
        for occurrence in message.occurrences:
            key = occurrence, message.chat
            if (ask := asks.get(key)) is None:
                continue
            if message.ways == () and occurrence not in answered and _TYPED not in message.text:
                yield Violation("mute", *key, f"bears nothing to answer by, at {message.at:%H:%M:%S}")
            may = {person for office in ask.offices for person in evidence.may.get(office, ())}
            if len(message.occurrences) == 1 and (others := message.mentions - may):
                yield Violation("nagged", *key, f"calls {', '.join(sorted(others))}, who may not answer it")


def told(violations: Iterable[Violation], most: int = 60) -> str:
    """The first of them, a line each, and how many there are."""
    found = tuple(violations)
    return "\n".join([f"{len(found)} promises broken", *map(str, found[:most])])
