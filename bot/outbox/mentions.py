"""Who is called by name where a message cannot: planned for the robot beside a chat, with the record that it was sent.

A smart bot cannot mention (facts: wecom, 2). The mention is worded when it leaves and names only who still owes then;
its id is made of the message's that it stands beside, so that none is ever mentioned twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.campaign.people import directory_of
from bot.ledger.deliveries import Call, Delivery, Issued, called
from bot.outbox.terms import Terms

_CALLED_FOR = "wecom-bot"
"""The platform whose messages call nobody: a stand-in for it (the board) does that by itself."""


@dataclass(frozen=True)
class _Calling:
    """Whom a message means."""

    call: Call
    sequence: str


def mentions_beside(
    sent: Iterable[tuple[Delivery, Issued | None]], platform: str, terms: Terms, now: datetime
) -> tuple[Delivery, ...]:
    """The mentions that go with what was just sent to chats of this platform, each with the ask that it is, if it is
    one. Nothing where nobody whom it means is there to be called.
    """
    if platform != _CALLED_FOR:
        return ()
    return tuple(
        each
        for delivery, issued in sent
        if (robot := terms.mention_by.get(delivery.chat))
        for calling in _meant(delivery, issued, terms, platform)
        for each in called(calling.call, calling.sequence, (robot,), now)
    )


def _meant(delivery: Delivery, issued: Issued | None, terms: Terms, platform: str) -> Iterator[_Calling]:
    if issued is not None and issued.owing is not None:
        here = _on(platform, issued.chats.get(delivery.chat, ()), terms)
        call = Call(kind="mention", of=issued.occurrence, offices=here, beside="ask", wakes=True)
        if here:
            yield _Calling(call, "ask")
        return
    parent = delivery.call
    if parent is None or parent.kind == "mention" or parent.kind == "status":
        return
    about: dict[str, object] = {"kind": "mention", "beside": parent.kind}
    if parent.kind in {"escalate", "help"}:
        there = _on(platform, parent.told, terms)
        about["told"] = {office: parent.told[office] for office in there}
    else:
        there = _on(platform, parent.offices, terms)
        about["offices"] = there
    if there:
        sequence = f"{parent.kind}-{delivery.occurrence.rpartition('/')[2]}"
        yield _Calling(parent.model_copy(update=about), sequence)


def _on(platform: str, offices: Iterable[str], terms: Terms) -> tuple[str, ...]:
    """Those of these offices that have people there."""
    people = f"{directory_of(platform)}:"
    return tuple(each for each in offices if any(who.startswith(people) for who in terms.mentions.get(each, ())))
