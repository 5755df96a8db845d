"""Who is called by name where a message cannot: planned for the robot beside a chat, with the record that it was sent.

A smart bot cannot mention (facts: wecom, 2). The mention is worded when it leaves and names only who still owes then;
its id is made of the message's that it stands beside, so that none is ever mentioned twice.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.campaign.people import directory_of
from bot.ledger.deliveries import Call, Delivery, Issued, called
from bot.outbox.terms import Terms

_CALLED_FOR = "wecom-bot"
"""The platform whose messages call nobody: a stand-in for it (the board) does that by itself."""


def mentions_beside(
    sent: Iterable[tuple[Delivery, Issued | None]], platform: str, terms: Terms, now: datetime
) -> tuple[Delivery, ...]:
    """The mentions that go with what was just sent to chats of this platform, each with the ask that it is, if it is
    one. Nothing where nobody whom it means is there to be called.
    """
    return tuple(each for delivery, issued in sent for each in _beside(delivery, issued, platform, terms, now))


def mention_of_ask(
    issued: Issued, chat: str, offices: Iterable[str], sequence: str, platform: str, terms: Terms, at: datetime
) -> tuple[Delivery, ...]:
    """The mention of these offices beside an ask in a chat of this platform; `sequence` tells it from others."""
    call = Call(kind="mention", of=issued.occurrence, offices=_on(platform, offices, terms), beside="ask", wakes=True)
    robot = terms.mention_by.get(chat)
    return called(call, sequence, (robot,), at) if robot and call.offices and platform == _CALLED_FOR else ()


def _beside(
    delivery: Delivery, issued: Issued | None, platform: str, terms: Terms, now: datetime
) -> tuple[Delivery, ...]:
    parent, chat = delivery.call, delivery.chat
    if parent is None:
        here = issued.chats.get(chat, ()) if issued and issued.owing else ()
        return mention_of_ask(issued, chat, here, "ask", platform, terms, now) if issued else ()
    robot = terms.mention_by.get(chat)
    if robot is None or platform != _CALLED_FOR or parent.kind == "mention" or parent.kind == "status":
        return ()
    tells = parent.kind == "escalate" or parent.kind == "help"
    there = _on(platform, parent.told if tells else parent.offices, terms)
    if not there:
        return ()
    meant = {"told": {each: parent.told[each] for each in there}} if tells else {"offices": there}
    call = parent.model_copy(update={"kind": "mention", "beside": parent.kind, **meant})
    return called(call, f"{parent.kind}-{delivery.occurrence.rpartition('/')[2]}", (robot,), now)


def _on(platform: str, offices: Iterable[str], terms: Terms) -> tuple[str, ...]:
    """Those of these offices that have people there."""
    people = f"{directory_of(platform)}:"
    return tuple(each for each in offices if any(who.startswith(people) for who in terms.mentions.get(each, ())))
