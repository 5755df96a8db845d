"""Who looks beside a running bot by a newer `.env` than it has read is told so."""

import os
from datetime import timedelta
from pathlib import Path

from bot.app.doctor import examine
from bot.app.restart_due import is_restart_due
from bot.language import say
from bot.store.hold import take
from tests.app.stage import Stage


def written(stage: Stage, *, after: timedelta) -> None:
    """`.env` is saved so long after the bot started."""
    stage.save(".env", b"GENGFU_LANG=zh\n")
    moment = (stage.clock.now() + after).timestamp()
    os.utime(stage.folder / ".env", (moment, moment))


def test_a_restart_is_due_where_dot_env_was_written_after_the_start_of_the_bot_that_runs(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    written(stage, after=timedelta(minutes=5))
    assert not is_restart_due(stage.settings)  # none runs
    hold = take(stage.settings.data, stage.clock.now())
    assert is_restart_due(stage.settings)
    written(stage, after=-timedelta(minutes=5))
    assert not is_restart_due(stage.settings)
    (stage.folder / ".env").unlink()
    assert not is_restart_due(stage.settings)
    hold.release()


async def test_doctor_says_that_dot_env_takes_effect_after_a_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path, token=None)
    written(stage, after=timedelta(minutes=5))
    hold = take(stage.settings.data, stage.clock.now())
    found = {each.what.key: each for each in await examine(stage.settings, stage.clock, lambda _address: None)}
    hold.release()
    assert not found["doctor.env-newer"].ok
    assert say(found["doctor.running"].what).endswith("自 2036-02-05 08:00）"), "by the town's clock"
