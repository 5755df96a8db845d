"""`gengfu rehearse` from outside: on the board, in the real chats, killed; the town's own record stays as it is."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from tests.acceptance.process import (
    DUTY_ROOM,
    POLICE,
    RESIDENTS,
    Gengfu,
    a_folder,
    alert,
    gengfu,
    jinlong,
    ledger,
    settings,
    soon,
    texts,
    warning,
)
from tests.fakes import until
from tests.servers.telegram import TelegramServer


def record(folder: Path) -> dict[str, bytes]:
    """The town's own files: everything but the rehearsals."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith("data/rehearsals")}


def span(first: datetime, last: datetime) -> tuple[str, ...]:
    return ("--from", f"{first:%Y-%m-%dT%H:%M:%S}", "--until", f"{last:%Y-%m-%dT%H:%M:%S}")


async def test_a_season_is_played_told_and_kept_apart(tmp_path: Path) -> None:
    due = soon(3_600)
    folder, environment = a_folder(tmp_path, alert(due), warning(due)), settings()
    before = record(folder)
    whole = span(due - timedelta(minutes=5), due + timedelta(hours=1))
    status, out, err = await gengfu("rehearse", "--town", folder, *whole, "--speed", "max", environment=environment)
    assert (status, err) == (0, "")
    assert "/rehearsal" in out
    assert "到期 2 次提醒，发出 2 条消息" in out
    assert "没有一条会漏掉" in out
    assert record(folder) == before
    rows = await ledger(folder, environment, "--rehearsal", "latest")
    assert [each["kind"] for each in rows if each["occurrence"]] == ["sent", "sent"]
    status, out, _ = await gengfu(
        "report", "--town", folder, "--rehearsal", "latest", "--format", "json", environment=environment
    )
    assert [(each["office"], each["state"]) for each in json.loads(out)] == [("police", "open")]
    assert await ledger(folder, environment) == []


async def test_kill_9_in_the_midst_of_one_leaves_the_town_as_it_was(tmp_path: Path) -> None:
    due = soon(3_600)
    folder, environment = a_folder(tmp_path, *(alert(due, f"a{each}") for each in range(20))), settings()
    bot = await Gengfu.run(folder, environment)
    await until(lambda: (folder / "data/gengfu.json").exists())
    assert await bot.terminate() < 10
    before, entries = record(folder), await ledger(folder, environment)
    whole = span(due - timedelta(minutes=5), due + timedelta(hours=1))

    # By itself.
    rehearsing = await Gengfu.begin(folder, environment, "rehearse", *whole, "--speed", "600")
    await until(lambda: any((folder / "data/rehearsals").glob("*/gengfu.json")), within=20)
    await rehearsing.kill()
    assert record(folder) == before

    # On the page of the running bot, which is killed with it.
    bot = await Gengfu.run(folder, environment)
    async with httpx.AsyncClient(trust_env=False, base_url=bot.board, headers={"Origin": bot.board}) as browser:
        form = {"first": f"{due - timedelta(minutes=5):%Y-%m-%dT%H:%M}", "last": f"{due:%Y-%m-%dT%H:%M}", "speed": "1"}
        assert (await browser.post("/rehearsal/begin", data=form)).status_code == 303
        assert (await browser.post("/rehearsal/step")).status_code == 303
        await until(lambda: len(list((folder / "data/rehearsals").glob("*/gengfu.json"))) == 2, within=20)
    await bot.kill()
    after = await ledger(folder, environment)
    assert [each["kind"] for each in after[len(entries) :]] == ["started"]
    bot = await Gengfu.run(folder, environment)
    async with httpx.AsyncClient(trust_env=False, base_url=bot.board) as browser:
        page = (await browser.get("/")).text
    assert "【演练】" not in page
    assert f"{due:%H:%M}" in page
    assert await bot.terminate() < 10
    assert [each["kind"] for each in await ledger(folder, environment) if each["occurrence"]] == []


async def test_in_the_real_chats_it_says_so_waits_its_turn_and_keeps_the_town_s_answers(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram)
        due = soon(4)
        folder = a_folder(tmp_path, alert(due), warning(due))
        whole = span(due - timedelta(minutes=1), due + timedelta(minutes=1))
        real: tuple[str | Path, ...] = ("rehearse", "--town", folder, *whole, "--speed", "max", "--real-chats")
        bot = await Gengfu.run(folder, environment)
        await until(lambda: len(texts(telegram, DUTY_ROOM)) == 1, within=40)
        (ask,) = [each for each in telegram.accepted if each.chat == DUTY_ROOM]

        # While the bot holds the town it is refused, and without a word of ours it asks first.
        status, _, err = await gengfu(*real, "--yes", environment=environment)
        assert (status, len(err.splitlines())) == (1, 1)
        assert str(bot.pid) in err
        assert await bot.terminate() < 10
        status, _, err = await gengfu(*real, environment=environment)
        assert status == 1
        assert "2 个真实的群" in err
        assert len(texts(telegram, DUTY_ROOM)) == 1

        # The town's own ask is answered while its bot is down and its chats rehearse.
        before = await ledger(folder, environment)
        telegram.press(POLICE, DUTY_ROOM, ask.message_id, ask.data("收到"))
        status, out, err = await gengfu(*real, "--yes", environment=environment)
        assert (status, err) == (0, "")
        assert "发出 2 条消息" in out
        for chat in (DUTY_ROOM, RESIDENTS):
            assert [text.startswith("【演练】") for text in texts(telegram, chat)] == [False, True]
        assert await ledger(folder, environment) == before

        # Its bot finds the answer when it starts again, and sends nothing a second time.
        bot = await Gengfu.run(folder, environment)
        await until(lambda: any("派出所 收到" in each.text for each in telegram.edited), within=40)
        entries = await ledger(folder, environment)
        assert [each["office"] for each in entries if each["kind"] == "received"] == ["police"]
        assert [len(texts(telegram, chat)) for chat in (DUTY_ROOM, RESIDENTS)] == [2, 2]
        assert await bot.terminate() < 10
