"""The main job, from outside: sent at its hour, answered, edited under way, ended in order."""

from pathlib import Path

import httpx

from tests.acceptance.process import (
    ADMIN,
    AFRESH,
    CAMPAIGN,
    DUTY_ROOM,
    POLICE,
    RESIDENTS,
    STRANGER,
    Gengfu,
    a_folder,
    alert,
    edit,
    gengfu,
    jinlong,
    ledger,
    now,
    save,
    settings,
    soon,
    texts,
    warning,
)
from tests.fakes import until
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import slow


async def test_a_season_in_seconds(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram, **AFRESH)
        due = soon(6)
        folder = a_folder(tmp_path, alert(due))
        bot = await Gengfu.run(folder, environment)

        # It sends at its hour, with buttons.
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 1, within=40)
        assert 0 <= (now() - due).total_seconds() < 3
        (ask,) = [each for each in telegram.accepted if each.chat == DUTY_ROOM]
        assert [label for row in ask.buttons for label, _ in row] == ["收到", "已落实", "需协助"]
        assert ask.mentioned == (POLICE,)

        # A press is recorded, answered and shown; a stranger is refused; `/id` is answered.
        pressed = telegram.press(POLICE, DUTY_ROOM, ask.message_id, ask.data("收到"))
        refused = telegram.press(STRANGER, DUTY_ROOM, ask.message_id, ask.data("收到"))
        telegram.types(STRANGER, DUTY_ROOM, "/id@GengfuBot")
        await until(
            lambda: {pressed, refused} <= telegram.toasts.keys() and len(texts(telegram, DUTY_ROOM)) == 2, within=20
        )
        assert "派出所 收到" in telegram.toasts[pressed].text
        assert telegram.toasts[refused].text.startswith("谢谢")
        assert f"address: {DUTY_ROOM}" in texts(telegram, DUTY_ROOM)[1]
        await until(lambda: any("☑️ 派出所 收到" in each.text for each in telegram.edited), within=40)
        entries = await ledger(folder, environment)
        assert [(each["office"], each["by"]) for each in entries if each["kind"] == "received"] == [
            ("police", f"telegram:{POLICE}")
        ]
        assert [each["by"] for each in entries if each["kind"] == "refused"] == [f"telegram:{STRANGER}"]

        # A bad edit harms nobody and is told with file and line.
        before = len(texts(telegram, ADMIN))
        save(folder, CAMPAIGN, b"campaign: winter-now\nphases: [\n")
        await until(lambda: len(texts(telegram, ADMIN)) > before, within=15)
        assert f"{CAMPAIGN}:" in texts(telegram, ADMIN)[-1]

        # A good one is taken within five seconds, told, and kept to.
        before = len(texts(telegram, ADMIN))
        last = soon(6)
        telegram.order(slow(2), chat=RESIDENTS)
        edit(folder, alert(due), warning(last))
        await until(lambda: len(texts(telegram, ADMIN)) > before, within=15)
        assert "新增" in texts(telegram, ADMIN)[-1]

        # A second bot refuses and names the first; the pages and the log know no secret.
        status, out, err = await gengfu("run", "--town", folder, environment=environment)
        assert (status, out, len(err.splitlines())) == (1, "", 1)
        assert str(bot.pid) in err
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = (await browser.get(bot.board)).text
        assert "消防安全工作群" in page

        # SIGTERM with a slow request under way: ended in order, in time, and nothing lost.
        await until(lambda: telegram.calls["sendMessage"] > len(telegram.accepted), within=40)
        assert now() >= last
        assert await bot.terminate() < 10
        assert await bot.wait() == 0
        assert texts(telegram, RESIDENTS) == ["三清三关"]
        kinds = [(each["kind"], each["chat"]) for each in await ledger(folder, environment)]
        assert ("sent", "longmen-residents") in kinds
        assert kinds[-1] == ("stopped", None)

        # The token is nowhere.
        for text in (bot.out, bot.err, page, err, *_everything(folder)):
            assert telegram.token not in text
            assert telegram.token.partition(":")[2] not in text
        assert "Traceback" not in bot.err


def _everything(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()]
