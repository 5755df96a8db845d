"""A town on disk, and the command line called as from a shell."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.adopt import VERSION
from bot.app.sources import read_sources, write_sources
from bot.cli import main
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore, open_store
from tests.builders import a_duty_alert, a_reminder, some_files
from tests.outbox.stage import an_ask


@dataclass(frozen=True)
class Answered:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


DUE = datetime(2027, 2, 6, 1, tzinfo=UTC)
ASK = "winter-2026/alert/spring-festival-2027/0@09:00"

Gengfu = Callable[..., Answered]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Jinlong with a warning and a duty alert on 春节 2027."""
    (tmp_path / "schedules").mkdir()
    (tmp_path / "messages").mkdir()
    for name, content in some_files(reminders=[a_reminder(), a_duty_alert()]).items():
        (tmp_path / "schedules" / name).write_bytes(content)
    (tmp_path / "messages" / "sanqing-sanguan.j2").write_text("{{ key_date.name }}快到了", encoding="utf-8")
    (tmp_path / "messages" / "duty-alert.j2").write_text("请{{ offices[0].name }}值守", encoding="utf-8")
    return tmp_path


@pytest.fixture
def gengfu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], logging_restored: None) -> Gengfu:
    """Call `gengfu …` in this process."""

    def call(*arguments: str | Path) -> Answered:
        monkeypatch.setattr(sys, "argv", ["gengfu", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Answered(ended.value.code, out, err)

    for name in ("GENGFU_LANG", "GENGFU_TELEGRAM__TOKEN", "GENGFU_STORE__URL", "GENGFU_WEB__LISTEN"):
        monkeypatch.delenv(name, raising=False)
    return call


@pytest.fixture
def recorded(town: Path) -> Iterator[Path]:
    """A duty alert went out, 派出所 answered; the bot still holds the town."""
    issued = an_ask(
        due=DUE,
        occurrence=ASK,
        campaign="winter-2026",
        offices={"police": "派出所", "enforcement": "综合执法大队"},
        chats={"duty-room": ("police", "enforcement")},
    )
    sent = Delivery(occurrence=ASK, chat="duty-room", due=DUE, state="sent", sent_at=DUE, text="请值守")
    entries = (
        Entry(at=DUE, kind="sent", occurrence=ASK, chat="duty-room", detail={"text": "请值守"}),
        Entry(at=DUE + timedelta(minutes=3), kind="done", occurrence=ASK, office="police", by="telegram:2001"),
        Entry(at=DUE + timedelta(days=1), kind="refused", occurrence=ASK, by="telegram:11"),
    )

    async def write() -> TinyStore:
        store = await open_store(town / "data", ManualClock(DUE))
        sources = read_sources(town)
        write_sources(sources, town / "data" / "adopted" / sources.version)
        marks = {VERSION: sources.version}
        await store.commit(Change(issued=(issued,), deliveries=(sent,), entries=entries, marks=marks))
        return store

    with asyncio.Runner() as runner:
        store = runner.run(write())
        yield town
        runner.run(store.close())
