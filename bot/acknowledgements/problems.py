"""问题清单、闭环管理: somebody sees to an office's problem (我来跟进), somebody closes it (已办结).

One named person sees to a problem (the notice, 二: “一对一”跟踪督办): who presses last, by the ledger's order. What is
said of a problem that somebody closed meanwhile changes nothing any more (`bot.ledger.problems`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import may_see_to
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.needs import LONGEST
from bot.acknowledgements.people import is_admin, offices_asked, offices_of
from bot.acknowledgements.quoted import asked_by, in_quoted_message
from bot.channels.board import ADMIN
from bot.channels.buttons import Wished
from bot.language import say, sentence
from bot.ledger.deliveries import Delivery, Issued, notice
from bot.ledger.entries import Entry, Numbered
from bot.ledger.problems import Problem, latest, who_did
from bot.planner.addressing import chats_of_offices
from bot.renderer.compose import named
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Reader, Store

Doing = Literal["taken", "closed"]

_DOING: dict[str, Doing] = {"take": "taken", "close": "closed"}
_TYPED = re.compile(r"(?:(我来跟进)|已办结|办结)(?:[\s:：,，。.!！]+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """What somebody says of one office's problem with an ask, and how it ended, where they say that."""

    doing: Doing
    issued: Issued
    office: str
    how: str | None = None


@dataclass(frozen=True)
class _Acting:
    """That they may, and the name of the office for which they do so, where that is not the one with the problem."""

    office: str | None = None


async def pressed(store: Store, hearing: Hearing, wished: Wished) -> Verdict:
    """Deal with a press on 我来跟进 or 已办结; durable when this returns. Raises `StoreError`."""
    issued = await store.issued_by_token(wished.token)
    order = list(issued.offices) if issued else []
    if issued is None or wished.office is None or wished.office >= len(order):
        await store.commit(Change(handled=(hearing.inbound.key,)))
        return Verdict(sentence("problems.none"))
    return await _recorded(store, hearing, Said(_DOING[wished.wish], issued, order[wished.office]))


async def typed(store: Store, hearing: Hearing) -> Verdict | None:
    """Deal with 我来跟进 or “已办结 …” in reply to a message about a problem; durable when this returns. None where it
    is no such word. Raises `StoreError`.
    """
    inbound = hearing.inbound
    match = _TYPED.fullmatch((inbound.text or "").strip())
    if inbound.kind != "text" or not inbound.message_id or match is None:
        return None
    doing: Doing = "taken" if match[1] else "closed"
    if doing == "taken" and match[2]:
        return None
    about = await _quoted(store, hearing, doing)
    if about is None:
        return None
    how = " ".join((match[2] or "").split())[:LONGEST]
    return await _recorded(store, hearing, Said(doing, *about, how=how or None))


async def _quoted(store: Reader, hearing: Hearing, doing: Doing) -> tuple[Issued, str] | None:
    """The one problem that the message is about which was replied to: the one for which it calls; of an ask the one
    that this person may do this with.
    """
    found: dict[tuple[str, str], Issued] = {}
    for delivery in await in_quoted_message(store, hearing):
        call = delivery.call if delivery.call and delivery.call.kind == "help" else None
        issued = await store.issued(call.of if call else asked_by(delivery))
        if issued is None or issued.owing is None:
            continue
        entries = await store.entries(occurrence=issued.occurrence)
        for office in call.offices if call else issued.offices:
            problem = latest(issued, office, entries)
            if problem and (call or (not problem.closed and _as(hearing, issued, office, doing) is not None)):
                found[issued.occurrence, office] = issued
    return next(((issued, office) for (_, office), issued in found.items()), None) if len(found) == 1 else None


async def _recorded(store: Store, hearing: Hearing, said: Said) -> Verdict:
    """Judge, write, and tell what stands then: of two at once one was first, and only the ledger knows which."""
    occurrence = said.issued.occurrence
    verdict = _judged(hearing, said, await store.entries(occurrence=occurrence))
    written = await store.commit(
        Change(entries=verdict.entries, planned=verdict.planned, handled=(hearing.inbound.key,))
    )
    if not written or written[0].kind == "refused":
        return verdict
    before = [each for each in await store.entries(occurrence=occurrence) if each.seq < written[0].seq]
    return _judged(hearing, said, before)


