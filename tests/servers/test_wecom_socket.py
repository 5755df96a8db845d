"""The local smart bot takes what WeCom takes, refuses what it refuses, and speaks for people as WeCom does."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.clock import ManualClock
from tests.fakes import until
from tests.servers.wecom_bot_talk import REPLY, SEND, UPDATE, WELCOME
from tests.servers.wecom_log import read_log
from tests.servers.wecom_socket import BOT_ID, SECRET, Fault, SmartBotServer
from tests.servers.wecom_socket_alone import SmartBotHands, declared, shown

GROUP, PERSON = "wrDutyRoom", "PoliceDuty"
TEXT = {"chatid": GROUP, "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "值守"}}
BUTTON = {"text": "收到", "style": 1, "key": "r:1"}
CARD: dict[str, Any] = {
    "card_type": "button_interaction",
    "main_title": {"title": "值守"},
    "task_id": "task-1@x",
    "button_list": [BUTTON],
}
LOGIN = {"bot_id": BOT_ID, "secret": SECRET}


class Client:
    """A client without manners."""

    _ids = count(1)

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.heard = socket, list[dict[str, Any]]()

    async def ask(self, cmd: str, body: Any = None, req_id: str | None = None) -> dict[str, Any]:
        """The ack of a frame; what comes before it is kept."""
        id_ = req_id or f"r{next(self._ids)}"
        frame = {"cmd": cmd, "headers": {"req_id": id_}} | ({} if body is None else {"body": body})
        await self.socket.send(json.dumps(frame))
        while True:
            came: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 5))
            if "cmd" not in came:
                return came
            self.heard.append(came)

    async def code(self, cmd: str, body: Any = None, req_id: str | None = None) -> int:
        return int((await self.ask(cmd, body, req_id))["errcode"])

    async def card(self, card: dict[str, Any] = CARD, **but: Any) -> int:
        template = {"template_card": {**card, **but}}
        return await self.code(SEND, {"chatid": GROUP, "chat_type": 2, "msgtype": "template_card", **template})

    async def hears(self) -> dict[str, Any]:
        if not self.heard:
            self.heard.append(json.loads(await asyncio.wait_for(self.socket.recv(), 5)))
        return self.heard.pop(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, tzinfo=UTC))


@pytest.fixture
async def wecom(clock: ManualClock, tmp_path: Path) -> AsyncIterator[SmartBotServer]:
    async with SmartBotServer(clock, limits=True, log_to=tmp_path / "log") as server:
        town = {
            "groups": [{"chat": GROUP, "members": [PERSON, "li"]}, {"chat": "wrNew", "members": [], "spoken": False}]
        }
        declared(server, town | {"people": [PERSON]})
        yield server


@pytest.fixture
async def stranger(wecom: SmartBotServer) -> AsyncIterator[Client]:
    async with connect(wecom.ws_url, proxy=None, ping_interval=None) as socket:
        yield Client(socket)


@pytest.fixture
async def client(stranger: Client) -> Client:
    assert await stranger.code("aibot_subscribe", LOGIN) == 0
    return stranger


class TestConnecting:
    async def test_nothing_is_taken_before_the_subscription(self, stranger: Client) -> None:
        assert [await stranger.code(cmd, body) for cmd, body in ((SEND, TEXT), ("ping", None))] == [846609, 846609]

    async def test_wrong_credentials_leave_the_socket_open(self, stranger: Client) -> None:
        assert await stranger.code("aibot_subscribe", LOGIN | {"secret": "x"}) == 853000
        assert await stranger.code("aibot_subscribe", LOGIN) == 0

    async def test_a_newer_connection_tells_the_older_and_cuts_it_off_without_a_frame_later(
        self, wecom: SmartBotServer, client: Client, clock: ManualClock
    ) -> None:
        async with connect(wecom.ws_url, proxy=None) as socket:
            assert await Client(socket).code("aibot_subscribe", LOGIN) == 0
            assert (await client.hears())["body"]["event"] == {"eventtype": "disconnected_event"}
            assert await client.code(SEND, TEXT) == 846609
            await clock.advance(wecom.lingers)
            with pytest.raises(ConnectionClosed) as closed:
                await client.socket.recv()
            assert closed.value.rcvd is None

    async def test_the_ack_of_a_ping_lacks_its_req_id(self, wecom: SmartBotServer, client: Client) -> None:
        assert "headers" not in await client.ask("ping")
        assert (await client.ask(SEND, TEXT, "mine"))["headers"] == {"req_id": "mine"}

    @pytest.mark.parametrize("text", ["{", "[]", '{"cmd": "ping"}'])
    async def test_a_frame_that_is_none_is_a_violation(self, wecom: SmartBotServer, client: Client, text: str) -> None:
        await client.socket.send(text)
        await until(lambda: wecom.violations != [])
        wecom.violations.clear()

    async def test_so_is_a_req_id_again_and_a_command_that_there_is_not(
        self, wecom: SmartBotServer, client: Client
    ) -> None:
        for _ in range(2):
            await client.code(SEND, TEXT, "again")
        await client.code("aibot_mention", {})
        assert wecom.violations == ["a req_id was used again", "aibot_mention as no client should ask"]
        wecom.violations.clear()


class TestMessages:
    @pytest.mark.parametrize(
        ("but", "code"),
        [
            ({"chatid": "wrNobody"}, 93006),
            ({"chatid": "wrNew"}, 93006),
            ({"chat_type": 1}, 93006),
            ({"chatid": "li", "chat_type": 1}, 93006),
            ({"chatid": "POLICEDUTY", "chat_type": 1}, 0),
            ({"markdown": {"content": " "}}, 40058),
            ({"markdown": {"content": "火" * 6_827}}, 40058),
            ({"markdown": {"content": "火" * 6_826}}, 0),
        ],
    )
    async def test_each_goes_where_somebody_has_spoken_and_is_not_too_long(
        self, client: Client, but: dict[str, Any], code: int
    ) -> None:
        assert await client.code(SEND, TEXT | but) == code

    async def test_from_a_group_that_it_has_left_it_is_refused(self, wecom: SmartBotServer, client: Client) -> None:
        wecom.chats[GROUP].has_bot = False
        assert await client.code(SEND, TEXT) == 93001

    @pytest.mark.parametrize("kind", ["text", "markdown_v2", "stream"])
    async def test_other_kinds_are_a_violation(self, wecom: SmartBotServer, client: Client, kind: str) -> None:
        assert await client.code(SEND, TEXT | {"msgtype": kind}) == 40008
        assert wecom.violations == [f"msgtype {kind} by a smart bot"]
        wecom.violations.clear()

    async def test_thirty_a_minute_and_a_thousand_an_hour_replies_included(
        self, wecom: SmartBotServer, client: Client, clock: ManualClock
    ) -> None:
        assert [await client.code(SEND, TEXT) for _ in range(29)] == [0] * 29
        reply = {"msgtype": "markdown", "markdown": {"content": "谢谢"}}
        assert await client.code(REPLY, reply, wecom.types("li", GROUP, "收到")) == 0
        assert await client.code(REPLY, reply, wecom.types("li", GROUP, "收到")) == 846607
        assert await client.code(SEND, TEXT | {"chatid": PERSON, "chat_type": 1}) == 0
        await clock.advance(60)
        assert await client.code(SEND, TEXT) == 0
        wecom.chats[GROUP].lately.extend([clock.monotonic()] * 980)
        await clock.advance(61)
        assert await client.code(SEND, TEXT) == 846607

    async def test_the_log_tells_what_was_taken_and_no_secret(
        self, wecom: SmartBotServer, client: Client, tmp_path: Path
    ) -> None:
        await client.code(SEND, TEXT)
        await client.code(SEND, TEXT | {"chatid": "wrNew"})
        wecom.order(Fault("none", accepts=True))
        await client.socket.send(json.dumps({"cmd": SEND, "headers": {"req_id": "x"}, "body": TEXT}))
        await until(lambda: len(wecom.accepted) == 2)
        logged = read_log(tmp_path / "log")
        assert [(each.path, each.to, each.became, each.stands, each.errcode) for each in logged[1:]] == [
            (SEND, GROUP, "accepted", True, 0),
            (SEND, "wrNew", "refused", False, 93006),
            (SEND, GROUP, "fault", True, None),
        ]
        assert SECRET not in (tmp_path / "log").read_text(encoding="utf-8")


class TestCards:
    @pytest.mark.parametrize(
        ("but", "code"),
        [
            ({}, 0),
            ({"main_title": {}}, 40058),
            ({"button_list": []}, 40058),
            ({"button_list": [{"text": f"{n}", "style": 1, "key": f"{n}"} for n in range(7)]}, 40058),
            ({"button_list": [{"text": "收到", "style": 5, "key": "r"}]}, 40058),
            ({"button_list": [BUTTON] * 2}, 40058),
            ({"horizontal_content_list": [{"keyname": "", "value": "x"}]}, 40058),
            ({"horizontal_content_list": [{"keyname": "x", "value": "x"}] * 7}, 40058),
            ({"card_type": "text_notice", "button_list": []}, 40058),
        ],
    )
    async def test_each_has_what_a_card_must_have(
        self, wecom: SmartBotServer, client: Client, but: dict[str, Any], code: int
    ) -> None:
        assert await client.card(**but) == code
        wecom.violations.clear()

    async def test_a_notice_without_an_action_is_refused(self, client: Client) -> None:
        notice = {"card_type": "text_notice", "main_title": {"title": "值守"}}
        assert await client.card(notice) == 42045

    @pytest.mark.parametrize(
        "but",
        [
            {"source": {"desc": "更夫"}},
            {"replace_text": "已收到"},
            {"task_id": "a:b"},
            {"button_list": [{"text": "十一个字的按钮会被截断的", "key": "r"}]},
            {"button_list": [{"text": "收到", "type": 1, "key": "r", "url": "https://example.org"}]},
        ],
    )
    async def test_what_only_an_app_has_or_is_never_shown_is_a_violation(
        self, wecom: SmartBotServer, client: Client, but: dict[str, Any]
    ) -> None:
        await client.card(**but)
        assert len(wecom.violations) == 1
        wecom.violations.clear()

    async def test_a_task_is_new_each_time(self, client: Client) -> None:
        assert [await client.card(), await client.card(), await client.card(task_id="task-2@x")] == [0, 42014, 0]


class TestReplies:
    def changed(self, title: str = "已收到", **more: Any) -> dict[str, Any]:
        card = CARD | {"main_title": {"title": title}}
        return {"response_type": "update_template_card", "template_card": card, **more}

    async def test_a_card_is_changed_once_a_press_in_five_seconds(
        self, wecom: SmartBotServer, client: Client, clock: ManualClock
    ) -> None:
        await client.card()
        press = wecom.presses(PERSON, "task-1@x", "r:1")
        assert [await client.code(UPDATE, self.changed(), press) for _ in range(2)] == [0, 846605]
        assert wecom.card("task-1@x", "li")["main_title"]["title"] == "已收到"
        late = wecom.presses(PERSON, "task-1@x", "r:1")
        await clock.advance(5.1)
        assert await client.code(UPDATE, self.changed(), late) == 846605

    async def test_some_see_it_otherwise_until_all_see_it_anew(self, wecom: SmartBotServer, client: Client) -> None:
        await client.card()
        press = wecom.presses("li", "task-1@x", "r:1")
        assert await client.code(UPDATE, self.changed("只有您", userids=["li"]), press) == 0
        titles = [wecom.card("task-1@x", each)["main_title"]["title"] for each in ("li", PERSON)]
        assert titles == ["只有您", "值守"]
        await client.code(UPDATE, self.changed(), wecom.presses(PERSON, "task-1@x", "r:1"))
        assert wecom.card("task-1@x", "li")["main_title"]["title"] == "已收到"

    async def test_a_reply_serves_only_what_asked_for_it(self, wecom: SmartBotServer, client: Client) -> None:
        await client.card()
        welcome = {"msgtype": "text", "text": {"content": "您好"}}
        typed, entered = wecom.writes(PERSON, "收到"), wecom.enters(PERSON)
        assert await client.code(WELCOME, welcome, typed) == 846605
        assert await client.code(UPDATE, self.changed(), typed) == 846605
        assert await client.code(WELCOME, welcome, entered) == 0
        assert wecom.violations == []
        assert await client.code(REPLY, {"msgtype": "markdown", "markdown": {"content": "x"}}, "made up") == 846605
        assert wecom.violations == [f"{REPLY} to nothing that came"]
        wecom.violations.clear()

    async def test_nobody_presses_what_they_do_not_see_nor_speaks_where_they_are_not(
        self, wecom: SmartBotServer, client: Client
    ) -> None:
        await client.card()
        with pytest.raises(LookupError):
            wecom.presses(PERSON, "task-1@x", "r:2")
        with pytest.raises(LookupError):
            wecom.presses("stranger", "task-1@x", "r:1")
        with pytest.raises(LookupError):
            wecom.types("stranger", GROUP, "收到")


class TestFiles:
    def about(self, content: bytes, **but: Any) -> dict[str, Any]:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        said = {"type": "file", "filename": "通报.docx", "total_size": len(content), "total_chunks": 2, "md5": md5}
        return said | but

    async def test_one_arrives_by_its_pieces_in_whatever_order(self, wecom: SmartBotServer, client: Client) -> None:
        content = b"fire" * 10
        begun = (await client.ask("aibot_upload_media_init", self.about(content)))["body"]["upload_id"]
        for number in (1, 0):
            data = base64.b64encode(content[number * 20 : number * 20 + 20]).decode()
            piece = {"upload_id": begun, "chunk_index": number, "base64_data": data}
            assert await client.code("aibot_upload_media_chunk", piece) == 0
        given = (await client.ask("aibot_upload_media_finish", {"upload_id": begun}))["body"]
        sent = {"chatid": GROUP, "chat_type": 2, "msgtype": "file", "file": {"media_id": given["media_id"]}}
        assert await client.code(SEND, sent) == 0
        assert wecom.accepted[-1].content == content

    @pytest.mark.parametrize("but", [{"total_size": 5}, {"total_chunks": 101}, {"type": "image"}])
    async def test_one_that_is_none_is_not_begun(self, client: Client, but: dict[str, Any]) -> None:
        assert await client.code("aibot_upload_media_init", self.about(b"fire" * 10, **but)) == 40058

    async def test_one_that_lacks_a_piece_is_none(self, client: Client) -> None:
        begun = (await client.ask("aibot_upload_media_init", self.about(b"fire" * 10)))["body"]["upload_id"]
        assert await client.code("aibot_upload_media_finish", {"upload_id": begun}) == 40058
        sent = {"chatid": GROUP, "chat_type": 2, "msgtype": "file", "file": {"media_id": "made up"}}
        assert await client.code(SEND, sent) == 40007


async def test_a_hand_has_people_and_server_do_the_same(wecom: SmartBotServer, client: Client) -> None:
    hands = SmartBotHands(wecom)
    await hands.do("group wrNew2 li,PoliceDuty")
    await hands.do("order 846607 aibot_send_msg")
    assert [await client.code(SEND, TEXT | {"chatid": "wrNew2"}) for _ in range(2)] == [846607, 0]
    assert await hands.do("types li wrNew2 收到")
    assert (await client.hears())["body"]["text"] == {"content": "@更夫 收到"}
    await client.card()
    assert shown(wecom.accepted[-1]) == f"{GROUP} (template_card task-1@x) 值守 [收到 r:1]"
    assert "try help" in await hands.do("presses li task-1@x nothing")
    assert "none-accepted" in await hands.do("help")
    await hands.do("cut")
    await until(lambda: not wecom.is_connected)
