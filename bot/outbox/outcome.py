"""What becomes of a delivery: each result as the one change that records it. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.protocol import Message, Receipt
from bot.channels.routes import Route
from bot.errors import SendError, Throttled
from bot.language import Sentence, say, sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.renderer.compose import is_late
from bot.store.protocol import Change

LIVED = "lived:"
"""Marks that say on which platform a chat was last sent to, by the chat's id."""

MOVED = "moved:"
"""Marks that say where a chat went, by its platform and old address."""

CHANNEL_REST = timedelta(minutes=1)
"""How long a platform is left alone that refuses this bot altogether."""

_LONGEST_DOUBT = timedelta(hours=1)
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)


def intended(delivery: Delivery, message: Message, address: str, deadline: datetime | None) -> Change:
    """Written before the request leaves, unless the delivery stands otherwise by now."""
    update = {
        "state": "intended",
        "text": message.text,
        "address": address,
        "deadline": deadline,
        "tries": delivery.tries + 1,
    }
    return Change(deliveries=(delivery.model_copy(update=update),), given=(delivery,))


def deadline_from(delivery: Delivery, issued: Issued | None, started: datetime) -> datetime | None:
    """By when what goes out now is owed: counted from the due moment, or from now where it is 补发."""
    if issued is None or issued.owing is None:
        return None
    return started + issued.owing.within if is_late(delivery.due, started) else issued.owing.deadline


def sent(delivery: Delivery, platform: str, receipt: Receipt, started: datetime, now: datetime) -> Change:
    """The platform has it, and the chat lives there from now on."""
    late = is_late(delivery.due, started)
    done = delivery.model_copy(
        update={"state": "sent", "message_id": receipt.message_id, "sent_at": started, "not_before": None, "why": None}
    )
    entry = _entry(delivery, "sent", now, text=delivery.text, message_id=receipt.message_id, late=late or None)
    return Change(
        entries=(entry,),
        deliveries=(done,),
        marks={f"{LIVED}{delivery.chat}": platform},
    )


def retry(delivery: Delivery, error: SendError, now: datetime) -> Change:
    """For sure not sent: tried again after a wait that doubles, or the one that the platform asks for."""
    wait = error.retry_after if isinstance(error, Throttled) else _backoff(delivery.tries)
    return _waiting(delivery, now + wait, error.sentence)


def failed(delivery: Delivery, error: SendError, terms: Terms, now: datetime) -> Change:
    """For sure not sent, and trying again does not help: the admins are told which chat and why."""
    why = error.in_words(terms.lang)
    told = say(
        sentence("service.delivery-failed", chat=delivery.chat, occurrence=delivery.occurrence, why=why), terms.lang
    )
    return Change(
        entries=(_entry(delivery, "failed", now, why=why),),
        deliveries=(delivery.model_copy(update={"state": "failed", "why": why}),),
        planned=_told(delivery, terms, f"failed/{delivery.id}", told, now),
    )


def uncertain(delivery: Delivery, issued: Issued | None, why: Sentence, terms: Terms, now: datetime) -> Change:
    """Perhaps sent. `on_doubt` decides: a resend comes after a wait that grows sixfold; a hold is put to the admins.

    Where replies stay lost for hours an alert is repeated few times, each named in the ledger, and never given up.
    A notice to an admin is not worth a repetition.
    """
    resend = issued is not None and issued.on_doubt == "resend"
    entry = _entry(delivery, "uncertain", now, why=say(why, terms.lang), on_doubt="resend" if resend else "hold")
    doubted = delivery.model_copy(update={"doubts": delivery.doubts + 1, "why": say(why, terms.lang)})
    if resend:
        wait = min(_FIRST_WAIT * 6 ** min(delivery.doubts, 5), _LONGEST_DOUBT)
        return Change(entries=(entry,), deliveries=_waiting(doubted, now + wait, why).deliveries)
    return replace(held(doubted, terms, now), entries=(entry,))


