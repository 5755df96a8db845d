"""A reminder on Telegram, over a socket: it notifies who owes, shows who answers, and goes when the next one stands."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.buttons import read_data
from bot.channels.routes import Route
from bot.channels.telegram import Patience, TelegramChannel
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.channels.conftest import NO_TLS
from tests.fakes import until
from tests.outbox.stage import NINE, TERMS, Stage
from tests.outbox.test_calls import a_call, has_gone_out, the_ask
from tests.servers.telegram import TelegramServer

GROUP, POLICE, CITY = -1001001, 2001, 2002
PEOPLE = {"police": (f"telegram:{POLICE}",), "enforcement": (f"telegram:{CITY}", "telegram:2003")}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(terms=replace(TERMS, mentions=PEOPLE))
    await stage.run()
    yield stage
    await stage.end()


@pytest.fixture
async def server(stage: Stage) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=stage.clock) as server:
        server.person(POLICE, "王强")
        server.group(GROUP, "消防安全工作群", members=[POLICE])
        yield server


@pytest.fixture
async def channel(stage: Stage, server: TelegramServer) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(
        SecretStr(server.token),
        stage.clock,
        api_base=server.api_base,
        patience=Patience(answer=timedelta(seconds=2), poll=timedelta(0)),
        httpx_kwargs=NO_TLS,
    )
    stage.routes.table = {"duty-room": Route(channel, str(GROUP))}
    yield channel
    await channel.close()


async def before_long(stage: Stage, holds: Callable[[], bool]) -> None:
    async def and_time_passes() -> bool:
        await stage.clock.advance(0.2)
        return holds()

    await until(and_time_passes)


async def test_a_reminder_notifies_who_owes_follows_the_answers_and_goes_when_the_next_one_stands(
    stage: Stage, server: TelegramServer, channel: TelegramChannel
) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    await stage.store.commit(Change(planned=(a_call("remind", ask, NINE),)))
    await before_long(stage, lambda: bool(server.accepted))
    first = server.accepted[0]
    assert first.mentioned == (POLICE, CITY, 2003)
    assert "请回执：检查 alert" in first.text

    server.press(POLICE, GROUP, first.message_id, first.data("已落实"))
    (press,) = (await channel.receive(None)).inbound
    pressed = read_data(press.data or "")
    assert pressed is not None
    assert (pressed.answer, pressed.token) == ("done", ask.token)
    entry = Entry(at=press.at, kind="done", occurrence=ask.occurrence, office="police", by=press.person)
    await stage.store.commit(Change(entries=(entry,)))
    await before_long(stage, lambda: bool(server.edited))
    edited = server.edited[-1]
    assert "✅ 派出所 已落实" in edited.text
    assert edited.mentioned == (CITY, 2003)
    assert edited.buttons == first.buttons

    await stage.advance(1_800)
    await stage.store.commit(Change(planned=(a_call("remind", ask, stage.clock.now(), number=2),)))
    await before_long(stage, lambda: bool(server.deleted))
    assert server.accepted[1].mentioned == (CITY, 2003)
    assert "派出所" not in server.accepted[1].text
    assert server.deleted == [(GROUP, first.message_id)]


async def test_what_telegram_keeps_is_let_be(stage: Stage, server: TelegramServer, channel: TelegramChannel) -> None:
    ask = the_ask()
    await has_gone_out(stage, ask)
    one = a_call("remind", ask, NINE)
    await stage.store.commit(Change(planned=(one,)))
    await before_long(stage, lambda: bool(server.accepted))
    stage.clock.leap(NINE + timedelta(hours=48, seconds=5))
    late = a_call("late", ask, stage.clock.now())
    await stage.store.commit(Change(planned=(late,)))
    await before_long(stage, lambda: len(server.accepted) == 2)
    await stage.advance(120)
    assert server.deleted == []
    found = await stage.store.delivery(one.id)
    assert found is not None
    assert not found.taken_down
