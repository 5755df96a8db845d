"""A photo or a file as evidence of 已落实: which answer it belongs to. Pure but for looking up what was replied to."""

from collections.abc import Sequence
from dataclasses import replace

from bot.acknowledgements.awaited import Awaited
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.people import offices_asked
from bot.language import sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState, Entry
from bot.ledger.standing import standings
from bot.store.protocol import Reader

_MOST_FILES = 20
"""So many an office may add to one ask."""
_WITH: frozenset[AnswerState] = frozenset({"done", "help"})


def with_evidence(
    verdict: Verdict, hearing: Hearing, issued: Issued, entries: Sequence[Entry], answer: AnswerState
) -> Verdict:
    """The verdict on an answer, and what came with it: of 已落实 it is evidence, of 需协助 it shows the problem. With
    收到 there is nothing to show yet.
    """
    attachment = hearing.inbound.attachment
    if attachment is None or (verdict.entry is not None and verdict.entry.kind == "refused"):
        return verdict
    if verdict.office is None:
        return (
            replace(verdict, told=sentence("evidence.after-choice", told=verdict.told)) if verdict.buttons else verdict
        )
    if answer not in _WITH:
        return replace(verdict, told=sentence("evidence.with-done", told=verdict.told))
    return _awaiting(verdict, hearing, issued, entries, verdict.office)


async def evidence_alone(store: Reader, hearing: Hearing, quoted: Sequence[Issued]) -> Verdict | None:
    """What an attachment without an answer is, in reply to an ask: one more piece of evidence, where one of the
    person's offices has said 已落实 there; else who wrote nothing besides is told to say so. None where they have no
    such office.
    """
    theirs = False
    for issued in quoted:
        entries = await store.entries(occurrence=issued.occurrence)
        may = offices_asked(hearing.schedule, hearing.inbound, hearing.chat, issued)
        named = issued.chats.get(hearing.chat or "", ())
        offices = tuple(each for each in may if each in named) or may
        theirs = theirs or bool(offices)
        done = [each for each in standings(offices, entries) if each.state == "done"]
        done.sort(key=lambda each: each.by != hearing.inbound.person)
        if done:
            office = done[0].office
            told = sentence("evidence.added", office=issued.offices[office])
            return _awaiting(Verdict(told, office=office), hearing, issued, entries, office)
    return Verdict(sentence("evidence.say-done")) if theirs and not hearing.inbound.text else None


def _awaiting(verdict: Verdict, hearing: Hearing, issued: Issued, entries: Sequence[Entry], office: str) -> Verdict:
    inbound = hearing.inbound
    if inbound.attachment is None:
        return verdict
    too_many = sentence("evidence.too-many", most=_MOST_FILES)
    if sum(each.kind == "evidence" and each.office == office for each in entries) >= _MOST_FILES:
        return replace(verdict, told=sentence("evidence.not-kept", told=verdict.told, why=too_many))
    awaited = Awaited(
        inbound=inbound,
        attachment=inbound.attachment,
        occurrence=issued.occurrence,
        office=office,
        chat=hearing.chat,
    )
    return replace(verdict, evidence=awaited)
