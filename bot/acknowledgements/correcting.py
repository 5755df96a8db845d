"""An answer is corrected by a new entry, never changed: who may, and what it comes to."""

from collections.abc import Sequence

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict, no_such_ask
from bot.acknowledgements.people import is_admin, offices_asked
from bot.channels.buttons import Wished, wish_data
from bot.channels.protocol import Button
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import Entry
from bot.ledger.standing import Standing, StandingState, standings
from bot.store.protocol import Change, Reader, Store

_ROWS: tuple[tuple[StandingState, ...], ...] = (("received", "done"), ("help", "open"))
_LOOKED_THROUGH = 60


def correct(
    hearing: Hearing,
    issued: Issued,
    entries: Sequence[Entry],
    office: str,
    to: StandingState,
    reason: str | None = None,
) -> Verdict:
    """Have an office stand otherwise with an ask than its answers say, from what is on record of that. Pure.

    Its own people may, for what they said themselves, and any admin; that anybody else wanted it goes on record. It is
    dated after everything that it corrects, whatever the clock says.
    """
    inbound = hearing.inbound
    name = issued.offices[office]
    if not (is_admin(hearing) or office in offices_asked(hearing.schedule, inbound, hearing.chat, issued)):
        told = sentence("answers.anonymous" if inbound.anonymous else "answers.correct-refused", office=name)
        return Verdict(told, _entry(hearing, issued, office, "refused", asked="correct"))
    (before,) = standings([office], entries)
    state = sentence(f"message.{to}")
    if before.state == to:
        return Verdict(sentence("answers.stands-so", office=name, state=state))
    entry = _entry(hearing, issued, office, "corrected", to=to, reason=reason)
    last = max((each.at for each in entries if each.office == office), default=entry.at)
    entry = entry.model_copy(update={"at": max(entry.at, last)})
    was = sentence(f"message.{before.state}")
    return Verdict(sentence("answers.corrected", office=name, was=was, state=state), entry)


async def corrected(store: Store, hearing: Hearing, wished: Wished) -> Verdict:
    """Deal with a press that corrects: durable when this returns. Raises `StoreError` where it cannot be written."""
    issued = await store.issued_by_token(wished.token)
    order = list(issued.offices) if issued and issued.owing else []
    if issued is None or wished.to is None or wished.office is None or wished.office >= len(order):
        verdict = no_such_ask()
    else:
        entries = await store.entries(occurrence=issued.occurrence)
        verdict = correct(hearing, issued, entries, order[wished.office], wished.to)
        verdict = with_help_called(verdict, hearing, issued, entries)
    change = Change(entries=verdict.entries, planned=verdict.planned, handled=(hearing.inbound.key,))
    await store.commit(change)
    return verdict


def correction_buttons(issued: Issued, office: str, lang: Lang) -> tuple[tuple[Button, ...], ...]:
    """By which somebody says where an office really stands with an ask: 收到, 已落实, 需协助, 撤回回执."""
    number = list(issued.offices).index(office)
    return tuple(
        tuple(
            Button(
                say(sentence("answers.take-back" if to == "open" else f"message.{to}"), lang),
                wish_data("correct", issued.token, number, to),
            )
            for to in row
        )
        for row in _ROWS
    )


async def lately_answered(store: Reader, office: str, most: int) -> tuple[tuple[Issued, Standing], ...]:
    """The last asks to which an office has answered, the latest first, with where it stands."""
    found: list[tuple[Issued, Standing]] = []
    asked = [each for each in await store.all_issued() if each.owing and office in each.offices]
    for issued in reversed(asked[-_LOOKED_THROUGH:]):
        (standing,) = standings([office], await store.entries(occurrence=issued.occurrence))
        if standing.state != "open":
            found.append((issued, standing))
        if len(found) == most:
            break
    return tuple(found)


def _entry(hearing: Hearing, issued: Issued, office: str, kind: str, **detail: str | None) -> Entry:
    inbound = hearing.inbound
    known = {name: value for name, value in {"name": inbound.person_name, **detail}.items() if value}
    return Entry.model_validate(
        {
            "at": inbound.at,
            "kind": kind,
            "occurrence": issued.occurrence,
            "chat": hearing.chat,
            "office": office,
            "by": inbound.person,
            "detail": known,
        }
    )
