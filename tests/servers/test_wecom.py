"""The local WeCom takes what WeCom takes, refuses what it refuses, and misbehaves on order."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_alone import WeComHands, declared
from tests.servers.wecom_corp import Corp
from tests.servers.wecom_log import read_log

KEY, OTHER = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "0a5d2f10-7c1e-4f0a-8d55-b2f1c1c1c1c1"
TEXT = {"msgtype": "text", "text": {"content": "值守"}}
CARD = {
    "card_type": "text_notice",
    "main_title": {"title": "值守", "desc": "18:00 前"},
    "card_action": {"type": 1, "url": "https://example.org/answer/x"},
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, tzinfo=UTC))


@pytest.fixture
async def wecom(clock: ManualClock, tmp_path: Path) -> AsyncIterator[WeComServer]:
    async with WeComServer(clock, limits=True, log_to=tmp_path / "log") as server:
        server.robots.robot(KEY, "消防安全工作群")
        server.robots.robot(OTHER)
        yield server


async def post(wecom: WeComServer, body: Any, key: str = KEY) -> int:
    """The code that sending meets."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(f"{wecom.api_base}/cgi-bin/webhook/send", params={"key": key}, json=body)
    assert answer.status_code == 200
    return int(answer.json()["errcode"])


async def upload(wecom: WeComServer, name: str, content: bytes, key: str = KEY) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        where, asked = f"{wecom.api_base}/cgi-bin/webhook/upload_media", {"key": key, "type": "file"}
        answer: dict[str, Any] = (await client.post(where, params=asked, files={"media": (name, content)})).json()
        return answer


async def test_text_markdown_and_cards_stand_in_the_robots_group(wecom: WeComServer) -> None:
    assert (
        await post(wecom, {"msgtype": "text", "text": {"content": "值守", "mentioned_list": ["police", "@all"]}}) == 0
    )
    assert await post(wecom, {"msgtype": "markdown", "markdown": {"content": "**值守** <@police>"}}) == 0
    assert await post(wecom, {"msgtype": "template_card", "template_card": CARD}) == 0
    said = wecom.robots.shown(KEY)
    assert [each.text for each in said] == ["值守", "**值守** <@police>", "值守\n18:00 前"]
    assert [each.mentioned for each in said] == [("police", "@all"), ("police",), ()]
    assert said[2].links == ("https://example.org/answer/x",)
    assert {each.group for each in said} == {"消防安全工作群"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": " "}}, 44004),
        ({"msgtype": "text", "text": {"content": "火" * 683}}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": "火" * 1366}}, 40058),
        ({"msgtype": "template_card", "template_card": {**CARD, "card_action": {"type": 3}}}, 42045),
        ({"msgtype": "template_card", "template_card": {**CARD, "card_action": {"type": 1}}}, 40058),
        ({"msgtype": "template_card", "template_card": {**CARD, "main_title": {"title": ""}}}, 40058),
        (
            {"msgtype": "template_card", "template_card": {**CARD, "horizontal_content_list": [{"keyname": "一"}] * 7}},
            40058,
        ),
        ({"msgtype": "file", "file": {"media_id": "3nobody"}}, 40007),
    ],
)
async def test_what_it_cannot_take_it_refuses(wecom: WeComServer, body: dict[str, Any], code: int) -> None:
    assert await post(wecom, body) == code
    assert wecom.robots.accepted == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": {"content": "值守"}}, 40008),
        ({**TEXT, "chatid": "x"}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": "值守", "mentioned_list": ["police"]}}, 40058),
        ({"msgtype": "text", "text": {"content": "值守", "mentioned_list": "police"}}, 40058),
        ({"msgtype": "template_card", "template_card": {**CARD, "button_list": []}}, 40058),
        ([], 40058),
    ],
)
async def test_what_no_client_should_ask_fails_the_test_besides(wecom: WeComServer, body: Any, code: int) -> None:
    assert await post(wecom, body) == code
    assert len(wecom.violations) == 1
    wecom.violations.clear()


async def test_a_path_that_there_is_not_fails_the_test(wecom: WeComServer) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        assert (await client.get(f"{wecom.api_base}/cgi-bin/nothing")).status_code == 404
    assert wecom.violations == ["unexpected GET /cgi-bin/nothing"]
    wecom.violations.clear()


async def test_the_length_is_counted_in_bytes_to_the_last_one(wecom: WeComServer) -> None:
    assert await post(wecom, {"msgtype": "text", "text": {"content": "火" * 682 + "ab"}}) == 0
    assert await post(wecom, {"msgtype": "markdown", "markdown": {"content": "火" * 1365 + "a"}}) == 0


