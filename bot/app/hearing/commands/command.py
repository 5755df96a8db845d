"""A command: who may use it, what it says of itself, what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.acknowledgements.hearing import Hearing
from bot.app.ground import Ground
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asker import Asker, Role
from bot.campaign.model import Schedule
from bot.language import Lang, Sentence, sentence
from bot.ledger.inbound import Inbound
from bot.store.protocol import Reader


@dataclass(frozen=True)
class Asked:
    """What was asked, by whom, and what it stands on; `rest` is what follows the word. `may` are the words that this
    person may use here.
    """

    store: Reader
    hearing: Hearing
    ground: Ground
    asker: Asker
    now: datetime
    rest: str = ""
    may: tuple["Command", ...] = ()

    @property
    def inbound(self) -> Inbound:
        """What came in."""
        return self.hearing.inbound

    @property
    def schedule(self) -> Schedule:
        """The schedule in force."""
        return self.hearing.schedule

    @property
    def lang(self) -> Lang:
        """The language of the answer."""
        return self.hearing.lang

    @property
    def zone(self) -> ZoneInfo:
        """The town's zone."""
        return self.hearing.schedule.town.zone

    def opens(self, word: str) -> str | None:
        """By which word their own chat shows the same, where they are who they are there too."""
        return word if self.asker.anywhere else None


Do = Callable[[Asked], Awaitable[Answer]]


@dataclass(frozen=True)
class Command:
    """`word` without its `/`; who has one of `roles` may use it, before residents where it is `open_`."""

    word: str
    roles: frozenset[Role]
    do: Do
    open_: bool = False

    @property
    def description(self) -> Sentence:
        """What it is for, in a few words."""
        return sentence(f"commands.do-{self.word}")

    def is_for(self, roles: frozenset[Role], *, before_residents: bool) -> bool:
        """Whether who has these roles may use it there."""
        return not self.roles.isdisjoint(roles) and (self.open_ or not before_residents)
