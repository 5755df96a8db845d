"""A bad edit harms nobody: whatever is saved, nothing goes out that a good schedule did not promise (promise 3)."""

import asyncio
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from bot.app.check import judge
from bot.app.sources import read_sources
from bot.errors import TownMissing
from bot.language import say, sentence
from bot.planner.plan import season
from tests.app.stage import Stage, a_winter, at, on
from tests.builders import a_duty_alert, a_reminder, as_yaml
from tests.fakes import until

MINUTES = [f"08:{minute:02}" for minute in range(1, 40, 2)]
PIECES = [b"", b"\t", b": ", b"\n", b"- ", b"[", b"null", b"8", b"0", "：".encode(), "“".encode(), b"\xc4\xe3", b"*a"]


def spoilt(content: bytes, random: Random) -> bytes:
    """Cut, swapped, retyped: as a hand or an editor does it."""
    match random.randrange(4):
        case 0:
            return content[: random.randrange(len(content))]
        case 1:
            lines = content.split(b"\n")
            one, other = random.randrange(len(lines)), random.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            return b"\n".join(lines)
        case 2:
            return content.decode("utf-8").encode("gbk", "replace")
        case _:
            where = random.randrange(len(content))
            return content[:where] + random.choice(PIECES) + content[where + random.randrange(8) :]


@pytest.mark.parametrize("seed", range(3))
def test_a_running_bot_that_is_fed_rubbish_sends_what_was_promised_and_nothing_else(seed: int) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_fed(Path(folder), Random(seed)))


async def _fed(folder: Path, random: Random) -> None:
    stage = Stage(folder)
    reminders = [a_reminder(f"warning-{number}", on=on(clock)) for number, clock in enumerate(MINUTES)]
    stage.write_campaign(a_winter(*reminders, a_duty_alert(on=on("08:30"))))
    good = stage.files()
    promised = set[str]()
    bot = await stage.run()
    for _ in range(15):
        path = random.choice(list(good))
        path.write_bytes(spoilt(good[path], random))
        await _settled(stage)
        try:
            found = judge(read_sources(folder), stage.settings, stage.clock.now(), {})
        except TownMissing:
            found = None
        assert found is None or (found.in_force is not None) == (bot.trouble is None)
        promised |= {each.id for each in season(bot.in_force.schedule)}
        await stage.clock.advance(60)
        await stage.look()
        path.write_bytes(good[path])
        await _settled(stage)
        assert bot.trouble is None
        promised |= {each.id for each in season(bot.in_force.schedule)}
        await stage.clock.advance(60)
        await stage.look()
    issued = await stage.store.all_issued()
    assert {each.occurrence for each in issued} <= promised
    sent = [each.message.text for each in stage.telegram.sent if each.address.startswith("-")]
    assert sum("三清三关" in text or "请落实" in text for text in sent) >= 5, "the good ones go on"
    assert len(sent) <= sum(len(each.chats) for each in issued)
    assert stage.clock.now() > at("08:30:00")
    await stage.end()


async def _settled(stage: Stage) -> None:
    """The edit was taken or refused."""

    async def looked_at() -> bool:
        await stage.clock.advance(1)
        try:
            version = read_sources(stage.folder).version
        except TownMissing:
            version = "unreadable"
        taken = version == stage.bot.in_force.version and stage.bot.trouble is None
        return taken or version == stage.bot._refused

    await until(looked_at)
    await stage.clock.settle()


async def test_a_file_cut_at_fifty_points_or_typed_wrong_is_told_once_and_an_open_ask_keeps_its_plan(
    stage: Stage,
) -> None:
    """Fault 12: the last good version runs on, each bad one is told once, and a good save shows the difference."""
    later = a_reminder(on=on("12:00"))
    stage.write_campaign(a_winter(a_duty_alert(on=on("08:02")), later))
    bot = await stage.run()
    await stage.pass_to(at("08:02:00"))
    file = stage.folder / "schedules/winter-2036.yaml"
    good, first = file.read_bytes(), bot.in_force.version
    (issued,) = await stage.store.all_issued()

    spoilt_ones = [good[: len(good) * part // 50] for part in range(1, 50)]
    spoilt_ones += [good.decode().encode("gbk"), good.replace(b"  ", b"\t", 1)]
    refused = 0
    for content in spoilt_ones:
        file.write_bytes(content)
        await _settled(stage)
        if bot.trouble is None:
            continue  # a cut between two reminders is a good file with one less
        refused += 1
        assert bot.in_force.version == first or "alert" in {each.reminder for each in season(bot.in_force.schedule)}
    told = [each for each in stage.told if each.startswith(say(sentence("adopt.refused"), "zh"))]
    assert refused >= 45
    assert len(told) == refused, "each is told once"

    beside = stage.folder / "another.yaml"
    moved = a_winter(
        a_duty_alert(on=on("08:02"), answer={"within": "9h", "expects": "done"}), a_reminder(on=on("13:00"))
    )
    beside.write_bytes(as_yaml(moved))
    link = stage.folder / "link"
    link.symlink_to(beside)
    link.replace(file)
    await _settled(stage)
    assert bot.trouble is None
    assert "13:00" in stage.told[-1], "the difference is shown"
    (kept,) = [each for each in await stage.store.all_issued() if each.occurrence == issued.occurrence]
    assert kept.owing == issued.owing, "an open ask runs on under the plan that it began with"
