"""How each chat is doing: last sent, last failure, why (gengfu chats)."""

from datetime import datetime

import pytest

from bot.app.health import ChatHealth, health_of
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Entry
from bot.settings import Settings
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.app.stage import at
from tests.builders import a_schedule

SCHEDULE = a_schedule()
EIGHT, NINE, TEN = at("08:00:00"), at("09:00:00"), at("10:00:00")


def entry(kind: str, moment: datetime, **detail: str) -> Entry:
    return Entry.model_validate({"at": moment, "kind": kind, "chat": "duty-room", "detail": detail or None})


async def health(*entries: Entry, deliveries: tuple[Delivery, ...] = ()) -> ChatHealth:
    store = MemoryStore()
    await store.commit(Change(entries=entries, deliveries=deliveries))
    return (await health_of(store, SCHEDULE, Settings(lang="en")))[0]


async def test_a_failure_is_told_until_something_was_sent_after_it() -> None:
    found = await health(entry("failed", EIGHT, why="kicked"))
    assert (found.last_sent, found.last_failure, found.why) == (None, EIGHT, "kicked")
    found = await health(entry("failed", EIGHT, why="kicked"), entry("sent", NINE))
    assert (found.last_sent, found.last_failure, found.why) == (NINE, EIGHT, None)


async def test_what_waits_to_be_tried_again_has_a_reason_and_no_failure_in_the_future() -> None:
    waiting = Delivery(occurrence="a/b/c/d", chat="duty-room", due=EIGHT, state="retrying", not_before=TEN, why="busy")
    found = await health(deliveries=(waiting,))
    assert (found.last_failure, found.why) == (None, "busy")
    found = await health(entry("failed", EIGHT, why="kicked"), entry("sent", NINE), deliveries=(waiting,))
    assert (found.last_failure, found.why) == (EIGHT, "busy")


@pytest.mark.parametrize("kind", ["failed", "uncertain", "missed"])
async def test_a_failure_of_which_no_reason_is_on_record_is_told_in_a_sentence(kind: str) -> None:
    assert len(str((await health(entry(kind, EIGHT))).why).split()) > 3
