"""`gengfu doctor` names the chats that were given up, why, and how they live again."""

from pathlib import Path

from bot.app.doctor import examine
from bot.language import say
from bot.outbox.outcome import DEAD
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.app.stage import Stage


async def test_a_chat_that_was_given_up_is_told_with_the_reason_and_what_to_do(tmp_path: Path) -> None:
    stage = Stage(tmp_path, token=None)
    store = await open_store(stage.settings.data, stage.clock)
    await store.commit(
        Change(marks={f"{DEAD}duty-room": "-1001001 机器人被移出了这个群", f"{DEAD}of-old": "-1 kicked"})
    )
    await store.close()
    found = await examine(stage.settings, stage.clock, lambda _address: None)
    (told,) = [each for each in found if not each.ok]
    assert say(told.what) == "群“duty-room”已不再尝试：机器人被移出了这个群"
    assert told.mend is not None
    assert "gengfu chats --test duty-room" in say(told.mend)