async def test_a_robot_that_nobody_knows_or_that_was_stopped_says_nothing(wecom: WeComServer) -> None:
    assert await post(wecom, TEXT, "nobody") == 93000
    wecom.robots.disable(KEY)
    assert await post(wecom, TEXT) == 93004
    wecom.robots.enable(KEY)
    assert await post(wecom, TEXT) == 0
    wecom.robots.remove(KEY)
    assert await post(wecom, TEXT) == 93000


async def test_a_file_is_its_robots_own_for_three_days(wecom: WeComServer, clock: ManualClock) -> None:
    media_id = (await upload(wecom, "通报.docx", b"\x00\r\n--word--\r\n"))["media_id"]
    message = {"msgtype": "file", "file": {"media_id": media_id}}
    assert await post(wecom, message, OTHER) == 40007
    assert await post(wecom, message) == 0
    assert (wecom.robots.accepted[0].text, wecom.robots.accepted[0].content) == ("通报.docx", b"\x00\r\n--word--\r\n")
    await clock.advance(3 * 86_400)
    assert await post(wecom, message) == 40007
    assert (await upload(wecom, "x", b"tiny"))["errcode"] == 40006


async def test_twenty_a_minute_go_through_and_then_none_for_a_minute(wecom: WeComServer, clock: ManualClock) -> None:
    assert [await post(wecom, TEXT) for _ in range(21)] == [0] * 20 + [45009]
    assert await post(wecom, TEXT, OTHER) == 0
    await clock.advance(59)
    assert await post(wecom, TEXT) == 45009
    await clock.advance(1)
    assert await post(wecom, TEXT) == 0


async def test_it_misbehaves_on_order_for_one_path_and_robot(wecom: WeComServer) -> None:
    wecom.order(fault.says(-1), path="/cgi-bin/webhook/send", key=OTHER, times=2)
    assert [await post(wecom, TEXT), await post(wecom, TEXT, OTHER), await post(wecom, TEXT, OTHER)] == [0, -1, -1]
    assert await post(wecom, TEXT, OTHER) == 0
    wecom.order(fault.reset(20))
    with pytest.raises(httpx.ReadError):
        await post(wecom, TEXT)
    wecom.order(fault.cut_off(5))
    with pytest.raises(httpx.HTTPError):
        await post(wecom, TEXT)
    with pytest.raises(ValueError, match="not known"):
        wecom.order(fault.cut_off(5), key=KEY)
    wecom.order(fault.says(40001), times=9)
    wecom.heal()
    assert await post(wecom, TEXT) == 0


async def test_all_that_was_asked_and_what_became_of_it_is_written_down_at_once(
    wecom: WeComServer, tmp_path: Path
) -> None:
    await post(wecom, TEXT)
    await post(wecom, TEXT, "nobody")
    wecom.order(fault.says(-1))
    await post(wecom, TEXT)
    wecom.order(fault.garbage())
    with pytest.raises(ValueError, match="Unterminated"):
        await post(wecom, TEXT)
    assert list(read_log(tmp_path / "log")) == wecom.asked
    told = [(each.to, each.became, each.stands, each.errcode) for each in wecom.asked]
    assert told == [
        (KEY, "accepted", True, 0),
        ("nobody", "refused", False, 93000),
        (KEY, "fault", False, -1),
        (KEY, "fault", True, None),
    ]
    assert wecom.asked[0].body == TEXT


async def test_by_hand_it_serves_a_declared_town_and_does_as_it_is_told(wecom: WeComServer) -> None:
    corp = Corp(wecom.clock, wecom.violations)
    wecom.take_in(corp)
    declared(wecom, corp, {"robots": [{"key": "k" * 16, "group": "龙门村"}], "people": [{"id": "PoliceDuty"}]})
    hands = WeComHands(wecom, corp, None)
    assert await hands.do("order 93004 /cgi-bin/webhook/send") == ""
    assert [await post(wecom, TEXT, "k" * 16) for _ in range(2)] == [93004, 0]
    assert await hands.do(f"remove {'k' * 16}") == ""
    assert await post(wecom, TEXT, "k" * 16) == 93000
    assert "try help" in await hands.do("nonsense")
    assert "--callback" in await hands.do("types PoliceDuty 收到")
    said = await hands.do("help")
    assert "order fault path times" in said
    assert "errcode" in said
