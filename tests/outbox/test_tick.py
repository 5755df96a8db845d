"""What fell due since the last look is issued once, whatever clock, restarts and edits do (design.md, promise 1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.campaign.model import Schedule
from bot.errors import HoldLost, StoreUnwritable
from bot.outbox.tick import RESTORED, seen, tick
from bot.renderer.templates import Messages
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import a_duty_alert, a_reminder, a_schedule
from tests.fakes import WHY, FailingStore
from tests.outbox.stage import TERMS, at

MESSAGES = Messages({"sanqing-sanguan.j2": "三清三关", "duty-alert.j2": "值守", "broken.j2": "{{ nothing }}"})


def dated(*hours: str) -> dict[str, Any]:
    return {"date": "2027-02-05", "at": list(hours or ("09:00", "12:00", "15:00"))}


def scheduled(*reminders: dict[str, Any]) -> Schedule:
    return a_schedule(reminders=list(reminders) or [a_reminder(on=dated())])


class Town:
    """Ticks over one store; `issued` are the hours that were issued, in order."""

    def __init__(self, *reminders: dict[str, Any]) -> None:
        self.store: MemoryStore = MemoryStore()
        self.schedule = scheduled(*reminders)

    async def tick(self, now: datetime) -> int:
        return await tick(self.store, self.schedule, MESSAGES, TERMS, now, "1")

    async def issued(self) -> list[str]:
        return [each.occurrence.rpartition("@")[2] for each in await self.store.all_issued()]


async def test_at_the_first_start_what_is_past_is_neither_sent_nor_missed() -> None:
    town = Town()
    assert await town.tick(at("13:00:00")) == 0
    assert await town.store.deliveries() == ()
    assert await town.store.entries() == ()
    assert await town.tick(at("15:00:00")) == 1
    assert await town.issued() == ["15:00"]


async def test_an_occurrence_is_issued_at_its_very_moment_and_only_once() -> None:
    town = Town()
    await town.tick(at("08:00:00"))
    assert await town.tick(at("08:59:59")) == 0
    assert await town.tick(at("09:00:00")) == 1
    assert await town.tick(at("09:00:00")) == 0
    assert await town.tick(at("09:00:01")) == 0


async def test_a_clock_set_back_repeats_nothing() -> None:
    town = Town()
    for moment in ("08:00:00", "12:30:00", "11:30:00", "12:00:00", "12:30:00", "12:31:00"):
        await town.tick(at(moment))
    assert await town.issued() == ["09:00", "12:00"]


async def test_a_clock_set_forward_skips_nothing() -> None:
    town = Town()
    await town.tick(at("08:00:00"))
    assert await town.tick(at("14:00:00")) == 2
    assert await town.tick(at("18:00:00")) == 1
    assert await town.issued() == ["09:00", "12:00", "15:00"]


async def test_a_host_that_slept_over_ten_due_moments_wakes_to_all_of_them() -> None:
    town = Town(a_reminder(on={"date": "2027-02-05", "at": [f"{hour:02}:00" for hour in range(8, 18)]}))
    await town.tick(at("07:30:00"))
    assert await town.tick(at("10:00:00", 6)) == 10


async def test_what_went_out_is_not_issued_again_when_an_edit_moves_it() -> None:
    town = Town(a_reminder(on={"key_date": "spring-festival", "days": [-1], "at": "09:00"}))
    await town.tick(at("08:00:00"))
    await town.tick(at("09:00:00"))
    assert len(await town.store.all_issued()) == 1
    moved = a_schedule(
        key_dates=[{"id": "spring-festival", "name": "春节", "on": {"by_year": {2027: "2027-02-10..2027-02-10"}}}],
        reminders=[a_reminder(on={"key_date": "spring-festival", "days": [-1], "at": "09:00"})],
    )
    town.schedule = moved
    assert await town.tick(at("09:00:00", 9)) == 0
    assert len(await town.store.deliveries()) == 1


async def test_each_chat_gets_one_delivery_and_an_ask_bears_its_plan_and_a_token() -> None:
    town = Town(
        a_duty_alert(on=dated(), to={"offices": ["police", "village-longmen"]}),
    )
    await town.tick(at("08:00:00"))
    await town.tick(at("09:00:00"))
    (issued,) = await town.store.all_issued()
    assert [(each.chat, each.state) for each in await town.store.deliveries()] == [
        ("duty-room", "planned"),
        ("longmen-office", "planned"),
    ]
    assert dict(issued.chats) == {"duty-room": ("police",), "longmen-office": ("village-longmen",)}
    assert issued.owing is not None
    assert issued.owing.deadline - issued.due == timedelta(hours=2)
    assert await town.store.issued_by_token(issued.token) == issued


async def test_a_message_that_fails_costs_only_itself_and_is_told() -> None:
    town = Town(a_reminder("bad", on=dated(), message="broken"), a_reminder(on=dated()))
    await town.tick(at("08:00:00"))
    assert await town.tick(at("09:00:00")) == 1
    assert [entry.kind for entry in await town.store.entries()] == ["failed"]
    notices = [each for each in await town.store.deliveries() if each.chat == "admin"]
    assert len(notices) == 1
    assert "broken.j2" in str(notices[0].text)


async def test_the_watermark_only_rises() -> None:
    town = Town()
    await town.tick(at("12:30:00"))
    mark = await town.store.mark("watermark")
    await town.tick(at("11:00:00"))
    assert await town.store.mark("watermark") == mark


async def test_what_an_edit_adds_while_the_clock_is_behind_goes_out_at_its_moment_once() -> None:
    town = Town()
    for moment in ("08:00:00", "16:00:00", "10:00:00"):
        await town.tick(at(moment))
    town.schedule = scheduled(a_reminder(on=dated()), a_reminder("added", on=dated("11:00")))
    assert [await town.tick(at(moment)) for moment in ("10:59:59", "11:00:00", "11:00:01")] == [0, 1, 0]
    assert [await town.tick(at(moment)) for moment in ("10:00:00", "11:30:00", "16:30:00")] == [0, 0, 0]
    assert await town.issued() == ["09:00", "11:00", "12:00", "15:00"]


async def test_or_late_where_the_clock_is_set_right_over_it() -> None:
    town = Town()
    for moment in ("08:00:00", "16:00:00", "10:00:00"):
        await town.tick(at(moment))
    town.schedule = scheduled(a_reminder(on=dated()), a_reminder("added", on=dated("11:00")))
    assert await town.tick(at("17:00:00")) == 1
    assert await town.issued() == ["09:00", "11:00", "12:00", "15:00"]


async def test_what_was_past_when_it_was_adopted_does_not_come_back_with_the_hours_that_come_twice() -> None:
    town = Town()
    for moment in ("13:00:00", "11:00:00", "12:30:00", "10:00:00", "12:30:00", "14:00:00"):
        assert await town.tick(at(moment)) == 0
    assert await town.tick(at("15:00:00")) == 1
    assert await town.issued() == ["15:00"]


async def test_once_the_clock_is_right_again_nothing_of_it_is_kept() -> None:
    town = Town()
    for moment in ("13:00:00", "11:00:00"):
        await town.tick(at(moment))
    behind = await seen(town.store)
    assert behind is not None
    assert (behind.highest - behind.until, len(behind.passed)) == (timedelta(hours=2), 1)
    await town.tick(at("13:00:01"))
    assert set(await town.store.marks()) == {"watermark"}


async def test_what_fell_due_between_a_backup_and_its_restore_may_have_gone_out_and_what_comes_after_has_not() -> None:
    town = Town()
    await town.tick(at("08:00:00"))
    await town.store.commit(Change(marks={RESTORED: at("12:30:00").isoformat()}))
    await town.tick(at("15:00:00"))
    assert [each.state for each in await town.store.deliveries()] == ["intended", "intended", "planned"]
    assert await town.store.mark(RESTORED) is None


async def test_a_restore_makes_nothing_doubtful_that_falls_due_after_the_first_look() -> None:
    town = Town()
    await town.tick(at("08:00:00"))
    await town.store.commit(Change(marks={RESTORED: at("14:00:00").isoformat()}))
    await town.tick(at("08:30:00"))
    await town.tick(at("09:00:00"))
    assert [each.state for each in await town.store.deliveries()] == ["planned"], "the clock was ahead at the restore"


async def test_on_a_full_disk_duty_alerts_fall_due_all_the_same_and_broadcasts_when_it_takes_them() -> None:
    town = Town(a_duty_alert(on=dated()), a_reminder(on=dated()))
    town.store = disk = FailingStore()
    await town.tick(at("08:00:00"))
    disk.full = lambda _change: True
    for moment in ("09:00:00", "09:00:15"):
        with pytest.raises(StoreUnwritable):
            await town.tick(at(moment))
    (alert,) = await town.store.deliveries()
    assert (alert.duty_alert, alert.state) == (True, "planned")
    assert len(disk.carried) == 1
    disk.full = lambda _change: False
    assert await town.tick(at("09:00:30")) == 1
    assert [each.duty_alert for each in await town.store.deliveries()] == [True, False]


async def test_who_lost_the_hold_on_the_town_cries_out_nothing() -> None:
    async def taken(_change: Change) -> None:
        raise HoldLost(WHY)

    town = Town(a_duty_alert(on=dated()))
    town.store = disk = FailingStore()
    await town.tick(at("08:00:00"))
    disk.before_commit = taken
    with pytest.raises(HoldLost):
        await town.tick(at("09:00:00"))
    assert disk.carried == []


async def test_a_clock_set_back_keeps_no_alert_from_crying_out_without_a_disk() -> None:
    town = Town(a_duty_alert(on=dated("15:00")))
    town.store = FailingStore()
    for moment in ("14:00:00", "14:30:00", "13:00:00"):
        await town.tick(at(moment))
    town.store.full = lambda _change: True
    for moment in ("12:00:00", "15:00:00"):
        with pytest.raises(StoreUnwritable):
            await town.tick(at(moment))
    assert await town.issued() == ["15:00"]
