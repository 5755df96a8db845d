"""Which asks somebody may mean who types an answer and quotes none: in a chat of the town those that went out there, in
their own chat with the bot those that went out to their offices anywhere, on whatever platform.
"""

from collections.abc import AsyncIterator, Sequence

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.people import offices_of
from bot.acknowledgements.quoted import in_quoted_message
from bot.acknowledgements.words import Typed
from bot.ledger.deliveries import Delivery, Issued, Owing
from bot.ledger.entries import Entry
from bot.ledger.standing import has_said, standings
from bot.store.protocol import Reader

_TOLD = frozenset({"sent", "merged"})

Asked = AsyncIterator[tuple[Issued, Owing, tuple[str, ...]]]


async def open_to(store: Reader, hearing: Hearing, typed: Typed) -> Sequence[Issued]:
    """Asks that may be meant by one of this person's offices, the latest first.

    Those that are still owed something and would hear something new come before those that only another member's
    same answer is added to. Where nothing is owed any more, what is new is said of the latest: a problem that comes
    up after 已落实 must not go unheard; another member's word that only arrives later is on record all the same, and so
    is what comes with a word that was said before.
    """
    lacking: list[Issued] = []
    owing: list[Issued] = []
    given: list[Issued] = []
    is_latest, inbound = True, hearing.inbound

    def is_new(office: str, entries: Sequence[Entry]) -> bool:
        again = has_said(inbound.person, office, typed.answer, inbound.at, entries)
        return not again or inbound.attachment is not None

    async for issued, owed, offices in _asked_in(store, hearing):
        may = offices_of(hearing.schedule, hearing.inbound, hearing.chat, offices)
        wanted = {typed.office} & set(may) if typed.office else set(may)
        entries = await store.entries(occurrence=issued.occurrence)
        stands = [each for each in standings(issued.offices, entries) if each.office in wanted]
        open_ = [] if issued.withdrawn else [each for each in stands if not each.has_given(owed.expects)]
        if any(each.lacks(typed.answer) for each in open_):
            lacking.append(issued)
        elif open_:
            owing.append(issued)
        elif any(each.lacks(typed.answer) or (is_latest and is_new(each.office, entries)) for each in stands):
            given.append(issued)
        is_latest = is_latest and not stands
    return lacking or owing or given[:1]


async def not_theirs(store: Reader, hearing: Hearing, typed: Typed) -> Issued | None:
    """The latest ask of this chat that somebody answers who may not: for an office that they named and are not of,
    or as one who is of none at all. Another office's people may say 收到 to each other.
    """
    if typed.office is None and offices_of(hearing.schedule, hearing.inbound, hearing.chat, hearing.schedule.offices):
        return None
    async for issued, _, offices in _asked_in(store, hearing):
        asked = [each for each in offices if typed.office in (None, each)]
        entries = await store.entries(occurrence=issued.occurrence)
        stands = standings(issued.offices, entries)
        owed = any(each.office in asked and each.lacks(typed.answer) for each in stands) and not issued.withdrawn
        if owed and not offices_of(hearing.schedule, hearing.inbound, hearing.chat, asked):
            return issued
    return None


def _asked_in(store: Reader, hearing: Hearing) -> Asked:
    """Asks with what is owed and the offices asked, the latest first."""
    if hearing.is_own_chat and not hearing.inbound.message_id:
        return _asked_anywhere(store, hearing)
    return _asked_here(store, hearing)


async def _asked_here(store: Reader, hearing: Hearing) -> Asked:
    """The asks that went out to this chat, or in the message that was replied to."""
    if hearing.inbound.message_id:
        deliveries: Sequence[Delivery] = await in_quoted_message(store, hearing)
    else:
        deliveries = await store.deliveries(chat=hearing.chat)
    for delivery in reversed(deliveries):
        issued = await store.issued(delivery.occurrence)
        if delivery.state in _TOLD and issued and issued.owing:
            yield issued, issued.owing, issued.chats.get(delivery.chat, ())


async def _asked_anywhere(store: Reader, hearing: Hearing) -> Asked:
    """The asks that went out to this person's offices."""
    own = offices_of(hearing.schedule, hearing.inbound, hearing.chat, hearing.schedule.offices)
    for issued in reversed(await store.all_issued() if own else ()):
        if issued.owing is None or set(own).isdisjoint(issued.offices):
            continue
        deliveries = await store.deliveries(occurrence=issued.occurrence)
        told = [
            each for delivery in deliveries if delivery.state in _TOLD for each in issued.chats.get(delivery.chat, ())
        ]
        if offices := tuple(each for each in issued.offices if each in own and each in told):
            yield issued, issued.owing, offices
