import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NoReturn

import httpx
import pytest
from sse_starlette import ServerSentEvent

from bot.web.listen import listen
from bot.web.server import serve
from bot.web.templating import Templating
from bot.web.updates import AFRESH, Page, Updates
from tests.fakes import until as comes_to_hold
from tests.web.conftest import served
from tests.web.live import NOW, InMemory, a_chat, a_message

Events = AsyncIterator[tuple[str, str, str]]


@asynccontextmanager
async def opened(url: str, version: str, headers: dict[str, str] | None = None) -> AsyncIterator[Events]:
    """The stream of an open page as (event, id, data)."""
    async with (
        httpx.AsyncClient(base_url=url, timeout=3) as client,
        client.stream("GET", f"/events?version={version}", headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read(answer)


async def read(answer: httpx.Response) -> Events:
    event = {"event": "", "id": "", "data": ""}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = event[name] + "\n" + value if name == "data" and event["data"] else value
        elif event["event"]:
            yield event["event"], event["id"], event["data"]
            event = {"event": "", "id": "", "data": ""}


async def until(events: Events, kind: str) -> tuple[str, str]:
    """Read on to the next event of this kind: its id and its data."""
    async for event, id_, data in events:
        if event == kind:
            return id_, data
    raise AssertionError(f"the stream ended without {kind}")


async def version_of(url: str) -> str:
    async with httpx.AsyncClient(base_url=url) as client:
        page = (await client.get("/")).text
    return page.partition('data-version="')[2].partition('"')[0]


async def test_a_page_is_sent_the_chat_that_changed_and_then_how_things_stand(live: InMemory) -> None:
    live.shown["other"] = a_chat("other", "另一个群")
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        assert "09:12" in (await until(events, "hour"))[1]
        live.arrive("duty-room", a_message("m2", "**春节提醒** <b>"))
        _, chat = await until(events, "chat")
        assert "<strong>春节提醒</strong> &lt;b&gt;" in chat
        assert "另一个群" not in chat
        id_, state = await until(events, "state")
        assert "没有待发的提醒" in state
        assert id_ == await version_of(at.url)


async def test_a_page_that_missed_something_is_told_to_reload(live: InMemory) -> None:
    async with served(live) as at:
        old = await version_of(at.url)
        live.change("duty-room")
        async with asyncio.timeout(2):
            while (current := await version_of(at.url)) == old:
                continue
        async with opened(at.url, old) as events:
            assert (await until(events, "reload"))[0] == current
        async with opened(at.url, old, {"Last-Event-ID": current}) as events:
            live.change("duty-room")
            assert await until(events, "chat")
        async with opened(at.url, "of-a-bot-that-has-been-restarted") as events:
            assert await until(events, "reload")


async def test_a_change_of_everything_or_of_a_chat_that_is_gone_reloads(live: InMemory) -> None:
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        live.change()
        await until(events, "reload")
        live.change("gone")
        await until(events, "reload")


async def test_a_chat_that_cannot_be_shown_does_not_end_the_others(
    live: InMemory, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        live.shown["duty-room"] = a_chat(kind="unheard-of")
        live.change("duty-room")
        await until(events, "reload")
        live.shown["duty-room"] = a_chat("duty-room", "群", a_message(text="好了"))
        live.change("duty-room")
        assert "好了" in (await until(events, "chat"))[1]
    assert "could not be told" in caplog.text


@pytest.mark.parametrize("broken", ["hour", "changed"])
async def test_what_breaks_while_telling_ends_nothing_and_is_begun_afresh(
    live: InMemory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)

    def breaks(*_: object) -> NoReturn:
        raise ZeroDivisionError

    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        await until(events, "hour")
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(*{"hour": (Templating, "hour", breaks), "changed": (live, "changed", breaks)}[broken])
            live.change("duty-room")
            await comes_to_hold(lambda: "begun afresh" in caplog.text)
        await live.time.advance(AFRESH)
        await until(events, "reload")
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        assert "春节提醒" in (await until(events, "chat"))[1]


async def test_open_pages_do_not_hold_the_server(live: InMemory) -> None:
    at, stop = listen("127.0.0.1:0"), asyncio.Event()
    serving = asyncio.create_task(serve(live, at, stop))
    version = await version_of(at.url)
    async with opened(at.url, version) as one, opened(at.url, version) as other:
        await until(one, "hour")
        await until(other, "hour")
        stop.set()
        async with asyncio.timeout(2):
            await serving
            assert [event async for event in one] == []
            assert [event async for event in other] == []
    listen(f"127.0.0.1:{at.port}").socket.close()


async def test_a_server_that_is_cancelled_lets_its_port_go(live: InMemory) -> None:
    at = listen("127.0.0.1:0")
    serving = asyncio.create_task(serve(live, at, asyncio.Event()))
    await version_of(at.url)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert at.socket.fileno() == -1


async def test_a_page_that_reads_slowly_is_told_the_newest_only() -> None:
    page = Page(may_press=True)
    for number in range(100):
        page.tell("chat duty-room", ServerSentEvent(f"第 {number} 条", event="chat"))
        page.tell("state", ServerSentEvent(f"情况 {number}", event="state"))
    events = page.events()
    assert [(await anext(events)).data for _ in range(2)] == ["第 99 条", "情况 99"]
    page.close()
    assert [event async for event in events] == []


async def test_a_burst_of_changes_is_gathered(live: InMemory) -> None:
    updates = Updates(live, Templating(live))
    stream = updates.stream(updates.version, may_press=True)
    assert (await anext(stream)).event == "hour"
    before = updates.version
    for number in range(8):
        live.arrive("duty-room", a_message(f"n{number}", f"第 {number} 条"))
    telling = asyncio.create_task(updates.run())
    async with asyncio.timeout(3):
        chat = await anext(stream)
    assert "第 0 条" in str(chat.data)
    assert "第 7 条" in str(chat.data)
    assert updates.version == before.removesuffix("-0") + "-1"
    telling.cancel()
    updates.close()


async def test_a_new_day_rewords_what_is_said_of_days(live: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        await until(events, "hour")
        live.time.jump(NOW + timedelta(days=1))
        await until(events, "reload")
        assert "1月31日 周日" in (await until(events, "hour"))[1]
