"""What came in waits until the next question confirms it, and is handed on once."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.channels.wecom.inbox import PRESENT, Inbox
from bot.clock import ManualClock
from bot.ledger.inbound import Inbound

NOON = datetime(2027, 2, 5, 4, 0, tzinfo=UTC)


def said(id_: str) -> Inbound:
    return Inbound(
        platform="wecom-app", id=id_, at=NOON, kind="text", person="wecom:liuwei", address="user:liuwei", text="收到"
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def inbox(clock: ManualClock) -> Inbox:
    return Inbox(clock)


async def test_it_is_confirmed_by_the_next_question_and_not_before(inbox: Inbox) -> None:
    kept = inbox.put(said("1"))
    batch = await inbox.take(None)
    assert [each.id for each in batch.inbound] == ["1"]
    assert not kept.done()
    later = inbox.put(said("2"))
    assert [each.id for each in (await inbox.take(batch.offset)).inbound] == ["2"]
    assert (kept.done(), later.done()) == (True, False)


async def test_who_asks_from_before_gets_all_that_is_not_confirmed(inbox: Inbox) -> None:
    kept = [inbox.put(said(each)) for each in "123"]
    for _ in range(2):
        assert [each.id for each in (await inbox.take(None)).inbound] == ["1", "2", "3"]
    assert not any(each.done() for each in kept)


async def test_what_comes_again_is_the_same_before_and_after_it_was_confirmed(inbox: Inbox) -> None:
    kept = inbox.put(said("1"))
    assert inbox.put(said("1")) is kept
    batch = await inbox.take(None)
    later = inbox.put(said("2"))
    await inbox.take(batch.offset)
    assert not later.done()
    assert inbox.put(said("1")).done()
    assert [each.id for each in (await inbox.take(None)).inbound] == ["2"]


@pytest.mark.parametrize("offset", [None, "", "9", "0badcafe/9", "/9"])
async def test_an_offset_of_another_process_confirms_nothing(inbox: Inbox, offset: str | None) -> None:
    kept = inbox.put(said("1"))
    await inbox.take(offset)
    assert not kept.done()


async def test_who_waits_hears_at_once_or_after_half_a_minute_that_there_is_nothing(
    inbox: Inbox, clock: ManualClock
) -> None:
    waiting = asyncio.create_task(inbox.take(None))
    await clock.settle()
    kept = inbox.put(said("1"))
    batch = await waiting
    assert len(batch.inbound) == 1
    waiting = asyncio.create_task(inbox.take(batch.offset))
    await clock.settle()
    assert kept.done()
    await clock.advance(PRESENT)
    assert (await waiting).inbound == ()
