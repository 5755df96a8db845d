"""One bot a town, and one that was stopped looks at clock and disk before it sends again (fault 14)."""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.store.hold import LOCK
from tests.acceptance.process import (
    DUTY_ROOM,
    RESIDENTS,
    Gengfu,
    a_folder,
    alert,
    gengfu,
    jinlong,
    ledger,
    now,
    save,
    settings,
    soon,
    texts,
    warning,
)
from tests.builders import a_chat, a_town, as_yaml
from tests.fakes import until
from tests.servers.telegram import TelegramServer


async def real_time_until(moment: datetime) -> None:
    await SystemClock().sleep((moment - now()).total_seconds())


async def test_a_second_bot_refuses_and_names_the_first_even_while_that_one_is_stopped(tmp_path: Path) -> None:
    folder, environment = a_folder(tmp_path, warning(soon(3_600))), settings()
    before = now()
    bot = await Gengfu.run(folder, environment)
    os.kill(bot.pid, signal.SIGSTOP)
    status, out, err = await gengfu("run", "--town", folder, environment=environment)
    assert (status, out) == (1, "")
    (line,) = err.splitlines()
    since = [f"{each.astimezone(UTC):%Y-%m-%d %H:%M}" for each in (before, now())]
    assert f"进程 {bot.pid}" in line
    assert any(each in line for each in since)
    os.kill(bot.pid, signal.SIGCONT)
    await bot.terminate()
    assert await bot.wait() == 0


async def test_one_that_was_stopped_into_the_night_wakes_nobody_and_tells_the_duty_room(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        due = soon(4)
        night = due + timedelta(seconds=1)
        folder = a_folder(tmp_path, alert(due), warning(due))
        chats = [
            a_chat(name="消防安全工作群", address=DUTY_ROOM),
            a_chat("longmen-residents", address=RESIDENTS, audiences=["residents"]),
        ]
        quiet = {"from": f"{night:%H:%M:%S}", "until": f"{night + timedelta(hours=8):%H:%M}"}
        offices = [each for each in a_town()["offices"] if each["id"] == "police"]
        save(folder, "schedules/town.yaml", as_yaml(a_town(quiet_hours=quiet, chats=chats, offices=offices)))
        bot = await Gengfu.run(folder, environment)
        await until(lambda: telegram.calls["getUpdates"] > 0, within=20)
        assert now() < due
        os.kill(bot.pid, signal.SIGSTOP)
        await real_time_until(night + timedelta(seconds=0.2))
        os.kill(bot.pid, signal.SIGCONT)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 1, within=15)
        await SystemClock().sleep(1)
        await bot.terminate()
        assert texts(telegram, RESIDENTS) == []
        sent = [(each["kind"], each["chat"]) for each in await ledger(folder, environment) if each["occurrence"]]
        assert sent == [("sent", "duty-room")]


async def test_one_that_was_stopped_while_another_took_its_town_sends_nothing_more(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        due = soon(4)
        folder = a_folder(tmp_path, alert(due))
        stopped = await Gengfu.run(folder, environment)
        await until(lambda: telegram.calls["getUpdates"] > 0, within=20)
        assert now() < due
        os.kill(stopped.pid, signal.SIGSTOP)
        (folder / "data" / LOCK).unlink()
        other = await Gengfu.run(folder, environment)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 1, within=15)
        os.kill(stopped.pid, signal.SIGCONT)
        await until(lambda: "已停止写入" in stopped.err, within=20)
        await SystemClock().sleep(1.5)
        await stopped.kill()
        await other.terminate()
        assert len(texts(telegram, DUTY_ROOM)) == 1
        kinds = [each["kind"] for each in await ledger(folder, environment) if each["occurrence"]]
        assert kinds == ["sent"]
