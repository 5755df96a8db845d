"""What an edit changes, what fell due meanwhile, what it withdraws (interface.md, "Late"; fault 12)."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app.adopt import adopt, adopted
from bot.app.check import judge
from bot.app.in_force import InForce
from bot.app.sources import Sources
from bot.channels.protocol import Receipt
from bot.errors import StoreUnwritable
from bot.ledger.entries import Entry
from bot.outbox import outcome
from bot.outbox.recalling import recalled
from bot.outbox.tick import tick
from bot.planner.difference import Difference
from bot.reports.record import record
from bot.settings import Settings
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.app.stage import MESSAGES, a_winter, at, on
from tests.builders import a_duty_alert, a_reminder, a_schedule, some_files
from tests.outbox.stage import TERMS

Written = Mapping[str, Any]


def a_version(*reminders: Written, messages: Mapping[str, str] = MESSAGES) -> InForce:
    files = some_files(campaigns=[a_winter(*reminders)])
    texts = {name: text.encode() for name, text in messages.items()}
    found = judge(Sources(files, texts), Settings(), at("08:00:00"), {})
    assert found.in_force is not None, [each.in_words() for each in found.errors]
    return found.in_force


class Town:
    """A store and its folder, into which versions are adopted."""

    def __init__(self, folder: Path) -> None:
        self.store, self.folder = MemoryStore(), folder
        self._old: InForce | None = None

    async def adopt(self, new: InForce, now: datetime) -> Difference:
        changes = await adopt(self.store, self.folder, self._old, new, TERMS, now)
        self._old = new
        return changes

    async def tick(self, now: datetime) -> None:
        assert self._old is not None
        await tick(self.store, self._old.schedule, self._old.messages, TERMS, now, self._old.version)

    async def all_sent(self, now: datetime) -> None:
        for each in await self.store.deliveries(unfinished=True):
            await self.store.commit(outcome.sent(each.become("intended"), "telegram", Receipt("1"), now, now))

    async def issued(self) -> list[str]:
        return [each.occurrence.split("/")[1] for each in await self.store.all_issued()]

    async def told(self) -> list[str]:
        found = await self.store.deliveries(chat="admin")
        return [each.text or "" for each in found if each.occurrence.startswith("notice/schedule")]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "data")


def warning(clock: str = "09:00", id_: str = "warning") -> Written:
    return a_reminder(id_, on=on(clock))


async def test_at_the_first_start_the_past_is_past(town: Town) -> None:
    await town.adopt(a_version(warning("07:00"), warning("09:00", "later")), at("08:00:00"))
    assert await town.issued() == []
    assert [entry.kind for entry in await town.store.entries()] == ["schedule"]
    (told,) = await town.told()
    assert "今后共有 1 次" in told
    await town.tick(at("09:00:00"))
    assert await town.issued() == ["later"]


async def test_the_difference_is_told_to_the_admins_by_day(town: Town) -> None:
    old = a_version(warning("09:00", "moved"), warning("10:00", "dropped"), warning("11:00", "same"))
    await town.adopt(old, at("08:00:00"))
    moved = a_reminder("moved", on={"key_date": "spring-festival", "at": "09:00"})
    changes = await town.adopt(a_version(moved, warning("11:00", "same"), warning("12:00", "new")), at("08:30:00"))
    assert [each.reminder for each in changes.removed] == ["moved", "dropped"]
    told = (await town.told())[-1]
    assert "取消：02-05 10:00 dropped" in told
    assert "新增：02-05 12:00 new" in told
    assert "same" not in told


async def test_what_an_edit_takes_from_one_of_its_chats_alone_goes_out_to_the_others(town: Town) -> None:
    await town.adopt(a_version(warning("09:00")), at("08:00:00"))
    await town.tick(at("09:00:00"))
    (issued,) = await town.store.all_issued()
    (waits,) = await town.store.deliveries(occurrence=issued.occurrence)
    elsewhere = waits.model_copy(update={"chat": "gone"})
    await town.store.commit(Change(planned=(elsewhere,)))
    await town.adopt(a_version(warning("09:00"), warning("15:00", "new")), at("09:00:01"))
    assert {each.chat: each.state for each in await town.store.deliveries(occurrence=issued.occurrence)} == {
        waits.chat: "planned",
        "gone": "withdrawn",
    }
    (issued, *_) = await town.store.all_issued()
    assert not issued.withdrawn


async def test_what_an_admin_took_back_before_it_went_out_is_not_brought_back_by_an_edit(town: Town) -> None:
    dated = {"id": "fair", "name": "庙会", "on": {"by_year": {2036: "2036-02-05..2036-02-05"}}}
    reminder = a_reminder(on={"key_date": "fair", "at": "09:00"})
    await town.adopt(_with_key_date(reminder, dated), at("08:00:00"))
    await town.tick(at("09:00:00"))
    (issued,) = await town.store.all_issued()
    deliveries = await town.store.deliveries(occurrence=issued.occurrence)
    by = Entry(at=at("09:00:01"), kind="withdrawn", occurrence=issued.occurrence, by="x", detail={"recalled": True})
    await town.store.commit(recalled(issued, deliveries, (), by, at("09:00:01")))
    later = {**dated, "on": {"by_year": {2036: "2036-02-12..2036-02-12"}}}
    await town.adopt(_with_key_date(reminder, later), at("09:00:02"))
    assert {each.state for each in await town.store.deliveries(occurrence=issued.occurrence)} == {"withdrawn"}


async def test_an_edit_elsewhere_loses_nothing_that_fell_due_while_the_bot_was_down(town: Town) -> None:
    await town.adopt(a_version(warning("09:00")), at("08:00:00"))
    await town.adopt(a_version(warning("09:00"), warning("15:00", "new")), at("10:00:00"))
    assert await town.issued() == ["warning"]


async def test_a_new_wording_of_what_fell_due_meanwhile_is_what_goes_out(town: Town) -> None:
    await town.adopt(a_version(warning("09:00")), at("08:00:00"))
    await town.adopt(a_version(warning("09:00"), messages={"sanqing-sanguan.j2": "新的内容"}), at("10:00:00"))
    (issued,) = await town.store.all_issued()
    assert issued.bodies[""] == "新的内容"


async def test_what_an_edit_made_while_the_bot_was_down_brings_into_the_past_is_neither_sent_nor_missed(
    town: Town,
) -> None:
    await town.adopt(a_version(warning("15:00")), at("08:00:00"))
    changes = await town.adopt(a_version(warning("15:00"), warning("09:00", "past")), at("10:00:00"))
    assert [each.reminder for each in changes.past] == ["past"]
    assert await town.issued() == []
    assert [entry.kind for entry in await town.store.entries()] == ["schedule", "schedule"]
    assert "已过时，不发：02-05 09:00 past" in (await town.told())[-1]
    await town.tick(at("11:00:00"))
    assert await town.issued() == []


async def test_a_date_moved_past_now_is_past_too(town: Town) -> None:
    dated = {"id": "fair", "name": "庙会", "on": {"by_year": {2036: "2036-02-09..2036-02-09"}}}
    reminder = a_reminder(on={"key_date": "fair", "at": "09:00"})
    await town.adopt(_with_key_date(reminder, dated), at("08:00:00"))
    earlier = {**dated, "on": {"by_year": {2036: "2036-02-04..2036-02-04"}}}
    changes = await town.adopt(_with_key_date(reminder, earlier), at("08:30:00"))
    assert len(changes.past) == 1
    await town.tick(at("09:00:00", 10))
    assert await town.issued() == []


async def test_a_date_announced_later_moves_what_is_unsent_and_repeats_nothing(town: Town) -> None:
    dated = {"id": "fair", "name": "庙会", "on": {"by_year": {2036: "2036-02-09..2036-02-09"}}}
    reminder = a_reminder(on={"key_date": "fair", "days": [-4, 0], "at": "08:30"})
    await town.adopt(_with_key_date(reminder, dated), at("08:00:00"))
    await town.tick(at("08:30:00"))
    await town.all_sent(at("08:30:00"))
    later = {**dated, "on": {"by_year": {2036: "2036-02-12..2036-02-12"}}}
    await town.adopt(_with_key_date(reminder, later), at("09:00:00"))
    await town.tick(at("09:00:00", 20))
    assert len(await town.issued()) == 2
    assert {each.due.day for each in await town.store.all_issued()} == {5, 12}
    assert "（已经发出过，不再重发）" in (await town.told())[-1]


async def test_what_fell_due_and_could_not_go_out_moves_with_its_date_and_its_words(town: Town) -> None:
    dated = {"id": "fair", "name": "庙会", "on": {"by_year": {2036: "2036-02-05..2036-02-05"}}}
    reminder = a_reminder(on={"key_date": "fair", "at": "08:30"})
    await town.adopt(_with_key_date(reminder, dated), at("08:00:00"))
    await town.tick(at("08:30:00"))
    later = {**dated, "on": {"by_year": {2036: "2036-02-12..2036-02-12"}}}
    await town.adopt(_with_key_date(reminder, later), at("09:00:00"))
    (issued,) = await town.store.all_issued()
    assert issued.due == at("08:30:00", 12)
    (waiting,) = await town.store.deliveries(occurrence=issued.occurrence)
    assert (waiting.state, waiting.due) == ("planned", issued.due)
    assert "已经发出" not in (await town.told())[-1]

    gone = {**dated, "on": {"by_year": {2036: "2036-02-04..2036-02-04"}}}
    await town.adopt(_with_key_date(reminder, gone), at("10:00:00"))
    (waiting,) = await town.store.deliveries(occurrence=issued.occurrence)
    assert waiting.state == "withdrawn", "moved into the past it is neither sent nor missed"


async def test_what_an_edit_drops_and_has_not_gone_out_is_withdrawn(town: Town) -> None:
    ask = a_duty_alert(on=on("09:00"), to={"offices": ["police", "village-longmen"]})
    await town.adopt(a_version(ask, warning("09:00")), at("08:00:00"))
    await town.tick(at("09:00:00"))
    await town.adopt(a_version(warning("09:00")), at("09:00:01"))
    states = {each.id.split("/")[1]: each.state for each in await town.store.deliveries() if "winter" in each.id}
    assert states == {"alert": "withdrawn", "warning": "planned"}
    assert [entry.kind for entry in await town.store.entries()].count("withdrawn") == 2
    rows = (await record(town.store, a_schedule(), now=at("09:00:01"))).answers
    assert {row.state for row in rows} == {"withdrawn"}


async def test_an_ask_that_went_out_runs_on_under_its_own_plan(town: Town) -> None:
    ask = a_duty_alert(on=on("09:00"), to={"offices": ["police", "village-longmen"]})
    await town.adopt(a_version(ask, warning()), at("08:00:00"))
    await town.tick(at("09:00:00"))
    first, second = await town.store.deliveries(occurrence=(await town.store.all_issued())[0].occurrence)
    await town.store.commit(Change(deliveries=(first.model_copy(update={"state": "sent"}),)))
    await town.adopt(a_version(warning()), at("09:00:01"))
    kept = await town.store.delivery(second.id)
    assert kept is not None
    assert kept.state == "withdrawn"
    rows = (await record(town.store, a_schedule(), now=at("09:00:01"))).answers
    assert {row.state for row in rows} == {"open"}


async def test_what_is_under_way_is_not_withdrawn(town: Town) -> None:
    await town.adopt(a_version(warning("09:00"), warning("12:00", "other")), at("08:00:00"))
    await town.tick(at("09:00:00"))
    (sending,) = await town.store.deliveries(chat="longmen-residents")
    await town.store.commit(Change(deliveries=(sending.model_copy(update={"state": "intended"}),)))
    await town.adopt(a_version(warning("12:00", "other")), at("09:00:01"))
    assert [each.state for each in await town.store.deliveries(chat="longmen-residents")] == ["intended"]


async def test_the_version_in_force_lies_on_disk_for_the_next_start_and_no_other(town: Town) -> None:
    assert await adopted(town.store, town.folder) is None
    await town.adopt(a_version(warning("09:00")), at("08:00:00"))
    second = a_version(warning("10:00"))
    await town.adopt(second, at("08:30:00"))
    kept = await adopted(town.store, town.folder)
    assert kept is not None
    assert kept == second.sources
    assert [each.name for each in (town.folder / "adopted").iterdir()] == [second.version]


async def test_nothing_is_adopted_that_cannot_be_kept(town: Town) -> None:
    town.folder.mkdir()
    (town.folder / "adopted").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StoreUnwritable):
        await town.adopt(a_version(warning()), at("08:00:00"))
    assert await town.store.entries() == ()


async def test_a_version_of_which_a_kill_left_a_part_is_kept_whole_when_it_comes_back(town: Town) -> None:
    first, second = a_version(warning("09:00")), a_version(warning("10:00"))
    await town.adopt(first, at("08:00:00"))
    await town.adopt(second, at("08:10:00"))
    (town.folder / "adopted" / first.version / "messages").mkdir(parents=True)
    await town.adopt(first, at("08:20:00"))
    assert await adopted(town.store, town.folder) == first.sources


def _with_key_date(reminder: Written, key_date: Written) -> InForce:
    files = some_files(campaigns=[a_winter(reminder)], key_dates=[dict(key_date)])
    texts = {name: text.encode() for name, text in MESSAGES.items()}
    found = judge(Sources(files, texts), Settings(), at("08:00:00"), {})
    assert found.in_force is not None, [each.in_words() for each in found.errors]
    return found.in_force
