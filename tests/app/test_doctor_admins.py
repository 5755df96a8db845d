"""Whether each admin can be told anything: a bot cannot write first."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.doctor import examine
from bot.language import say
from bot.settings import Settings, TelegramSettings
from tests.app.stage import Stage
from tests.builders import a_town
from tests.servers.telegram import TelegramServer


@pytest.mark.parametrize(("started", "deaf"), [(True, []), (False, ["telegram:1002"])])
async def test_an_admin_who_never_wrote_to_the_bot_is_named_with_what_to_do(
    tmp_path: Path, started: bool, deaf: list[str]
) -> None:
    stage = Stage(tmp_path)
    stage.write(town=a_town(admins=[{"telegram": 1001}, {"telegram": 1002}, {"wecom": "ZhaiBan"}]))
    async with TelegramServer() as telegram:
        telegram.person(1001, "管理员")
        telegram.person(1002, "副镇长", started=started)
        own = TelegramSettings(token=SecretStr(telegram.token), api_base=telegram.api_base)
        settings = Settings(telegram=own, folder=tmp_path)
        found = [each for each in await examine(settings, stage.clock, lambda _address: None) if not each.ok]
        assert telegram.violations == []
        assert telegram.accepted == []
    told = [each for each in found if each.what.key == "doctor.admin-deaf"]
    assert [each.what.values["admin"] for each in told] == deaf
    assert all(each.mend and "/start" in say(each.mend) for each in told)