def held(delivery: Delivery, terms: Terms, now: datetime) -> Change:
    """Perhaps sent, and not sent again by itself: the admins are asked to look."""
    told = say(sentence("service.delivery-uncertain", chat=delivery.chat, occurrence=delivery.occurrence), terms.lang)
    return Change(
        deliveries=(delivery.model_copy(update={"state": "uncertain", "sent_at": now}),),
        planned=_told(delivery, terms, f"uncertain/{delivery.id}", told, now),
    )


def missed(deliveries: list[Delivery], terms: Terms, now: datetime) -> Change:
    """Too late to be of use: recorded, and the admins are told of all of them in one message."""
    gone = tuple(each.model_copy(update={"state": "missed"}) for each in deliveries)
    entries = tuple(_entry(each, "missed", now, due=each.due.isoformat(), why=each.why) for each in deliveries)
    lines = [
        f"- {each.due.astimezone(terms.zone):%m-%d %H:%M} {each.chat}: {each.occurrence}"
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
        deliveries=tuple(each.model_copy(update={"state": "withdrawn"}) for each in deliveries),
        given=tuple(deliveries),
    )


def never_left(delivery: Delivery) -> Change:
    """The platform can tell that it has no such message: it is sent as if for the first time."""
    return Change(deliveries=(delivery.model_copy(update={"state": "retrying"}),))


def moved(delivery: Delivery, route: Route, new_address: str, terms: Terms, now: datetime) -> Change:
    """The chat has a new address for good, which is used at once."""
    change = chat_moved(route.channel.name, route.address, new_address, delivery.chat, terms, now)
    return replace(change, deliveries=(delivery.model_copy(update={"state": "retrying", "not_before": None}),))


def chat_moved(platform: str, old: str, new: str, chat: str | None, terms: Terms, now: datetime) -> Change:
    """A new address for good is remembered, and put to the admins as an edit to make where it is a chat of the
    town's; once, whether it is heard of first or sent to.
    """
    words = say(sentence("service.chat-moved", chat=chat or "", old=old, new=new), terms.lang)
    told = notice_to_admins(terms.admins, f"moved/{platform}/{old}", words, now) if chat else ()
    return Change(planned=told, marks={f"{MOVED}{platform}:{old}": new})


def channel_down(delivery: Delivery, platform: str, error: SendError, terms: Terms, now: datetime) -> Change:
    """The platform refuses this bot altogether: kept for when it is mended."""
    waiting = _waiting(delivery, now + CHANNEL_REST, error.sentence)
    return replace(waiting, planned=() if _is_for_admins(delivery, terms) else told_down(platform, error, terms, now))


def told_down(platform: str, error: SendError, terms: Terms, now: datetime) -> tuple[Delivery, ...]:
    """The admins are told of a platform that refuses this bot, once a day, however it comes out."""
    words = say(sentence("service.channel-down", platform=platform, why=error.sentence), terms.lang)
    return notice_to_admins(terms.admins, f"down/{platform}/{now.astimezone(terms.zone):%Y-%m-%d}", words, now)


def _waiting(delivery: Delivery, until: datetime, why: Sentence) -> Change:
    update = {"state": "retrying", "not_before": until, "why": say(why)}
    return Change(deliveries=(delivery.model_copy(update=update),))


def _backoff(tries: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(max(tries - 1, 0), 10)), _LONGEST_WAIT)


def _is_for_admins(delivery: Delivery, terms: Terms) -> bool:
    return delivery.is_notice and delivery.chat in terms.admins


def _told(delivery: Delivery, terms: Terms, about: str, text: str, now: datetime) -> tuple[Delivery, ...]:
    """Tell the admins, unless it is a notice to an admin itself that is in trouble."""
    return () if _is_for_admins(delivery, terms) else notice_to_admins(terms.admins, about, text, now)


def _entry(delivery: Delivery, kind: str, at: datetime, **detail: str | bool | None) -> Entry:
    known = {name: value for name, value in detail.items() if value is not None}
    occurrence = None if delivery.is_notice else delivery.occurrence
    return Entry.model_validate(
        {"at": at, "kind": kind, "occurrence": occurrence, "chat": delivery.chat, "detail": known or None}
    )
