"""An admin's word on a delivery in doubt. Pure."""

from typing import Literal

from bot.app.admin.people import Admin
from bot.ledger.deliveries import Delivery
from bot.store.protocol import Change

Settling = Literal["arrived", "again", "let-be"]


def settled(delivery: Delivery, choice: Settling, by: Admin) -> Change:
    """What an uncertain delivery becomes: sent, sent again however late it is, or missed; unless it was settled
    meanwhile (`Change.given`). What arrived is owed like any, but no message of it is known that could be edited.
    """
    entry = by.entry(
        "settled",
        occurrence=None if delivery.is_notice else delivery.occurrence,
        chat=delivery.chat,
        notice=delivery.occurrence if delivery.is_notice else None,
        arrived=choice == "arrived",
        again=True if choice == "again" else None,
    )
    return Change(entries=(entry,), deliveries=(_after(delivery, choice, by),), given=(delivery,))


def _after(delivery: Delivery, choice: Settling, by: Admin) -> Delivery:
    match choice:
        case "arrived":
            return delivery.become("sent", sent_at=delivery.sent_at or by.at, not_before=None, why=None)
        case "again":
            fresh = {"message_id": None, "sent_at": None, "not_before": None, "why": None}
            return delivery.become("retrying", by_hand=True, doubts=0, **fresh)
        case "let-be":
            return delivery.become("missed")
