"""已落实 with a photo, from a group on a strict Telegram to the file in the data folder; the token is seen nowhere."""

import logging
from pathlib import Path

import pytest

from tests.app.stage import TOKEN, at
from tests.promises.on_telegram import POLICE, ROOM, on_telegram
from tests.servers.telegram_faults import page


async def test_a_photo_ends_up_in_the_data_folder_though_the_first_load_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with on_telegram(tmp_path) as stage:
        await stage.run()
        await stage.pass_to(at("08:02:00"))
        await stage.before_long(lambda: bool(stage.texts(ROOM)))
        ask = next(each for each in stage.server.accepted if each.chat == ROOM)
        stage.server.order(page(), method="file")
        stage.server.attaches(POLICE, ROOM, b"\xff\xd8 proof", caption="已落实", reply_to=ask.message_id)
        await stage.before_long(lambda: any("不用重发" in text for text in stage.texts(ROOM)))
        await stage.before_long(lambda: bool(list((tmp_path / "data" / "evidence").glob("*.jpg"))))
        stage.server.attaches(POLICE, ROOM, b"%PDF", name="记录.pdf", reply_to=ask.message_id)
        await stage.before_long(lambda: any("已补充为 派出所“已落实”的凭证" in text for text in stage.texts(ROOM)))
        entries = await stage.store.entries()
        kept = [each.detail or {} for each in entries if each.kind == "evidence"]
        assert [each["kind"] for each in kept] == ["photo", "file"]
        assert [(tmp_path / "data" / str(each["file"])).read_bytes() for each in kept] == [b"\xff\xd8 proof", b"%PDF"]
    shown = f"{caplog.text} {entries}"
    assert TOKEN.get_secret_value().partition(":")[2] not in shown
