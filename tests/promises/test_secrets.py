"""Tokens and secrets reach no log, no error, no repr (design.md, promise 5). The acceptance runs look at the rest."""

import logging
from pathlib import Path

import pytest

from bot.app.doctor import examine
from bot.app.routing import channels_of
from bot.clock import ManualClock
from bot.errors import GengfuError, SettingsError
from bot.language import say
from bot.settings import settings_of
from tests.app.stage import EIGHT

SECRET = "10001:AAsecretThatNobodyMaySeeAnywhere"
CLOCK = ManualClock(EIGHT)


def env(folder: Path, **written: str) -> None:
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in written.items()), encoding="utf-8")


def test_settings_show_no_secret(tmp_path: Path) -> None:
    env(
        tmp_path,
        GENGFU_TELEGRAM__TOKEN=SECRET,
        GENGFU_TELEGRAM__PROXY=f"http://u:{SECRET}@127.0.0.1:9",
        GENGFU_HEARTBEAT_URL=f"https://ping.example/{SECRET}",
    )
    settings = settings_of(tmp_path)
    assert settings.telegram.token is not None
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in shown


@pytest.mark.parametrize(
    "name", ["GENGFU_TELEGRAM__TOKEN_", "GENGFU_STORE__URL", "GENGFU_LANG", "GENGFU_WEB__LISTENS", "GENGFU_TELEGRAM"]
)
def test_a_setting_that_cannot_be_used_is_named_without_its_value(tmp_path: Path, name: str) -> None:
    env(tmp_path, **{name: SECRET})
    with pytest.raises(SettingsError) as refusal:
        settings_of(tmp_path)
    assert SECRET not in f"{refusal.value} {refusal.value!r} {refusal.value.in_words('en')}"
    assert refusal.value.__cause__ is None


async def test_a_platform_out_of_reach_is_told_without_its_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    env(tmp_path, GENGFU_TELEGRAM__TOKEN=SECRET, GENGFU_TELEGRAM__API_BASE="http://127.0.0.1:9")
    settings = settings_of(tmp_path)
    findings = await examine(settings, CLOCK, lambda _address: None)
    assert any(each.what.key == "doctor.unreachable" for each in findings)
    told = " ".join(say(each.what) + (say(each.mend) if each.mend else "") for each in findings)
    channel = channels_of(settings, CLOCK)["telegram"]
    with pytest.raises(GengfuError) as refusal:
        await channel.open()
    await channel.close()
    everything = f"{told} {refusal.value} {refusal.value!r} {channel!r} {caplog.text}"
    assert SECRET not in everything
    assert SECRET.partition(":")[2] not in everything
