"""The local Telegram itself: what it does on order, and what it says of what it did."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.channels.protocol import Button, Message, Receipt
from bot.channels.telegram import Patience, TelegramChannel
from bot.clock import ManualClock
from bot.errors import ChatGone, Refused, Throttled, Uncertain
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.servers import telegram_faults as fault
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_log import read_log

PERSON, GROUP = 2001, -1001001
HELLO = Message("值守")
NO_HINT = json.dumps({"force_reply": True, "selective": True})
FORCE_REPLY = json.dumps({"force_reply": True, "selective": True, "input_field_placeholder": "x"})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2027, 2, 5, tzinfo=UTC))


@pytest.fixture
async def telegram(clock: ManualClock, tmp_path: Path) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock, log_to=tmp_path / "log") as server:
        server.person(PERSON, "王强")
        server.group(GROUP, "消防安全工作群", members=[PERSON])
        yield server


@pytest.fixture
async def channel(telegram: TelegramServer, clock: ManualClock) -> AsyncIterator[TelegramChannel]:
    patience = Patience(answer=timedelta(seconds=2), poll=timedelta(0))
    bot = TelegramChannel(
        SecretStr(telegram.token), clock, api_base=telegram.api_base, patience=patience, httpx_kwargs=NO_TLS
    )
    yield bot
    await bot.close()


def sending(channel: TelegramChannel, address: int = GROUP) -> asyncio.Task[Receipt]:
    return asyncio.ensure_future(channel.send(str(address), HELLO))


class TestItsLog:
    async def test_has_every_request_with_what_became_of_it_at_once_also_in_the_file(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock, tmp_path: Path
    ) -> None:
        await channel.send(str(GROUP), HELLO)
        telegram.order(fault.page(502, accepts=True))
        telegram.order(fault.too_many(3))
        telegram.order(fault.cut_off(3))
        for kind in (Uncertain, Uncertain, Throttled):
            with pytest.raises(kind):
                await channel.send(str(GROUP), HELLO)
        telegram.kick(GROUP)
        assert not await channel.reachable(str(GROUP))
        found = [(each.method, each.chat, each.became, each.stands, each.status, each.why) for each in telegram.asked]
        assert found == [
            ("sendMessage", GROUP, "accepted", True, 200, None),
            ("sendMessage", None, "fault", False, None, "cut off after 3 bytes"),
            ("sendMessage", GROUP, "fault", True, None, "answered 502 instead"),
            ("sendMessage", GROUP, "fault", False, None, "answered 429 instead"),
            ("sendChatAction", GROUP, "refused", False, 403, "Forbidden: bot was kicked from the supergroup chat"),
        ]
        assert [each.message_id for each in telegram.asked if each.stands] == [1, 2]
        assert telegram.asked[0].parameters["text"] == "值守"
        assert telegram.asked[0].at == clock.now()
        assert read_log(tmp_path / "log") == tuple(telegram.asked)

    async def test_is_read_though_its_last_line_is_half(self, tmp_path: Path) -> None:
        async with TelegramServer(log_to=tmp_path / "log") as telegram, httpx.AsyncClient() as client:
            await client.post(f"{telegram.api_base}/bot1:x/getMe")
            await client.post(f"{telegram.api_base}/bot{telegram.token}/getMe")
        with (tmp_path / "log").open("a") as file:
            file.write('{"at": "2027-')
        assert [(each.method, each.status) for each in read_log(tmp_path / "log")] == [("getMe", 401), ("getMe", 200)]


class TestWhatNoClientShouldAsk:
    @pytest.mark.parametrize(
        ("method", "path", "given"),
        [
            ("POST", "/sendPhoto", {"chat_id": "-1001001"}),
            ("POST", "/sendMessage", {"chat_id": "-1001001"}),
            ("POST", "/sendMessage", {"chat_id": "-1001001", "text": "x", "protect_content": "true"}),
            ("POST", "/sendMessage", {"chat_id": "@duty_room", "text": "x"}),
            ("POST", "/sendMessage", {"chat_id": "-1001001", "text": "x", "reply_markup": FORCE_REPLY}),
            ("POST", "/sendMessage", {"chat_id": "-1001001", "text": "x", "reply_markup": NO_HINT}),
            ("GET", "/getMe", {}),
            ("POST", "/getMe/x", {}),
        ],
    )
    async def test_fails_the_test_when_the_server_closes(self, method: str, path: str, given: dict[str, str]) -> None:
        telegram = TelegramServer()
        telegram.group(GROUP, "群")
        async with httpx.AsyncClient() as client:
            await telegram.__aenter__()
            answer = await client.request(method, f"{telegram.api_base}/bot{telegram.token}{path}", data=given)
            with pytest.raises(AssertionError):
                await telegram.__aexit__(None, None, None)
        assert answer.status_code >= 400
        assert [each.became for each in telegram.asked] == ["refused"]
        assert not any(telegram.token in each for each in telegram.violations)


class TestWhatItHoldsBack:
    async def test_held_answers_leave_when_they_are_released(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.order(fault.held())
        under_way = sending(channel)
        await until(lambda: len(telegram.accepted) == 1)
        assert not under_way.done()
        telegram.release()
        assert (await under_way).message_id == "1"
        await channel.send(str(GROUP), HELLO)

    async def test_what_was_never_done_breaks_when_it_is_released(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.order(fault.stalled())
        under_way = sending(channel)
        await until(lambda: len(telegram.asked) == 1)
        telegram.release()
        with pytest.raises(Uncertain):
            await under_way
        assert telegram.accepted == []

    async def test_stalled_it_has_seen_nothing_of_what_was_asked_and_goes_on_with_what_comes_after(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.stall()
        under_way = sending(channel)
        await asyncio.wait([under_way], timeout=0.1)
        assert not under_way.done()
        telegram.go_on()
        with pytest.raises(Uncertain):
            await under_way
        assert (telegram.asked, telegram.calls) == ([], {})
        await channel.send(str(GROUP), HELLO)

    async def test_one_slow_chat_leaves_the_others(self, channel: TelegramChannel, telegram: TelegramServer) -> None:
        telegram.latency[GROUP] = 0.2
        slow, fast = sending(channel), sending(channel, PERSON)
        await fast
        assert not slow.done()
        await slow


class TestWhatItDeletes:
    async def test_is_a_message_of_the_bots_own_within_two_days(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        first, second = [(await channel.send(str(GROUP), HELLO)).message_id for _ in range(2)]
        telegram.types(PERSON, GROUP, "值守")
        await clock.advance(48 * 3_600 - 1)
        await channel.delete(str(GROUP), str(first))
        await channel.delete(str(GROUP), str(first))
        assert telegram.deleted == [(GROUP, int(str(first)))]
        await clock.advance(1)
        with pytest.raises(Refused, match="deleted for everyone"):
            await channel.delete(str(GROUP), str(second))
        with pytest.raises(Refused, match=r"essage can't be deleted）"):
            await channel.delete(str(GROUP), "3")


class TestBytes:
    @pytest.mark.parametrize("after", [0, 1, 20, 10_000])
    async def test_of_a_request_that_is_cut_off_nothing_is_done(
        self, channel: TelegramChannel, telegram: TelegramServer, after: int
    ) -> None:
        telegram.order(fault.cut_off(after))
        with pytest.raises(Uncertain):
            await channel.send(str(GROUP), HELLO)
        assert (telegram.accepted, telegram.calls["sendMessage"]) == ([], 1)
        await channel.send(str(GROUP), HELLO)

    async def test_which_chat_is_not_known_before(self, telegram: TelegramServer) -> None:
        with pytest.raises(ValueError, match="which chat"):
            telegram.order(fault.cut_off(5), chat=GROUP)


class TestUpdates:
    async def test_older_than_a_day_are_dropped(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock
    ) -> None:
        telegram.press(PERSON, GROUP, 1, "old")
        await clock.advance(timedelta(hours=20).total_seconds())
        telegram.press(PERSON, GROUP, 1, "new")
        await clock.advance(timedelta(hours=5).total_seconds())
        telegram.forget_updates()
        assert [each.data for each in (await channel.receive(None)).inbound] == ["new"]

    async def test_may_come_again_though_they_were_confirmed(
        self, channel: TelegramChannel, telegram: TelegramServer
    ) -> None:
        telegram.press(PERSON, GROUP, 1, "a")
        first = await channel.receive(None)
        telegram.repeat(700_001)
        assert (await channel.receive(first.offset)).inbound == first.inbound
        assert (await channel.receive(first.offset)).inbound == ()

    @pytest.mark.parametrize("newest", [700_000, 2**31 - 2])
    async def test_begin_with_any_number_after_a_quiet_week_and_are_heard_all_the_same(
        self, channel: TelegramChannel, telegram: TelegramServer, clock: ManualClock, newest: int
    ) -> None:
        telegram._newest = newest
        telegram.press(PERSON, GROUP, 1, "before")
        before = await channel.receive(None)
        assert before.offset == str(newest + 2)
        await clock.advance(timedelta(days=8).total_seconds())
        telegram.forget_updates()
        telegram.press(PERSON, GROUP, 1, "after")
        after = await channel.receive(before.offset)
        assert [each.data for each in after.inbound] == ["after"]
        assert after.offset == str(int(after.inbound[0].id) + 1)
        telegram.press(PERSON, GROUP, 1, "next")
        assert [each.data for each in (await channel.receive(after.offset)).inbound] == ["next"]


async def test_by_itself_it_says_where_it_listens_serves_a_declared_town_and_does_as_it_is_told(
    tmp_path: Path,
) -> None:
    town = {"people": [{"id": PERSON, "name": "王强"}], "groups": [{"id": GROUP, "title": "群", "members": [PERSON]}]}
    (tmp_path / "town.json").write_text(json.dumps(town))
    options = ("--town", tmp_path / "town.json", "--log", tmp_path / "log")
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.servers.telegram_alone", *options, stdin=PIPE, stdout=PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    api_base, token = [(await server.stdout.readline()).decode().strip().partition("=")[2] for _ in range(2)]
    clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
    bot = TelegramChannel(SecretStr(token), clock, api_base=api_base, httpx_kwargs=NO_TLS)
    await bot.send(str(GROUP), Message("值守", ((Button("收到", "t:r"),),)))
    assert (await server.stdout.readline()).decode() == f"{GROUP} #1 值守 [收到]\n"
    server.stdin.write(f"press {PERSON} {GROUP} 1 收到\nnonsense\nkick {GROUP}\n".encode())
    said = [(await server.stdout.readline()).decode() for _ in range(3)]
    assert "try help" in said[1]
    pressed, thrown_out = (await bot.receive(None)).inbound
    assert (pressed.data, thrown_out.kind) == ("t:r", "left")
    with pytest.raises(ChatGone):
        await bot.send(str(GROUP), HELLO)
    await bot.close()
    server.kill()
    await server.wait()
    assert [each.method for each in read_log(tmp_path / "log")] == ["sendMessage", "getUpdates", "sendMessage"]
