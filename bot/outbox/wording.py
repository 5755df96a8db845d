"""A delivery's message as it should stand now: answers included, and those that went out in the same message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.channels.buttons import buttons_of, buttons_of_call, buttons_under, link_of
from bot.channels.protocol import Button, Message
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.problems import problems
from bot.ledger.standing import standings
from bot.outbox.calls import followed, problem_of
from bot.outbox.questions import decision_on, is_open
from bot.outbox.terms import LinkTo, Terms, no_link
from bot.renderer.calls import compose_call, merged_calls
from bot.renderer.compose import compose, merged
from bot.store.protocol import Reader

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Under:
    """What may stand under a message: buttons that are pressed, or where no press comes back a link for each ask that
    can be answered by one. A link is made here, as the message leaves, and stands nowhere else: whoever has it may use
    it.
    """

    presses: bool
    link_to: LinkTo
    lang: Lang


@dataclass(frozen=True)
class Piece:
    """One delivery and what it delivers; `issued` is None for a notice, which is its own text, and for a call, which is
    worded from the ask that it follows.
    """

    delivery: Delivery
    issued: Issued | None


async def message_of(
    store: Reader,
    delivery: Delivery,
    issued: Issued | None,
    platform: str,
    sent_at: datetime,
    terms: Terms,
    *,
    presses: bool,
) -> Message:
    """The whole message in which a delivery stands, with all that it carries."""
    pieces = await _pieces(store, delivery, issued)
    return await message_with(store, pieces, platform, sent_at, terms, presses=presses)


async def buttons_in(store: Reader, delivery: Delivery, lang: Lang, *, presses: bool) -> Rows:
    """The buttons of the message in which a delivery stands, without the links: those are for its chat alone."""
    pieces = await _pieces(store, delivery, await store.issued(delivery.occurrence))
    return await _buttons(store, pieces, Under(presses, no_link, lang))


async def message_with(
    store: Reader, pieces: Sequence[Piece], platform: str, sent_at: datetime, terms: Terms, *, presses: bool
) -> Message:
    """One message of these pieces, of which the first carries the others; `presses` tells whether the press of a button
    comes back from where it goes.
    """
    texts = [await _text(store, piece, platform, sent_at, terms, presses=presses) for piece in pieces]
    join = merged_calls if pieces[0].delivery.call else merged
    text = texts[0] if len(texts) == 1 else join(texts, terms.lang)
    buttons = await _buttons(store, pieces, Under(presses, terms.link_to, terms.lang))
    return Message(terms.headed(text), buttons, _field(pieces[0].delivery, terms.lang))


async def carried_in(store: Reader, delivery: Delivery) -> tuple[Delivery, ...]:
    """All that stands in one message, the one first that carries the others."""
    found = [await store.delivery(f"{occurrence}@{delivery.chat}") for occurrence in delivery.carries]
    return (delivery, *(each for each in found if each))


async def _pieces(store: Reader, delivery: Delivery, issued: Issued | None) -> list[Piece]:
    _, *carried = await carried_in(store, delivery)
    return [Piece(delivery, issued), *[Piece(each, await store.issued(each.occurrence)) for each in carried]]


async def _buttons(store: Reader, pieces: Sequence[Piece], under: Under) -> Rows:
    numbers = [None] if len(pieces) == 1 else range(1, len(pieces) + 1)
    rows = [await _rows(store, piece, under, number) for number, piece in zip(numbers, pieces, strict=True)]
    return tuple(chain.from_iterable(rows))


async def _rows(store: Reader, piece: Piece, under: Under, number: int | None) -> Rows:
    delivery, question = piece.delivery, piece.delivery.question
    if piece.issued:
        return _to_answer(piece.issued, delivery.chat, under, number)
    if delivery.call:
        ask = await followed(store, delivery.call)
        if ask is None:
            return ()
        if under.presses:
            problem = problem_of(delivery.call, ask)
            return buttons_of_call(delivery.call, ask.issued, delivery.chat, problem, under.lang, number)
        return _to_answer(ask.issued, delivery.chat, under, number) if delivery.call.asks_again else ()
    if question is None or not await is_open(store, question):
        return ()
    asked = await store.issued(question.of) if question.kind == "answer" else None
    if under.presses:
        return buttons_under(delivery, asked, under.lang)
    return _to_answer(asked, delivery.chat, under, number) if asked else ()


def _to_answer(issued: Issued, chat: str, under: Under, number: int | None) -> Rows:
    if under.presses:
        return buttons_of(issued, chat, under.lang, number)
    url = under.link_to(issued, chat) if issued.chats.get(chat) else None
    return link_of(issued, chat, url, under.lang, number) if url else ()


def _field(delivery: Delivery, lang: Lang) -> str | None:
    asks = delivery.question is not None and delivery.question.kind == "need"
    return say(sentence("problems.field"), lang) if asks else None


async def _text(store: Reader, piece: Piece, platform: str, sent_at: datetime, terms: Terms, *, presses: bool) -> str:
    delivery, issued = piece.delivery, piece.issued
    if delivery.call and (ask := await followed(store, delivery.call)):
        return compose_call(
            delivery.call,
            ask.issued,
            platform,
            ask.stands,
            ask.deadlines,
            ask.problems,
            sent_at,
            zone=terms.zone,
            mentions=terms.mentions,
            lang=terms.lang,
            presses=presses,
        )
    if issued is None:
        decision = await decision_on(store, delivery.question, terms) if delivery.question else None
        return f"{delivery.text}\n\n☑️ {say(decision, terms.lang)}" if decision else delivery.text or ""
    if issued.owing and delivery.deadline:
        issued = issued.model_copy(update={"owing": issued.owing.model_copy(update={"deadline": delivery.deadline})})
    entries = await store.entries(occurrence=issued.occurrence) if issued.owing else ()
    return compose(
        issued,
        delivery.chat,
        platform,
        standings(issued.offices, entries),
        sent_at,
        zone=terms.zone,
        mentions=terms.mentions,
        lang=terms.lang,
        problems=problems(issued.occurrence, issued.offices, entries),
    )
