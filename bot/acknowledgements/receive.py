"""From what came in to what is on record: find the ask, judge, write, and only then tell the person."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from bot.acknowledgements.evidence import evidence_alone, with_evidence
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict, judge, no_such_ask, which_ask
from bot.acknowledgements.needs import said_again, said_what
from bot.acknowledgements.people import is_admin, offices_asked, offices_of
from bot.acknowledgements.quoted import asked_by, in_quoted_message
from bot.acknowledgements.words import Typed, read_words
from bot.campaign.model import Schedule
from bot.channels.buttons import read_data
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery, Issued, Owing
from bot.ledger.entries import Entry
from bot.ledger.standing import has_said, standings
from bot.store.protocol import Change, Store

_MOST_ASKS = 6
_TOLD = frozenset({"sent", "merged"})


async def receive(store: Store, hearing: Hearing) -> Verdict | None:
    """Deal with a press or a typed text: durable when this returns. None where it was no answer at all.

    Raises `StoreError` where it cannot be written; it then stays among what is not dealt with.
    """
    verdict = await (_pressed(store, hearing) if hearing.inbound.kind == "press" else _typed(store, hearing))
    verdict = verdict or await said_what(store, hearing)
    entries, planned = (verdict.entries, verdict.planned) if verdict else ((), ())
    awaited = verdict.evidence if verdict else None
    marks = {awaited.mark: awaited.model_dump_json()} if awaited else {}
    await store.commit(Change(entries=entries, planned=planned, handled=(hearing.inbound.key,), marks=marks))
    return verdict


async def _pressed(store: Store, hearing: Hearing) -> Verdict:
    pressed = read_data(hearing.inbound.data or "")
    issued = await store.issued_by_token(pressed.token) if pressed else None
    if pressed is None or issued is None or issued.owing is None:
        return no_such_ask()
    order = list(issued.offices)
    if pressed.office is not None and pressed.office >= len(order):
        return no_such_ask()
    chosen = order[pressed.office] if pressed.office is not None else None
    why = hearing.inbound.text if pressed.answer == "help" else None
    return await _judged(store, hearing, Typed(pressed.answer, chosen, why), issued)


async def _typed(store: Store, hearing: Hearing) -> Verdict | None:
    typed = read_words(hearing.inbound.text or "", names_of(hearing.schedule))
    if typed is None and hearing.inbound.attachment and hearing.inbound.message_id:
        return await evidence_alone(store, hearing, await _quoted(store, hearing))
    if typed is None or hearing.chat is None:
        return None
    if hearing.inbound.message_id:
        quoted = await _quoted(store, hearing)
        if len(quoted) < 2:
            return await _judged(store, hearing, typed, quoted[0]) if quoted else None
    open_ = await _open_to(store, hearing, typed)
    if not open_:
        asked = await _not_theirs(store, hearing, typed)
        return await _judged(store, hearing, typed, asked) if asked else None
    if len(open_) == 1:
        return await _judged(store, hearing, typed, open_[0])
    verdict = which_ask(typed.answer, open_[:_MOST_ASKS], typed.office)
    return with_evidence(verdict, hearing, open_[0], (), typed.answer)


async def _judged(store: Store, hearing: Hearing, said: Typed, issued: Issued) -> Verdict:
    """Judged for the offices that the message in this chat names, where the person is of one of these."""
    entries = await store.entries(occurrence=issued.occurrence)
    may = offices_asked(hearing.schedule, hearing.inbound, hearing.chat, issued)
    if said.office is None:
        named = issued.chats.get(hearing.chat or "", ())
        may = tuple(each for each in may if each in named) or may
    deliveries = await store.deliveries(occurrence=issued.occurrence)
    inbound, chat = hearing.inbound, hearing.chat
    verdict = judge(inbound, said.answer, issued, deliveries, entries, may, chat, said.office, hearing.lang)
    if verdict.entry and verdict.entry.kind == "refused" and is_admin(hearing):
        return replace(verdict, told=_how_in_its_place(said, hearing, issued))
    if said.why and not verdict.entry and not verdict.buttons:
        again = said_again(hearing, issued, [said.office] if said.office else may, entries, said.why)
        verdict = replace(again, office=verdict.office) if again else verdict
    else:
        verdict = with_help_called(verdict, hearing, issued, entries, said.why)
    return with_evidence(verdict, hearing, issued, entries, said.answer)


def _how_in_its_place(said: Typed, hearing: Hearing, issued: Issued) -> Sentence:
    """An admin who answers as an office's own people do is told how to answer in its place."""
    office = said.office or next(iter(issued.chats.get(hearing.chat or "") or issued.offices))
    name = issued.offices.get(office) or hearing.schedule.offices[office].name
    return sentence("answers.refused-admin", office=name, state=sentence(f"message.{said.answer}"))


async def _quoted(store: Store, hearing: Hearing) -> list[Issued]:
    """The asks in the message that was replied to, several where late ones went out together; or the ask of which a
    notice asked once more.
    """
    found = [await store.issued(asked_by(each)) for each in await in_quoted_message(store, hearing)]
    return [issued for issued in found if issued and issued.owing]


async def _open_to(store: Store, hearing: Hearing, typed: Typed) -> Sequence[Issued]:
    """Asks of this chat that may be meant by one of this person's offices, the latest first.

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


async def _not_theirs(store: Store, hearing: Hearing, typed: Typed) -> Issued | None:
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


async def _asked_in(store: Store, hearing: Hearing) -> AsyncIterator[tuple[Issued, Owing, tuple[str, ...]]]:
    """The asks that went out to this chat, or in the message that was replied to, with what is owed and the offices
    asked there, the latest first.
    """
    if hearing.inbound.message_id:
        deliveries: Sequence[Delivery] = await in_quoted_message(store, hearing)
    else:
        deliveries = await store.deliveries(chat=hearing.chat)
    for delivery in reversed(deliveries):
        issued = await store.issued(delivery.occurrence)
        if delivery.state in _TOLD and issued and issued.owing:
            yield issued, issued.owing, issued.chats.get(delivery.chat, ())


def names_of(schedule: Schedule) -> dict[str, str]:
    """What an office may be called, to its id; a word that several are called by means none of them alone."""
    called: dict[str, set[str]] = defaultdict(set)
    for office in schedule.town.offices:
        for word in (office.name, *office.aliases, office.id):
            called[word.lower()].add(office.id)
    return {word: next(iter(ids)) for word, ids in called.items() if len(ids) == 1}
