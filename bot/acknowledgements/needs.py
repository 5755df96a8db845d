"""What an office needs that asked for help, in one line: asked for once, taken where it is clear what it is about.

Nothing waits for the line: the problem has gone up already. In a group Telegram shows a bot only what replies to it
(Bot API, "Privacy mode"), so the question is a message of its own that can be replied to.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.people import is_admin, offices_asked
from bot.acknowledgements.quoted import asked_by, in_quoted_message
from bot.language import say, sentence
from bot.ledger.deliveries import Issued, Question, notice
from bot.ledger.entries import Entry
from bot.ledger.inbound import BY_LINK, Inbound
from bot.ledger.problems import Problem, latest
from bot.renderer.templates import escaped
from bot.store.protocol import Reader

LONGEST = 500
"""Characters of a line that are kept."""

_ALL_IS_FOR_US = frozenset({"board", "wecom-bot"})
"""Platforms on which a group, too, shows the bot only what is written to it (facts: wecom, 2)."""

_SOON = timedelta(minutes=10)
"""So long after 需协助 the same person's next words, where all that is written is for the bot, are that line."""


def need(inbound: Inbound, chat: str | None, issued: Issued, office: str, text: str) -> Entry:
    """The line, for the ledger."""
    detail = {"text": " ".join(text.split())[:LONGEST], "name": inbound.person_name}
    return Entry(
        at=inbound.at,
        kind="need",
        occurrence=issued.occurrence,
        chat=chat,
        office=office,
        by=inbound.person,
        detail={name: value for name, value in detail.items() if value is not None},
    )


def asked_for_line(verdict: Verdict, hearing: Hearing, issued: Issued, problem: Problem) -> Verdict:
    """The verdict, and the question what is needed: in the chat where 需协助 was said, to the person who said it; with
    the answer itself in somebody's own chat with the bot, and on the page of a link; nowhere else can it be asked.
    """
    inbound, office = hearing.inbound, issued.offices[problem.office]
    if inbound.platform == BY_LINK:
        return replace(verdict, told=sentence("problems.say-what-page", told=verdict.told))
    if hearing.chat is None and not inbound.private:
        return verdict
    if hearing.chat is None:
        return replace(verdict, told=sentence("problems.say-what-here", told=verdict.told))
    who = escaped(inbound.person_name or office)
    words = say(sentence("problems.say-what", who=who, person=inbound.person, office=escaped(office)), hearing.lang)
    question = Question(kind="need", of=issued.occurrence, office=problem.office)
    about = f"need/{issued.occurrence}/{problem.office}/{problem.number}"
    return replace(verdict, planned=(*verdict.planned, *notice(about, [hearing.chat], words, inbound.at, question)))


async def said_what(store: Reader, hearing: Hearing) -> Verdict | None:
    """What somebody wrote as the line that says what is needed, None where it is ordinary talk.

    It is one in reply to the question, and in reply to the ask, or right after 需协助 where all that is written is for
    the bot, as long as there is none yet.
    """
    inbound = hearing.inbound
    if inbound.kind != "text" or inbound.anonymous or not (inbound.text or "").strip():
        return None
    found = await (_quoted(store, hearing) if inbound.message_id else _just_opened(store, hearing))
    return _noted(hearing, found, inbound.text or "")


def said_again(
    hearing: Hearing, issued: Issued, offices: Sequence[str], entries: Sequence[Entry], why: str
) -> Verdict | None:
    """“需协助 …” of somebody who had said 需协助 before: only the line is new."""
    return _noted(hearing, [(issued, problem) for problem in _open(issued, offices, entries)], why)


def _noted(hearing: Hearing, found: Sequence[tuple[Issued, Problem]], text: str) -> Verdict | None:
    if not found:
        return None
    issued, problem = max(found, key=lambda each: each[1].opened.at)
    entry = need(hearing.inbound, hearing.chat, issued, problem.office, text)
    return Verdict(sentence("problems.noted", office=issued.offices[problem.office]), entry)


async def _quoted(store: Reader, hearing: Hearing) -> list[tuple[Issued, Problem]]:
    found: list[tuple[Issued, Problem]] = []
    for delivery in await in_quoted_message(store, hearing):
        asks = delivery.question if delivery.question and delivery.question.kind == "need" else None
        issued = await store.issued(asks.of if asks else asked_by(delivery))
        if issued is None or issued.owing is None:
            continue
        entries = await store.entries(occurrence=issued.occurrence)
        may = (
            _may_say(hearing, issued)
            if asks
            else offices_asked(hearing.schedule, hearing.inbound, hearing.chat, issued)
        )
        found += [
            (issued, problem)
            for problem in _open(issued, [each for each in may if asks is None or each == asks.office], entries)
            if asks or problem.need is None
        ]
    return found


async def _just_opened(store: Reader, hearing: Hearing) -> list[tuple[Issued, Problem]]:
    inbound = hearing.inbound
    if not (inbound.private or inbound.platform in _ALL_IS_FOR_US):
        return []
    since = inbound.at - _SOON
    recent = {each.occurrence for each in await store.entries(since=since) if _is_call(each, hearing)}
    found: list[tuple[Issued, Problem]] = []
    for occurrence in recent:
        issued = await store.issued(occurrence) if occurrence else None
        if issued is None:
            continue
        may = _may_say(hearing, issued)
        entries = await store.entries(occurrence=issued.occurrence)
        found += [
            (issued, problem)
            for problem in _open(issued, may, entries)
            if problem.need is None and problem.opened.person == inbound.person and problem.opened.at >= since
        ]
    return found


def _may_say(hearing: Hearing, issued: Issued) -> tuple[str, ...]:
    """For which offices this person may say what is needed: an admin for any, for which they may answer as well."""
    if is_admin(hearing):
        return tuple(issued.offices)
    return offices_asked(hearing.schedule, hearing.inbound, hearing.chat, issued)


def _is_call(entry: Entry, hearing: Hearing) -> bool:
    here = (entry.by, entry.chat) == (hearing.inbound.person, hearing.chat)
    return entry.kind in {"help", "corrected"} and here


def _open(issued: Issued, offices: Sequence[str], entries: Sequence[Entry]) -> list[Problem]:
    found = (latest(issued, office, entries) for office in offices)
    return [each for each in found if each and not each.closed]
