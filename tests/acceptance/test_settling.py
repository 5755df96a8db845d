"""A real bot before a strict Telegram: a reply is lost, an admin is asked in their own chat and settles it by a tap."""

from pathlib import Path

from tests.acceptance.process import (
    RESIDENTS,
    Gengfu,
    a_folder,
    jinlong,
    ledger,
    settings,
    soon,
    texts,
    warning,
)
from tests.fakes import until
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import page
from tests.servers.telegram_messages import Posted

ADMIN = 1001


def asked(telegram: TelegramServer) -> list[Posted]:
    return [each for each in telegram.shown(ADMIN) if "不能确定是否送达" in each.text]


async def test_a_tap_in_the_admin_s_own_chat_settles_what_is_in_doubt(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        telegram.order(page(502), chat=RESIDENTS)
        folder = a_folder(tmp_path, warning(soon(4)))
        environment = settings(telegram)
        bot = await Gengfu.run(folder, environment)
        await until(lambda: len(asked(telegram)) == 1, within=15)
        (notice,) = asked(telegram)
        again = next(data for row in notice.buttons for label, data in row if label == "没送到，再发")
        telegram.press(ADMIN, ADMIN, notice.message_id, again)
        await until(lambda: len(texts(telegram, RESIDENTS)) == 1, within=10)
        await until(lambda: asked(telegram)[0].buttons == (), within=10)
        assert "没送到，再发（管理员，" in asked(telegram)[0].text
        await bot.terminate()
        told = [(each["kind"], each["by"]) for each in await ledger(folder, environment) if each["occurrence"]]
        assert told == [("uncertain", None), ("settled", f"telegram:{ADMIN}"), ("sent", None)]
