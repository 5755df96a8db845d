"""`gengfu doctor` of the three ways into WeCom: what is set up, what is missing and where it is found, what answers."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app.doctor import Finding, examine, examining
from bot.app.doctor.reaching import reaching
from bot.clock import ManualClock
from bot.language import say, sentence
from bot.outbox.outcome import LIVED
from bot.settings import Settings, WebSettings, WecomSettings
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.app.stage import EIGHT, Stage, on
from tests.builders import a_chat, a_duty_alert, a_town, an_office
from tests.fakes import FakeChannel
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import Corp
from tests.servers.wecom_socket import SmartBotServer

KEY = "693a91f6-7bc4-4a97-9a0e-8a6c1ba90001"
PUBLIC = "https://huo.jinlong.example"


@dataclass
class Clinic:
    """A town of some chats, a local WeCom, and what is set."""

    folder: Path
    wecom: WeComServer
    corp: Corp
    chats: list[dict[str, Any]] = field(default_factory=list)
    admins: list[dict[str, str]] = field(default_factory=list)

    async def told(self, url: str | None = PUBLIC, **given: Any) -> dict[str, Finding]:
        """What is found, by its sentence."""
        return {each.what.key.removeprefix("doctor."): each for each in await self.all(url, **given)}

    async def all(self, url: str | None = PUBLIC, **given: Any) -> list[Finding]:
        office = an_office(name="派出所", members=[{"wecom": "PoliceDuty"}])
        town = a_town(offices=[office], chats=self.chats, admins=self.admins or [{"wecom": "ZhaiBan"}])
        stage = Stage(self.folder)
        stage.write(a_duty_alert(on=on("08:01")), town=town)
        wecom = WecomSettings(**{"api_base": self.wecom.api_base, **given})
        settings = Settings(wecom=wecom, web=WebSettings(public_url=url), folder=self.folder)
        return await examine(settings, stage.clock, lambda _address: None)

    @property
    def app(self) -> dict[str, Any]:
        return {
            "corp_id": self.corp.corp_id,
            "agent_id": self.corp.agent_id,
            "app_secret": SecretStr(self.corp.secret),
        }

    @property
    def callback(self) -> dict[str, Any]:
        return {
            "callback_token": SecretStr(self.corp.callback_token),
            "callback_aes_key": SecretStr(self.corp.callback_aes_key),
        }


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with WeComServer() as wecom:
        corp = Corp(wecom.clock, wecom.violations)
        wecom.take_in(corp)
        corp.person("ZhaiBan")
        yield Clinic(tmp_path, wecom, corp)


def missing(found: list[Finding]) -> dict[str, tuple[bool, str]]:
    """Each setting that is told as missing: whether that is well, and where it is found."""
    keys = {"doctor.half", "doctor.not-set"}
    return {
        str(each.what.values["name"]): (each.ok, say(each.mend) if each.mend else "")
        for each in found
        if each.what.key in keys
    }


async def test_a_town_that_uses_nothing_of_wecom_hears_nothing_of_it(clinic: Clinic) -> None:
    clinic.chats = [a_chat(on="board", address=None)]
    clinic.admins = [{"telegram": "1001"}]
    assert not any("企业微信" in say(each.what) or "WECOM" in say(each.what) for each in await clinic.all())


class TestSettings:
    async def test_what_a_way_lacks_is_named_one_by_one_with_the_page_of_the_console(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("g", on="wecom-bot", address="wr1"), a_chat("p", on="wecom-app", address={"party": "2"})]
        found = missing(await clinic.all())
        assert set(found) == {
            f"GENGFU_WECOM__{name}" for name in ("BOT_ID", "BOT_SECRET", "CORP_ID", "AGENT_ID", "APP_SECRET")
        }
        assert all(ok for ok, _ in found.values()), "its chats stand on the board meanwhile"
        assert "智能机器人 › 创建" in found["GENGFU_WECOM__BOT_ID"][1]
        assert "我的企业" in found["GENGFU_WECOM__CORP_ID"][1]
        assert "应用管理" in found["GENGFU_WECOM__AGENT_ID"][1]

    @pytest.mark.parametrize(
        ("given", "lacks"),
        [
            ({"bot_id": "b"}, ["BOT_SECRET"]),
            ({"corp_id": "ww1", "agent_id": 7}, ["APP_SECRET"]),
            ({"app_secret": SecretStr("s")}, ["CORP_ID", "AGENT_ID"]),
            ({"callback_token": SecretStr("t")}, ["CORP_ID", "AGENT_ID", "APP_SECRET", "CALLBACK_AES_KEY"]),
        ],
    )
    async def test_half_a_way_is_a_mistake_whoever_uses_it(
        self, clinic: Clinic, given: Mapping[str, Any], lacks: list[str]
    ) -> None:
        clinic.chats = [a_chat(on="board", address=None)]
        found = missing(await clinic.all(**given))
        assert list(found) == [f"GENGFU_WECOM__{each}" for each in lacks]
        assert not any(ok for ok, _ in found.values())

    async def test_a_callback_s_key_of_a_wrong_length_is_named_and_the_rest_is_looked_at(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("p", on="wecom-app", address={"party": "2"})]
        found = await clinic.told(**clinic.app, **{**clinic.callback, "callback_aes_key": SecretStr("abc")})
        assert not found["bad-aes-key"].ok
        assert "GENGFU_WECOM__CALLBACK_AES_KEY" in say(found["bad-aes-key"].what)
        assert "setting-bad" not in found
        assert found["app"].ok

    async def test_no_secret_is_ever_told(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("p", on="wecom-app", address={"party": "2"}), a_chat("r", on="wecom-robot", address=KEY)]
        clinic.corp.is_trusted = False
        found = await clinic.all(**clinic.app, **clinic.callback)
        told = "".join(say(each.what) + (say(each.mend) if each.mend else "") for each in found)
        for secret in (clinic.corp.secret, clinic.corp.callback_token, clinic.corp.callback_aes_key, KEY):
            assert secret not in told


class TestLinks:
    async def test_a_public_address_is_wanted_where_an_answer_needs_a_link(self, clinic: Clinic) -> None:
        clinic.wecom.robots.robot(KEY, "群")
        clinic.chats = [a_chat("r", on="wecom-robot", address=KEY)]
        found = (await clinic.told(None))["no-public-url"]
        assert (found.ok, found.what.values["chats"]) == (False, ["r"])
        assert "no-public-url" not in await clinic.told()
        tells = a_chat("r", on="wecom-robot", address=KEY, audiences=["residents"])
        clinic.chats = [tells, a_chat("asks", on="board", address=None)]
        assert "no-public-url" not in await clinic.told(None)

    async def test_the_callback_has_an_address_to_write_into_the_console(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("p", on="wecom-app", address={"party": "1"})]
        found = await clinic.told(**clinic.app, **clinic.callback)
        assert found["callback-url"].what.values["url"] == f"{PUBLIC}/wecom/callback"
        assert not (await clinic.told(None, **clinic.app, **clinic.callback))["no-public-url"].ok
        assert "设置API接收" in say((await clinic.told(**clinic.app))["no-callback"].mend)  # type: ignore[arg-type]

    async def test_the_authorise_page_must_lead_back_to_us(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("p", on="wecom-app", address={"party": "1"})]
        assert "huo.jinlong.example" in say((await clinic.told(**clinic.app))["no-domain"].what)
        clinic.corp.domain = "other.example"
        assert "other.example" in say((await clinic.told(**clinic.app))["other-domain"].what)
        clinic.corp.domain = "huo.jinlong.example"
        assert not {"no-domain", "other-domain"} & (await clinic.told(**clinic.app)).keys()


class TestRobots:
    async def test_each_key_is_tried_without_a_word_in_the_group(self, clinic: Clinic) -> None:
        clinic.wecom.robots.robot(KEY, "群")
        gone = KEY.replace("0001", "0002")
        clinic.chats = [a_chat("good", on="wecom-robot", address=KEY), a_chat("gone", on="wecom-robot", address=gone)]
        found = await clinic.told()
        assert found["robots"].what.values["count"] == 1
        assert (found["robot-bad"].ok, found["robot-bad"].what.values["chat"]) == (False, "gone")
        assert clinic.wecom.robots.accepted == []

    async def test_what_keeps_all_robots_from_being_tried_is_told_once(self, clinic: Clinic) -> None:
        other = a_chat("s", on="wecom-robot", address=f"{KEY[:-1]}2", audiences=["residents"])
        clinic.chats = [a_chat("r", on="wecom-robot", address=KEY), other]
        found = [
            each
            for each in await clinic.all(api_base="http://127.0.0.1:9")
            if each.what.key in {"doctor.robot-unknown", "doctor.robots"}
        ]
        assert [each.what.values["chats"] for each in found] == [["r", "s"]]

    async def test_a_key_that_is_not_set_is_named_by_its_setting(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("r", on="wecom-robot", address={"env": "GENGFU_CHAT_R"})]
        found = (await clinic.told())["missing"]
        assert found.what.values["name"] == "GENGFU_CHAT_R"
        assert found.mend
        assert "消息推送" in say(found.mend)


class TestApp:
    async def test_one_that_answers_is_named(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("p", on="wecom-app", address={"party": "1"})]
        found = await clinic.told(**clinic.app)
        assert (found["app"].ok, found["app"].what.values["name"]) == (True, "更夫")
        assert not {"app-unseen", "app-disabled", "app-no-groups"} & found.keys()

    async def test_an_address_that_is_not_trusted_is_told_with_that_address(self, clinic: Clinic) -> None:
        clinic.corp.is_trusted = False
        refused = (await clinic.told(**clinic.app))["app-refused"]
        assert refused.mend
        assert "203.0.113.7" in say(refused.mend)
        assert "企业可信IP" in say(refused.mend)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"corp_id": "ww-other"}, "GENGFU_WECOM__CORP_ID"),
            ({"app_secret": SecretStr("other")}, "GENGFU_WECOM__APP_SECRET"),
            ({"agent_id": 99}, "GENGFU_WECOM__AGENT_ID"),
        ],
    )
    async def test_what_is_wrong_of_it_is_told_by_its_setting(
        self, clinic: Clinic, wrong: dict[str, Any], words: str
    ) -> None:
        refused = (await clinic.told(**{**clinic.app, **wrong}))["app-refused"]
        assert (refused.ok, refused.mend and words in say(refused.mend)) == (False, True)

    async def test_whom_it_cannot_see_gets_nothing(self, clinic: Clinic) -> None:
        clinic.corp.sees = ()
        clinic.chats = [
            a_chat("p", on="wecom-app", address={"party": "2"}),
            a_chat("u", on="wecom-app", address={"user": "ZhaiBan"}, audiences=["x"]),
        ]
        clinic.admins = [{"wecom": "ZhaiBan"}, {"wecom": "Nobody"}]
        found = [each for each in await clinic.all(**clinic.app) if each.what.key == "doctor.app-unseen"]
        assert [each.what.values["chat"] for each in found] == ["p", "wecom:nobody"]

    async def test_groups_of_its_own_need_the_whole_corp(self, clinic: Clinic) -> None:
        clinic.corp.sees, clinic.corp.is_disabled = (2,), True
        clinic.chats = [a_chat("g", on="wecom-app", address={"chat": "g1"})]
        found = await clinic.told(**clinic.app)
        assert not found["app-no-groups"].ok
        assert not found["app-disabled"].ok


class TestSmartBot:
    async def test_groups_to_which_nothing_was_ever_sent_are_named(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("old", on="wecom-bot", address="wr1"), a_chat("new", on="wecom-bot", address="wr2")]
        store = await open_store(clinic.folder / "data", ManualClock(EIGHT))
        await store.commit(Change(marks={f"{LIVED}old": "wecom-bot"}))
        await store.close()
        bot: dict[str, Any] = {"bot_id": "b", "bot_secret": SecretStr("s"), "ws_url": "ws://127.0.0.1:9"}
        found = (await clinic.told(**bot))["bot-silent"]
        assert found.what.values["chats"] == ["new"]

    async def test_where_no_bot_runs_its_credentials_are_tried_by_a_connection(self, clinic: Clinic) -> None:
        clinic.chats = [a_chat("g", on="wecom-bot", address="wr1")]
        async with SmartBotServer() as socket:
            bot: dict[str, Any] = {"bot_id": socket.bot_id, "ws_url": socket.ws_url}
            well = [each.what for each in await clinic.all(**bot, bot_secret=SecretStr(socket.secret)) if each.ok]
            assert sentence("doctor.reachable", platform="wecom-bot") in well
            wrong = (await clinic.told(**bot, bot_secret=SecretStr("other")))["unreachable"]
            assert wrong.mend
            assert "GENGFU_WECOM__BOT_SECRET" in say(wrong.mend)
            assert not socket.is_connected
            assert socket.accepted == []

    @pytest.mark.parametrize(
        ("marks", "key"),
        [
            ({"heard:wecom-bot": "2036-02-05T08:00:00+08:00"}, "heard-by-the-bot"),
            ({"heard:wecom-bot": "2036-02-05T07:30:00+08:00"}, "unheard-by-the-bot"),
            ({}, "never-heard-by-the-bot"),
            (
                {
                    "heard:wecom-bot": "2036-02-05T08:00:00+08:00",
                    "lost:wecom-bot": "2036-02-05T00:00:00+00:00 被顶下线",
                },
                "lost-by-the-bot",
            ),
        ],
    )
    async def test_beside_a_running_bot_it_is_asked_of_that_and_never_connected(
        self, marks: dict[str, str], key: str
    ) -> None:
        channel = FakeChannel(ManualClock(EIGHT), "wecom-bot")
        channel.exclusive = True
        found = [each async for each in reaching({"wecom-bot": channel}, (), marks, EIGHT, running=True)]
        assert [each.what.key for each in found] == [f"doctor.{key}"]
        assert channel.opened == 0
        assert [each.what.key async for each in reaching({"wecom-bot": channel}, (), marks, EIGHT, running=False)] == [
            "doctor.reachable"
        ]
        assert channel.opened == 1

    async def test_a_connection_that_is_gone_is_told_at_once_since_when_by_the_town_s_clock_and_why(self) -> None:
        channel = FakeChannel(ManualClock(EIGHT), "wecom-bot")
        channel.exclusive = True
        marks = {"heard:wecom-bot": EIGHT.isoformat(), "lost:wecom-bot": "2036-02-04T23:59:50+00:00 被另一处顶下线了"}
        (found,) = [
            each async for each in reaching({"wecom-bot": channel}, (), marks, EIGHT, EIGHT.tzinfo, running=True)
        ]
        assert not found.ok
        assert "从 2036-02-05 07:59 起没有连着" in say(found.what)
        assert "被另一处顶下线了" in say(found.what)

    async def test_a_doctor_knows_a_running_bot_by_its_hold(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stage = Stage(tmp_path)
        channel = FakeChannel(stage.clock, "wecom-bot")
        channel.exclusive = True
        monkeypatch.setattr(examining, "channels_of", lambda *_: {"wecom-bot": channel, "wecom-robot": channel})
        held = await open_store(stage.settings.data, stage.clock)
        told = {each.what.key for each in await examine(stage.settings, stage.clock, lambda _address: None)}
        await held.close()
        assert "doctor.never-heard-by-the-bot" in told
        assert channel.opened == 0
