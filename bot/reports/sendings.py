"""What went out, and what did not reach anybody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Numbered
from bot.renderer.headline import headline
from bot.reports.wanted import Wanted


@dataclass(frozen=True)
class Undelivered:
    """What did not reach a chat, an ask or a broadcast: how it ended and why. `chat` is None where the message could
    not even be worded.
    """

    occurrence: str
    subject: str
    due: datetime
    chat: str | None
    state: Literal["failed", "missed", "uncertain", "withdrawn"]
    why: str | None


@dataclass(frozen=True)
class Told:
    """How many asks and broadcasts reached anybody, in how many messages; what was merged into one is one."""

    asks: int
    broadcasts: int
    messages: int


def undelivered(
    wanted: Wanted,
    found: Iterable[Issued],
    sent_of: Mapping[str, Sequence[Delivery]],
    entries: Iterable[Numbered],
    known: Set[str],
) -> tuple[Undelivered, ...]:
    """What did not reach its chat, in order of due time. `known` are all occurrences that were ever issued."""
    of_chats = [gone for each in found for gone in _of_chats(each, sent_of[each.occurrence])]
    return tuple(sorted([*of_chats, *_unworded(wanted, entries, known)], key=lambda each: each.due))


def _of_chats(issued: Issued, deliveries: Iterable[Delivery]) -> Iterator[Undelivered]:
    for each in deliveries:
        match each.state:
            case "failed" | "missed" | "uncertain" | "withdrawn" as state:
                said = headline(issued)
                yield Undelivered(issued.occurrence, said, issued.due, each.chat, state, each.why)
            case _:
                pass


def _unworded(wanted: Wanted, entries: Iterable[Numbered], known: Set[str]) -> Iterator[Undelivered]:
    """What fell due and could not be worded was never issued: the ledger alone has it."""
    for each in entries:
        if each.kind != "failed" or each.chat is not None or each.occurrence is None or each.occurrence in known:
            continue
        of_wanted = wanted.campaign in (None, each.occurrence.partition("/")[0])
        if of_wanted and wanted.occurrence in (None, each.occurrence) and wanted.spans(each.at):
            why = str((each.detail or {}).get("why") or "") or None
            yield Undelivered(each.occurrence, each.occurrence, each.at, None, "failed", why)


def told(found: Iterable[Issued], sent_of: Mapping[str, Sequence[Delivery]]) -> Told:
    """How much reached anybody."""
    read = {each.occurrence: [one for one in sent_of[each.occurrence] if one.may_be_read] for each in found}
    asks = {each.occurrence for each in found if each.owing}
    reached_any = [occurrence for occurrence, messages in read.items() if messages]
    return Told(
        asks=sum(each in asks for each in reached_any),
        broadcasts=sum(each not in asks for each in reached_any),
        messages=sum(each.carried_by is None for messages in read.values() for each in messages),
    )
