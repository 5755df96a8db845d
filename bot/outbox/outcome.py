"""What becomes of a delivery: each result as the one change that records it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels.protocol import Message, Receipt
from bot.channels.routes import Route
from bot.errors import SendError, Throttled
from bot.language import Sentence, say, sentence
from bot.ledger.deliveries import Delivery, Issued, Question, notice
from bot.ledger.entries import Entry
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.renderer.compose import is_late
from bot.store.protocol import Change

LIVED = "lived:"
"""Marks that say on which platform a chat was last sent to, by the chat's id."""

MOVED = "moved:"
"""Marks that say where a chat went, by its platform and old address."""

HELD = "held:"
"""Marks that say from when until when a platform asked to wait (two moments and a slash), by its name and place."""

DEAD = "dead:"
"""Marks of chats that were given up, by the chat's id: the address that refused, a space, and why."""

CHANNEL_REST = timedelta(minutes=1)
"""How long a platform is left alone that refuses this bot altogether."""

_BY_ITSELF: Mapping[str, Any] = {"carries": (), "carried_by": None}
_LONGEST_DOUBT = timedelta(hours=1)
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)


def intended(
    deliveries: Sequence[Delivery], given: Sequence[Delivery], message: Message, address: str, now: datetime
) -> Change:
    """Written before the request leaves: deliveries with the deadlines that the message tells, of which the first
    carries the others. Nothing is written where one stands otherwise by now than as it was `given`.
    """
    first, *others = deliveries
    leaving = {"address": address, "asked_at": now}
    written = [
        first.become(
            "intended",
            text=message.text,
            tries=first.tries + 1,
            carries=tuple(each.occurrence for each in others),
            **leaving,
        ),
        *(each.become("intended", tries=each.tries + 1, carried_by=first.id, **leaving) for each in others),
    ]
    return Change(deliveries=tuple(written), given=tuple(given))


def deadline_from(delivery: Delivery, issued: Issued | None, started: datetime) -> datetime | None:
    """By when what goes out now is owed: counted from the due moment, or from now where it is 补发."""
    if issued is None or issued.owing is None:
        return None
    return started + issued.owing.within if is_late(delivery.due, started) else issued.owing.deadline


def sent(
    delivery: Delivery,
    platform: str,
    receipt: Receipt,
    started: datetime,
    now: datetime,
) -> Change:
    """The platform has it, and the chat lives there from now on. One that was carried is merged, and owed like any.
    Of a call it is put on record of each of its offices that it was asked again, or that others were `told`.
    """
    of_offices = _called(delivery, now, message_id=receipt.message_id)
    has = {"message_id": receipt.message_id, "sent_at": started, "not_before": None, "why": None}
    late = (delivery.call is None and is_late(delivery.due, started)) or None
    if delivery.carried_by:
        into = delivery.carried_by.rpartition("@")[0]
        entry = _entry(delivery, "merged", now, into=into, message_id=receipt.message_id, late=late)
        return Change(entries=(entry, *of_offices), deliveries=(delivery.become("merged", **has),))
    entry = _entry(delivery, "sent", now, text=delivery.text, message_id=receipt.message_id, late=late)
    marks = {f"{LIVED}{delivery.chat}": platform}
    return Change(entries=(entry, *of_offices), deliveries=(delivery.become("sent", **has),), marks=marks)


def unreached(chat: str, receipt: Receipt, terms: Terms, now: datetime) -> Change:
    """Who of a chat did not get what the platform took: the admins are told once a day."""
    if not receipt.unreached:
        return Change()
    why = "\n".join(say(each, terms.lang) for each in receipt.unreached)
    told = say(sentence("service.unreached", chat=terms.named(chat), why=why), terms.lang)
    day = now.astimezone(terms.zone).date()
    return Change(planned=notice_to_admins(terms.admins, f"unreached/{chat}/{day}", told, now))


