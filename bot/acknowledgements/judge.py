"""What a press or a typed answer amounts to: pure, from the ask, its entries and who may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.acknowledgements.awaited import Awaited
from bot.channels.board import office_of
from bot.channels.buttons import data_of, wish_data
from bot.channels.protocol import Button
from bot.language import Lang, Sentence, say, sentence
from bot.ledger.deliveries import Delivery, Issued, deadline_of
from bot.ledger.entries import AnswerState, Entry
from bot.ledger.inbound import Inbound
from bot.ledger.standing import Standing, has_said, standings
from bot.renderer.headline import headline

_MOST_NAMED = 6
_LABEL = 24
"""Characters of a headline that fit on a button of a phone."""


@dataclass(frozen=True)
class Verdict:
    """What is written down (nothing where nothing new was said), what the person is told, and who else is told. `more`
    is what was said besides and goes on record with it. `office` is for whom it was said, where that is clear;
    `evidence` is what came with it and is to be fetched.
    """

    told: Sentence
    entry: Entry | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    planned: tuple[Delivery, ...] = ()
    more: tuple[Entry, ...] = ()
    office: str | None = None
    evidence: Awaited | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that goes on record."""
        return (*((self.entry,) if self.entry else ()), *self.more)


def judge(
    inbound: Inbound,
    answer: AnswerState,
    issued: Issued,
    deliveries: Sequence[Delivery],
    entries: Sequence[Entry],
    may: tuple[str, ...],
    chat: str | None,
    chosen: str | None,
    lang: Lang,
    reason: str | None = None,
) -> Verdict:
    """Judge one answer to one ask, from its deliveries and what is on record of it.

    `may` are the ask's offices for which this person may answer, `chosen` the one that they named, `reason` why they
    do so in the office's place. Who may for none is refused; who may for several and named none is asked which, unless
    only one of them still owes this. The same person's same answer again is nothing new (`has_said`), whatever others
    have said since: what is on record does then not depend on which of them was heard first. Any other is taken,
    however late, and marked with how late it is.
    """
    if not may or (chosen is not None and chosen not in may):
        return _refused(inbound, answer, issued, chat, chosen)
    office = chosen or (may[0] if len(may) == 1 else None)
    if office is None:
        left = [each.office for each in standings(may, entries) if each.lacks(answer)]
        if len(left) > 1:
            return _which_office(answer, issued, left, lang)
        office = left[0] if left else may[0]
    (before,) = standings([office], entries)
    if has_said(inbound.person, office, answer, inbound.at, entries):
        return _again(answer, issued, before, lang)
    late = _late(inbound, issued, before, deadline_of(issued, office, deliveries))
    known = {"name": inbound.person_name, "late": late, "for": reason}
    entry = Entry(
        at=inbound.at,
        kind=answer,
        occurrence=issued.occurrence,
        chat=chat,
        office=office,
        by=inbound.person,
        detail={name: value for name, value in known.items() if value} or None,
    )
    (after,) = standings([office], [*entries, entry])
    return Verdict(_thanks(answer, issued, after, late), entry, office=office)


def which_ask(answer: AnswerState, asks: Sequence[Issued], office: str | None) -> Verdict:
    """Several asks are open: buttons that name them, the latest first, and carry the office that was named."""
    rows = tuple(
        (
            Button(
                f"{issued.due:%m-%d %H:%M} {headline(issued)[:_LABEL]}",
                data_of(answer, issued.token, None if office is None else list(issued.offices).index(office)),
            ),
        )
        for issued in asks
    )
    return Verdict(sentence("answers.which-ask", state=sentence(f"message.{answer}")), buttons=rows)


def no_such_ask() -> Verdict:
    """A button that belongs to no ask: from before a restore, or made up."""
    return Verdict(sentence("answers.no-such-ask"))


def _late(inbound: Inbound, issued: Issued, before: Standing, deadline: datetime | None) -> int | None:
    """By how many seconds this answer is past the office's deadline; none where the office had given what it owed, or
    had asked for help: that stops lateness.
    """
    if deadline is None or inbound.at <= deadline or before.state == "help":
        return None
    if issued.owing and before.has_given(issued.owing.expects):
        return None
    return max(int((inbound.at - deadline).total_seconds()), 1)


def _thanks(answer: AnswerState, issued: Issued, after: Standing, late: int | None) -> Sentence:
    office, state = issued.offices[after.office], sentence(f"message.{answer}")
    if after.state != answer:
        return sentence("answers.added", office=office, state=state, now=sentence(f"message.{after.state}"))
    if late and answer != "help":
        return sentence("answers.late", office=office, state=state, late=timedelta(seconds=late))
    if issued.owing and answer == issued.owing.expects == "received":
        return sentence("answers.received-enough", office=office)
    return sentence(f"answers.{answer}", office=office)


def _again(answer: AnswerState, issued: Issued, stands: Standing, lang: Lang) -> Verdict:
    """They have said it before. Where somebody else has said otherwise since, what they mean is a correction."""
    name = issued.offices[stands.office]
    state = sentence(f"message.{answer}")
    now = sentence(f"message.{stands.state}")
    if answer == "received" or stands.state == answer:
        return Verdict(sentence("answers.again", office=name, state=state, now=now), office=stands.office)
    data = wish_data("correct", issued.token, list(issued.offices).index(stands.office), answer)
    button = Button(say(sentence("answers.correct-to", state=state), lang), data)
    told = sentence("answers.said-otherwise", office=name, state=state, now=now)
    return Verdict(told, buttons=((button,),), office=stands.office)


def _refused(inbound: Inbound, answer: AnswerState, issued: Issued, chat: str | None, chosen: str | None) -> Verdict:
    entry = Entry(
        at=inbound.at,
        kind="refused",
        occurrence=issued.occurrence,
        chat=chat,
        office=chosen,
        by=inbound.person,
        detail={"answer": answer, **({"name": inbound.person_name} if inbound.person_name else {})},
    )
    if inbound.anonymous:
        return Verdict(sentence("answers.anonymous"), entry)
    asked = [issued.offices[office] for office in issued.chats.get(chat or "", ()) or issued.offices]
    if (own := office_of(inbound.person)) in issued.offices:
        return Verdict(sentence("answers.elsewhere", office=issued.offices[own or ""]), entry)
    return Verdict(sentence("answers.refused", offices=asked[:_MOST_NAMED]), entry)


def _which_office(answer: AnswerState, issued: Issued, left: list[str], lang: Lang) -> Verdict:
    order = list(issued.offices)
    state = sentence(f"message.{answer}")
    rows = tuple(
        (Button(f"{issued.offices[office]} {say(state, lang)}", data_of(answer, issued.token, order.index(office))),)
        for office in left
    )
    return Verdict(sentence("answers.which-office", state=state), buttons=rows)
