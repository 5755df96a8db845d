"""The end of a campaign (issue 6): its chats are told once that it is closed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.campaign.model import Schedule
from bot.outbox.closing import close, closings
from bot.outbox.issue import deliveries_of
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import a_duty_alert, a_reminder, a_schedule
from tests.outbox.stage import a_broadcast

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2027, 4, 1, 9, tzinfo=ZONE)


@pytest.fixture
def schedule() -> Schedule:
    return a_schedule(reminders=[a_reminder(), a_duty_alert()])


@pytest.fixture
async def store() -> MemoryStore:
    """The record of a town in which the campaign has spoken."""
    store = MemoryStore()
    spoken = a_broadcast(campaign="winter-2026")
    await store.commit(Change(issued=(spoken,), planned=deliveries_of(spoken)))
    return store


async def told(store: MemoryStore) -> list[str]:
    return [each.id for each in await store.deliveries() if each.is_notice]


def test_each_chat_that_was_spoken_to_gets_one_word_at_nine_the_morning_after(schedule: Schedule) -> None:
    found = closings(schedule, "zh")
    assert [(each.chat, each.due) for each in found] == [("duty-room", MORNING), ("longmen-residents", MORNING)]
    assert "仍可补报" in found[0].text
    assert "仍可补报" not in found[1].text


async def test_it_is_planned_once_at_its_moment(store: MemoryStore, schedule: Schedule) -> None:
    assert await close(store, schedule, "zh", MORNING - timedelta(seconds=1)) == MORNING
    assert await told(store) == []
    assert await close(store, schedule, "zh", MORNING) is None
    assert await told(store) == [
        "notice/closed/winter-2026@duty-room",
        "notice/closed/winter-2026@longmen-residents",
    ]
    await close(store, schedule, "zh", MORNING + timedelta(hours=1))
    assert len(await told(store)) == 2


async def test_a_campaign_that_was_over_before_the_bot_came_to_it_is_closed_in_silence(schedule: Schedule) -> None:
    store = MemoryStore()
    await close(store, schedule, "zh", MORNING)
    assert await told(store) == []


async def test_days_later_nobody_is_told_any_more(store: MemoryStore, schedule: Schedule) -> None:
    await close(store, schedule, "zh", MORNING + timedelta(days=3))
    assert await told(store) == []
