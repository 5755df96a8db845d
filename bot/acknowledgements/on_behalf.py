"""An admin answers on behalf of an office that spoke by telephone or in person: with a reason, judged like any."""

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict, judge
from bot.acknowledgements.people import is_admin
from bot.language import sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import AnswerState
from bot.store.protocol import Change, Reader, Store


async def on_behalf(
    store: Store, hearing: Hearing, issued: Issued, office: str, answer: AnswerState, reason: str
) -> Verdict:
    """Put an answer on record that an admin gives for an office, and why they do: durable when this returns. Who is no
    admin is refused and that is on record; without a reason nothing is. 需协助 fetches help like the office's own.

    Raises `StoreError` where it cannot be written.
    """
    verdict = await judged_on_behalf(store, hearing, issued, office, answer, reason)
    change = Change(entries=verdict.entries, planned=verdict.planned, handled=(hearing.inbound.key,))
    await store.commit(change)
    return verdict


async def judged_on_behalf(
    store: Reader, hearing: Hearing, issued: Issued, office: str, answer: AnswerState, reason: str
) -> Verdict:
    """What such an answer comes to, before it is on record."""
    reason = " ".join(reason.split())
    entries = await store.entries(occurrence=issued.occurrence)
    deliveries = await store.deliveries(occurrence=issued.occurrence)
    may = (office,) if is_admin(hearing) and office in issued.offices else ()
    if may and not reason:
        return Verdict(sentence("answers.reason-wanted", office=issued.offices[office]))
    inbound, chat = hearing.inbound, hearing.chat
    verdict = judge(inbound, answer, issued, deliveries, entries, may, chat, office, hearing.lang, reason)
    return with_help_called(verdict, hearing, issued, entries)
