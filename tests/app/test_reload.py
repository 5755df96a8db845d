"""A good edit is taken within five seconds and its difference told; a bad one harms nobody (design.md, promise 3)."""

from pathlib import Path

import pytest

from bot.app.run import Bot, start
from bot.clock import ManualClock
from bot.errors import ScheduleRefused, TownMissing
from bot.store.memory import MemoryStore
from tests.app.stage import ADMIN, RESIDENTS, Stage, a_winter, at, on
from tests.builders import a_chat, a_reminder, a_town
from tests.fakes import until

CAMPAIGN = "schedules/winter-2036.yaml"


async def taken(stage: Stage, bot: Bot, before: str) -> None:
    """Five seconds pass, and the edit is in force."""
    for _ in range(5):
        await stage.clock.advance(1)
    await until(lambda: bot.in_force.version != before)
    await stage.clock.settle()


async def refused(stage: Stage, times: int) -> None:
    """Some seconds pass, and so many edits in all were refused."""
    await stage.clock.advance(3)

    async def told() -> bool:
        await stage.clock.advance(1)
        return sum("没有采用" in text for text in stage.told) == times

    await until(told)


async def test_a_good_edit_is_taken_and_told_within_five_seconds(stage: Stage) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    stage.write(a_reminder(on=on("08:05")))
    await taken(stage, bot, before)
    assert stage.clock.now() <= at("08:00:05")
    assert "08:01 warning (指定日期, 1 个群) → 2036-02-05 08:05" in stage.told[-1]
    assert await stage.ledger("schedule") == ["schedule"] * 2
    await stage.pass_to(at("08:05:00"))
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_a_message_is_edited_like_a_schedule(stage: Stage) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    stage.save("messages/sanqing-sanguan.j2", "新的内容".encode())
    await taken(stage, bot, before)
    assert "改内容" in stage.told[-1]
    await stage.pass_to(at("08:01:00"))
    assert stage.telegram.texts(RESIDENTS) == ["新的内容"]


async def test_a_bad_edit_is_refused_with_file_line_and_reason_and_the_last_good_one_goes_on(stage: Stage) -> None:
    bot = await stage.run()
    good = bot.in_force
    stage.write_campaign(a_winter(a_reminder(on=on("08:05"), message="no-such-message")))
    await refused(stage, 1)
    assert bot.in_force is good
    assert f"{CAMPAIGN}:" in stage.told[-1]
    assert "no-such-message" in stage.told[-1]
    assert any("no-such-message" in notice for notice in stage.live.notices())
    await stage.pass_to(at("08:01:00"))
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_a_bad_edit_is_told_once_however_often_it_is_saved_and_each_further_one_anew(stage: Stage) -> None:
    await stage.run()
    for _ in range(3):
        stage.save(CAMPAIGN, b"campaign: [")
        await refused(stage, 1)
        await stage.clock.advance(5)
    assert sum("没有采用" in text for text in stage.told) == 1
    stage.save(CAMPAIGN, b"campaign: [[")
    await refused(stage, 2)


async def test_a_mended_edit_is_taken_and_the_trouble_is_gone(stage: Stage) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    stage.save(CAMPAIGN, b"campaign: [")
    await refused(stage, 1)
    stage.write(a_reminder(on=on("08:05")))
    await taken(stage, bot, before)
    assert bot.trouble is None


async def test_an_edit_taken_back_leaves_no_trouble(stage: Stage) -> None:
    bot = await stage.run()
    stage.save(CAMPAIGN, b"campaign: [")
    await refused(stage, 1)
    stage.write()
    for _ in range(5):
        await stage.clock.advance(1)
    await until(lambda: bot.trouble is None)
    await stage.clock.advance(3)
    assert "排程已改回" in stage.told[-1]


