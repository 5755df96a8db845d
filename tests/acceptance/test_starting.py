"""What goes wrong at the start: one line that says what to do, and no traceback; where trying helps, it tries."""

import socket
from collections.abc import Mapping
from pathlib import Path

from tests.acceptance.process import (
    ADMIN,
    AFRESH,
    DUTY_ROOM,
    Gengfu,
    a_folder,
    alert,
    campaign,
    gengfu,
    jinlong,
    ledger,
    save,
    settings,
    soon,
    texts,
    warning,
)
from tests.builders import a_reminder, as_yaml
from tests.fakes import until
from tests.servers.telegram import TelegramServer


async def refused(folder: Path, environment: Mapping[str, str]) -> str:
    """A start that does not come about: the one line that it prints."""
    status, out, err = await gengfu("run", "--town", folder, environment=environment)
    assert (status, out) == (1, "")
    assert "Traceback" not in err
    (line,) = err.splitlines()
    return line


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, warning(soon(3_600)))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert address in await refused(folder, settings(GENGFU_WEB__LISTEN=address))


async def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, warning(soon(3_600)))
    save(folder, "data", b"a file where the folder should be")
    assert "data" in await refused(folder, settings())


async def test_a_version_that_cannot_be_kept_is_told_in_one_line_too(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, warning(soon(3_600)))
    save(folder, "data/adopted", b"a file where a folder should be")
    status, _, err = await gengfu("run", "--town", folder, environment=settings())
    assert status == 1
    assert "adopted" in err.splitlines()[-1]
    assert "Traceback" not in err


async def test_a_missing_town_is_named(tmp_path: Path) -> None:
    assert "town.yaml" in await refused(tmp_path, settings())


async def test_a_bad_schedule_is_told_a_line_an_error(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, warning(soon(3_600)))
    save(folder, "schedules/winter-now.yaml", as_yaml(campaign(warning(soon(60), message="a"), a_reminder("b"))))
    status, _, err = await gengfu("run", "--town", folder, environment=settings())
    assert status == 1
    assert "Traceback" not in err
    assert sum(line.startswith("schedules/winter-now.yaml:") for line in err.splitlines()) >= 2


async def test_a_wrong_token_costs_telegram_alone(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        due = soon(3)
        folder = a_folder(tmp_path, alert(due, to={"offices": ["village-longmen"]}), alert(due, "other"))
        environment = settings(telegram, GENGFU_TELEGRAM__TOKEN="10001:AAsomeOtherTokenAltogether")
        bot = await Gengfu.run(folder, environment)

        async def sent_on_the_board() -> bool:
            return any(
                (each["kind"], each["chat"]) == ("sent", "village") for each in await ledger(folder, environment)
            )

        await until(sent_on_the_board, within=40)
        assert await bot.terminate() < 10
        assert await bot.wait() == 0
        assert "Traceback" not in bot.err
        assert "AAsomeOtherTokenAltogether" not in bot.err + bot.out
        assert any("GENGFU_TELEGRAM__TOKEN" in line for line in bot.err.splitlines())
        assert telegram.accepted == []


async def test_an_unreachable_telegram_is_tried_until_it_is_there(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        jinlong(telegram)
        environment = settings(telegram, **AFRESH)
        folder = a_folder(tmp_path, alert(soon(6)))
        await telegram.stop()
        bot = await Gengfu.run(folder, environment)
        await until(lambda: bot.err.count('"level":"warning"') >= 2, within=40)
        await telegram.start()
        await until(lambda: bool(texts(telegram, DUTY_ROOM) and texts(telegram, ADMIN)), within=40)
        assert len(texts(telegram, DUTY_ROOM)) == 1
        assert await bot.terminate() < 10
        assert "Traceback" not in bot.err
