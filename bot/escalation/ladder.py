"""The ladder: what is to be done about an ask by now, and when there is something again. Pure.

Nothing is remembered of what comes next: each look takes it anew from the record, so that no restart, edit or clock
can lose a step, and what is planned already is not planned again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.escalation.ask import Ask
from bot.ledger.deliveries import UNFINISHED

Kind = Literal["overdue", "remind", "late", "escalate"]
"""`overdue`: it is put on record that the time is over. `remind`, `late`, `escalate`: the message of that kind
(`bot.ledger.deliveries.Call`).
"""

_ORDER: tuple[Kind, ...] = ("overdue", "remind", "late", "escalate")


@dataclass(frozen=True)
class Step:
    """What is to be done at a moment about some offices; `number` and `until` are as `Call` has them."""

    kind: Kind
    at: datetime
    offices: tuple[str, ...]
    number: int = 1
    until: datetime | None = None


@dataclass(frozen=True)
class _Rung:
    """One office's next step of a kind."""

    kind: Kind
    at: datetime
    office: str
    number: int = 1


def steps(ask: Ask, now: datetime, offices: Iterable[str] | None = None) -> tuple[Step, ...]:
    """What is to be done by `now`, in order; of these offices alone where they are given. `at` is when it fell due. A
    reminder whose time came before reminding stopped, and that nobody looked at till then, is let go.
    """
    due: dict[tuple[Kind, int], list[_Rung]] = defaultdict(list)
    for rung in _rungs(ask, offices):
        if rung.at <= now and not (rung.kind == "remind" and now >= ask.stops(rung.office)):
            due[rung.kind, rung.number].append(rung)
    named = {each.office for each in due["late", 1]}
    found: list[Step] = []
    for (kind, number), rungs in due.items():
        left = [each for each in rungs if kind != "remind" or each.office not in named]
        if left:
            who = tuple(each.office for each in left)
            until = min(ask.stops(each) for each in who) if kind == "remind" else None
            found.append(Step(kind, max(each.at for each in left), who, _numbered(ask, kind, number, who), until))
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.kind), each.number)))


def next_moment(ask: Ask, now: datetime) -> datetime | None:
    """When the next step is due after `now`, should nobody answer until then; None where there is none."""
    return min((each.at for each in _rungs(ask, None) if each.at > now), default=None)


def _rungs(ask: Ask, offices: Iterable[str] | None) -> Iterator[_Rung]:
    for office in ask.deadlines if offices is None else offices:
        if office in ask.deadlines:
            yield from _of_office(ask, office)


def _of_office(ask: Ask, office: str) -> Iterator[_Rung]:
    deadline = ask.deadlines[office]
    end = ask.campaign_ends.astimezone(UTC) if ask.campaign_ends else None
    if ask.may_be_asked(office, deadline) and not _is_on_record(ask, office):
        yield _Rung("overdue", deadline, office)
    named = ask.awake(deadline)
    if ask.may_be_asked(office, named) and not ask.called("late", office) and not (end and named >= end):
        yield _Rung("late", named, office)
    if (again := _reminded(ask, office)) is not None and again != named:
        yield _Rung("remind", again, office)
    for number, step in enumerate(ask.owing.then):
        at = ask.awake(ask.base(office) + step.after)
        told = ask.called("escalate", office, number)
        if ask.may_be_asked(office, at) and not told and not (end and at >= end):
            yield _Rung("escalate", at, office, number)


def _reminded(ask: Ask, office: str) -> datetime | None:
    """When this office is reminded next. One reminder comes so long after the last, not after the plan's hour: what
    waited for the morning is not followed at its heels, nor one that went out late by itself, nor a correction by which
    the answer is owed again, nor an ask that was put once more.
    """
    if ask.owing.remind_every is None or any(each.state in UNFINISHED for each in ask.called("late", office)):
        return None
    every = ask.owing.remind_every
    before = [each for kind in ("remind", "late") for each in ask.called(kind, office)]
    since = [each.due for each in before]
    since += [each.at for each in ask.entries if each.kind == "corrected" and each.office == office]
    last = max([ask.base(office), *(each.astimezone(UTC) for each in since)])
    seen = (each.sent_at.astimezone(UTC) for each in before if each.sent_at)
    at = ask.awake(max([last + every, *(each + every / 2 for each in seen)]))
    deadline = ask.deadlines[office]
    if ask.stands[office].state == "received" and at < deadline:
        return None  # after the deadline the naming comes first, and the next one counts from that
    if at > deadline and not ask.called("late", office):
        return None
    return at if at < ask.stops(office) and ask.may_be_asked(office, at) else None


def _is_on_record(ask: Ask, office: str) -> bool:
    return any(each.kind == "late" and each.office == office for each in ask.entries)


def _numbered(ask: Ask, kind: Kind, number: int, offices: tuple[str, ...]) -> int:
    """A reminder is numbered as the most reminded of its offices counts it."""
    if kind != "remind":
        return number
    read = (each for office in offices for each in ask.called("remind", office) if each.may_be_read)
    before = (each.call.number for each in read if each.call)
    return max(before, default=0) + 1
