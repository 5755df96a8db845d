"""Logs: a line for people or for machines, with what it concerns and without any secret."""

import asyncio
import io
import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pydantic import SecretStr
from structlog.contextvars import bound_contextvars

from bot.app.logs import log_to, redactor
from bot.clock import SystemClock
from bot.settings import Settings, TelegramSettings
from tests.app.stage import RESIDENTS, Stage, at
from tests.fakes import not_sent, until

TOKEN = "10001:AAtokenThatNobodyMaySeeAnywhere-0123"
PROXY = "http://watchman:hushhush@127.0.0.1:7890"


pytestmark = pytest.mark.usefixtures("logging_restored")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def settings(folder: Path = Path("/nowhere"), **given: Any) -> Settings:
    own = TelegramSettings(token=SecretStr(TOKEN), proxy=SecretStr(PROXY))
    return Settings(**{"telegram": own, "folder": folder, **given})


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_where_nobody_looks_each_line_is_json_with_time_level_and_place() -> None:
    log_to(stream := io.StringIO(), settings())
    logging.getLogger("bot.outbox.send").warning("%s 条等着发", 3, extra={"platform": "telegram"})
    (line,) = lines(stream)
    assert line.pop("timestamp")[10] == "T"
    assert line == {"level": "warning", "logger": "bot.outbox.send", "event": "3 条等着发", "platform": "telegram"}


@pytest.mark.parametrize(
    ("written", "stream", "is_json"),
    [("auto", Terminal(), False), ("json", Terminal(), True), ("text", io.StringIO(), False)],
)
def test_on_a_terminal_or_where_it_is_told_so_a_line_is_for_people(
    written: str, stream: io.StringIO, is_json: bool
) -> None:
    log_to(stream, settings(log=written))
    logging.getLogger("bot").info("更夫上岗")
    (line,) = stream.getvalue().splitlines()
    assert "更夫上岗" in line
    assert line.startswith("{") is is_json


def test_libraries_are_heard_from_warnings_on() -> None:
    log_to(stream := io.StringIO(), settings())
    logging.getLogger("httpx").info("HTTP Request: GET https://…")
    logging.getLogger("anything").info("chatter")
    logging.getLogger("anything").error("trouble")
    assert [each["event"] for each in lines(stream)] == ["trouble"]


def test_whatever_is_logged_within_a_deliverys_task_names_the_delivery() -> None:
    log_to(stream := io.StringIO(), settings())
    with bound_contextvars(occurrence="winter/warning/a/-1@09:00", chat="duty-room"):
        logging.getLogger("bot.channels.telegram").warning("slow")
    (line,) = lines(stream)
    assert (line["occurrence"], line["chat"]) == ("winter/warning/a/-1@09:00", "duty-room")


async def test_a_delivery_that_fails_is_named_in_the_line_that_tells_of_it(stage: Stage) -> None:
    log_to(stream := io.StringIO(), stage.settings)
    await stage.run()
    stage.telegram.order(RESIDENTS, not_sent())
    await stage.pass_to(at("08:01:00"))
    told = [each for each in lines(stream) if each["level"] == "warning" and each["logger"] == "bot.outbox.deliver"]
    assert [each["chat"] for each in told] == ["longmen-residents"]
    assert "/warning/" in told[0]["occurrence"]


SAID = [
    TOKEN,
    TOKEN.partition(":")[2],
    "hushhush",
    "-100777888",
    "20002:BBsomebodyElsesTokenThatNoSettingHolds",
    "https://me:whatever@example.org/",
]


@pytest.mark.parametrize("log", ["json", "text"])
@pytest.mark.parametrize("secret", SAID)
def test_no_line_shows_a_secret_wherever_it_stands(tmp_path: Path, log: str, secret: str) -> None:
    (tmp_path / ".env").write_text("GENGFU_CHAT_DUTY_ROOM=-100777888\n", encoding="utf-8")
    log_to(stream := io.StringIO(), settings(tmp_path, log=log))
    own = logging.getLogger("bot")
    own.warning("it is %s here", secret)
    own.warning("in a field", extra={"url": f"x/{secret}/y", "deep": {"er": [secret]}})
    try:
        raise RuntimeError(secret)
    except RuntimeError:
        own.exception("in a traceback")
    written = stream.getvalue()
    assert written.count("…") >= 4
    for hidden in (secret, *SAID[:3], "BBsomebody", "whatever"):
        assert hidden not in written


def test_a_secret_is_found_also_as_json_writes_it(tmp_path: Path) -> None:
    odd = TelegramSettings(token=SecretStr('back\\slash"quote'))
    log_to(stream := io.StringIO(), settings(tmp_path, log="json", telegram=odd))
    logging.getLogger("bot").warning("it is %s", 'back\\slash"quote')
    assert "slash" not in stream.getvalue()
    assert lines(stream)


def test_without_secrets_nothing_is_hidden() -> None:
    assert redactor(Settings(folder=Path("/nowhere")))("派出所 12:30:15 https://example.org/a") == (
        "派出所 12:30:15 https://example.org/a"
    )


async def test_a_job_that_an_orderly_end_cancels_is_no_news() -> None:
    log_to(stream := io.StringIO(), settings())
    scheduler = AsyncIOScheduler(timezone="UTC")
    begun, never = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await never.wait()

    async def breaks() -> None:
        raise RuntimeError("broken")

    scheduler.add_job(breaks)
    scheduler.add_job(work)
    scheduler.start()
    await begun.wait()
    await until(lambda: "broken" in stream.getvalue())
    before = stream.getvalue()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    scheduler.shutdown(wait=False)
    for task in others:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await SystemClock().sleep(0)
    assert stream.getvalue() == before
