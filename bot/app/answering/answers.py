"""Answers by a signed link: what its page shows and what it does."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.links import read
from bot.acknowledgements.people import is_admin, offices_asked, offices_of
from bot.acknowledgements.receive import receive
from bot.app.answering.links import has_provable, office_of_all
from bot.app.answering.often import Often
from bot.app.answering.proof import Proof
from bot.app.run import Bot
from bot.app.secret import secret_key
from bot.app.view.asks import OfficeAnswer
from bot.channels.buttons import data_of
from bot.errors import LinkBusy, NotFound
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery, Issued, Owing, deadline_of
from bot.ledger.entries import ANSWERS, AnswerState, Entry, Numbered
from bot.ledger.inbound import BY_LINK, Inbound
from bot.ledger.standing import standings
from bot.renderer.headline import headline
from bot.reports.answers import owed_answers
from bot.store.protocol import Change

Way = Literal["anyone", "own", "stranger", "prove", "nobody", "recalled"]
"""Who answers on a page: anybody who has its link; its reader, who proved to be of an office; not its reader, who is of
none that was asked; who first proves it; nobody, since nobody can, or since it was recalled.
"""
_LONGEST_NAME, _LONGEST_WHY = 40, 300
_AT_ONCE, _EVERY = 6, 300.0
"""So much one person puts on record by one link: 需协助 and 已落实 by turns call nobody all day long. What only repeats
an answer does not count.
"""


@dataclass(frozen=True)
class ShownLink:
    """What the page of a link shows: the ask, the offices in this chat (titled `chat`) and where they stand; `own` are
    those, by their number in the ask, for which its reader may give one of `answers`. `person` is the reader's own id;
    `provers` are offices asked here whose people answer once they have proved who they are, none where its reader has.
    """

    town: str
    subject: str
    text: str
    due: datetime
    deadline: datetime
    offices: tuple[OfficeAnswer, ...]
    chat: str
    way: Way
    own: tuple[tuple[int, OfficeAnswer], ...]
    answers: tuple[AnswerState, ...]
    person: str | None
    provers: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    issued: Issued
    owing: Owing
    chat: str


class LinkAnswers:
    """One bot's answers by link. Who reads is a `person` (`wecom:USERID`) who proved it, or None."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._one_by_one = asyncio.Lock()
        self._often = Often(_AT_ONCE, _EVERY)
        self.proof = Proof(bot.settings, bot.channels, bot.clock)
        self.lang = bot.lang
        self.public_url = bot.settings.web.public_url

    async def shown(self, link: str, person: str | None = None) -> ShownLink:
        """What the link leads to. Raises `LinkRefused`; `NotFound` where the record has no such ask."""
        found = await self._found(link)
        issued, chat = found.issued, found.chat
        schedule, zone = self._bot.in_force.schedule, self._bot.in_force.schedule.town.zone
        deliveries = await self._bot.store.deliveries(occurrence=issued.occurrence)
        here = issued.chats[chat]
        way, own = self._who(found, person)
        stand = {each.office: each for each in await self._standing(found, deliveries, tuple({*here, *own}))}
        known = schedule.chats.get(chat)
        order = list(issued.offices)
        return ShownLink(
            town=schedule.town.name,
            subject=headline(issued),
            text=issued.bodies[""],
            due=issued.due.astimezone(zone),
            deadline=min(deadline_of(issued, each, deliveries) or found.owing.deadline for each in here).astimezone(
                zone
            ),
            offices=tuple(stand[each] for each in here),
            chat=known.title if known else chat,
            way=way,
            own=tuple((order.index(each), stand[each]) for each in own),
            answers=() if not own else ANSWERS if found.owing.expects == "done" else ("received", "help"),
            person=person and person.partition(":")[2],
            provers=tuple(issued.offices[each] for each in self._provers(found, way, person)),
        )

    async def answer(
        self,
        link: str,
        answer: AnswerState,
        name: str,
        why: str,
        person: str | None = None,
        office: int | None = None,
    ) -> Sentence:
        """Put an answer on record, judged like any press in that chat; durable when this returns. What the person is
        told. `office` is the number of the one that they chose, where they answer for several.

        Raises as `shown`, `LinkBusy`, and `StoreError` where it cannot be written.
        """
        found, bot = await self._found(link), self._bot
        issued, chat = found.issued, found.chat
        _, own = self._who(found, person)
        number = office if len(own) > 1 else list(issued.offices).index(own[0]) if own else None
        who = person or f"{BY_LINK}:{chat}"
        given = {"person_name": None if person else _typed(name, _LONGEST_NAME), "text": _typed(why, _LONGEST_WHY)}
        hearing = self._hearing(found, who, data=data_of(answer, issued.token, number), **given)
        async with self._one_by_one:
            if not self._often.may((issued.token, chat, who), bot.clock.monotonic()):
                raise LinkBusy(sentence("links.busy"))
            verdict = await receive(bot.store, hearing)
            if verdict and verdict.entries:
                self._often.took((issued.token, chat, who), bot.clock.monotonic())
        return _on_the_page(verdict) if verdict else sentence("answers.no-such-ask")

    async def refuse_stranger(self, link: str, person: str) -> None:
        """Put on record, once, that somebody proved who they are to answer this ask who is of no office at all. Who is
        of another office, or an admin, may look. Raises as `shown`, and `StoreError` where it cannot be written.
        """
        found, bot = await self._found(link), self._bot
        hearing, schedule = self._hearing(found, person), bot.in_force.schedule
        if is_admin(hearing) or offices_of(schedule, hearing.inbound, found.chat, schedule.offices):
            return
        refused = Entry(
            at=bot.clock.now(),
            kind="refused",
            occurrence=found.issued.occurrence,
            chat=found.chat,
            by=person,
            detail={"asked": "link"},
        )
        async with self._one_by_one:
            entries = await bot.store.entries(occurrence=found.issued.occurrence)
            if not any((each.kind, each.by) == ("refused", person) for each in entries):
                await bot.store.commit(Change(entries=(refused,)))

    def _who(self, found: _Found, person: str | None) -> tuple[Way, tuple[str, ...]]:
        """Who answers, and for which offices the reader may, those first that are asked in this chat."""
        schedule = self._bot.in_force.schedule
        if found.issued.withdrawn:
            return "recalled", ()
        of_all = office_of_all(schedule, found.issued, found.chat)
        if person is None and of_all:
            return "anyone", (of_all,)
        if not self.proof.is_possible:
            return "nobody", ()
        if person is None:
            return "prove", ()
        may = offices_asked(schedule, self._hearing(found, person).inbound, found.chat, found.issued)
        here = found.issued.chats[found.chat]
        own = tuple(each for each in may if each in here) or may
        return ("anyone" if of_all else "own" if own else "stranger"), own

    def _provers(self, found: _Found, way: Way, person: str | None) -> tuple[str, ...]:
        """The offices asked here that answer by whoever proves to be of them. In a chat of an office that answers from
        there others may be asked too, which that chat's people do not answer for.
        """
        here, schedule = found.issued.chats[found.chat], self._bot.in_force.schedule
        if way == "prove":
            return here
        if way != "anyone" or person or not self.proof.is_possible:
            return ()
        others = [each for each in here if each != office_of_all(schedule, found.issued, found.chat)]
        return tuple(each for each in others if each in schedule.offices and has_provable(schedule.offices[each]))

    async def _standing(
        self, found: _Found, deliveries: Sequence[Delivery], offices: tuple[str, ...]
    ) -> tuple[OfficeAnswer, ...]:
        issued, zone = found.issued, self._bot.in_force.schedule.town.zone
        entries: tuple[Numbered, ...] = await self._bot.store.entries(occurrence=issued.occurrence)
        owed = owed_answers(issued, deliveries, entries, offices, self._bot.clock.now())
        late = {each.office for each in owed if each.late}
        return tuple(
            OfficeAnswer(
                office=each.office,
                name=issued.offices[each.office],
                state=each.state,
                at=each.answered_at.astimezone(zone) if each.answered_at else None,
                owes=not each.has_given(found.owing.expects),
                late=each.office in late,
            )
            for each in standings(offices, entries)
        )

    def _hearing(self, found: _Found, person: str, **said: str | None) -> Hearing:
        bot = self._bot
        inbound = Inbound(
            platform=BY_LINK,
            id=secrets.token_hex(8),
            at=bot.clock.now(),
            kind="press",
            person=person,
            address=found.chat,
            **said,
        )
        paused = bot.pausing is not None and bot.pausing.pause is not None
        return Hearing(inbound, found.chat, bot.in_force.schedule, bot.terms.admins, bot.lang, paused)

    async def _found(self, link: str) -> _Found:
        bot = self._bot
        said = read(secret_key(bot.settings), bot.in_force.schedule.town.town, link, bot.clock.now())
        issued = await bot.store.issued_by_token(said.token)
        chat = next((each for each in issued.chats if said.is_of(each)), None) if issued else None
        if issued is None or issued.owing is None or chat is None:
            raise NotFound(sentence("links.no-such-ask"))
        return _Found(issued, issued.owing, chat)


def _on_the_page(verdict: Verdict) -> Sentence:
    """What is told where no button stands below it by which it is corrected."""
    if verdict.told.key == "answers.said-otherwise":
        return replace(verdict.told, key="links.said-otherwise")
    return verdict.told


def _typed(text: str, longest: int) -> str | None:
    """What a stranger put into a field, on one line, without what steers a terminal or turns the writing round."""
    seen = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(seen.split())[:longest] or None