def retry(delivery: Delivery, error: SendError, now: datetime) -> Change:
    """For sure not sent: tried again after a wait that doubles, or the one that the platform asks for."""
    wait = error.retry_after if isinstance(error, Throttled) else _backoff(delivery.tries)
    return _waiting(delivery, now + wait, error.sentence)


def throttled(delivery: Delivery, route: Route, error: Throttled, now: datetime) -> Change:
    """The platform asked to wait: kept for the whole chat, and across a restart."""
    place = route.channel.place(route.address)
    span = f"{now.isoformat()}/{(now + error.retry_after).isoformat()}"
    return replace(retry(delivery, error, now), marks={f"{HELD}{route.channel.name}:{place}": span})


def alone(delivery: Delivery) -> Change:
    """One message of several was refused as it stood: each goes by itself, so that what is wrong costs only itself."""
    return Change(deliveries=(delivery.become("retrying", not_before=None, **_BY_ITSELF),))


def failed(delivery: Delivery, error: SendError, terms: Terms, now: datetime) -> Change:
    """For sure not sent, and trying again does not help: the admins are told which chat and why."""
    why = error.in_words(terms.lang)
    chat = terms.named(delivery.chat)
    told = say(sentence("service.delivery-failed", chat=chat, occurrence=_known_as(delivery), why=why), terms.lang)
    return replace(_failed(delivery, why, now), planned=_told(delivery, terms, f"failed/{delivery.id}", told, now))


def chat_gone(delivery: Delivery, address: str, error: SendError, terms: Terms, now: datetime) -> Change:
    """Nothing reaches this chat any more: it is left alone until somebody says otherwise, and that is told once."""
    why, chat = error.in_words(terms.lang), delivery.chat
    told = say(sentence("service.chat-gone", chat=terms.named(chat), why=why), terms.lang)
    others = tuple(admin for admin in terms.admins if admin != chat)
    question = Question(kind="revive", of=chat)
    planned = notice(f"gone/{chat}/{now.isoformat()}", others, told, now, question)
    return replace(_failed(delivery, why, now), planned=planned, marks={f"{DEAD}{chat}": f"{address} {why}"})


def chats_left(chats: Mapping[str, str], about: str, terms: Terms, now: datetime) -> Change:
    """The platform says that the bot can write no more in these chats, given with their addresses: they are left alone
    from now on, without one more request, and that is told in one message.
    """
    why = say(sentence("service.left-why"), terms.lang)
    told = say(sentence("service.bot-removed", chat=tuple(terms.named(chat) for chat in chats)), terms.lang)
    others = tuple(admin for admin in terms.admins if admin not in chats)
    question = Question(kind="revive", of=next(iter(chats))) if len(chats) == 1 else None
    return Change(
        planned=notice(f"left/{about}", others, told, now, question),
        marks={f"{DEAD}{chat}": f"{address} {why}" for chat, address in chats.items()},
    )


def in_dead_chat(deliveries: Iterable[Delivery], why: str, now: datetime) -> Change:
    """What falls due for a chat that was given up: on record as failed, without another request."""
    return together(_failed(each, why, now) for each in deliveries)


def uncertain(delivery: Delivery, issued: Issued | None, why: Sentence, terms: Terms, now: datetime) -> Change:
    """Perhaps sent. `on_doubt` decides: a resend comes after a wait that grows sixfold; a hold is put to the admins.

    Where replies stay lost for hours an alert is repeated few times, each named in the ledger, and never given up.
    A notice to an admin is not worth a repetition, nor is a reminder, which the next one follows anyway: its offices
    count as reminded, in doubt; nor what only goes with another message. Any other call is.
    """
    call = delivery.call
    resend = call.is_repeated if call else issued is not None and issued.on_doubt == "resend"
    entry = _entry(delivery, "uncertain", now, why=say(why, terms.lang), on_doubt="resend" if resend else "hold")
    doubted = delivery.model_copy(update={"doubts": delivery.doubts + 1, "why": say(why, terms.lang)})
    if resend:
        wait = min(_FIRST_WAIT * 6 ** min(delivery.doubts, 5), _LONGEST_DOUBT)
        return Change(entries=(entry,), deliveries=_waiting(doubted, now + wait, why).deliveries)
    if call:
        gone = doubted.become("uncertain", sent_at=now, **_BY_ITSELF)
        return Change(entries=(entry, *_called(delivery, now, in_doubt=True)), deliveries=(gone,))
    return replace(held(doubted, terms, now), entries=(entry,))


