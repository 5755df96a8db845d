"""A whole bot before a local WeCom: asked on a card, answered by a press or a word to its page, seen on the card."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.channels.protocol import Channel
from bot.channels.wecom_app import Keys
from bot.settings import Settings, WebSettings, WecomSettings
from bot.web.callback import CallbackPage
from bot.web.server import pages
from tests.app.stage import Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_town, an_office
from tests.channels.wecom_app.conftest import a_channel
from tests.fakes import until
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import Accepted, Corp

PUBLIC = "https://huo.jinlong.example"


class OnWeCom(Stage):
    """A town whose police and enforcement are asked by the app: a member, and a department."""

    def prepare(self, wecom: WeComServer, corp: Corp) -> None:
        self.corp = corp
        self.keys = Keys(
            corp.corp_id,
            corp.agent_id,
            SecretStr(corp.secret),
            SecretStr(corp.callback_token),
            SecretStr(corp.callback_aes_key),
        )
        self.app = a_channel(wecom, self.keys, self.clock)
        site = pages(None, "127.0.0.1", CallbackPage(self.app).routes(), PUBLIC)
        self.outsider = httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url=PUBLIC)
        self.phones = Speaker(corp, self.ask)

    async def ask(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = await self.outsider.request(method, "/wecom/callback", params=query, content=body)
        return answer.status_code, answer.content

    @property
    def settings(self) -> Settings:
        wecom = WecomSettings(
            corp_id=self.keys.corp_id,
            agent_id=self.keys.agent_id,
            app_secret=self.keys.secret,
            callback_token=self.keys.callback_token,
            callback_aes_key=self.keys.callback_aes_key,
        )
        return super().settings.model_copy(update={"wecom": wecom, "web": WebSettings(public_url=PUBLIC)})

    def channels(self) -> dict[str, Channel]:
        return {**super().channels(), "wecom-app": self.app}

    async def comes(self, holds: Callable[[], bool]) -> None:
        """Let real time, and the clock's with it, pass until this holds."""

        async def held() -> bool:
            await self.clock.advance(0.2)
            return holds()

        await until(held)

    def card(self, to: str) -> Accepted:
        return next(each for each in self.corp.accepted if each.to == to and each.msgtype == "template_card")

    async def answers(self) -> list[tuple[str, str | None, str | None]]:
        kinds = {"received", "done", "help", "refused"}
        return [(each.kind, each.office, each.by) for each in await self.store.entries() if each.kind in kinds]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnWeCom]:
    made = OnWeCom(tmp_path)
    async with WeComServer(made.clock) as wecom:
        corp = Corp(made.clock, wecom.violations, limits=True)
        wecom.take_in(corp)
        corp.person("PoliceDuty")
        for userid in ("LiuWei", "ChenJun"):
            corp.person(userid, parties=(7,))
        corp.callback_url = f"{PUBLIC}/wecom/callback"
        made.prepare(wecom, corp)
        offices = [
            an_office(name="派出所", members=[{"wecom": "PoliceDuty"}]),
            an_office("enforcement", name="综合执法大队", members=[{"wecom": "LiuWei"}]),
        ]
        chats = [
            a_chat("police-duty", on="wecom-app", address={"user": "PoliceDuty"}, audiences=None, office="police"),
            a_chat("brigade", on="wecom-app", address={"party": 7}, audiences=None, office="enforcement"),
        ]
        town = a_town(offices=offices, chats=chats, admins=[{"telegram": 1001}])
        made.write(a_duty_alert(on=on("08:02"), to={"offices": ["police", "enforcement"]}), town=town)
        await made.run()
        await made.pass_to(at("08:02:00"))
        await made.comes(lambda: len(corp.accepted) == 2)
        yield made
        await made.end()


async def press(stage: OnWeCom, userid: str, to: str, label: str) -> None:
    card = stage.card(to)
    key = next(each["key"] for each in card.body["button_list"] if each["text"] == label)
    assert await stage.phones.press(userid, card.task_id, key) == [200]


async def test_a_press_is_on_record_and_its_card_shows_it_and_nothing_more_is_said(stage: OnWeCom) -> None:
    await stage.comes(lambda: stage.clock.now() >= at("08:02:10"))
    await press(stage, "PoliceDuty", "user:policeduty", "已落实")
    await stage.comes(lambda: len(stage.corp.updates) == 1)
    assert await stage.answers() == [("done", "police", "wecom:policeduty")]
    assert "已落实" in stage.card("user:policeduty").text
    await stage.comes(lambda: stage.clock.now() >= at("08:02:30"))
    assert [each.to for each in stage.corp.shown("PoliceDuty")] == ["user:policeduty"]


async def test_all_of_a_department_see_who_answered_for_it(stage: OnWeCom) -> None:
    await press(stage, "LiuWei", "party:7", "收到")
    await stage.comes(lambda: len(stage.corp.updates) == 1)
    card = stage.card("party:7")
    assert all("收到" in card.seen(who)["horizontal_content_list"][0]["value"] for who in ("LiuWei", "ChenJun"))
    assert await stage.answers() == [("received", "enforcement", "wecom:liuwei")]


async def test_who_may_not_answer_is_told_alone(stage: OnWeCom) -> None:
    await press(stage, "ChenJun", "party:7", "收到")
    await stage.comes(lambda: len(stage.corp.shown("ChenJun")) == 2)
    assert (await stage.answers())[0][0] == "refused"
    assert len(stage.corp.shown("LiuWei")) == 1
    assert stage.corp.updates == []


async def test_a_word_typed_to_the_app_alone_is_an_answer(stage: OnWeCom) -> None:
    assert await stage.phones.types("PoliceDuty", "已落实") == [200]
    await stage.comes(lambda: len(stage.corp.shown("PoliceDuty")) == 2)
    assert await stage.answers() == [("done", "police", "wecom:policeduty")]
    await stage.comes(lambda: "已落实" in stage.card("user:policeduty").text)


async def test_a_press_that_the_disk_does_not_take_is_told_again_until_it_does(stage: OnWeCom) -> None:
    stage.store.full = lambda change: bool(change.inbound)
    card = stage.card("user:policeduty")
    spoken: list[list[int]] = []

    async def speak() -> None:
        spoken.append(await stage.phones.press("PoliceDuty", card.task_id, card.body["button_list"][0]["key"]))

    telling = asyncio.create_task(speak())
    await stage.comes(lambda: len(stage.phones.spoken) == 2)
    assert await stage.answers() == []
    stage.store.full = lambda _change: False
    await stage.comes(telling.done)
    assert spoken[0][0] == 503
    assert spoken[0][-1] == 200
    await stage.comes(lambda: len(stage.corp.updates) == 1)
    assert len(await stage.answers()) == 1
