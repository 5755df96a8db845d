"""Per occurrence and office: what was owed, by when, and what was answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.ledger.deliveries import Issued, asked_of, deadline_of
from bot.ledger.standing import standings
from bot.store.protocol import Reader

State = Literal["open", "received", "done", "help", "withdrawn"]


@dataclass(frozen=True)
class Row:
    """One office's answer to one occurrence; `reminders` and `escalated` count what followed its absence."""

    occurrence: str
    office: str
    owed: Literal["received", "done"]
    deadline: datetime
    state: State
    answered_at: datetime | None
    by: str | None
    reminders: int
    escalated: bool


async def answers(
    store: Reader, since: datetime | None, until: datetime | None, campaign: str | None, occurrence: str | None
) -> list[Row]:
    """Every owed answer of what fell due in a span, in order of due time, then as the offices stand in the town.

    An office that no message reached was not asked: what was missed or failed is the ledger's to tell.
    """
    rows: list[Row] = []
    for issued in await store.all_issued():
        if issued.owing is None or (campaign and issued.campaign != campaign):
            continue
        if occurrence and issued.occurrence != occurrence:
            continue
        if (since is None or since <= issued.due) and (until is None or issued.due < until):
            rows += await _of(store, issued)
    return rows


async def _of(store: Reader, issued: Issued) -> list[Row]:
    if issued.owing is None:
        return []
    entries = await store.entries(occurrence=issued.occurrence)
    deliveries = await store.deliveries(occurrence=issued.occurrence)
    return [
        Row(
            occurrence=issued.occurrence,
            office=standing.office,
            owed=issued.owing.expects,
            deadline=deadline_of(issued, standing.office, deliveries) or issued.owing.deadline,
            state="withdrawn" if issued.withdrawn and standing.state == "open" else standing.state,
            answered_at=standing.answered_at,
            by=standing.by,
            reminders=sum(entry.kind == "reminded" and entry.office == standing.office for entry in entries),
            escalated=any(entry.kind == "escalated" and entry.office == standing.office for entry in entries),
        )
        for standing in standings(issued.offices, entries)
        if issued.withdrawn or asked_of(issued, standing.office, deliveries)
    ]
