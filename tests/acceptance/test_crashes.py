"""kill -9 at the two worst moments (faults 1 and 2)."""

import math
from pathlib import Path

from tests.acceptance.process import (
    ADMIN,
    DUTY_ROOM,
    POLICE,
    RESIDENTS,
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


async def test_killed_after_the_platform_accepted_it_is_uncertain_and_on_doubt_decides(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        due = soon(2)
        folder = a_folder(tmp_path, alert(due), warning(due))
        telegram.order(held(), chat=DUTY_ROOM, times=math.inf)
        telegram.order(held(), chat=RESIDENTS, times=math.inf)
        bot = await Gengfu.run(folder, environment)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == len(texts(telegram, RESIDENTS)) == 1, within=10)
        await bot.kill()
        telegram.heal()

        bot = await Gengfu.run(folder, environment)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 2, within=12)
        await until(lambda: any("不能确定" in text for text in texts(telegram, ADMIN)))
        kinds = [(each["kind"], each["chat"]) for each in await ledger(folder, environment)]
        assert [kind for kind, chat in kinds if chat == "duty-room"] == ["uncertain", "sent"]
        assert [kind for kind, chat in kinds if chat == "longmen-residents"] == ["uncertain"]
        assert len(texts(telegram, RESIDENTS)) == 1

        # The first of the two messages can still be answered: its button names the ask, not the message.
        first = next(each for each in telegram.accepted if each.chat == DUTY_ROOM)
        query = telegram.press(POLICE, DUTY_ROOM, first.message_id, first.data("已落实"))
        await until(lambda: query in telegram.toasts)
        assert "已落实" in telegram.toasts[query].text
        await bot.kill()


async def test_killed_before_the_request_left_and_before_its_hour_there_is_exactly_one(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        stall, later = soon(2), soon(4)
        folder = a_folder(tmp_path, alert(stall), warning(later))
        telegram.order(stalled(), chat=DUTY_ROOM, times=math.inf)
        bot = await Gengfu.run(folder, environment)
        await until(lambda: telegram.calls["sendMessage"] > len(telegram.accepted), within=10)
        await bot.kill()
        telegram.heal()
        assert texts(telegram, DUTY_ROOM) == texts(telegram, RESIDENTS) == []

        bot = await Gengfu.run(folder, environment)
        await until(lambda: bool(texts(telegram, DUTY_ROOM) and texts(telegram, RESIDENTS)), within=12)
        assert await bot.terminate() < 10
        assert len(texts(telegram, DUTY_ROOM)) == len(texts(telegram, RESIDENTS)) == 1
