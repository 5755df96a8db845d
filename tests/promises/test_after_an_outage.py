"""After an outage: what is still useful goes out late and says so, the rest is told, nobody is woken (faults 6, 7)."""

from datetime import datetime, timedelta
from pathlib import Path

import yaml

from bot.clock import SystemClock
from bot.ledger.deliveries import Delivery
from tests.acceptance import process
from tests.acceptance.faketime import WallClock, needs_faketime
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, at, on
from tests.builders import a_duty_alert, a_reminder, as_yaml
from tests.fakes import until
from tests.servers.telegram import TelegramServer

NAMED = {"sanqing-sanguan.j2": "**小心火烛** {{ occurrence.id }}", "duty-alert.j2": "**请落实** {{ occurrence.id }}"}


async def until_it_is(stage: Stage, moment: datetime) -> None:
    """Time goes by, however much; the bot looks when it is over."""
    stage.clock.leap(moment)
    await stage.clock.settle()
    await stage.look()
    await stage.clock.settle(300)


async def minutes_pass(stage: Stage, number: int) -> None:
    """A few minutes of the bot's own doing."""
    await stage.clock.advance(number * 60)
    await stage.clock.settle(300)


async def delivery(stage: Stage, reminder: str) -> Delivery:
    (found,) = [each for each in await stage.store.deliveries() if f"/{reminder}/" in each.occurrence]
    return found


async def kinds(stage: Stage) -> dict[str, list[str]]:
    """What the ledger says of each reminder."""
    found: dict[str, list[str]] = {}
    for each in await stage.store.entries():
        if each.occurrence:
            found.setdefault(each.occurrence.split("/")[1], []).append(each.kind)
    return found


def missed_notices(stage: Stage) -> list[str]:
    return [text for text in stage.told if "错过" in text]


async def test_a_platform_that_was_down_for_two_hours_gets_what_was_due_with_the_time_it_was_due(stage: Stage) -> None:
    stage.write(
        a_reminder("warning", on=on("09:00")),
        a_duty_alert("alert", on=on("09:00")),
        a_duty_alert("second", on=on("09:30")),
        messages=NAMED,
    )
    await stage.run()
    stage.telegram.away = True
    await until_it_is(stage, at("09:00:00"))
    await until_it_is(stage, at("09:30:00"))
    await until_it_is(stage, at("11:00:00"))
    assert stage.telegram.texts(RESIDENTS) == stage.telegram.texts(DUTY_ROOM) == []
    stage.telegram.away = False
    await minutes_pass(stage, 6)
    (warning,) = stage.telegram.texts(RESIDENTS)
    assert "补发" in warning
    assert "09:00" in warning
    (alerts,) = stage.telegram.texts(DUTY_ROOM)
    assert all(word in alerts for word in ("补发", "09:00", "/alert/", "09:30", "/second/"))
    for name in ("alert", "second"):
        each = await delivery(stage, name)
        assert each.sent_at is not None
        assert each.deadline == each.sent_at + timedelta(hours=2), "as long as is owed, from when it really went out"
    assert await kinds(stage) == {"warning": ["sent"], "alert": ["sent"], "second": ["merged"]}
    assert missed_notices(stage) == []


async def test_after_three_days_it_is_missed_and_told_and_what_comes_next_is_in_time(stage: Stage) -> None:
    stage.write(
        a_reminder("warning", on=on("09:00")),
        a_duty_alert("alert", on=on("09:00")),
        a_duty_alert("last", on=on("08:30", "2036-02-08")),
        a_duty_alert("next", on=on("10:00", "2036-02-08")),
        messages=NAMED,
    )
    await stage.run()
    stage.telegram.away = True
    await until_it_is(stage, at("09:00:00"))
    await until_it_is(stage, at("09:30:00", 8))
    stage.telegram.away = False
    await minutes_pass(stage, 6)
    (late,) = stage.telegram.texts(DUTY_ROOM)
    assert "补发" in late
    assert "/last/" in late
    assert stage.telegram.texts(RESIDENTS) == []
    (told,) = missed_notices(stage)
    assert all(word in told for word in ("错过 2 条", "/warning/", "/alert/", "02-05 09:00"))
    await until_it_is(stage, at("10:00:00", 8))
    assert "/next/" in stage.telegram.texts(DUTY_ROOM)[-1]
    assert "补发" not in stage.telegram.texts(DUTY_ROOM)[-1]
    assert await kinds(stage) == {"warning": ["missed"], "alert": ["missed"], "last": ["sent"], "next": ["sent"]}


TEN = [
    a_reminder("lost-1", on=on("15:00"), late="6h"),
    a_reminder("kept-1", on=on("16:00"), late="2d"),
    a_reminder("kept-2", on=on("20:00"), late="1d"),
    a_reminder("kept-3", on=on("18:00", "2036-02-06"), late="6h"),
    a_duty_alert("gone-1", on=on("15:00"), late="6h"),
    a_duty_alert("gone-2", on=on("09:00", "2036-02-06"), late="6h"),
    a_duty_alert("due-1", on=on("18:00"), late="2d"),
    a_duty_alert("due-2", on=on("21:00", "2036-02-06"), late="6h"),
    a_duty_alert("due-3", on=on("23:30", "2036-02-06"), late="6h"),
    a_duty_alert("village", on=on("23:00", "2036-02-06"), to={"offices": ["village-longmen"]}, late="6h"),
]