def held(delivery: Delivery, terms: Terms, now: datetime) -> Change:
    """Perhaps sent, and not sent again by itself: the admins are asked to look, and to settle it."""
    words = sentence("service.delivery-uncertain", chat=terms.named(delivery.chat), occurrence=_known_as(delivery))
    about, question = f"uncertain/{delivery.id}/{delivery.tries}", Question(kind="settle", of=delivery.id)
    return Change(
        deliveries=(delivery.become("uncertain", sent_at=now, **_BY_ITSELF),),
        planned=_told(delivery, terms, about, say(words, terms.lang), now, question),
    )


def missed(deliveries: Sequence[Delivery], terms: Terms, now: datetime) -> Change:
    """Too late to be of use: recorded, and the admins are told of all of them in one message."""
    gone = tuple(each.become("missed") for each in deliveries)
    entries = tuple(_entry(each, "missed", now, due=each.due.isoformat(), why=each.why) for each in deliveries)
    lines = [
        f"- {each.due.astimezone(terms.zone):%m-%d %H:%M} {terms.named(each.chat)}: {_in_words(each, terms)}"
        for each in deliveries
        if not _is_for_admins(each, terms)
    ]
    if not lines:
        return Change(entries=entries, deliveries=gone)
    text = "\n".join([say(sentence("service.missed", count=len(lines)), terms.lang), "", *lines])
    notices = notice_to_admins(terms.admins, f"missed/{now.isoformat()}", text, now)
    return Change(entries=entries, deliveries=gone, planned=notices)


def withdrawn(deliveries: list[Delivery], whole: Issued | None, now: datetime) -> Change:
    """An edit dropped the reminder before these went out. `whole` is given where nobody has read any of it."""
    return Change(
        entries=tuple(_entry(each, "withdrawn", now) for each in deliveries),
        issued=(whole.model_copy(update={"withdrawn": True}),) if whole else (),
        deliveries=tuple(each.become("withdrawn") for each in deliveries),
        given=tuple(deliveries),
    )


def called_off(delivery: Delivery) -> Change:
    """What asks again has nobody left whom it concerns: it is let go without a word."""
    return Change(deliveries=(delivery.become("withdrawn", **_BY_ITSELF),), given=(delivery,))


def never_left(delivery: Delivery) -> Change:
    """For sure nothing was asked of the platform, or it can tell that it has no such message: as if never begun."""
    return Change(deliveries=(delivery.become("retrying", **_BY_ITSELF),))


def moved(delivery: Delivery, route: Route, new_address: str, terms: Terms, now: datetime) -> Change:
    """The chat has a new address for good, which is used at once."""
    change = chat_moved(route.channel.name, route.address, new_address, delivery.chat, terms, now)
    return replace(change, deliveries=(delivery.become("retrying", not_before=None, **_BY_ITSELF),))


def chat_moved(platform: str, old: str, new: str, chat: str | None, terms: Terms, now: datetime) -> Change:
    """A new address for good is remembered, and put to the admins as an edit to make where it is a chat of the
    town's; once, whether it is heard of first or sent to.
    """
    words = say(sentence("service.chat-moved", chat=terms.named(chat) if chat else "", old=old, new=new), terms.lang)
    told = notice_to_admins(terms.admins, f"moved/{platform}/{old}", words, now) if chat else ()
    return Change(planned=told, marks={f"{MOVED}{platform}:{old}": new})


