"""Is all well? From what is seen of a bot to what is wrong. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.language import Sentence, sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.outbox.decide import decide
from bot.outbox.terms import Terms

Part = Literal["planner", "ladder", "outbox", "channels", "disk", "sending"]
PARTS: tuple[Part, ...] = ("planner", "ladder", "outbox", "channels", "disk", "sending")

LOOKS_WITHIN = timedelta(seconds=45)
"""It looks at what is due every fifteen seconds: three looks may be missed, no more."""
_GRACE = timedelta(minutes=2)
"""So long may something that is due wait, and a platform keep silent, before it is told as wrong."""
_LEAST_FREE = 50_000_000
"""Bytes. A commit writes the whole record anew beside the old one."""


@dataclass(frozen=True)
class Silence:
    """A platform that does not answer: for how long, and why."""

    span: timedelta
    why: Sentence


@dataclass(frozen=True)
class Seen:
    """What is seen of a bot at a moment.

    `looked` is how long ago it last looked at what is due (where it never did, how long ago it began), `audited` how
    long ago it went over all open asks (None: not yet), of which it could not climb `stuck` many; `overdue` are
    the due moments of what should have gone out by now; `silent` are platforms that do not answer; `refusing` tells
    whether the last write was refused, `free` how many bytes are left on the disk (None where that cannot be known);
    `paused` whether somebody holds all sends.
    """

    looked: timedelta
    overdue: tuple[datetime, ...] = ()
    silent: Mapping[str, Silence] | None = None
    refusing: bool = False
    free: int | None = None
    paused: bool = False
    audited: timedelta | None = None
    stuck: int = 0


@dataclass(frozen=True)
class Trouble:
    """One thing that is not well, and the part that it is in."""

    part: Part
    what: Sentence


def troubles(seen: Seen) -> tuple[Trouble, ...]:
    """What is wrong, the gravest first; nothing where all is well."""
    found: list[Trouble] = []
    if seen.looked > LOOKS_WITHIN:
        found.append(Trouble("planner", sentence("watch.not-looking", span=seen.looked)))
    if seen.stuck:
        found.append(Trouble("ladder", sentence("watch.ladder-stuck", count=seen.stuck)))
    elif seen.audited and seen.looked <= LOOKS_WITHIN < seen.audited:
        found.append(Trouble("ladder", sentence("watch.ladder-silent", span=seen.audited)))
    if seen.refusing:
        found.append(Trouble("disk", sentence("watch.disk-refuses")))
    elif seen.free is not None and seen.free < _LEAST_FREE:
        found.append(Trouble("disk", sentence("watch.disk-low", free=seen.free // 1_000_000)))
    if seen.paused:
        found.append(Trouble("sending", sentence("watch.paused")))
    elif seen.overdue:
        what = sentence("watch.overdue", count=len(seen.overdue), since=min(seen.overdue))
        found.append(Trouble("outbox", what))
    for platform, silence in (seen.silent or {}).items():
        if silence.span > _GRACE:
            what = sentence("watch.silent", platform=_named(platform), span=silence.span, why=silence.why)
            found.append(Trouble("channels", what))
    return tuple(found)


def overdue(
    unfinished: Iterable[tuple[Delivery, Issued | None]], now: datetime, terms: Terms, per_second: float
) -> tuple[datetime, ...]:
    """Of what is not finished, the due moments of that which might have gone out more than two minutes ago.

    What waits its turn behind others that went at the platform's pace is not overdue for that. Nor is what is tried
    again later because nobody knows whether it arrived; what for sure did not is, however soon it is tried again.
    """
    found = []
    due = sorted((pair for pair in unfinished if pair[0].due <= now), key=lambda pair: pair[0].urgency)
    for place, (delivery, issued) in enumerate(due):
        then = now - _GRACE - timedelta(seconds=place / per_second)
        if delivery.due > then:
            continue
        if delivery.not_before and not delivery.doubts:
            delivery = delivery.model_copy(update={"not_before": None})
        if decide(delivery, issued, then, terms.quiet, terms.zone).what != "wait":
            found.append(delivery.due.astimezone(terms.zone))
    return tuple(found)


def _named(platform: str) -> Sentence:
    return sentence(f"board.platform-{platform}")
