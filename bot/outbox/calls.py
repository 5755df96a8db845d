"""Calls as the record has them now: whom each concerns, whether it is still wanted, whether a newer one stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.ledger.deliveries import Call, Delivery, Issued, Question, deadline_of
from bot.ledger.problems import Problem, latest, problems
from bot.ledger.standing import Standing, standings
from bot.store.protocol import Reader


@dataclass(frozen=True)
class Followed:
    """The ask that a call follows, as it stands: its offices, by when each owes, its problems."""

    issued: Issued
    stands: tuple[Standing, ...]
    deadlines: Mapping[str, datetime]
    problems: tuple[Problem, ...]


async def followed(store: Reader, call: Call) -> Followed | None:
    """What a call follows; None where the record does not have it."""
    if (issued := await store.issued(call.of)) is None:
        return None
    entries, told = await store.entries(occurrence=call.of), await store.deliveries(occurrence=call.of)
    found = {office: deadline_of(issued, office, told) for office in issued.offices}
    return Followed(
        issued,
        standings(issued.offices, entries),
        {office: deadline for office, deadline in found.items() if deadline},
        problems(call.of, issued.offices, entries),
    )


def problem_of(call: Call, ask: Followed) -> Problem | None:
    """The problem for which a call fetches help."""
    return next((each for each in ask.problems if (each.office, each.number) == (call.offices[0], call.number)), None)


def concerned(call: Call, ask: Followed, now: datetime) -> tuple[str, ...]:
    """Those of a call's offices whom it concerns at this moment: who may still be asked; whose problem is not over. A
    report that by now tells an office of itself alone concerns nobody: the ladder finds somebody else to tell. To a
    problem that somebody sees to nobody is called by name, and of what was recalled nobody hears more.
    """
    if ask.issued.withdrawn:
        return ()
    if call.kind == "help":
        problem = problem_of(call, ask)
        return () if problem and problem.closed else call.offices
    if call.kind == "status":
        return () if call.until is not None and now >= call.until else call.offices
    if call.beside == "help":
        problem = problem_of(call, ask)
        return () if problem is None or problem.taken or problem.closed else call.offices
    owing = ask.issued.owing
    if owing is None or (call.until is not None and now >= call.until):
        return ()
    stands = {each.office: each for each in ask.stands}
    by = {office: ask.deadlines.get(office, owing.deadline) for office in call.offices}
    left = tuple(
        office
        for office in call.offices
        if office in stands and stands[office].may_be_asked(owing.expects, overdue=now >= by[office])
    )
    return () if len(left) == 1 and {*left} == {*call.told} else left


async def narrowed(store: Reader, delivery: Delivery, now: datetime) -> Delivery | None:
    """A call with those alone whom it concerns at this moment, None where that is nobody, nor of what was recalled;
    anything else as it is.
    """
    if delivery.call is None:
        issued = await store.issued(delivery.occurrence)
        return None if issued and issued.withdrawn else delivery
    ask = await followed(store, delivery.call)
    left = concerned(delivery.call, ask, now) if ask else ()
    return delivery.model_copy(update={"call": delivery.call.model_copy(update={"offices": left})}) if left else None


async def is_wanted(store: Reader, delivery: Delivery, now: datetime) -> bool:
    """Whether what is to be sent still has somebody to reach. A reminder has not, nor a mention of who owes, where a
    newer one in its chat is planned, or has gone out, that calls for all of them; a notice that asks once more, where
    nobody there owes any more; the question what is needed, where that is known or the problem is over.
    """
    match delivery.question:
        case Question(kind="answer", of=occurrence):
            return await _is_owed_in(store, occurrence, delivery.chat)
        case Question(kind="need", of=occurrence, office=str(office)):
            issued = await store.issued(occurrence)
            entries = await store.entries(occurrence=occurrence)
            problem = latest(issued, office, entries) if issued else None
            if issued and issued.withdrawn:
                return False
            return problem is None or not (problem.need or problem.closed)
        case _:
            pass
    left = await narrowed(store, delivery, now)
    if left is None or left.call is None or not _may_be_overtaken(left.call):
        return left is not None
    newer = [
        frozenset(each.call.offices)
        for each in await store.calls(left.call.of)
        if each.call
        and _overtakes(each.call, left.call)
        and each.chat == delivery.chat
        and each.due > delivery.due
        and each.state != "withdrawn"
    ]
    return not any(offices.issuperset(left.call.offices) for offices in newer)


def _may_be_overtaken(call: Call) -> bool:
    return call.kind == "remind" or (call.kind == "mention" and not call.told)


def _overtakes(newer: Call, call: Call) -> bool:
    """Whether it calls for the same again, in the same way."""
    return newer.asks_again if call.kind == "remind" else newer.kind == "mention" and not newer.told


async def _is_owed_in(store: Reader, occurrence: str, chat: str) -> bool:
    """Whether an office that an ask names in a chat has neither given what is owed nor asked for help."""
    issued = await store.issued(occurrence)
    if issued is None or issued.owing is None:
        return True
    if issued.withdrawn:
        return False
    here, expects = issued.chats.get(chat, ()), issued.owing.expects
    stands = standings(here, await store.entries(occurrence=occurrence))
    return any(each.may_be_asked(expects, overdue=True) for each in stands)


async def is_superseded(store: Reader, pieces: tuple[Delivery, ...], now: datetime) -> bool:
    """Whether, of all that stands in a message, newer ones in its chat ask again whoever may still be asked."""
    for each in pieces:
        if each.call is None or not each.call.asks_again or each.sent_at is None:
            return False
        newer = {
            office
            for other in await store.calls(each.call.of)
            if other.call
            and other.call.asks_again
            and other.chat == each.chat
            and other.state in {"sent", "merged"}
            and not other.taken_down
            and other.sent_at
            and other.sent_at > each.sent_at
            for office in other.call.offices
        }
        left = await narrowed(store, each, now) if newer else None
        if not newer or (left and left.call and not newer.issuperset(left.call.offices)):
            return False
    return True