def channel_down(delivery: Delivery, platform: str, error: SendError, terms: Terms, now: datetime) -> Change:
    """The platform refuses this bot altogether: kept for when it is mended."""
    waiting = _waiting(delivery, now + CHANNEL_REST, error.sentence)
    return replace(waiting, planned=() if _is_for_admins(delivery, terms) else told_down(platform, error, terms, now))


def told_down(platform: str, error: SendError, terms: Terms, now: datetime) -> tuple[Delivery, ...]:
    """The admins are told of a platform that refuses this bot, once a day, however it comes out."""
    known = sentence(f"board.platform-{platform}")
    words = say(sentence("service.channel-down", platform=known, why=error.sentence), terms.lang)
    return notice_to_admins(terms.admins, f"down/{platform}/{now.astimezone(terms.zone):%Y-%m-%d}", words, now)


def together(changes: Iterable[Change]) -> Change:
    """What several deliveries come to, as one commit; what is told twice is told once."""
    found = tuple(changes)
    return Change(
        entries=tuple(entry for each in found for entry in each.entries),
        deliveries=tuple(delivery for each in found for delivery in each.deliveries),
        planned=tuple(delivery for each in found for delivery in each.planned),
        given=tuple(delivery for each in found for delivery in each.given),
        given_issued=tuple(issued for each in found for issued in each.given_issued),
        marks={name: value for each in found for name, value in each.marks.items()},
    )


def _failed(delivery: Delivery, why: str, now: datetime) -> Change:
    entry = _entry(delivery, "failed", now, why=why)
    return Change(entries=(entry,), deliveries=(delivery.become("failed", why=why, **_BY_ITSELF),))


def _waiting(delivery: Delivery, until: datetime, why: Sentence) -> Change:
    return Change(deliveries=(delivery.become("retrying", not_before=until, why=say(why), **_BY_ITSELF),))


def _backoff(tries: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(max(tries - 1, 0), 10)), _LONGEST_WAIT)


def _is_for_admins(delivery: Delivery, terms: Terms) -> bool:
    return delivery.is_notice and delivery.chat in terms.admins


def _told(
    delivery: Delivery, terms: Terms, about: str, text: str, now: datetime, question: Question | None = None
) -> tuple[Delivery, ...]:
    """Tell the admins, unless it is a notice to an admin itself that is in trouble."""
    return () if _is_for_admins(delivery, terms) else notice(about, terms.admins, text, now, question)


def _called(delivery: Delivery, at: datetime, **detail: str | bool | None) -> tuple[Entry, ...]:
    """What is on record of each office that a call concerns."""
    if (call := delivery.call) is None or call.asks_nobody:
        return ()
    known = {name: value for name, value in detail.items() if value is not None}
    if call.told:
        known["told"] = "、".join(call.told.values())
    return tuple(
        Entry(
            at=at,
            kind="reminded" if call.asks_again else "escalated",
            occurrence=call.of,
            chat=delivery.chat,
            office=office,
            detail={"call": call.kind, "number": call.number, **known},
        )
        for office in call.offices
    )


def _known_as(delivery: Delivery) -> str | Sentence:
    """What was to be sent, as admins know it."""
    if (call := delivery.call) is None:
        return delivery.occurrence
    return sentence(f"service.call-{call.kind}", occurrence=call.of)


def _in_words(delivery: Delivery, terms: Terms) -> str:
    known = _known_as(delivery)
    return known if isinstance(known, str) else say(known, terms.lang)


def _entry(delivery: Delivery, kind: str, at: datetime, **detail: str | bool | None) -> Entry:
    notice = delivery.occurrence if delivery.call else None
    known = {name: value for name, value in {**detail, "notice": notice}.items() if value is not None}
    occurrence = None if delivery.is_notice else delivery.occurrence
    return Entry.model_validate(
        {"at": at, "kind": kind, "occurrence": occurrence, "chat": delivery.chat, "detail": known or None}
    )
