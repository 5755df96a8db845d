"""What a notice asks of the admins, and what was decided since: read from the record."""

from bot.channels.board import ADMIN
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery, Question
from bot.ledger.entries import Numbered
from bot.outbox.outcome import DEAD
from bot.outbox.terms import Terms
from bot.renderer.templates import escaped
from bot.store.protocol import Reader

AT_COMMAND_LINE = "cli:"
"""How one is named in the ledger who gave a command on the machine; their name there follows."""
BY_HAND = "hand"
"""How one is named whom nobody knows: a file was put there, or taken away."""


async def is_open(store: Reader, asked: Question) -> bool:
    """Whether what a notice asks is still to be decided; an ask may be answered for ever, and what is to be said in
    writing may be said anew.
    """
    match asked.kind:
        case "settle":
            delivery = await store.delivery(asked.of)
            return delivery is None or delivery.state == "uncertain"
        case "revive":
            return await store.mark(f"{DEAD}{asked.of}") is not None
        case "answer" | "need":
            return True


async def decision_on(store: Reader, asked: Question, terms: Terms) -> Sentence | None:
    """What was decided of what a notice asks, by whom and when; None while it is open."""
    if await is_open(store, asked):
        return None
    if asked.kind == "revive":
        return decided(await last_revived(store, asked.of), terms)
    delivery = await store.delivery(asked.of)
    return decided(await last_settled(store, delivery) if delivery else None, terms)


def decided(entry: Numbered | None, terms: Terms) -> Sentence:
    """A decision as an entry has it; where there is none, that none is needed any more."""
    if entry is None:
        return sentence("admin.moot")
    detail = entry.detail or {}
    choice = "revive" if detail.get("revived") else _settling(detail.get("arrived"), detail.get("again"))
    name = detail.get("name")
    return sentence(
        "admin.decided",
        choice=sentence(f"admin.{choice}"),
        by=who(entry.by or "", escaped(str(name)) if name else None),
        at=entry.at.astimezone(terms.zone),
    )


async def last_settled(store: Reader, delivery: Delivery) -> Numbered | None:
    """The last word on a delivery that was in doubt."""
    found = await store.entries(occurrence=None if delivery.is_notice else delivery.occurrence)
    return next((each for each in reversed(found) if each.kind == "settled" and _is_about(each, delivery)), None)


async def last_revived(store: Reader, chat: str) -> Numbered | None:
    """When a chat that was given up was last tried again, and who said so."""
    found = reversed(await store.entries())
    return next((each for each in found if each.chat == chat and (each.detail or {}).get("revived")), None)


def _is_about(entry: Numbered, delivery: Delivery) -> bool:
    about = (entry.detail or {}).get("notice") if delivery.is_notice else entry.occurrence
    return (about, entry.chat) == (delivery.occurrence, delivery.chat)


def who(person: str, name: str | None) -> str | Sentence:
    """An admin as others know them: by name, or where they did what they did."""
    if person == ADMIN:
        return sentence("admin.at-the-machine")
    if person == BY_HAND:
        return sentence("admin.by-hand")
    if person.startswith(AT_COMMAND_LINE):
        return sentence("admin.at-the-command-line", user=person.removeprefix(AT_COMMAND_LINE))
    return name or person


def _settling(arrived: object, again: object) -> str:
    return "arrived" if arrived else "again" if again else "let-be"
