"""A delivery's message as it should stand now, answers included."""

from datetime import datetime

from bot.channels.buttons import buttons_of
from bot.channels.protocol import Message
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.standing import standings
from bot.outbox.terms import Terms
from bot.renderer.compose import compose
from bot.store.protocol import Reader


async def message_of(
    store: Reader, delivery: Delivery, issued: Issued | None, platform: str, sent_at: datetime, terms: Terms
) -> Message:
    """The whole message; `issued` is None for a notice, which is its own text."""
    if issued is None:
        return Message(terms.headed(delivery.text or ""))
    if issued.owing and delivery.deadline:
        issued = issued.model_copy(update={"owing": issued.owing.model_copy(update={"deadline": delivery.deadline})})
    stands = standings(issued.offices, await store.entries(occurrence=issued.occurrence)) if issued.owing else ()
    text = compose(
        issued,
        delivery.chat,
        platform,
        stands,
        sent_at,
        zone=terms.zone,
        mentions=terms.mentions,
        lang=terms.lang,
    )
    return Message(terms.headed(text), buttons_of(issued, delivery.chat, terms.lang))
