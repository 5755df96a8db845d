"""Who is an admin, and what is said to and recorded of who is not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.language import sentence
from bot.ledger.entries import Entry
from bot.ledger.inbound import Inbound


@dataclass(frozen=True)
class Admin:
    """Who decides: the person as in the ledger, their name where it is known, and when they did."""

    person: str
    name: str | None
    at: datetime

    @classmethod
    def who_sent(cls, inbound: Inbound) -> Self:
        """Whoever this came from."""
        return cls(inbound.person, inbound.person_name, inbound.at)

    def entry(self, kind: str, *, occurrence: str | None = None, chat: str | None = None, **detail: object) -> Entry:
        """What they did, for the ledger."""
        known = {name: value for name, value in {"name": self.name, **detail}.items() if value is not None}
        return Entry.model_validate(
            {
                "at": self.at,
                "kind": kind,
                "occurrence": occurrence,
                "chat": chat,
                "by": self.person,
                "detail": known or None,
            }
        )


def refused(hearing: Hearing, asked: str, occurrence: str | None = None) -> Verdict:
    """Only an admin may ask this; that somebody else did is on record."""
    inbound = hearing.inbound
    entry = Admin.who_sent(inbound).entry("refused", occurrence=occurrence, chat=hearing.chat, asked=asked)
    return Verdict(sentence("answers.anonymous" if inbound.anonymous else "admin.refused"), entry)
