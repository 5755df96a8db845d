"""The systemd unit, as systemd itself judges it."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "gengfu.service"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze here")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit of a bot that is installed in this folder."""
    program = tmp_path / ".venv" / "bin" / "gengfu"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    installed = tmp_path / UNIT.name
    installed.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/gengfu", str(tmp_path)), encoding="utf-8")
    return installed


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False, timeout=30)


@needs_systemd
def test_systemd_finds_nothing_wrong_with_it(unit: Path) -> None:
    done = analyze("verify", "--man=no", unit)
    about_it = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, about_it) == (0, [])


@needs_systemd
def test_it_is_hardly_exposed(unit: Path) -> None:
    done = analyze("security", "--offline=yes", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= 1.5, "of ten; below two is OK by systemd's own words"


def test_it_is_begun_afresh_for_ever_watched_and_writes_its_data_alone() -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(UNIT.read_text(encoding="utf-8"))
    service = dict(read["Service"])
    assert (service["Type"], service["Restart"], read["Unit"]["StartLimitIntervalSec"]) == ("notify", "always", "0")
    assert int(service["WatchdogSec"]) > 2 * 45, "it is late by 45 s before its word is withheld"
    assert service["ReadWritePaths"] == "/opt/gengfu/data"


def test_the_readme_says_how_to_install_it() -> None:
    assert "deploy/gengfu.service" in (ROOT / "README.md").read_text(encoding="utf-8")