def _judged(hearing: Hearing, said: Said, entries: Sequence[Numbered]) -> Verdict:
    acting = _as(hearing, said.issued, said.office, said.doing)
    if acting is None:
        return _refused(hearing, said)
    problem = latest(said.issued, said.office, entries)
    name = escaped(said.issued.offices[said.office])
    if problem is None:
        return Verdict(sentence("problems.none"))
    if problem.closed:
        return Verdict(sentence("problems.closed-already", office=name, by=named(problem.closed)))
    entry = _entry(hearing, said, acting)
    if said.doing == "closed":
        return Verdict(sentence("problems.closed", office=name), entry)
    if problem.taken and problem.taken.person == hearing.inbound.person:
        return Verdict(sentence("problems.taken-already", office=name))
    told = sentence("problems.taken", office=name)
    if problem.taken:
        told = sentence("problems.taken-over", office=name, before=named(problem.taken))
    return Verdict(told, entry, planned=_told_back(hearing, said.issued, problem, entry))


def _told_back(hearing: Hearing, issued: Issued, problem: Problem, taken: Entry) -> tuple[Delivery, ...]:
    """Who sees to it comes back to the chat in which the office asked for help, once of each person."""
    known = {*hearing.schedule.chats, *hearing.admins}
    asked_in = [each for each in (problem.chat, *_chats_of(issued, problem.office)) if each in known]
    words = sentence(
        "problems.taken-by",
        office=escaped(issued.offices[problem.office]),
        person=problem.opened.person,
        by=named(who_did(taken)),
    )
    about = f"taken/{issued.occurrence}/{problem.office}/{problem.number}/{taken.by}"
    return notice(about, asked_in[:1], say(words, hearing.lang), taken.at)


def _chats_of(issued: Issued, office: str) -> list[str]:
    return [chat for chat, offices in issued.chats.items() if office in offices]


def _as(hearing: Hearing, issued: Issued, office: str, doing: Doing) -> _Acting | None:
    """For whom this person may do this, None where they may not. The office itself may say that its problem is closed;
    on the board an office counts in the chats alone in which it is spoken to (design.md, promise 5).
    """
    inbound, chat, schedule = hearing.inbound, hearing.chat, hearing.schedule
    if doing == "closed" and office in offices_asked(schedule, inbound, chat, issued):
        return _Acting()
    among = may_see_to(schedule, issued, office, hearing.admins)
    if inbound.platform == "board":
        among = chats_of_offices(schedule, among).get(chat or "", ())
    if theirs := offices_of(schedule, inbound, chat, among):
        return _Acting(schedule.offices[theirs[0]].name)
    return _Acting() if is_admin(hearing) else None


def _entry(hearing: Hearing, said: Said, acting: _Acting) -> Entry:
    inbound = hearing.inbound
    name = say(sentence("answers.admins"), hearing.lang) if inbound.person == ADMIN else inbound.person_name
    detail = {"name": name, "office": acting.office, "text": said.how}
    return Entry(
        at=inbound.at,
        kind=said.doing,
        occurrence=said.issued.occurrence,
        chat=hearing.chat,
        office=said.office,
        by=inbound.person,
        detail={key: value for key, value in detail.items() if value} or None,
    )


def _refused(hearing: Hearing, said: Said) -> Verdict:
    inbound = hearing.inbound
    entry = Entry(
        at=inbound.at,
        kind="refused",
        occurrence=said.issued.occurrence,
        chat=hearing.chat,
        office=said.office,
        by=inbound.person,
        detail={"asked": said.doing, **({"name": inbound.person_name} if inbound.person_name else {})},
    )
    return Verdict(sentence("answers.anonymous" if inbound.anonymous else "problems.may-not"), entry)
