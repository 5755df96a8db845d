"""Answers by a signed link: what its page shows, what it does, and where links come from."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.links import expiry, make, read
from bot.acknowledgements.people import offices_asked
from bot.acknowledgements.receive import receive
from bot.app.run import Bot
from bot.app.secret import secret_key
from bot.app.view.asks import OfficeAnswer
from bot.campaign.model import Schedule
from bot.channels.buttons import data_of
from bot.errors import NotFound
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Issued, Owing, deadline_of
from bot.ledger.entries import ANSWERS, AnswerState
from bot.ledger.inbound import Inbound
from bot.ledger.standing import standings
from bot.outbox.rungs import campaign_ends
from bot.renderer.headline import headline
from bot.reports.answers import owed_answers

BY_LINK = "link"
"""The platform of who answers by a link. Who that was nobody knows but by the name that they give: the person is
`link:CHAT`, all who have the link of a chat.
"""
_LONGEST_NAME, _LONGEST_WHY = 40, 300


@dataclass(frozen=True)
class ShownLink:
    """What the page of a link shows: the ask, its offices in this chat, and what may be answered by it (`answers` for
    the office named `office`; none where only its own people may, in the chat titled `chat`).
    """

    town: str
    subject: str
    text: str
    due: datetime
    deadline: datetime
    offices: tuple[OfficeAnswer, ...]
    chat: str
    office: str | None
    answers: tuple[AnswerState, ...]


class LinkAnswers:
    """One bot's answers by link."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._one_by_one = asyncio.Lock()
        self.lang = bot.lang

    async def shown(self, link: str) -> ShownLink:
        """What the link leads to. Raises `LinkRefused`; `NotFound` where the record has no such ask."""
        issued, owing, chat = await self._found(link)
        schedule, zone = self._bot.in_force.schedule, self._bot.in_force.schedule.town.zone
        entries = await self._bot.store.entries(occurrence=issued.occurrence)
        deliveries = await self._bot.store.deliveries(occurrence=issued.occurrence)
        here, now = issued.chats[chat], self._bot.clock.now()
        late = {each.office for each in owed_answers(issued, deliveries, entries, here, now) if each.late}
        offices = tuple(
            OfficeAnswer(
                office=each.office,
                name=issued.offices[each.office],
                state=each.state,
                at=each.answered_at.astimezone(zone) if each.answered_at else None,
                owes=not each.has_given(owing.expects),
                late=each.office in late,
            )
            for each in standings(here, entries)
        )
        known = schedule.chats.get(chat)
        office = _answers_here(schedule, issued, chat)
        return ShownLink(
            town=schedule.town.name,
            subject=headline(issued),
            text=issued.bodies[""],
            due=issued.due.astimezone(zone),
            deadline=min(deadline_of(issued, each, deliveries) or owing.deadline for each in here).astimezone(zone),
            offices=offices,
            chat=known.title if known else chat,
            office=issued.offices[office] if office else None,
            answers=() if office is None else ANSWERS if owing.expects == "done" else ("received", "help"),
        )

    async def answer(self, link: str, answer: AnswerState, name: str, why: str) -> Sentence:
        """Put an answer on record, judged like any press in that chat; durable when this returns. What the person is
        told. Raises as `shown`, and `StoreError` where it cannot be written.
        """
        issued, _, chat = await self._found(link)
        bot, office = self._bot, _answers_here(self._bot.in_force.schedule, issued, chat)
        number = list(issued.offices).index(office) if office else None
        inbound = Inbound(
            platform=BY_LINK,
            id=secrets.token_hex(8),
            at=bot.clock.now(),
            kind="press",
            person=f"{BY_LINK}:{chat}",
            person_name=_typed(name, _LONGEST_NAME),
            address=chat,
            data=data_of(answer, issued.token, number),
            text=_typed(why, _LONGEST_WHY),
        )
        paused = bot.pausing is not None and bot.pausing.pause is not None
        async with self._one_by_one:
            hearing = Hearing(inbound, chat, bot.in_force.schedule, bot.terms.admins, bot.lang, paused)
            verdict = await receive(bot.store, hearing)
        return verdict.told if verdict else sentence("answers.no-such-ask")

    async def _found(self, link: str) -> tuple[Issued, Owing, str]:
        bot = self._bot
        said = read(secret_key(bot.settings), bot.in_force.schedule.town.town, link, bot.clock.now())
        issued = await bot.store.issued_by_token(said.token)
        chat = next((each for each in issued.chats if said.is_of(each)), None) if issued else None
        if issued is None or issued.owing is None or chat is None:
            raise NotFound(sentence("links.no-such-ask"))
        return issued, issued.owing, chat


def link_for(bot: Bot, issued: Issued, chat: str) -> str | None:
    """The address by which anybody may answer an ask for the office whose own chat this is; None where that office
    answers by its own people alone, where the chat was not asked, and where no PUBLIC_URL is set or it is a rehearsal.

    Raises `StoreUnwritable` where the key that signs it can neither be read nor made.
    """
    url, schedule = bot.settings.web.public_url, bot.in_force.schedule
    if url is None or bot.rehearsal or issued.owing is None or _answers_here(schedule, issued, chat) is None:
        return None
    expires = expiry(issued, campaign_ends(schedule, issued.campaign))
    link = make(secret_key(bot.settings), schedule.town.town, issued.token, chat, expires)
    return f"{url.rstrip('/')}/answer/{link}"


def _typed(text: str, longest: int) -> str | None:
    """What a stranger put into a field, on one line, without what steers a terminal or turns the writing round."""
    seen = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(seen.split())[:longest] or None


def _answers_here(schedule: Schedule, issued: Issued, chat: str) -> str | None:
    """The office for which anybody in this chat may answer this ask."""
    now = issued.due
    anybody = Inbound(platform=BY_LINK, id="", at=now, kind="press", person=f"{BY_LINK}:{chat}", address=chat)
    may = offices_asked(schedule, anybody, chat, issued)
    return next((each for each in may if each in issued.chats.get(chat, ())), None)
