"""What a chat does not know yet of an ask, where its messages cannot be changed any more, and when it is told.

Nothing is remembered of it: what a chat was last told of an office stands in the texts of its messages, and is held
against the record at each look. So no restart loses a word, and none is said twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args

from bot.language import Lang
from bot.ledger.deliveries import ASKED, UNFINISHED, Call, Delivery, Issued, called
from bot.ledger.entries import ANSWERS, Entry, Kind
from bot.ledger.problems import problems
from bot.ledger.standing import Standing, standings
from bot.outbox import outcome
from bot.outbox.terms import Terms
from bot.outbox.wording import message_of
from bot.renderer.beside import calling_nobody, is_all_given, lines_of
from bot.store.protocol import Change, Reader

CHANGES: frozenset[Kind] = frozenset({*ANSWERS, "corrected", "need", "taken", "closed"})
"""Entries by which a message becomes untrue."""

GATHERED = timedelta(minutes=1)
"""So long after the first answer that a chat does not see others may come with it."""
APART = timedelta(minutes=10)
"""At least so far apart a chat is told of one ask, unless all is said."""

_TELLING = frozenset({"remind", "late", "help", "status"})


@dataclass(frozen=True)
class Place:
    """A chat that is told: the platform for which messages are worded there, whether `presses` come back from it;
    `is_one` where a single person reads it, who was answered by the bot for what they said there.
    """

    chat: str
    platform: str
    presses: bool
    is_one: bool


async def tidings(
    store: Reader, issued: Issued, messages: Iterable[Delivery], place: Place, terms: Terms, now: datetime
) -> Change | None:
    """What is to be planned, brought forward or called off so that this chat is told how an ask stands; None where it
    knows, or is about to be told. `messages` are all that the ask is and that follows it, in whatever chat.
    """
    said = await _said_in(store, messages, place.chat)
    before = [each for each in said if each.call and each.call.kind == "status"]
    waiting = next((each for each in before if each.state in UNFINISHED), None)
    heard = [each for each in said if each.state in ASKED and not each.taken_down]
    entries = await store.entries(occurrence=issued.occurrence)
    over = terms.ends.get(issued.campaign)
    since = None if over and now >= over else await _untold_since(store, issued, place, heard, entries, terms)
    if since is None:
        return outcome.called_off(waiting) if waiting and waiting.state != "intended" else None
    offices = _followed(issued, place.chat, heard)
    due = _due(issued, offices, before, entries, since, now)
    if waiting is None:
        call = Call(kind="status", of=issued.occurrence, offices=offices, until=over)
        return Change(planned=called(call, len(before) + 1, (place.chat,), due.astimezone(terms.zone)))
    if waiting.state == "planned" and due < waiting.due:
        return Change(deliveries=(waiting.become("planned", due=due.astimezone(terms.zone)),), given=(waiting,))
    return None


async def _said_in(store: Reader, messages: Iterable[Delivery], chat: str) -> list[Delivery]:
    """What was, or is to be, said of an ask in a chat; what went out in another's message has the text of that one."""
    found: list[Delivery] = []
    for each in messages:
        if each.chat == chat and (each.call is None or each.call.kind in _TELLING):
            carrier = await store.delivery(each.carried_by) if each.carried_by else None
            shared = {"text": carrier.text, "asked_at": carrier.asked_at} if carrier else {}
            found.append(each.model_copy(update=shared))
    return found


def _followed(issued: Issued, chat: str, heard: Iterable[Delivery]) -> tuple[str, ...]:
    """The offices of which a chat is told: those that are asked there, and those for which help was fetched there."""
    here = {*issued.chats.get(chat, ())} | {
        office for each in heard if each.call and each.call.kind == "help" for office in each.call.offices
    }
    return tuple(office for office in issued.offices if office in here)


async def _untold_since(
    store: Reader, issued: Issued, place: Place, heard: Sequence[Delivery], entries: Sequence[Entry], terms: Terms
) -> datetime | None:
    """Since when the chat does not know how one of its offices stands, in whichever language it was told; None where it
    knows of all.
    """
    found: list[datetime] = []
    for office in _followed(issued, place.chat, heard):
        changes = [each for each in entries if each.office == office and each.kind in CHANGES]
        telling = [each for each in heard if _tells_of(each, issued, office)]
        if not changes or not telling or (place.is_one and changes[-1].chat == place.chat):
            continue
        last = max(telling, key=lambda each: (_when(each), each.call is not None))
        each_language = [replace(terms, lang=lang) for lang in get_args(Lang)]
        told = [await _is_told(store, issued, office, last, heard, entries, place, each) for each in each_language]
        if not any(told):
            later = [each.at for each in changes if each.at >= _when(last)]
            found.append(min(later, default=changes[-1].at))
    return min(found, default=None)


def _tells_of(delivery: Delivery, issued: Issued, office: str) -> bool:
    return office in (delivery.call.offices if delivery.call else issued.chats.get(delivery.chat, ()))


def _when(delivery: Delivery) -> datetime:
    """When a message came to read as it does."""
    return delivery.asked_at or delivery.sent_at or delivery.due


async def _is_told(
    store: Reader,
    issued: Issued,
    office: str,
    last: Delivery,
    heard: Iterable[Delivery],
    entries: Sequence[Entry],
    place: Place,
    terms: Terms,
) -> bool:
    """Whether the last message that tells of an office says how it stands; where help was fetched, also what for."""
    sent_at = last.sent_at or last.due
    if last.call and last.call.kind == "help":
        stands = await message_of(store, last, None, place.platform, sent_at, terms, presses=place.presses)
        return stands.text == last.text
    helps = any(each.call and each.call.kind == "help" and office in each.call.offices for each in heard)
    (standing,) = standings([office], entries)
    known = problems(issued.occurrence, [office], entries)
    lines = lines_of(issued, standing, known, sent_at, terms.zone, terms.lang)
    read = calling_nobody(last.text or "").split("\n")
    return all(line in read for line in (lines if helps else lines[:1]))


def _due(
    issued: Issued,
    offices: Sequence[str],
    before: Sequence[Delivery],
    entries: Sequence[Entry],
    since: datetime,
    now: datetime,
) -> datetime:
    """When it is told: gathered and seldom, at once where it is the last word."""
    told = [each for each in before if each.state in ASKED]
    if _all_given(issued, standings(offices, entries)) and not any(is_all_given(each.text or "") for each in told[-1:]):
        return now
    apart = [each.sent_at + APART for each in told if each.sent_at]
    return max([since + GATHERED, now, *apart])


def _all_given(issued: Issued, stands: Iterable[Standing]) -> bool:
    return issued.owing is not None and all(each.has_given(issued.owing.expects) for each in stands)
