"""From what came in to what is on record: find the ask, judge, write, and only then tell the person."""

from collections import defaultdict
from dataclasses import replace

from bot.acknowledgements.evidence import evidence_alone, with_evidence
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.helping import with_help_called
from bot.acknowledgements.judge import Verdict, judge, no_such_ask, which_ask
from bot.acknowledgements.meant import not_theirs, open_to
from bot.acknowledgements.needs import said_again, said_what
from bot.acknowledgements.people import is_admin, offices_asked, offices_of
from bot.acknowledgements.quoted import asked_by, in_quoted_message
from bot.acknowledgements.words import Typed, read_words
from bot.campaign.model import Schedule
from bot.channels.buttons import read_data
from bot.language import Sentence, sentence
from bot.ledger.deliveries import Issued
from bot.ledger.entries import recall_in
from bot.renderer.headline import headline
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Store

_MOST_ASKS = 6


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
    if typed is None or (hearing.chat is None and not hearing.is_own_chat):
        return None
    if hearing.is_own_chat and not await in_quoted_message(store, hearing):
        hearing = _unquoted(hearing)
    if hearing.inbound.message_id:
        quoted = await _quoted(store, hearing)
        if len(quoted) < 2:
            return await _judged(store, hearing, typed, quoted[0]) if quoted else None
    open_ = await open_to(store, hearing, typed)
    if not open_:
        asked = await not_theirs(store, hearing, typed)
        return await _judged(store, hearing, typed, asked) if asked else _nothing_open(hearing)
    if len(open_) == 1:
        return await _judged(store, hearing, typed, open_[0])
    verdict = which_ask(typed.answer, open_[:_MOST_ASKS], typed.office)
    return with_evidence(verdict, hearing, open_[0], (), typed.answer)


async def _judged(store: Store, hearing: Hearing, said: Typed, issued: Issued) -> Verdict:
    """Judged for the offices that the message in this chat names, where the person is of one of these. Who answers what
    was recalled by then is told that nobody owes it.
    """
    entries = await store.entries(occurrence=issued.occurrence)
    if issued.withdrawn and (recall := recall_in(entries)) and hearing.inbound.at >= recall.at:
        return Verdict(sentence("answers.recalled", ask=escaped(headline(issued))))
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


def _unquoted(hearing: Hearing) -> Hearing:
    """In their own chat somebody may reply to a word of the bot's that is no ask: the answer is meant all the same."""
    return replace(hearing, inbound=hearing.inbound.model_copy(update={"message_id": None}))


def _nothing_open(hearing: Hearing) -> Verdict | None:
    """An answer to the bot to which no ask of their offices is open: silence would pass for having it."""
    schedule = hearing.schedule
    own = offices_of(schedule, hearing.inbound, hearing.chat, schedule.offices) if hearing.is_addressed else ()
    names = [schedule.offices[each].name for each in own]
    return Verdict(sentence("answers.nothing-open", offices=names)) if names else None


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


def names_of(schedule: Schedule) -> dict[str, str]:
    """What an office may be called, to its id; a word that several are called by means none of them alone."""
    called: dict[str, set[str]] = defaultdict(set)
    for office in schedule.town.offices:
        for word in (office.name, *office.aliases, office.id):
            called[word.lower()].add(office.id)
    return {word: next(iter(ids)) for word, ids in called.items() if len(ids) == 1}
