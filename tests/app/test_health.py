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


def entry(kind: str, moment: datetime, **detail: str | bool) -> Entry:
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


async def test_what_an_admin_settled_is_no_trouble_any_more_and_what_fails_after_it_is() -> None:
    settled = entry("settled", NINE, arrived=True)
    found = await health(entry("uncertain", EIGHT, why="reply lost"), settled)
    assert (found.last_failure, found.why) == (EIGHT, None)
    found = await health(entry("failed", EIGHT, why="kicked"), settled)
    assert found.why == "kicked", "it was another one that was settled"
    found = await health(entry("uncertain", EIGHT, why="reply lost"), settled, entry("failed", TEN, why="kicked"))
    assert found.why == "kicked"


async def test_a_chat_that_is_tried_again_shows_by_itself_how_it_does() -> None:
    revived = entry("settled", NINE, revived=True)
    assert (await health(entry("failed", EIGHT, why="kicked"), revived)).why is None
    again = entry("failed", TEN, why="kicked")
    assert (await health(entry("failed", EIGHT, why="kicked"), revived, again)).why == "kicked"
