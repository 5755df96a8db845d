"""kill -9 at the two worst moments: the platform has it and has not said so, or never got it (faults 1 and 2)."""

import math
from pathlib import Path

from tests.acceptance.process import (
    ADMIN,
    DUTY_ROOM,
    POLICE,
    RESIDENTS,
    SQUAD,
    Gengfu,
    a_folder,
    alert,
    jinlong,
    ledger,
    settings,
    soon,
    texts,
    warning,
)
from tests.fakes import until
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import held, stalled


async def test_what_kill_9_leaves_in_doubt_is_shown_as_such_and_on_doubt_decides(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        due = soon(6)
        folder = a_folder(tmp_path, alert(due), warning(due), alert(due, "other", to={"offices": ["enforcement"]}))
        telegram.order(held(), chat=DUTY_ROOM, times=math.inf)
        telegram.order(held(), chat=RESIDENTS, times=math.inf)
        telegram.order(stalled(), chat=SQUAD, times=math.inf)
        bot = await Gengfu.run(folder, environment)
        await until(lambda: telegram.calls["sendMessage"] == 4, within=40)
        assert [len(texts(telegram, chat)) for chat in (DUTY_ROOM, RESIDENTS, SQUAD)] == [1, 1, 0]
        await bot.kill()
        telegram.heal()

        bot = await Gengfu.run(folder, environment)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 2 and len(texts(telegram, SQUAD)) == 1, within=40)
        await until(lambda: any("不能确定" in text for text in texts(telegram, ADMIN)))
        kinds = [(each["kind"], each["chat"]) for each in await ledger(folder, environment)]
        assert [kind for kind, chat in kinds if chat == "duty-room"] == ["uncertain", "sent"]
        assert [kind for kind, chat in kinds if chat == "squad"] == ["uncertain", "sent"]
        assert [kind for kind, chat in kinds if chat == "longmen-residents"] == ["uncertain"]
        assert len(texts(telegram, RESIDENTS)) == 1

        # The first of the two messages can still be answered: its button names the ask, not the message.
        first = next(each for each in telegram.accepted if each.chat == DUTY_ROOM)
        query = telegram.press(POLICE, DUTY_ROOM, first.message_id, first.data("已落实"))
        await until(lambda: query in telegram.toasts)
        assert "已落实" in telegram.toasts[query].text
        assert await bot.terminate() < 10
        assert [len(texts(telegram, chat)) for chat in (DUTY_ROOM, RESIDENTS, SQUAD)] == [2, 1, 1]
