"""From what came in to what is on record: find the ask, judge, write, and only then tell the person."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.acknowledgements.judge import Verdict, judge, no_such_ask, which_ask
from bot.acknowledgements.people import offices_of
from bot.acknowledgements.words import Typed, read_words
from bot.campaign.model import Schedule
from bot.channels.buttons import read_data
from bot.language import Lang
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from bot.ledger.inbound import Inbound
from bot.ledger.standing import standings
from bot.store.protocol import Change, Store

_MOST_ASKS = 6


@dataclass(frozen=True)
class Hearing:
    """One thing that came in, the chat it came from, and the schedule in force."""

    inbound: Inbound
    chat: str | None
    schedule: Schedule
    lang: Lang


async def receive(store: Store, hearing: Hearing) -> Verdict | None:
    """Deal with a press or a typed text: durable when this returns. None where it was no answer at all.

    Raises `StoreError` where it cannot be written; it then stays among what is not dealt with.
    """
    verdict = await (_pressed(store, hearing) if hearing.inbound.kind == "press" else _typed(store, hearing))
    entries = (verdict.entry,) if verdict and verdict.entry else ()
    await store.commit(Change(entries=entries, handled=(hearing.inbound.key,)))
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
    return await _judged(store, hearing, pressed.answer, issued, chosen)


async def _typed(store: Store, hearing: Hearing) -> Verdict | None:
    typed = read_words(hearing.inbound.text or "", _names(hearing.schedule))
    if typed is None or hearing.chat is None:
        return None
    if hearing.inbound.message_id:
        issued = await _quoted(store, hearing)
        return await _judged(store, hearing, typed.answer, issued, typed.office) if issued else None
    open_ = await _open_to(store, hearing, typed)
    if not open_:
        return None
    if len(open_) == 1:
        return await _judged(store, hearing, typed.answer, open_[0], typed.office)
    index = {issued.occurrence: list(issued.offices).index(typed.office) if typed.office else None for issued in open_}
    labels = [(issued, _label(issued)) for issued in open_[:_MOST_ASKS]]
    return which_ask(typed.answer, labels, index)


async def _judged(store: Store, hearing: Hearing, answer: AnswerState, issued: Issued, chosen: str | None) -> Verdict:
    entries = await store.entries(occurrence=issued.occurrence)
    may = offices_of(hearing.schedule, hearing.inbound, hearing.chat, issued.offices)
    return judge(hearing.inbound, answer, issued, entries, may, hearing.chat, chosen, hearing.lang)


async def _quoted(store: Store, hearing: Hearing) -> Issued | None:
    """The ask whose message was replied to."""
    for delivery in await store.deliveries(chat=hearing.chat):
        if delivery.message_id == hearing.inbound.message_id:
            issued = await store.issued(delivery.occurrence)
            return issued if issued and issued.owing else None
    return None


async def _open_to(store: Store, hearing: Hearing, typed: Typed) -> Sequence[Issued]:
    """Asks of this chat that would hear something new from this person's offices, the latest first."""
    found: list[Issued] = []
    for delivery in reversed(await store.deliveries(chat=hearing.chat)):
        issued = await store.issued(delivery.occurrence)
        if delivery.state != "sent" or issued is None or issued.owing is None or issued.withdrawn:
            continue
        may = offices_of(hearing.schedule, hearing.inbound, hearing.chat, issued.chats.get(delivery.chat, ()))
        wanted = {typed.office} & set(may) if typed.office else set(may)
        stands = standings(issued.offices, await store.entries(occurrence=issued.occurrence))
        if any(each.office in wanted and each.lacks(typed.answer) for each in stands):
            found.append(issued)
    return found


def _names(schedule: Schedule) -> dict[str, str]:
    return {name: office.id for office in schedule.town.offices for name in (office.name, *office.aliases, office.id)}


def _label(issued: Issued) -> str:
    """A few words that tell one ask from another: the message's first line."""
    return issued.bodies[""].strip().splitlines()[0].replace("*", "").strip("# >-")[:24]
