"""How each chat is doing, from the ledger."""

from dataclasses import dataclass
from datetime import datetime

from bot.app.platforms import has_key
from bot.campaign.model import Schedule
from bot.language import say, sentence
from bot.settings import Settings
from bot.store.protocol import Reader


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


async def health_of(store: Reader, schedule: Schedule, settings: Settings) -> list[ChatHealth]:
    """The health of every chat, in the town's order."""
    sent: dict[str, datetime] = {}
    failed: dict[str, tuple[datetime, str]] = {}
    for entry in await store.entries():
        if entry.chat is None:
            continue
        if entry.kind == "sent":
            sent[entry.chat] = entry.at
        elif entry.kind in {"failed", "uncertain", "missed"}:
            told = (entry.detail or {}).get("why")
            failed[entry.chat] = (entry.at, str(told or say(sentence(f"cli.why-{entry.kind}"), settings.lang)))
    waiting = {each.chat: each.why for each in await store.deliveries(unfinished=True) if each.why}
    found = []
    for chat in schedule.town.chats:
        at, why = failed.get(chat.id, (None, None))
        mended = at is not None and chat.id in sent and sent[chat.id] >= at
        found.append(
            ChatHealth(
                chat=chat.id,
                name=chat.title,
                on=chat.on,
                stands_in=not has_key(chat.on, settings),
                last_sent=sent.get(chat.id),
                last_failure=at,
                why=waiting.get(chat.id) or (None if mended else why),
            )
        )
    return found
