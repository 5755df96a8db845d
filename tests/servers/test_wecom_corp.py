"""The local WeCom's app takes what WeCom takes, refuses what it refuses, and its people speak as WeCom does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_corp import CREATE, LOAD, RECALL, SAY, SEND, TOKEN, UPDATE, UPLOAD, Corp

BUTTON = {"text": "收到", "style": 1, "key": "r:1"}
CARD = {
    "card_type": "button_interaction",
    "main_title": {"title": "值守"},
    "task_id": "task-1@x",
    "button_list": [BUTTON],
}


class App:
    """A client without manners."""

    def __init__(self, wecom: WeComServer, corp: Corp) -> None:
        self.corp, self.clock = corp, wecom.clock
        self.client = httpx.AsyncClient(trust_env=False, verify=False, base_url=wecom.api_base)
        self.token = ""

    async def begin(self) -> dict[str, Any]:
        asked = {"corpid": self.corp.corp_id, "corpsecret": self.corp.secret}
        given: dict[str, Any] = (await self.client.get(TOKEN, params=asked)).json()
        self.token = given.get("access_token", "")
        return given

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        given: dict[str, Any] = (await self.client.post(path, params={"access_token": self.token}, json=body)).json()
        return given

    async def text(self, said: str = "值守", **but: Any) -> dict[str, Any]:
        given = {"touser": "PoliceDuty", "agentid": self.corp.agent_id, "msgtype": "text", "text": {"content": said}}
        return await self.post(SEND, **given | but)

    async def card(self, card: dict[str, Any] = CARD, **but: Any) -> dict[str, Any]:
        given = {"touser": "PoliceDuty|LiuWei", "agentid": self.corp.agent_id}
        return await self.post(SEND, **given, msgtype="template_card", template_card={**card, **but})

    async def change(self, code: str, **how: Any) -> int:
        body = {"atall": 1, "agentid": self.corp.agent_id, "response_code": code}
        return int((await self.post(UPDATE, **body | (how or {"button": {"replace_name": "已收到"}})))["errcode"])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, tzinfo=UTC))


@pytest.fixture
async def wecom(clock: ManualClock) -> AsyncIterator[WeComServer]:
    async with WeComServer(clock) as server:
        yield server


@pytest.fixture
async def app(wecom: WeComServer) -> AsyncIterator[App]:
    corp = Corp(wecom.clock, wecom.violations, limits=True)
    wecom.take_in(corp)
    corp.person("PoliceDuty", parties=(2,))
    corp.person("LiuWei", parties=(2,), tags=(7,))
    corp.callback_url = "https://town.example.org/wecom/callback"
    app = App(wecom, corp)
    await app.begin()
    yield app
    await app.client.aclose()


async def test_a_token_is_the_same_one_for_two_hours(app: App, clock: ManualClock) -> None:
    first = await app.begin()
    await clock.advance(7199)
    assert await app.begin() == first
    await clock.advance(1)
    assert (await app.text())["errcode"] == 42001
    assert (await app.begin())["access_token"] != first["access_token"]
    assert (await app.text())["errcode"] == 0


async def test_a_wrong_token_corp_secret_agent_or_address_is_refused_by_its_own_code(app: App) -> None:
    assert (await app.text(agentid=1000009))["errcode"] == 301002
    assert (await app.text(agentid=7))["errcode"] == 40056
    app.corp.is_trusted = False
    assert (await app.text())["errcode"] == 60020
    app.token = "nothing"
    assert (await app.text())["errcode"] == 40014
    app.corp.secret = "x"
    wrong = {"corpid": app.corp.corp_id, "corpsecret": "y"}
    assert (await app.client.get(TOKEN, params=wrong)).json()["errcode"] == 40001
    assert (await app.client.get(TOKEN, params={**wrong, "corpid": "z"})).json()["errcode"] == 40013


async def test_who_is_not_there_is_named_and_nobody_at_all_is_refused(app: App) -> None:
    app.corp.person("Unpaid", licensed=False)
    given = await app.text(touser="PoliceDuty|NoBody|Unpaid", toparty="2|9", totag="8")
    assert {name: given[name] for name in ("invaliduser", "unlicenseduser", "invalidparty", "invalidtag")} == {
        "invaliduser": "nobody",
        "unlicenseduser": "unpaid",
        "invalidparty": "9",
        "invalidtag": "8",
    }
    assert app.corp.accepted[0].seen_by == {"policeduty", "liuwei"}
    assert (await app.text(touser="NoBody"))["errcode"] == 81013


async def test_text_is_cut_at_its_2048th_byte(app: App) -> None:
    await app.text("火" * 700)
    assert app.corp.accepted[0].text == "火" * 682


async def test_the_thirty_first_message_of_a_minute_vanishes_with_a_0(app: App, clock: ManualClock) -> None:
    assert {(await app.text(f"{n}"))["errcode"] for n in range(31)} == {0}
    assert len(app.corp.shown("PoliceDuty")) == 30
    await clock.advance(61)
    await app.text("later")
    assert app.corp.shown("PoliceDuty")[-1].text == "later"


async def test_the_same_json_is_shown_once_within_its_interval(app: App, clock: ManualClock) -> None:
    checked: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    first, again = await app.text(**checked), await app.text(**checked)
    assert first == again
    await app.text("other", **checked)
    await clock.advance(600)
    await app.text(**checked)
    await app.text()
    assert [each.text for each in app.corp.accepted] == ["值守", "other", "值守", "值守"]


async def test_a_card_is_changed_once_by_each_code_within_72_hours(app: App, clock: ManualClock) -> None:
    code = (await app.card())["response_code"]
    assert await app.change("nothing") == 60140
    assert await app.change(code) == 0
    assert await app.change(code) == 60140
    card = app.corp.card("task-1@x")
    assert card.seen("LiuWei")["replace_text"] == "已收到"
    fresh = app.corp.new_code("task-1@x")
    clock.leap(clock.now() + timedelta(hours=72))
    await app.begin()
    assert await app.change(fresh) == 60140


async def test_a_card_can_be_changed_for_one_alone(app: App) -> None:
    code = (await app.card())["response_code"]
    now = {**CARD, "main_title": {"title": "值守：已收到"}}
    assert await app.change(code, atall=0, userids=["LiuWei"], template_card=now) == 0
    card = app.corp.card("task-1@x")
    assert [card.seen(who)["main_title"]["title"] for who in ("LiuWei", "PoliceDuty")] == ["值守：已收到", "值守"]


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"task_id": "a:b"}, 42014),
        ({"task_id": ""}, 42014),
        ({"main_title": {"title": ""}}, 40058),
        ({"button_list": []}, 40058),
        ({"button_list": [BUTTON] * 2}, 40058),
        ({"button_list": [{**BUTTON, "key": f"{n}"} for n in range(7)]}, 40058),
        ({"button_list": [{**BUTTON, "text": ""}]}, 40058),
        ({"button_list": [{**BUTTON, "type": 1, "url": "nowhere"}]}, 40058),
        ({"card_type": "vote_interaction"}, 40058),
    ],
)
async def test_a_card_that_wecom_does_not_take_is_refused(app: App, but: dict[str, Any], code: int) -> None:
    assert (await app.card(**but))["errcode"] == code
    assert app.corp.accepted == []


async def test_a_task_serves_one_card_and_without_a_callback_there_is_none(app: App) -> None:
    assert (await app.card())["errcode"] == 0
    assert (await app.card())["errcode"] == 42014
    app.corp.callback_url = None
    assert (await app.card(task_id="another"))["errcode"] == 40058


async def test_a_message_is_recalled_within_a_day(app: App, clock: ManualClock) -> None:
    ids = [(await app.text(each))["msgid"] for each in ("一", "二")]
    assert (await app.post(RECALL, msgid=ids[0]))["errcode"] == 0
    assert [each.text for each in app.corp.shown("PoliceDuty")] == ["二"]
    clock.leap(clock.now() + timedelta(days=1))
    await app.begin()
    assert (await app.post(RECALL, msgid=ids[1]))["errcode"] == 40058


async def test_a_group_of_the_apps_takes_text_and_no_card(app: App, wecom: WeComServer) -> None:
    group = {"name": "防火", "owner": "LiuWei", "userlist": ["LiuWei", "PoliceDuty"], "chatid": "fire"}
    assert (await app.post(CREATE, **group))["chatid"] == "fire"
    assert (await app.post(CREATE, **group))["errcode"] == 86216
    assert (await app.post(SAY, chatid="fire", msgtype="text", text={"content": "值守"}))["errcode"] == 0
    assert app.corp.shown("LiuWei")[0].to == "chat:fire"
    assert (await app.post(SAY, chatid="water", msgtype="text", text={"content": "值守"}))["errcode"] == 86003
    assert (await app.post(SAY, chatid="fire", msgtype="template_card", template_card=CARD))["errcode"] == 40008
    assert wecom.violations == ["msgtype template_card"]
    wecom.violations.clear()


async def test_what_no_client_should_ask_fails_the_test_besides(app: App, wecom: WeComServer) -> None:
    assert (await app.text(tosser="x"))["errcode"] == 40058
    assert (await app.card(source={"descr": "x"}))["errcode"] == 40058
    assert (await app.client.get(SEND, params={"access_token": app.token})).json()["errcode"] == 40058
    assert await app.change("x", button={"replace_name": "a"}, template_card=CARD) == 40058
    assert len(wecom.violations) == 4
    wecom.violations.clear()


async def test_a_file_is_sent_by_its_media_id_for_three_days(app: App, clock: ManualClock) -> None:
    asked = {"access_token": app.token, "type": "file"}
    media_id = (await app.client.post(UPLOAD, params=asked, files={"media": ("a.txt", b"123456")})).json()["media_id"]
    file = {"touser": "LiuWei", "agentid": app.corp.agent_id, "msgtype": "file", "file": {"media_id": media_id}}
    assert (await app.post(SEND, **file))["errcode"] == 0
    assert app.corp.accepted[0].content == b"123456"
    load = {"access_token": app.token, "media_id": media_id}
    assert (await app.client.get(LOAD, params=load)).content == b"123456"
    clock.leap(clock.now() + timedelta(days=3))
    await app.begin()
    assert (await app.post(SEND, **file))["errcode"] == 40007


async def test_its_people_are_told_of_until_somebody_listens_four_times_at_most(app: App) -> None:
    met: list[str] = []

    async def deaf(method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        met.append(query["msg_signature"])
        return (200 if len(met) == 6 else 0), b""

    phones = Speaker(app.corp, deaf)
    assert await phones.types("LiuWei", "收到") == [0, 0, 0, 0]
    assert await phones.types("LiuWei", "收到") == [0, 200]
    assert len(set(met)) == 6
