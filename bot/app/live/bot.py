"""What pages show and do of a bot that runs in this process."""

import asyncio
from collections.abc import Mapping
from datetime import date

from bot.app.health import ChatHealth, healths, waiting
from bot.app.live.amending import Amending
from bot.app.live.asks import Asks
from bot.app.live.changes import Changes
from bot.app.live.chats import Chats
from bot.app.live.day import Days
from bot.app.live.figures import RecordFigures
from bot.app.live.occurrence import Occurrences
from bot.app.live.problems import Problems
from bot.app.live.questions import Questions
from bot.app.live.record import Record
from bot.app.live.trials import Trials
from bot.app.live.words import Words
from bot.app.routing import ADMINS, cut_off, stand_ins
from bot.app.run import Bot
from bot.app.view.asks import ShownAsks
from bot.app.view.chats import ChatHead, ShownChat, ShownMessage, Speaker
from bot.app.view.day import ShownDay
from bot.app.view.occurrence import Evidence, ShownOccurrence
from bot.app.view.problems import ShownProblems
from bot.app.view.protocol import Changed
from bot.app.view.questions import ShownQuestions
from bot.app.view.record import Asked, ShownRecord
from bot.app.view.season import ShownSeason
from bot.campaign.model import Town
from bot.channels.board import ADMIN, BoardChannel, HandedIn, Told, person_of
from bot.clock import Clock
from bot.errors import ChannelDown, NotFound
from bot.language import Lang, say, sentence
from bot.ledger.entries import AnswerState
from bot.ledger.standing import StandingState
from bot.reports.forms import Form
from bot.store.protocol import Change


