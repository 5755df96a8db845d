"""Which messages of the bot somebody replies to."""

from bot.acknowledgements.hearing import Hearing
from bot.ledger.deliveries import Delivery
from bot.store.protocol import Reader


async def in_quoted_message(store: Reader, hearing: Hearing) -> list[Delivery]:
    """What stands in the message that was replied to. A chat that moved counts its messages from the start again, so
    the address is looked at too.
    """
    where = (hearing.inbound.message_id, hearing.inbound.address)
    return [each for each in await store.deliveries(chat=hearing.chat) if (each.message_id, each.address) == where]


def asked_by(delivery: Delivery) -> str:
    """The occurrence that a message asks for; of a notice that asks once more, of a reminder, and of a word on
    how it stands, the one that it is about.
    """
    if delivery.call and delivery.call.kind in {"remind", "late", "status"}:
        return delivery.call.of
    again = delivery.question if delivery.question and delivery.question.kind == "answer" else None
    return again.of if again else delivery.occurrence
