"""The 平安 line: once a day, short, at an hour at which people work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.routing import ADMINS
from bot.app.watch.judge import Trouble
from bot.app.watch.peace import DailyWord, Day, in_words
from bot.app.watch.watch import Watch
from bot.clock import ManualClock
from bot.language import sentence
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, a_winter, at, on
from tests.builders import a_duty_alert, a_reminder, a_town
from tests.fakes import not_sent, refused

WELL = Day(town="金龙镇", wrong=(), sent=12, lost=0, open_asks=0, to_come=())


def test_a_day_on_which_all_is_well_is_one_line() -> None:
    assert in_words(WELL, "zh") == "**平安**：金龙镇一切正常。昨天发出 12 条，没有待回执的，今天没有提醒了。"


def test_what_was_lost_and_what_is_owed_is_told_in_the_same_line() -> None:
    day = Day("金龙镇", (), sent=3, lost=2, open_asks=1, to_come=())
    assert in_words(day, "zh").endswith(
        "昨天发出 3 条（另有 2 条没有发出或不能确定），1 次提醒待回执，今天没有提醒了。"
    )


def test_problems_that_nobody_closed_are_told_in_the_same_line_and_how_many_nobody_sees_to() -> None:
    assert in_words(replace(WELL, problems=2), "zh").endswith("今天没有提醒了。问题清单上有 2 个未办结。")
    told = in_words(replace(WELL, problems=2, untaken=1), "zh")
    assert told.endswith("今天没有提醒了。问题清单上有 2 个未办结，其中 1 个还没有人跟进。")
    assert "\n" not in told


def test_where_something_is_wrong_that_comes_first() -> None:
    wrong = (Trouble("disk", sentence("watch.disk-refuses")), Trouble("sending", sentence("watch.paused")))
    assert in_words(Day("金龙镇", wrong, 0, 0, 0, ()), "zh").splitlines() == [
        "**金龙镇有 2 件事要处理**：",
        "",
        "- 磁盘写不进去，台账记不下来",
        "- 发送已暂停",
        "",
        "昨天发出 0 条，没有待回执的，今天没有提醒了。",
    ]
    assert "All is well" not in in_words(Day("x", wrong, 0, 0, 0, ()), "en")


class Attentive(Watch):
    """Sees a bot that looks: here nobody calls it each fifteen seconds."""

    @property
    def looked(self) -> timedelta:
        return timedelta()


class Morning:
    """A bot that has a daily word, from eight o'clock on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        bot = await (self.stage.restart() if self._tasks else self.stage.run())
        await self.end()
        self._tasks = [asyncio.create_task(DailyWord(bot, self.stage.live, Attentive(bot)).run())]
        await self.stage.clock.settle()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def told(self, until: datetime) -> list[str]:
        """The lines that were told by then; nothing happens in the time before the last two minutes."""
        stage = self.stage
        stage.clock.leap(until - timedelta(minutes=2))
        await stage.look()
        await stage.pass_to(until)
        found = [each for each in await stage.store.deliveries(chat=ADMINS) if "peace/" in each.occurrence]
        return [each.text or "" for each in found]


class AtOnce(ThreadPoolExecutor):
    """Does in the loop's own thread what would go to another, so that no time of the clock passes meanwhile."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as it would reach who waits for it
            done.set_exception(error)
        return done


@pytest.fixture
async def morning(stage: Stage) -> AsyncIterator[Morning]:
    asyncio.get_running_loop().set_default_executor(AtOnce())
    made = Morning(stage)
    yield made
    await made.end()


async def test_it_is_told_at_half_past_eight_once_a_day_also_over_a_restart(morning: Morning) -> None:
    stage = morning.stage
    stage.write(a_duty_alert(on=on("08:02")), a_reminder(on=on("17:00")), a_reminder("b", on=on("18:00")))
    await morning.begin()
    assert await morning.told(at("08:29:00")) == []
    (line,) = await morning.told(at("08:45:00"))
    assert (
        line == "**平安**：金龙镇一切正常。昨天发出 0 条，1 次提醒待回执，今天还有 2 次提醒，最早 17:00（指定日期）。"
    )
    await morning.begin()
    assert len(await morning.told(at("09:10:00"))) == 1
    stage.clock.leap(at("18:00:00"))
    await stage.look()
    stage.clock.leap(at("08:15:00", 6))
    lines = await morning.told(at("08:40:00", 6))
    assert len(lines) == 2
    assert lines[1].startswith("**平安**：金龙镇一切正常。昨天发出 3 条，")


async def test_one_that_begins_later_tells_after_it_has_watched_for_ten_minutes(tmp_path: Path) -> None:
    stage = Stage(tmp_path, clock=ManualClock(at("15:00:00").astimezone(UTC)))
    morning = Morning(stage)
    await morning.begin()
    assert await morning.told(at("15:09:00")) == []
    assert len(await morning.told(at("15:12:00"))) == 1
    await morning.end()
    await stage.end()


async def test_it_waits_for_the_end_of_quiet_hours(morning: Morning) -> None:
    morning.stage.write(town=a_town(quiet_hours={"from": "20:00", "until": "09:15"}))
    await morning.begin()
    assert await morning.told(at("09:14:00")) == []
    assert len(await morning.told(at("09:20:00"))) == 1


async def test_what_failed_yesterday_is_counted_and_what_is_overdue_is_said(morning: Morning) -> None:
    stage = morning.stage
    stage.write_campaign(a_winter(a_reminder(on=on("08:01")), a_duty_alert(on=on("08:20", "2036-02-06"), late="1d")))
    await morning.begin()
    stage.telegram.order(RESIDENTS, refused())
    stage.telegram.order(DUTY_ROOM, *[not_sent()] * 1_000)
    await morning.told(at("08:05:00"))
    stage.clock.leap(at("08:10:00", 6))
    await stage.clock.settle()
    (line,) = await morning.told(at("08:40:00", 6))
    assert "昨天发出 0 条（另有 1 条没有发出或不能确定）" in line
    assert line.startswith("**金龙镇有 1 件事要处理**：\n\n- 1 条该发的还没有发出，最早的应在 2036-02-06 08:20")


async def test_a_problem_of_yesterday_that_nobody_sees_to_is_on_today_s_line(morning: Morning) -> None:
    stage = morning.stage
    stage.write(a_duty_alert(on=on("08:02")))
    await morning.begin()
    await stage.pass_to(at("08:03:00"))
    (issued,) = await stage.store.all_issued()
    asks = Entry(at=stage.clock.now(), kind="help", occurrence=issued.occurrence, office="police", by="telegram:2001")
    await stage.store.commit(Change(entries=(asks,)))
    (line,) = await morning.told(at("08:45:00"))
    assert line.endswith("问题清单上有 1 个未办结，其中 1 个还没有人跟进。")


async def test_a_disk_that_refuses_does_not_silence_it(morning: Morning) -> None:
    stage = morning.stage
    await morning.begin()
    await morning.told(at("08:25:00"))

    def is_word(change: Change) -> bool:
        return any("peace/" in each.occurrence for each in change.planned)

    stage.store.full = is_word
    lines = await morning.told(at("09:00:00"))
    assert len(lines) == 1
    assert stage.store.carried
