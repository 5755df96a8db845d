"""The ledger in the log: each entry as it becomes durable, a line with its occurrence, chat and office as fields.

Whoever follows one warning through the log finds there what became of it, beside what went wrong on the way. Texts, and
who pressed, stay in the ledger.
"""

import logging
from contextvars import Context

from bot.ledger.entries import Entry, Kind
from bot.store.protocol import Change

_log = logging.getLogger(__name__)
_TROUBLE: frozenset[Kind] = frozenset({"failed", "uncertain", "missed", "deaf", "late"})


def tell(change: Change) -> None:
    """Log what a commit has added to the ledger. A store tells of it from whatever task happens to write for all; what
    that one is about says nothing of this.
    """
    Context().run(_tell, change)


def _tell(change: Change) -> None:
    notices = {each.chat: each.occurrence for each in change.deliveries if each.is_notice}
    for entry in change.entries:
        level = logging.WARNING if entry.kind in _TROUBLE else logging.INFO
        why = (entry.detail or {}).get("why")
        told = (entry.kind, why) if why else (entry.kind,)
        _log.log(level, ": ".join("%s" for _ in told), *told, extra=_fields(entry, notices.get(entry.chat or "")))


def _fields(entry: Entry, notice: str | None) -> dict[str, str]:
    found = {"kind": entry.kind, "occurrence": entry.occurrence or notice, "chat": entry.chat, "office": entry.office}
    return {name: value for name, value in found.items() if value}
