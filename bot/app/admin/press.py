"""An admin pressed a button under a notice, or on the page of the chats' health: decided once, whoever else presses."""

from dataclasses import replace

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.people import is_admin
from bot.app.admin.people import Admin, refused
from bot.app.admin.revive import revival
from bot.app.admin.settle import Settling, settled
from bot.campaign.model import Schedule
from bot.channels.buttons import Decided, token_of
from bot.errors import Overtaken
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery
from bot.outbox.outcome import DEAD
from bot.outbox.questions import decided, last_revived, last_settled
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Reader, Store


async def press(store: Store, hearing: Hearing, pressed: Decided, terms: Terms) -> Verdict:
    """Deal with a press; durable when this returns. Raises `StoreError` where it cannot be written."""
    while True:
        change, verdict = await _judged(store, hearing, pressed, terms)
        entries = (*change.entries, *verdict.entries)
        try:
            await store.commit(replace(change, entries=entries, handled=(hearing.inbound.key,)))
        except Overtaken:
            continue
        return verdict


async def _judged(store: Reader, hearing: Hearing, pressed: Decided, terms: Terms) -> tuple[Change, Verdict]:
    by = Admin.who_sent(hearing.inbound)
    may = is_admin(hearing)
    if pressed.choice == "revive":
        if not may:
            return Change(), refused(hearing, pressed.choice)
        return await _revived(store, hearing.schedule, pressed.token, by, terms)
    delivery = await _delivery(store, pressed.token)
    if not may:
        return Change(), refused(hearing, pressed.choice, delivery.occurrence if delivery else None)
    if delivery is None:
        return Change(), Verdict(sentence("admin.not-on-record"))
    return await _settled(store, delivery, pressed.choice, by, terms)


async def _settled(
    store: Reader, delivery: Delivery, choice: Settling, by: Admin, terms: Terms
) -> tuple[Change, Verdict]:
    if delivery.state != "uncertain":
        return Change(), Verdict(_already(decided(await last_settled(store, delivery), terms)))
    return settled(delivery, choice, by), Verdict(sentence(f"admin.told-{choice}", chat=delivery.chat))


async def _revived(store: Reader, schedule: Schedule, token: str, by: Admin, terms: Terms) -> tuple[Change, Verdict]:
    dead = (name.removeprefix(DEAD) for name in await store.marks(DEAD))
    chat = next((each for each in dead if token_of(each) == token), None)
    change = await revival(store, terms, chat, by) if chat else None
    if chat is None or change is None:
        known = next((each for each in (*schedule.chats, *terms.admins) if token_of(each) == token), None)
        if known is None:
            return Change(), Verdict(sentence("admin.not-on-record"))
        return Change(), Verdict(_already(decided(await last_revived(store, known), terms)))
    return change, Verdict(sentence("admin.told-revive", chat=chat, count=len(change.deliveries)))


async def _delivery(store: Reader, token: str) -> Delivery | None:
    """What the button is about. What is settled is found as well: who presses late is told by whom."""
    return next((each for each in await store.deliveries() if token_of(each.id) == token), None)


def _already(words: Sentence) -> Sentence:
    return words if words.key == "admin.moot" else sentence("admin.already", decision=words)