async def test_a_bot_that_was_off_over_ten_due_moments_and_a_night(stage: Stage) -> None:
    """It starts at two in the morning: the duty room and the village's office read what is of use at once, each in one
    message; the residents in the morning; the admins know within a minute what was missed.
    """
    stage.write(*TEN, messages=NAMED)
    stage.clock.leap(at("14:00:00"))
    await stage.run()
    await stage.look()
    await stage.end()
    stage.clock.leap(at("02:00:00", 7))
    await stage.restart()
    await stage.look()
    await minutes_pass(stage, 1)
    assert stage.telegram.texts(RESIDENTS) == []
    (duty,) = stage.telegram.texts(DUTY_ROOM)
    assert all(f"/{name}/" in duty for name in ("due-1", "due-2", "due-3"))
    assert all(f"原定 {due}" in duty for due in ("02-05 18:00", "02-06 21:00", "02-06 23:30"))
    (village,) = stage.telegram.texts("-1001002")
    assert "/village/" in village
    (told,) = missed_notices(stage)
    assert all(word in told for word in ("错过 3 条", "/lost-1/", "/gone-1/", "/gone-2/"))
    for name in ("due-1", "due-2", "due-3"):
        each = await delivery(stage, name)
        assert each.deadline is not None
        assert each.deadline >= at("04:00:00", 7), "each is still owed, from when it really went out"

    await until_it_is(stage, at("06:59:59", 7))
    assert stage.telegram.texts(RESIDENTS) == []
    await until_it_is(stage, at("07:00:00", 7))
    (morning,) = stage.telegram.texts(RESIDENTS)
    assert all(f"/{name}/" in morning for name in ("kept-1", "kept-2", "kept-3"))
    assert "补发" in morning
    assert missed_notices(stage) == [told]
    every = await kinds(stage)
    assert {name for name, said in every.items() if "late" in said} == {"due-1", "due-2", "due-3", "village"}
    ways = {name: [each for each in said if each not in {"late", "reminded"}] for name, said in every.items()}
    ends = {name: said[-1] for name, said in ways.items()}
    assert {name for name, end in ends.items() if end == "missed"} == {"lost-1", "gone-1", "gone-2"}
    assert {end for name, end in ends.items() if name not in {"lost-1", "gone-1", "gone-2"}} == {"sent", "merged"}
    assert all(len(said) == 1 for said in ways.values())


async def test_a_bot_that_was_off_for_three_weeks_passes_nothing_over_in_silence(stage: Stage) -> None:
    stage.write(a_duty_alert("gone", on=on("09:00")), a_duty_alert("kept", on=on("10:00"), late="30d"), messages=NAMED)
    await stage.run()
    await stage.look()
    await stage.end()
    stage.clock.leap(at("12:00:00", 26))
    await stage.restart()
    await stage.look()
    await minutes_pass(stage, 1)
    (kept,) = stage.telegram.texts(DUTY_ROOM)
    assert "补发" in kept
    assert "/kept/" in kept
    (told,) = missed_notices(stage)
    assert "/gone/" in told
    assert await kinds(stage) == {"gone": ["missed"], "kept": ["sent"]}


@needs_faketime
async def test_so_it_is_from_outside(tmp_path: Path) -> None:
    """Off for 36 hours and started in the quiet hours; then the platform is down for two hours more."""
    async with TelegramServer() as telegram:
        process.jinlong(telegram)
        wall = WallClock(tmp_path)
        began = process.soon(0)
        hours = [began + timedelta(hours=each) for each in range(40)]
        folder = process.a_folder(
            tmp_path,
            process.alert(hours[1], "gone"),
            process.warning(hours[2], "lost"),
            process.alert(hours[20], "due-1", late="2d"),
            process.alert(hours[35], "due-2"),
            process.warning(hours[30], "kept-1"),
            process.warning(hours[31], "kept-2"),
            process.alert(hours[38], "down"),
        )
        for name in NAMED:
            process.save(folder, f"messages/{name}", NAMED[name].encode())
        town = yaml.safe_load((folder / "schedules/town.yaml").read_text("utf-8"))
        town["quiet_hours"] = {"from": f"{hours[35]:%H:%M}", "until": f"{hours[37]:%H:%M}"}
        process.save(folder, "schedules/town.yaml", as_yaml(town))
        environment = wall.environment(process.settings(telegram))
        bot = await process.Gengfu.run(folder, environment)
        await until(lambda: telegram.calls["getUpdates"] > 0, within=20)
        await bot.terminate()

        wall.set(timedelta(hours=36))
        bot = await process.Gengfu.run(folder, environment)
        await until(lambda: any("错过 2 条" in text for text in process.texts(telegram, process.ADMIN)), within=20)
        await until(lambda: bool(process.texts(telegram, process.DUTY_ROOM)), within=20)
        (duty,) = process.texts(telegram, process.DUTY_ROOM)
        assert all(f"/{name}/" in duty for name in ("due-1", "due-2"))
        assert process.texts(telegram, process.RESIDENTS) == []

        wall.set(timedelta(hours=37))
        await until(lambda: bool(process.texts(telegram, process.RESIDENTS)), within=20)
        (morning,) = process.texts(telegram, process.RESIDENTS)
        assert all(f"/{name}/" in morning for name in ("kept-1", "kept-2"))

        await telegram.stop()
        wall.set(timedelta(hours=40))
        await SystemClock().sleep(2)
        await telegram.start()
        await until(lambda: len(process.texts(telegram, process.DUTY_ROOM)) == 2, within=20)
        late = process.texts(telegram, process.DUTY_ROOM)[-1]
        assert "补发" in late
        assert f"{hours[38]:%H:%M}" in late
        await bot.terminate()
        rows = await process.ledger(folder, process.settings(telegram))
        ends = {each["occurrence"].split("/")[1]: each["kind"] for each in rows if each["occurrence"]}
        assert {name for name, kind in ends.items() if kind == "missed"} == {"gone", "lost"}
        assert len([each for each in rows if each["occurrence"]]) == len(ends) == 7
