"""A delivery's message as it should stand now: answers included, and those that went out in the same message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.channels.buttons import buttons_of, buttons_under
from bot.channels.protocol import Button, Message
from bot.language import Lang, say
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.standing import standings
from bot.outbox.questions import decision_on, is_open
from bot.outbox.terms import Terms
from bot.renderer.compose import compose, merged
from bot.store.protocol import Reader

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Piece:
    """One delivery and what it delivers; `issued` is None for a notice, which is its own text."""

    delivery: Delivery
    issued: Issued | None


async def message_of(
    store: Reader, delivery: Delivery, issued: Issued | None, platform: str, sent_at: datetime, terms: Terms
) -> Message:
    """The whole message in which a delivery stands, with all that it carries."""
    return await message_with(store, await _pieces(store, delivery, issued), platform, sent_at, terms)


async def buttons_in(store: Reader, delivery: Delivery, lang: Lang) -> Rows:
    """The buttons of the message in which a delivery stands."""
    return await _buttons(store, await _pieces(store, delivery, await store.issued(delivery.occurrence)), lang)


async def message_with(
    store: Reader, pieces: Sequence[Piece], platform: str, sent_at: datetime, terms: Terms
) -> Message:
    """One message of these pieces, of which the first carries the others."""
    texts = [await _text(store, piece, platform, sent_at, terms) for piece in pieces]
    text = texts[0] if len(texts) == 1 else merged(texts, terms.lang)
    return Message(terms.headed(text), await _buttons(store, pieces, terms.lang))


async def _pieces(store: Reader, delivery: Delivery, issued: Issued | None) -> list[Piece]:
    pieces = [Piece(delivery, issued)]
    for occurrence in delivery.carries:
        carried = await store.delivery(f"{occurrence}@{delivery.chat}")
        if carried is not None:
            pieces.append(Piece(carried, await store.issued(occurrence)))
    return pieces


async def _buttons(store: Reader, pieces: Sequence[Piece], lang: Lang) -> Rows:
    first = pieces[0]
    if first.issued is None:
        question = first.delivery.question
        if question and not await is_open(store, question):
            return ()
        asked = await store.issued(question.of) if question and question.kind == "answer" else None
        return buttons_under(first.delivery, asked, lang)
    numbers = [None] if len(pieces) == 1 else range(1, len(pieces) + 1)
    rows = (
        buttons_of(piece.issued, piece.delivery.chat, lang, number)
        for number, piece in zip(numbers, pieces, strict=True)
        if piece.issued
    )
    return tuple(chain.from_iterable(rows))


async def _text(store: Reader, piece: Piece, platform: str, sent_at: datetime, terms: Terms) -> str:
    delivery, issued = piece.delivery, piece.issued
    if issued is None:
        decision = await decision_on(store, delivery.question, terms) if delivery.question else None
        return f"{delivery.text}\n\n☑️ {say(decision, terms.lang)}" if decision else delivery.text or ""
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
