"""Tokens and secrets reach no log, no error, no repr (design.md, promise 5). The acceptance runs look at the rest."""

import logging
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.app.doctor import examine
from bot.app.routing import channels_of
from bot.clock import ManualClock
from bot.errors import GengfuError, SettingsError
from bot.language import say
from bot.settings import settings_of
from tests.app.stage import EIGHT
from tests.outbox.stage import SHANGHAI
from tests.promises.on_all import OnAll, on_all
from tests.seasons.five_kinds import a_mixed_town, neighbours
from tests.seasons.hands import Hands
from tests.servers.wecom_faults import page

SECRET = "10001:AAsecretThatNobodyMaySeeAnywhere"
CLOCK = ManualClock(EIGHT)
MORNING = datetime(2027, 1, 26, 8, 0, tzinfo=SHANGHAI)
"""Of a day on which nearly every office of the shipped town is asked something, at ten."""


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


async def test_a_day_with_wecom_lets_none_of_its_secrets_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, tokens, secrets, codes, links, while all goes well and while nothing answers: in no log, on no record."""
    caplog.set_level(logging.DEBUG)
    async with on_all(a_mixed_town(tmp_path), MORNING, neighbours()) as it:
        corp, wecom, codes = it.platforms.corp, it.platforms.wecom, list[str]()
        give = corp.code_of

        def noting(userid: str | None) -> str:
            codes.append(give(userid))
            return codes[-1]

        monkeypatch.setattr(corp, "code_of", noting)
        await _until(it, MORNING + timedelta(hours=3))
        (ask,) = [each for each in await it.store.all_issued() if each.owing]
        hands = Hands(it)
        for office in ("village-longmen", "market", "social-affairs", "culture"):
            await hands.say(ask, office, hands.chats(ask, office)[0], "done")
        wecom.order(page(502), times=inf)
        await it.platforms.stop("socket")
        await _until(it, MORNING + timedelta(days=2, hours=2, minutes=5))
        on_record = [each.model_dump_json() for each in (*await it.store.entries(), *await it.store.deliveries())]
        keys = [str(chat.address) for chat in it.bot.in_force.schedule.town.chats if chat.on == "wecom-robot"]
        links = [urlsplit(url).path.rpartition("/")[2] for each in wecom.robots.accepted for url in each.links]
    assert all((codes, links, corp.tokens_given, wecom.calls["/cgi-bin/webhook/send"] > len(wecom.robots.accepted)))
    app = (corp.secret, corp.callback_token, corp.callback_aes_key, *corp.tokens_given, *codes)
    told = "\n".join([caplog.text, *on_record])
    assert [each for each in (*keys, *links, *app, it.platforms.smart_bot.secret) if each in told] == []


async def _until(it: OnAll, moment: datetime) -> None:
    while it.clock.now() < moment:
        await it.step(moment)
