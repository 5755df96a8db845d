"""Rule 9 of the checker: what an admin took back."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tests.promises.logs import Accepted, Evidence, Key, Violation


def recalls(evidence: Evidence) -> Mapping[str, datetime]:
    """What was taken back, and when first."""
    found: dict[str, datetime] = {}
    for line in evidence.ledger:
        if line.recalled and line.occurrence:
            found[line.occurrence] = min(line.at, found.get(line.occurrence, line.at))
    return found


def recalled(evidence: Evidence) -> Iterator[Violation]:
    """Every breach of rule 9."""
    for line in evidence.ledger:
        if line.recalled and line.by not in evidence.admins:
            yield Violation("unpressed", line.occurrence or "?", line.chat or "?", f"is taken back by {line.by}")
    at = recalls(evidence)
    had, told = set[Key](), set[Key]()
    doubted = {(line.occurrence, line.chat) for line in evidence.ledger if line.kind == "uncertain"}
    for message in sorted(evidence.accepted, key=lambda each: each.at):
        for occurrence in _about(message):
            had.add((occurrence, message.chat))
            if occurrence in at and message.at > at[occurrence] + evidence.way:
                what = f"is spoken of at {message.at:%H:%M:%S}, and was taken back at {at[occurrence]:%H:%M:%S}"
                yield Violation("recalled", occurrence, message.chat, what)
        if message.voids is None:
            continue
        key = message.voids, message.chat
        if message.voids not in at or message.at < at[message.voids]:
            yield Violation("recalled", *key, "is called void, and nobody took it back")
        elif key in told:
            yield Violation("repeated", *key, "is called void a second time")
        elif key not in had and key not in doubted:
            yield Violation("recalled", *key, "is called void where it never came")
        if evidence.quiet(message.at) and evidence.quiet(message.at - evidence.way):
            yield Violation("quiet", *key, f"is called void at {message.at:%H:%M:%S}")
        told.add(key)


def _about(message: Accepted) -> set[str]:
    """What a message is, follows, or goes with."""
    with_ = {message.beside.of} if message.beside else set()
    return {*message.occurrences, *(call.of for call in message.calls), *with_}
