"""What is settled, and what stays at hand."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.safekeeping.archiving import archive_settled, settled
from bot.campaign.model import Schedule
from bot.clock import ManualClock
from bot.ledger.deliveries import Call, Delivery, Issued, Owing, StepUp, called
from bot.ledger.entries import Numbered, numbered
from bot.outbox.issue import notice_to_admins
from bot.outbox.outcome import missed
from bot.store.protocol import Change, Settled
from bot.store.tinydb import open_reader, open_store
from tests.builders import a_campaign, a_phase, a_schedule
from tests.outbox.stage import SHANGHAI, TERMS, a_broadcast, an_ask
from tests.store.records import an_entry

OVER = datetime(2027, 4, 8, 9, tzinfo=SHANGHAI)
"""The campaign ends on 31 March 2027: by now it has rested for a week."""
DAY = timedelta(days=1)


def winter(*others: str) -> Schedule:
    phase = a_phase(from_="2026-11-01", until="2027-03-31")
    return a_schedule(campaigns=[a_campaign(each, phases=[phase]) for each in ("winter", *others)])


def delivered(issued: Issued, **what: Any) -> Delivery:
    chat = next(iter(issued.chats))
    return Delivery(occurrence=issued.occurrence, chat=chat, due=issued.due, **{"state": "sent", **what})


def entry(seq: int, issued: Issued | None, at: datetime, kind: str = "done", **what: Any) -> Numbered:
    return numbered(an_entry(issued.occurrence if issued else None, at=at, kind=kind, **what), seq)


def test_an_occurrence_of_a_campaign_that_is_over_goes_with_all_that_is_known_of_it_by_its_month() -> None:
    ask, warning = an_ask(), a_broadcast(due=datetime(2027, 1, 31, 23, 59, tzinfo=SHANGHAI))
    entries = [entry(1, ask, ask.due), entry(2, warning, warning.due), entry(3, ask, ask.due + 30 * DAY)]
    found = settled([ask, warning], [delivered(ask), delivered(warning)], entries, winter(), OVER)
    assert found == {
        "2027-01": Settled(frozenset({warning.occurrence}), frozenset({delivered(warning).id}), entries=frozenset({2})),
        "2027-02": Settled(frozenset({ask.occurrence}), frozenset({delivered(ask).id}), entries=frozenset({1, 3})),
    }


def test_it_stays_for_a_week_after_the_campaign_ends() -> None:
    ask = an_ask()
    assert settled([ask], [delivered(ask)], [], winter(), OVER - DAY) == {}
    assert settled([ask], [delivered(ask)], [], winter(), OVER)


def test_a_campaign_that_the_schedule_no_longer_has_is_over_once_its_occurrences_have_rested() -> None:
    ask = an_ask()
    gone = a_schedule(campaigns=[a_campaign("spring")])
    assert settled([ask], [delivered(ask)], [], gone, ask.owing.deadline + 7 * DAY) == {}  # type: ignore[union-attr]
    assert settled([ask], [delivered(ask)], [], gone, ask.due + 8 * DAY)


@pytest.mark.parametrize("state", ["planned", "retrying", "intended", "uncertain"])
def test_what_is_under_way_or_in_doubt_stays_and_keeps_nothing_else_back(state: str) -> None:
    ask, other = an_ask(), an_ask("other")
    found = settled([ask, other], [delivered(ask, state=state), delivered(other)], [], winter(), OVER)
    assert [each.issued for each in found.values()] == [{other.occurrence}]


def test_a_reminder_in_doubt_which_nobody_is_asked_to_settle_keeps_nothing_back() -> None:
    ask = an_ask()
    call = Call(kind="remind", of=ask.occurrence, offices=("police",))
    (reminder,) = called(call, 1, ("duty-room",), ask.due)
    doubtful = reminder.model_copy(update={"state": "uncertain", "doubts": 1})
    (found,) = settled([ask], [delivered(ask), doubtful], [], winter(), OVER).values()
    assert found.deliveries == {delivered(ask).id, doubtful.id}


@pytest.mark.parametrize("state", ["sent", "merged", "failed", "missed", "withdrawn"])
def test_what_has_come_to_an_end_goes(state: str) -> None:
    ask = an_ask()
    assert settled([ask], [delivered(ask, state=state)], [], winter(), OVER)


def test_what_somebody_answered_lately_or_climbs_still_stays() -> None:
    ask = an_ask()
    assert settled([ask], [delivered(ask)], [entry(1, ask, OVER - 3 * DAY)], winter(), OVER) == {}
    climbing = an_ask(
        owing=Owing(
            expects="done",
            within=DAY,
            deadline=ask.due + DAY,
            then=(StepUp(after=OVER - ask.due, tell=("fire-committee",)),),
        )
    )
    assert settled([climbing], [delivered(climbing)], [], winter(), OVER) == {}


def test_what_belongs_to_no_occurrence_goes_after_a_month_by_its_own() -> None:
    lately, long_ago = OVER - 30 * DAY, OVER - 32 * DAY
    (old,) = notice_to_admins(["admin"], "old", "…", long_ago)
    (under_way,) = notice_to_admins(["admin"], "under way", "…", long_ago)
    (new,) = notice_to_admins(["admin"], "new", "…", lately)
    entries = [entry(1, None, long_ago, "started"), entry(2, None, lately, "started")]
    told = [each.model_copy(update={"state": "sent"}) for each in (old, new)]
    assert settled([], [*told, under_way], entries, winter(), OVER) == {
        "2027-03": Settled(deliveries=frozenset({old.id}), entries=frozenset({1}))
    }


def test_what_is_said_of_an_occurrence_that_never_fell_due_goes_when_its_campaign_is_over() -> None:
    """A message that could not be rendered has an entry and nothing else."""
    unrendered = entry(1, a_broadcast(), a_broadcast().due, "failed")
    assert settled([], [], [unrendered], winter(), OVER - DAY) == {}
    assert settled([], [], [unrendered], winter(), OVER) == {"2027-02": Settled(entries=frozenset({1}))}


def test_the_last_sending_and_failure_of_each_chat_stay_at_hand() -> None:
    ask = an_ask()
    entries = [
        entry(seq, ask, ask.due, kind, chat="duty-room")
        for seq, kind in enumerate(("sent", "missed", "sent", "missed", "done"), 1)
    ]
    found = settled([ask], [delivered(ask)], entries, winter(), OVER)
    assert found["2027-02"].entries == {1, 2, 5}


async def test_what_came_after_an_occurrence_was_archived_goes_where_that_lies(tmp_path: Path) -> None:
    ask, clock = an_ask(), ManualClock(OVER)
    store = await open_store(tmp_path, clock)
    await store.commit(Change(issued=(ask,), **vars_of(missed([delivered(ask, state="planned")], TERMS, ask.due))))
    await archive_settled(store, winter(), OVER)
    assert await store.all_issued() == ()
    assert await store.deliveries() == ()
    await store.commit(Change(entries=(an_entry(ask.occurrence, kind="done", at=OVER),)))
    await archive_settled(store, winter(), OVER)
    assert [each.kind for each in await store.entries()] == ["missed", "done"], "the last failure of its chat stays"
    await archive_settled(store, winter(), OVER + 8 * DAY)
    assert [each.kind for each in await store.entries()] == ["missed"]
    assert [each.kind for each in await store.entries(occurrence=ask.occurrence)] == ["missed", "done"]
    assert [each.name for each in (tmp_path / "archive").iterdir()] == ["2027-02.json"]
    await store.close()
    assert [each.seq for each in await (await open_reader(tmp_path)).entries()] == [1, 2]


def vars_of(change: Change) -> dict[str, Any]:
    return {"entries": change.entries, "deliveries": change.deliveries}
