"""How each chat is doing, from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.app.platforms import has_key
from bot.campaign.model import Schedule
from bot.language import Lang, say, sentence
from bot.ledger.entries import Entry
from bot.settings import Settings
from bot.store.protocol import Reader

Failed = Literal["failed", "uncertain", "missed"]
FAILURES: tuple[Failed, ...] = ("failed", "uncertain", "missed")
"""What may go wrong with a message for good."""


@dataclass(frozen=True)
class ChatHealth:
    """A chat, where it is, and how its last deliveries went. `why` is what is wrong now: of a failure that nothing
    sent followed, or of a delivery that waits to be tried again, which is no failure yet.
    """

    chat: str
    name: str
    on: str
    stands_in: bool
    last_sent: datetime | None
    last_failure: datetime | None
    why: str | None


@dataclass(frozen=True)
class Failure:
    """One failure as the ledger has it; `why` is None where it does not say."""

    at: datetime
    kind: Failed
    why: str | None
    occurrence: str | None = None

    def in_words(self, lang: Lang) -> str:
        """Why, in a sentence."""
        return self.why or say(sentence(f"cli.why-{self.kind}"), lang)


@dataclass
class Sendings:
    """The last sending and the last failure of each chat: a fold over the ledger."""

    sent: dict[str, datetime] = field(default_factory=dict)
    settled: dict[str, datetime] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Add the next entry of the ledger."""
        if entry.chat is None:
            return
        if entry.kind in {"sent", "merged"}:
            self.sent[entry.chat] = entry.at
        elif entry.kind in FAILURES:
            why = (entry.detail or {}).get("why")
            self.failed[entry.chat] = Failure(entry.at, entry.kind, str(why) if why else None, entry.occurrence)
        elif entry.kind == "settled":
            self._settle(entry.chat, entry)

    def _settle(self, chat: str, entry: Entry) -> None:
        """What an admin settled is no trouble any more; a chat that is tried again shows by itself how it does."""
        failure = self.failed.get(chat)
        revived = bool((entry.detail or {}).get("revived"))
        if failure and (revived or (failure.kind, failure.occurrence) == ("uncertain", entry.occurrence)):
            self.settled[chat] = entry.at

    def unmended(self, chat: str) -> Failure | None:
        """A chat's last failure, unless something was sent after it, or an admin has settled it."""
        failure = self.failed.get(chat)
        mended = [moment for moments in (self.sent, self.settled) if (moment := moments.get(chat))]
        return failure if failure and all(moment < failure.at for moment in mended) else None


async def waiting(store: Reader) -> dict[str, str]:
    """Why something waits to be tried again, by chat."""
    return {each.chat: each.why for each in await store.deliveries(unfinished=True) if each.why}


async def health_of(store: Reader, schedule: Schedule, settings: Settings) -> list[ChatHealth]:
    """The health of every chat, in the town's order."""
    sendings = Sendings()
    for entry in await store.entries():
        sendings.take(entry)
    return healths(sendings, await waiting(store), schedule, settings)


def healths(sendings: Sendings, waits: Mapping[str, str], schedule: Schedule, settings: Settings) -> list[ChatHealth]:
    """The health of every chat, in the town's order, from what is known of its sendings and of what waits."""
    found = []
    for chat in schedule.town.chats:
        last, unmended = sendings.failed.get(chat.id), sendings.unmended(chat.id)
        found.append(
            ChatHealth(
                chat=chat.id,
                name=chat.title,
                on=chat.on,
                stands_in=not has_key(chat, settings),
                last_sent=sendings.sent.get(chat.id),
                last_failure=last.at if last else None,
                why=waits.get(chat.id) or (unmended.in_words(settings.lang) if unmended else None),
            )
        )
    return found