class LiveBot:
    """A bot's `Live`. It reads the record in a task of its own, for which it needs the loop that the bot runs in."""

    def __init__(self, bot: Bot, board: BoardChannel) -> None:
        self._bot, self._board = bot, board
        self.lang: Lang = bot.lang
        self.clock: Clock = bot.clock
        self._record = Record(bot.store)
        words = Words(bot)
        self._chats = Chats(bot, self._record, words)
        self._days = Days(bot, self._record, words)
        self._asks = Asks(bot, self._record)
        self._occurrences = Occurrences(bot, self._days)
        self._amending = Amending(bot)
        self._problems = Problems(bot)
        self._figures = RecordFigures(bot, self._days)
        self._questions = Questions(bot, self._record)
        self._trials = Trials(bot)
        self._changes = Changes()
        self._told_of = bot.in_force
        self._was_asked_early = False
        bot.store.on_commit(self._heard)
        self._reading = asyncio.create_task(self._read(), name="pages read the record")

    @property
    def town(self) -> Town:
        """The town as the schedule in force has it."""
        return self._bot.in_force.schedule.town

    @property
    def version(self) -> str:
        """The version of the schedule in force."""
        return self._bot.in_force.version

    async def heads(self) -> tuple[ChatHead, ...]:
        """Every chat in the town's order, the admins' own last."""
        return await self._chats.heads()

    async def chat(self, id_: str, last: int = 20) -> ShownChat | None:
        """One chat with so many of its last messages."""
        return await self._chats.chat(id_, last)

    async def message(self, chat: str, id_: str) -> ShownMessage | None:
        """One message of a chat, None where it does not stand there."""
        return await self._chats.message(chat, id_)

    def season(self, campaign: str | None = None) -> ShownSeason | None:
        """A campaign's season. In the first instant after a start the record is not read yet: what is shown then is
        the plan alone, and `changed` tells when there is more to be seen.
        """
        self._was_asked_early |= not self._record.is_ready
        return self._days.season(campaign)

    async def day(self, day: date) -> ShownDay:
        """What a day brings or brought."""
        return await self._days.day(day)

    async def asks(self) -> ShownAsks:
        """The owed answers."""
        return await self._asks.shown()

    async def occurrence(self, token: str) -> ShownOccurrence | None:
        """What fell due and whose buttons carry this token, None where there is nothing of the kind."""
        return await self._occurrences.shown(token)

    async def evidence(self, token: str, seq: int) -> Evidence | None:
        """The file that an entry of an ask names, None where it names none."""
        return await self._occurrences.evidence(token, seq)

    async def answer_links(self, token: str) -> Mapping[str, str]:
        """The addresses by which an ask may be answered, by the title of the chat that each is for."""
        return await self._occurrences.links(token)

    async def problems(self) -> ShownProblems:
        """What offices could not do alone, and who sees to it."""
        return await self._problems.shown()

    async def record(self, asked: Asked) -> ShownRecord | None:
        """The record of a campaign and a span, counted; None where the town has no such campaign."""
        return await self._figures.shown(asked)

    async def record_as(self, asked: Asked, form: Form) -> bytes | None:
        """The same record as a file."""
        return await self._figures.written(asked, form)

    async def health(self) -> tuple[ChatHealth, ...]:
        """How each chat of the town is doing, in the town's order."""
        await self._record.ready()
        bot = self._bot
        waits = await waiting(bot.store)
        return tuple(healths(self._record.sendings, waits, bot.in_force.schedule, bot.settings))

    async def questions(self) -> ShownQuestions:
        """What waits for an admin's word."""
        return await self._questions.shown()

    def speakers(self) -> tuple[Speaker, ...]:
        """Every office, and a resident."""
        resident = Speaker(None, say(sentence("service.resident"), self.lang))
        return (*(Speaker(office.id, office.name) for office in self.town.offices), resident)

    def notices(self) -> tuple[str, ...]:
        """That sends are held; a bad edit that was not taken; platforms out of reach; chats whose key is lost, or that
        stand in for one.
        """
        schedule = self._bot.in_force.schedule
        found = [self._bot.trouble] if self._bot.trouble else []
        if self._bot.pausing and (banner := self._bot.pausing.banner):
            found.insert(0, say(banner, self.lang))
        for platform, met in self._bot.out_of_reach.items():
            key = "service.refuses-the-bot" if isinstance(met, ChannelDown) else "service.out-of-reach"
            what = sentence(key, platform=sentence(f"board.platform-{platform}"), why=met.sentence)
            found.append(say(what, self.lang))
        lost = cut_off(schedule, self._bot.routes.table)
        found += [
            say(sentence("check.lost-key", chat=chat.id, platform=sentence(f"board.platform-{chat.on}")), self.lang)
            for chat in lost
        ]
        lived = {chat.id: chat.on for chat in lost}
        for platform, count in stand_ins(schedule, self._bot.settings, lived).items():
            found.append(
                say(
                    sentence("service.stands-in", platform=sentence(f"board.platform-{platform}"), count=count),
                    self.lang,
                )
            )
        return tuple(found)

    async def press(self, chat: str, message_id: str, data: str, office: str | None) -> Told:
        """Press a button as an office or as a resident. Raises `NotFound` where the chat is not on the board."""
        self._must_live_here(chat)
        return await self._board.press(_who(office, chat), chat, message_id, data)

    async def say(
        self,
        chat: str,
        text: str,
        office: str | None,
        message_id: str | None = None,
        handed_in: HandedIn | None = None,
    ) -> Told:
        """Type something in a chat, and hand in a photo or a file or not. Raises `NotFound` like `press`."""
        self._must_live_here(chat)
        return await self._board.say(_who(office, chat), chat, text, message_id, handed_in)

    async def correct(self, token: str, office: str, to: StandingState, reason: str) -> Told:
        """Correct an office's answer, as an admin."""
        return await self._amending.correct(token, office, to, reason)

    async def answer_for(self, token: str, office: str, answer: AnswerState, reason: str) -> Told:
        """Answer on behalf of an office, as an admin."""
        return await self._amending.answer_for(token, office, answer, reason)

    async def recall(self, token: str, reason: str) -> Told:
        """Take back what was sent by mistake, as an admin."""
        return await self._amending.recall(token, reason)

    async def test(self, chat: str) -> None:
        """Send a test message that says it is one, and wait until it is there."""
        await self._trials.send(chat)

    async def changed(self) -> Changed:
        """Wait until something that pages show changes. One task may wait at a time."""
        return await self._changes.next()

    async def _read(self) -> None:
        await self._record.ready()
        if self._was_asked_early:
            self._changes.all()

    def _heard(self, change: Change) -> None:
        """A commit; what is written of an edit comes before the edit is in force, so that is looked at as well."""
        self._trials.hear(change)
        self._record.hear(change)
        self._asks.hear(change)
        self._problems.hear(change)
        self._figures.hear(change)
        self._changes.hear(change)
        if self._told_of is not self._bot.in_force:
            self._told_of = self._bot.in_force
            self._changes.all()

    def _must_live_here(self, chat: str) -> None:
        route = self._bot.routes.table.get(chat)
        if route is None or route.channel.name != "board":
            raise NotFound(sentence("service.not-on-board", chat=chat))


def _who(office: str | None, chat: str) -> str:
    """Who one is in a chat of the board: in the admins' own an admin, whomever one speaks as elsewhere."""
    return ADMIN if chat == ADMINS else person_of(office)
