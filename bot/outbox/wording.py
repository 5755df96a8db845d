"""A delivery's message as it should stand now: answers included, and those that went out in the same message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.channels.buttons import buttons_of, buttons_under
from bot.channels.protocol import Message
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.standing import standings
from bot.outbox.terms import Terms
from bot.renderer.compose import compose, merged
from bot.store.protocol import Reader


@dataclass(frozen=True)
class Piece:
    """One delivery and what it delivers; `issued` is None for a notice, which is its own text."""

    delivery: Delivery
    issued: Issued | None


async def message_of(
    store: Reader, delivery: Delivery, issued: Issued | None, platform: str, sent_at: datetime, terms: Terms
) -> Message:
    """The whole message in which a delivery stands, with all that it carries."""
    pieces = [Piece(delivery, issued)]
    for occurrence in delivery.carries:
        carried = await store.delivery(f"{occurrence}@{delivery.chat}")
        if carried is not None:
            pieces.append(Piece(carried, await store.issued(occurrence)))
    return await message_with(store, pieces, platform, sent_at, terms)


async def message_with(
    store: Reader, pieces: Sequence[Piece], platform: str, sent_at: datetime, terms: Terms
) -> Message:
    """One message of these pieces, of which the first carries the others."""
    if len(pieces) == 1:
        return await _alone(store, pieces[0], platform, sent_at, terms)
    each = [await _text(store, piece, platform, sent_at, terms) for piece in pieces]
    rows = (
        buttons_of(piece.issued, piece.delivery.chat, terms.lang, number)
        for number, piece in enumerate(pieces, 1)
        if piece.issued
    )
    return Message(terms.headed(merged(each, terms.lang)), tuple(chain.from_iterable(rows)))


async def _alone(store: Reader, piece: Piece, platform: str, sent_at: datetime, terms: Terms) -> Message:
    text = terms.headed(await _text(store, piece, platform, sent_at, terms))
    if piece.issued is not None:
        return Message(text, buttons_of(piece.issued, piece.delivery.chat, terms.lang))
    question = piece.delivery.question
    asked = await store.issued(question.of) if question and question.kind == "answer" else None
    return Message(text, buttons_under(piece.delivery, asked, terms.lang))


async def _text(store: Reader, piece: Piece, platform: str, sent_at: datetime, terms: Terms) -> str:
    delivery, issued = piece.delivery, piece.issued
    if issued is None:
        return delivery.text or ""
    if issued.owing and delivery.deadline:
        issued = issued.model_copy(update={"owing": issued.owing.model_copy(update={"deadline": delivery.deadline})})
    stands = standings(issued.offices, await store.entries(occurrence=issued.occurrence)) if issued.owing else ()
    return compose(
        issued,
        delivery.chat,
        platform,
        stands,
        sent_at,
        zone=terms.zone,
        mentions=terms.mentions,
        lang=terms.lang,
    )
