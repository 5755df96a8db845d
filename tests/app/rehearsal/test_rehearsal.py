"""A rehearsal is the real bot: what it sends, when, to whom, and what it leaves alone."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.rehearsal.rehearsal import begin
from bot.app.routing import ADMINS
from bot.app.view.stage import Speed
from bot.clock import SystemClock
from bot.errors import RehearsalRefused, StoreUnwritable
from bot.store.tinydb import open_reader
from tests.app.rehearsal.theatre import MORNING, NOON, in_force, messages, played, rehearsed
from tests.app.stage import Stage, a_board_town, at, on
from tests.builders import a_duty_alert, a_reminder
from tests.fakes import until

HEAD = "【演练】\n\n"


def everything(stage: Stage) -> dict[Path, bytes]:
    """Every file of the town."""
    return {path: path.read_bytes() for path in stage.folder.rglob("*") if path.is_file()}


async def test_every_message_says_that_it_is_a_rehearsal_the_admins_own_too(stage: Stage) -> None:
    it = await played(stage)
    every = await it.bot.store.deliveries()
    assert {each.chat for each in every} == {"duty-room", "longmen-residents", ADMINS}
    assert [each.state for each in every] == ["sent"] * 4, "the fourth names who is late"
    assert all((each.text or "").startswith(HEAD) for each in every)


@pytest.mark.parametrize("speed", [None, 30_000.0, 3_000_000.0])
async def test_each_message_goes_out_at_its_own_hour_however_fast_the_clock_goes(stage: Stage, speed: Speed) -> None:
    stage.write(*(a_reminder(f"r{minute}", on=on(f"08:{minute:02}")) for minute in range(1, 40, 3)))
    it = await played(stage, speed=speed)
    sent = await messages(it)
    assert len(sent) == 13
    assert all(each.sent_at and each.sent_at - each.due < timedelta(seconds=2) for each in sent)
    assert not any("补发" in (each.text or "") for each in sent)


async def test_what_falls_due_at_the_first_and_the_last_moment_is_played_and_nothing_else(stage: Stage) -> None:
    moments = ("07:59:59", "08:00", "12:00", "12:00:01")
    stage.write(*(a_reminder(f"r{number}", on=on(moment)) for number, moment in enumerate(moments)))
    it = await played(stage)
    assert [each.due for each in await messages(it)] == [MORNING, NOON]
    playing = it.playing
    assert (playing.now, playing.state, playing.upcoming) == (NOON, "ended", None)
    assert (playing.passed, playing.total, playing.sent) == (2, 2, 2)


async def test_one_answers_with_one_s_own_hand_as_any_office(stage: Stage) -> None:
    stage.write(town=a_board_town())
    async with rehearsed(stage.settings) as it:
        await it.until_ended()
        (ask,) = await messages(it, "duty-room")
        shown = await it.live.message("duty-room", ask.id)
        assert shown is not None
        told = await it.live.press("duty-room", shown.message_id or "", shown.buttons[0][0].data, "police")
        assert told.text.startswith(HEAD)
        assert "派出所" in told.text
        await until(lambda: it.bot.at_rest)
        answered = await it.bot.store.delivery(ask.id)
        assert answered is not None
        assert (answered.text or "").startswith(HEAD)
        assert "☑️ 派出所 收到（12:00）" in (answered.text or "")
        assert (it.playing.asked, it.playing.answered) == (1, 1)


async def test_every_answer_is_shown_at_once_while_the_clock_stands_still(stage: Stage) -> None:
    """However many offices one plays after the other, and though the bot counts its waits by that clock."""
    stage.write(a_duty_alert(on=on("08:01"), to={"offices": ["police", "enforcement"]}), town=a_board_town())
    async with rehearsed(stage.settings) as it:
        await it.until_ended()
        (ask,) = await messages(it, "duty-room")
        for office in ("police", "enforcement"):
            shown = await it.live.message("duty-room", ask.id)
            assert shown is not None
            await it.live.press("duty-room", shown.message_id or "", shown.buttons[0][0].data, office)

        async def all_shown() -> bool:
            shown = await it.live.message("duty-room", ask.id)
            return shown is not None and shown.text.count("收到（12:00）") == 2

        await until(all_shown)


async def test_it_keeps_a_record_of_its_own_and_the_town_s_stays_as_it_is(stage: Stage) -> None:
    await stage.run()
    await stage.end()
    before = everything(stage)
    it = await played(stage)
    apart = stage.settings.data / "rehearsals" / it.name
    assert {path: content for path, content in everything(stage).items() if apart not in path.parents} == before
    kinds = [entry.kind for entry in await (await open_reader(apart)).entries()]
    assert kinds == ["schedule", "started", "sent", "sent", "sent", "late", "sent", "reminded", "stopped"]


async def test_a_chat_of_a_platform_is_worded_for_that_platform(stage: Stage) -> None:
    """With a token the residents' next message on Telegram is Telegram's own wording; so it is in the rehearsal."""
    stage.write(messages={"sanqing-sanguan.telegram.j2": "只给电报"})
    (sent,) = await messages(await played(stage), "longmen-residents")
    assert sent.text == f"{HEAD}只给电报"
    stage.token = None
    (sent,) = await messages(await played(stage), "longmen-residents")
    assert sent.text == f"{HEAD}**三清三关** 指定日期"


async def test_what_would_be_missed_is_counted(stage: Stage) -> None:
    stage.write(
        a_reminder(on=on("08:01"), message="broken"),
        a_duty_alert(on=on("08:02")),
        messages={"broken.j2": "{{ no_such_thing }}"},
    )
    it = await played(stage)
    assert [(entry.kind, (entry.occurrence or "").split("/")[1]) for entry in it.tally.lost] == [("failed", "warning")]
    assert (it.playing.sent, it.playing.lost) == (1, 1)


async def test_the_next_message_that_a_chat_shows_is_the_one_that_it_gets(stage: Stage) -> None:
    async with rehearsed(stage.settings, speed=1.0) as it:
        shown = await it.live.chat("longmen-residents")
        assert shown is not None
        assert shown.upcoming is not None
        it.conductor.set_speed(None)
        await it.until_ended()
        (sent,) = await messages(it, "longmen-residents")
        assert sent.text == shown.upcoming.text


async def test_two_that_begin_in_one_second_have_two_records(stage: Stage) -> None:
    async with rehearsed(stage.settings) as one, rehearsed(stage.settings) as other:
        assert one.name != other.name


@pytest.mark.parametrize(
    ("first", "last", "speed"), [(NOON, NOON, None), (NOON, MORNING, 60.0), (MORNING, NOON, 0.0), (MORNING, NOON, -1.0)]
)
async def test_a_span_or_a_speed_that_is_none_is_refused_and_leaves_nothing(
    stage: Stage, first: object, last: object, speed: Speed
) -> None:
    with pytest.raises(RehearsalRefused):
        await begin(stage.settings, in_force(stage.folder), first, last, speed, SystemClock())  # type: ignore[arg-type]
    assert not stage.settings.data.exists()


async def test_a_record_that_cannot_be_written_is_said_before_anything_is_played(stage: Stage) -> None:
    stage.settings.data.mkdir()
    (stage.settings.data / "rehearsals").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreUnwritable, match="rehearsals"):
        await played(stage)


async def test_a_broadcast_of_the_night_waits_for_the_morning_as_in_the_plan(stage: Stage) -> None:
    stage.write(a_reminder(on=on("23:00")))
    (sent,) = await messages(await played(stage, last=at("12:00", day=6)))
    assert sent.sent_at == at("07:00", day=6)


async def test_whoever_waits_for_the_end_is_let_go_when_somebody_ends_it(stage: Stage) -> None:
    async with rehearsed(stage.settings, speed=0.001) as it:
        waiting = asyncio.create_task(it.until_ended())
        await asyncio.wait({waiting}, timeout=0.01)
        assert not waiting.done()
        await it.end()
        await waiting
        assert it.playing.state == "playing"