@pytest.mark.parametrize("name", ["schedules/town.yaml", CAMPAIGN])
async def test_a_file_cut_off_anywhere_is_refused_or_harmless(stage: Stage, name: str) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    content = (stage.folder / name).read_bytes()
    stage.save(name, content[: len(content) * 2 // 3])
    await refused(stage, 1)
    assert bot.in_force.version == before


async def test_a_town_that_vanishes_is_told_and_the_last_good_one_goes_on(stage: Stage) -> None:
    bot = await stage.run()
    (stage.folder / "schedules/town.yaml").unlink()
    await refused(stage, 1)
    assert "town.yaml" in stage.told[-1]
    await stage.pass_to(at("08:01:00"))
    assert len(stage.telegram.texts(RESIDENTS)) == 1
    assert bot.trouble is not None


async def test_an_edit_that_was_saved_while_the_bot_was_starting_is_seen(stage: Stage) -> None:
    bot = await stage.run(meanwhile=lambda: stage.write(a_reminder(on=on("08:05"))))
    before = bot.in_force.version
    await taken(stage, bot, before)
    assert "08:01 warning (指定日期, 1 个群) → 2036-02-05 08:05" in stage.told[-1]


async def test_a_bad_edit_made_while_it_was_down_is_told_and_the_last_good_version_runs(stage: Stage) -> None:
    good = (await stage.run()).in_force.version
    await stage.end()
    stage.save(CAMPAIGN, b"campaign: [")
    bot = await stage.restart()
    assert bot.in_force.version == good
    assert bot.trouble is not None
    assert f"{CAMPAIGN}:2:1: " in bot.trouble
    await refused(stage, 1)
    await stage.pass_to(at("08:01:00"))
    assert len(stage.telegram.texts(RESIDENTS)) == 1


async def test_a_town_that_vanished_while_it_was_down_runs_on_its_last_good_version(stage: Stage) -> None:
    await stage.run()
    await stage.end()
    (stage.folder / "schedules/town.yaml").unlink()
    bot = await stage.restart()
    assert bot.trouble is not None
    await refused(stage, 1)


async def test_without_any_good_version_it_does_not_start_and_says_every_error(stage: Stage) -> None:
    stage.write_campaign(a_winter(a_reminder(on=on("08:05"), message="nope"), a_reminder("other", message="neither")))
    with pytest.raises(ScheduleRefused) as refusal:
        await stage.run()
    assert len(refusal.value.problems) >= 2


async def test_a_folder_without_a_town_does_not_start(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "town")
    empty = stage.settings.model_copy(update={"folder": tmp_path / "empty"})
    with pytest.raises(TownMissing):
        await start(empty, ManualClock(at("08:00:00")), MemoryStore(), {"board": stage.board})


async def test_an_admin_who_joins_by_an_edit_is_told_of_it(stage: Stage) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    town = stage.folder / "schedules/town.yaml"
    town.write_text(town.read_text(encoding="utf-8").replace("1001\n", "1002\n", 1), encoding="utf-8")
    await taken(stage, bot, before)
    assert len(stage.telegram.texts("1002")) == 1
    assert len(stage.telegram.texts(ADMIN)) == 1


async def test_an_edit_that_brings_a_chat_without_a_key_says_that_it_stands_on_the_board_until_a_restart(
    stage: Stage,
) -> None:
    bot = await stage.run()
    before = bot.in_force.version
    assert "GENGFU_CHAT_NEW" not in bot.settings.named
    town = a_town()
    robot = a_chat(
        "new-residents", name="新居民群", on="wecom-robot", address={"env": "GENGFU_CHAT_NEW"}, audiences=["residents"]
    )
    stage.write(town={**town, "chats": [*town["chats"], robot]})
    stage.save(".env", b"GENGFU_CHAT_NEW=693a91f6-7bc4-4a97-9a0e-8a6c1ba90001\n")
    await taken(stage, bot, before)
    assert "先显示在面板上，还发不到群里：新居民群" in stage.told[-1]
    assert "重启更夫" in stage.told[-1]


async def test_an_edit_does_not_tell_again_of_chats_that_stood_on_the_board_before(stage: Stage) -> None:
    town = a_town()
    robot = a_chat(
        "new-residents", name="新居民群", on="wecom-robot", address={"env": "GENGFU_CHAT_NEW"}, audiences=["residents"]
    )
    stage.write(town={**town, "chats": [*town["chats"], robot]})
    bot = await stage.run()
    before = bot.in_force.version
    stage.write(a_reminder(on=on("08:05")), town={**town, "chats": [*town["chats"], robot]})
    await taken(stage, bot, before)
    assert "先显示在面板上" not in stage.told[-1]
