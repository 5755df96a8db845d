"""The whole way over real sockets: a phone opens a link, WeCom says whose it is, the app asks whom the code names."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect
from pydantic import SecretStr

from bot.app.answering.answers import LinkAnswers
from bot.channels.protocol import Channel
from bot.channels.wecom.wire import Wire
from bot.channels.wecom_app.api import Api, Keys
from bot.settings import Settings, WebSettings, WecomSettings
from bot.web.answer import AnswerPages
from bot.web.listen import listen
from bot.web.server import serve
from tests.app.stage import Stage, at, on
from tests.builders import a_duty_alert, a_town, an_office
from tests.fakes import FakeChannel
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import AUTHORIZE, WHO, Corp
from tests.web.browsing import is_sound, opened
from tests.web.test_answer import answers
from tests.web.test_answer_identity import WECOM, word_in


class App(FakeChannel):
    """An app that sends nothing here, and asks WeCom who somebody is."""

    def __init__(self, stage: Stage, api: Api) -> None:
        super().__init__(stage.clock, "wecom-app")
        self.who = api.who


class Town(Stage):
    """A town whose pages are at `url`, and whose WeCom is a local one."""

    wecom: WeComServer
    corp: Corp
    url: str

    @property
    def settings(self) -> Settings:
        wecom = WecomSettings(
            api_base=self.wecom.api_base,
            oauth_url=f"{self.wecom.api_base}{AUTHORIZE}",
            corp_id=self.corp.corp_id,
            agent_id=self.corp.agent_id,
            app_secret=SecretStr(self.corp.secret),
        )
        return super().settings.model_copy(update={"web": WebSettings(public_url=self.url), "wecom": wecom})

    def channels(self) -> dict[str, Channel]:
        keys = Keys(self.corp.corp_id, self.corp.agent_id, SecretStr(self.corp.secret))
        self.wire = Wire(self.wecom.api_base)
        return {**super().channels(), "wecom-app": App(self, Api(self.wire, keys, self.clock))}


@asynccontextmanager
async def at_wecom(folder: Path) -> AsyncIterator[Town]:
    """派出所, whose people are in WeCom, has been asked in the duty room; the pages are served."""
    made = Town(folder)
    listener = listen("127.0.0.1:0")
    stop = asyncio.Event()
    async with WeComServer(made.clock) as made.wecom:
        made.corp = Corp(made.clock, made.wecom.violations)
        made.wecom.take_in(made.corp)
        made.corp.person("PoliceDuty")
        made.url = listener.url
        offices = [
            an_office(name="派出所", members=[{"wecom": "PoliceDuty"}]),
            an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
        ]
        made.write(a_duty_alert(on=on("08:02"), to={"offices": ["police"]}), town=a_town(offices=offices))
        await made.run()
        await made.pass_to(at("08:02:00"))
        pages = AnswerPages(LinkAnswers(made.bot))
        serving = asyncio.create_task(serve(None, listener, stop, answers=pages, public_url=made.url))
        try:
            yield made
        finally:
            stop.set()
            await serving
            await made.end()
            await made.wire.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with at_wecom(tmp_path) as made:
        yield made


@pytest.fixture
async def phone() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers=WECOM, follow_redirects=True, trust_env=False) as browser:
        yield browser


async def test_a_phone_in_wecom_answers_as_its_owner(
    town: Town, phone: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (ask,) = await town.store.all_issued()
    link = town.bot.terms.link_to(ask, "duty-room")
    assert link is not None
    town.corp.reader = "PoliceDuty"
    page = await phone.get(link)
    assert [each.status_code for each in page.history] == [302, 302, 303]
    assert str(page.url).partition("#")[0] == link
    assert "替 派出所 回执" in page.text
    page = await phone.post(link, data={"answer": "done", "form": word_in(page)})
    assert "已记录：派出所 已落实" in page.text
    assert await answers(town) == [("done", "police", "wecom:policeduty")]
    assert town.wecom.calls[WHO] == 1
    ours = [each.getMessage() for each in caplog.records if each.name.startswith(("bot", "uvicorn"))]
    assert not [line for line in ours if "code=" in line or link.rpartition("/")[2] in line]


async def test_who_is_no_member_is_told_so_and_led_round_no_more(town: Town, phone: httpx.AsyncClient) -> None:
    (ask,) = await town.store.all_issued()
    link = town.bot.terms.link_to(ask, "duty-room")
    town.corp.reader = None
    page = await phone.get(link or "")
    assert (page.status_code, "企业微信没有认出您" in page.text) == (200, True)
    assert await answers(town) == []


async def test_where_wecom_does_not_answer_the_page_says_so(town: Town, phone: httpx.AsyncClient) -> None:
    (ask,) = await town.store.all_issued()
    link = town.bot.terms.link_to(ask, "duty-room")
    town.corp.is_trusted = False
    town.corp.reader = "PoliceDuty"
    page = await phone.get(link or "")
    assert page.status_code == 200
    assert "再试一次" in page.text
    assert await answers(town) == []


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_on_a_phone_the_page_is_sound_by_day_and_by_night(tmp_path: Path, chromium: Browser) -> None:
    async with at_wecom(tmp_path) as town, opened(chromium, town.url, 390) as (context, complaints):
        (ask,) = await town.store.all_issued()
        link = town.bot.terms.link_to(ask, "duty-room")
        assert link is not None
        town.corp.reader = "PoliceDuty"
        page = await context.new_page()
        await page.goto(link)
        await expect(page.get_by_role("heading", name="请在企业微信里打开")).to_be_visible()
        await is_sound(page, 390, "elsewhere")
        await page.set_extra_http_headers(WECOM)
        await page.emulate_media(color_scheme="dark")
        await page.goto(link)
        await is_sound(page, 390, "in WeCom")
        await page.get_by_role("button", name="已落实").click()
        await expect(page.get_by_role("status")).to_contain_text("已记录：派出所 已落实")
        assert "code" not in page.url
        assert await answers(town) == [("done", "police", "wecom:policeduty")]
        assert complaints == []
