"""The bot as the pages see it: the running one, or one that a rehearsal plays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.app.health import ChatHealth
from bot.app.view.asks import ShownAsks
from bot.app.view.chats import ChatHead, ShownChat, ShownMessage, Speaker
from bot.app.view.day import ShownDay
from bot.app.view.occurrence import Evidence, ShownOccurrence
from bot.app.view.problems import ShownProblems
from bot.app.view.questions import ShownQuestions
from bot.app.view.record import Asked, ShownRecord
from bot.app.view.season import ShownSeason
from bot.campaign.model import Town
from bot.channels.board import HandedIn, Told
from bot.clock import Clock
from bot.language import Lang
from bot.ledger.entries import AnswerState
from bot.ledger.standing import StandingState
from bot.reports.forms import Form


@dataclass(frozen=True)
class Changed:
    """What looks otherwise since the last question: `messages` maps a chat to those of its messages that changed or
    came (none of them where only its head or what comes next did); `asks` tells whether owed answers did;
    `everything` that any page may.
    """

    messages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asks: bool = False
    everything: bool = False


class Live(Protocol):
    """A bot as the pages see it. They change nothing but through `press`, `say`, `correct`, `answer_for`,
    `recall` and `test`.
    """

    lang: Lang
    clock: Clock

    @property
    def town(self) -> Town:
        """The town as the schedule in force has it."""

    @property
    def version(self) -> str:
        """The version of the schedule in force."""

    async def heads(self) -> tuple[ChatHead, ...]:
        """Every chat in the town's order, the admins' own last."""

    async def chat(self, id_: str, last: int = 20) -> ShownChat | None:
        """One chat with so many of its last messages."""

    async def message(self, chat: str, id_: str) -> ShownMessage | None:
        """One message of a chat, None where it does not stand there."""

    def season(self, campaign: str | None = None) -> ShownSeason | None:
        """A campaign's season; where none is named the one that is on, else the next to begin, else the last.

        None where the town has no such campaign.
        """

    async def day(self, day: date) -> ShownDay:
        """What a day brings or brought."""

    async def asks(self) -> ShownAsks:
        """The owed answers."""

    async def occurrence(self, token: str) -> ShownOccurrence | None:
        """What fell due and whose buttons carry this token, None where there is nothing of the kind."""

    async def evidence(self, token: str, seq: int) -> Evidence | None:
        """The file that an entry of an ask names, None where it names none."""

    async def answer_links(self, token: str) -> Mapping[str, str]:
        """The addresses by which an ask may be answered, by the title of the chat that each is for. Who has one may
        answer: only an admin at the machine may see them.
        """

    async def problems(self) -> ShownProblems:
        """What offices could not do alone, and who sees to it."""

    async def record(self, asked: Asked) -> ShownRecord | None:
        """The record of a campaign and a span, counted; None where the town has no such campaign."""

    async def record_as(self, asked: Asked, form: Form) -> bytes | None:
        """The same record as a file."""

    async def health(self) -> tuple[ChatHealth, ...]:
        """How each chat of the town is doing, in the town's order."""

    async def questions(self) -> ShownQuestions:
        """What waits for an admin's word: deliveries in doubt, chats that were given up."""

    def speakers(self) -> tuple[Speaker, ...]:
        """Whom one may be on the board."""

    def notices(self) -> tuple[str, ...]:
        """What the bot must say of itself on every page: a bad edit that it did not take, chats that stand in."""

    async def press(self, chat: str, message_id: str, data: str, office: str | None) -> Told:
        """Press a button as an office or as a resident. Raises `NotFound` where the chat does not live on the board."""

    async def say(
        self,
        chat: str,
        text: str,
        office: str | None,
        message_id: str | None = None,
        handed_in: HandedIn | None = None,
    ) -> Told:
        """Type something in a chat as an office or as a resident, and hand in a photo or a file or not. Raises
        `NotFound` like `press`.
        """

    async def correct(self, token: str, office: str, to: StandingState, reason: str) -> Told:
        """Correct an office's answer, as an admin."""

    async def answer_for(self, token: str, office: str, answer: AnswerState, reason: str) -> Told:
        """Answer on behalf of an office, as an admin."""

    async def recall(self, token: str, reason: str) -> Told:
        """Take back what was sent by mistake, as an admin."""

    async def test(self, chat: str) -> None:
        """Send a test message that says it is one, and wait until it is there; a chat that was given up is tried again.

        Raises `NotFound` where there is no such chat, and a `SendError` that says why it is not there, or not yet.
        """

    async def changed(self) -> Changed:
        """Wait until something that pages show changes. One task may wait at a time."""
