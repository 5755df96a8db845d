"""A town on disk, and the command line called as from a shell."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.builders import a_duty_alert, a_reminder, some_files


@dataclass(frozen=True)
class Answered:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


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
