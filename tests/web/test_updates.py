import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import httpx
import pytest

from bot.web.listen import listen
from bot.web.server import serve
from bot.web.site import Site
from bot.web.templating import Templating
from bot.web.updates import MOST_UNTOLD, Page
from bot.web.words import key
from tests.fakes import until as comes_to_hold
from tests.web.conftest import served
from tests.web.live import NOW, InMemory, a_chat, a_message, an_upcoming

Events = AsyncIterator[tuple[str, str, str]]
ROOM = f"chat-{key('duty-room')}"


@asynccontextmanager
async def opened(
    url: str, version: str, sees: str = f"state {ROOM}", headers: dict[str, str] | None = None
) -> AsyncIterator[Events]:
    """The stream of an open page as (event, id, data)."""
    async with (
        httpx.AsyncClient(base_url=url, timeout=3) as client,
        client.stream("GET", "/events", params={"version": version, "sees": sees}, headers=headers) as answer,
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


async def until(events: Events, kind: str, holding: str = "") -> str:
    """Read on to the next event of this kind that holds these words: its data."""
    async for event, _, data in events:
        if event == kind and holding in data:
            return data
    raise AssertionError(f"the stream ended without {kind}")


async def version_of(url: str) -> str:
    async with httpx.AsyncClient(base_url=url) as client:
        page = (await client.get("/")).text
    return page.partition('data-version="')[2].partition('"')[0]


async def test_a_page_is_sent_the_message_that_changed_and_what_stands_round_it(live: InMemory) -> None:
    live.shown["other"] = a_chat("other", "另一个群")
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        assert "09:12" in await until(events, "pieces")
        live.arrive("duty-room", a_message("m2", "**春节提醒** <b>"))
        message = await until(events, "pieces", "data-list")
        assert "<strong>春节提醒</strong> &lt;b&gt;" in message
        assert "请检查" not in message
        assert "消防安全工作群" in await until(events, "pieces", 'data-part="about-')
        assert "没有待发的提醒" in await until(events, "pieces", 'data-part="state"')
        assert await until(events, "version") == await version_of(at.url)


async def test_what_a_page_does_not_show_it_is_not_sent(live: InMemory) -> None:
    live.shown["other"] = a_chat("other", "另一个群")
    async with served(live) as at, opened(at.url, await version_of(at.url), "state") as events:
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        live.change("other")
        told = ""
        async for event, _, data in events:
            told += data
            if event == "version":
                break
        assert "春节提醒" not in told
        assert "chat-" not in told


async def test_a_page_that_missed_something_is_told_to_reload(live: InMemory) -> None:
    async with served(live) as at:
        old = await version_of(at.url)
        live.change("duty-room")
        async with asyncio.timeout(2):
            while (current := await version_of(at.url)) == old:
                continue
        async with opened(at.url, old) as events:
            await until(events, "reload")
            assert await until(events, "version") == current
        async with opened(at.url, old, headers={"Last-Event-ID": current}) as events:
            live.arrive("duty-room", a_message("m2", "**春节提醒**"))
            assert await until(events, "pieces", "春节提醒")
        async with opened(at.url, "of-a-bot-that-has-been-restarted") as events:
            await until(events, "reload")


async def test_a_change_of_everything_or_of_a_chat_that_is_gone_reloads(live: InMemory) -> None:
    gone = f"chat-{key('gone')}"
    async with served(live) as at, opened(at.url, await version_of(at.url), f"state {ROOM} {gone}") as events:
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
        live.shown["duty-room"] = a_chat("duty-room", "群")
        live.arrive("duty-room", a_message(text="好了"))
        assert await until(events, "pieces", "好了")
    assert "could not be told" in caplog.text


@pytest.mark.parametrize("broken", ["hour", "changed"])
async def test_what_breaks_while_telling_ends_nothing_and_is_begun_afresh(
    live: InMemory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)
    monkeypatch.setattr("bot.web.updates.AFRESH", 0.05)

    def breaks(*_: object) -> NoReturn:
        raise ZeroDivisionError

    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        await until(events, "pieces", "09:12")
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(*{"hour": (Templating, "hour", breaks), "changed": (live, "changed", breaks)}[broken])
            live.change("duty-room")
            await comes_to_hold(lambda: "begun afresh" in caplog.text)
        await until(events, "reload")
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        assert await until(events, "pieces", "春节提醒")


async def test_open_pages_do_not_hold_the_server(live: InMemory) -> None:
    at, stop = listen("127.0.0.1:0"), asyncio.Event()
    serving = asyncio.create_task(serve(live, at, stop))
    version = await version_of(at.url)
    async with opened(at.url, version) as one, opened(at.url, version) as other:
        await until(one, "pieces")
        await until(other, "pieces")
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


async def told(page: Page) -> list[str]:
    """What a page is sent, to the end."""
    return [chunk.decode() async for chunk in page.events()]


async def test_a_page_that_reads_slowly_is_told_the_newest_of_each_and_then_its_version() -> None:
    page = Page()
    for number in range(100):
        page.tell("message-1", f"一 {number};".encode())
        page.tell("message-2", f"二 {number};".encode())
        page.seen(f"v{number}")
    page.close()
    (chunk,) = await told(page)
    assert chunk.startswith("一 99;二 99;id: v99")
    assert chunk.count("v99") == 2


async def test_the_same_word_is_not_said_twice_but_after_a_reload_it_is() -> None:
    page = Page()
    page.tell("state", b"calm;")
    events = page.events()
    assert await anext(events) == b"calm;"
    page.tell("state", b"calm;")
    page.tell("state", b"busy;")
    assert await anext(events) == b"busy;"
    page.reload()
    page.tell("state", b"busy;")
    assert b"event: reload" in (chunk := await anext(events))
    assert chunk.endswith(b"busy;")


async def test_a_page_that_would_have_too_much_to_read_loads_itself_anew() -> None:
    page = Page()
    for number in range(MOST_UNTOLD + 1):
        page.tell(f"message-{number}", b"old;")
    page.close()
    (chunk,) = await told(page)
    assert "old;" not in chunk
    assert "event: reload" in chunk


async def test_a_burst_of_changes_is_gathered(live: InMemory) -> None:
    site = Site(live)
    before = site.updates.version
    stream = site.updates.stream(before, {ROOM}, may_press=True)
    assert "09:12" in (await anext(stream)).decode()
    for number in range(8):
        live.arrive("duty-room", a_message(f"n{number}", f"第 {number} 条"))
    telling = asyncio.create_task(site.run())
    heard = ""
    async with asyncio.timeout(3):
        while "event: version" not in heard:
            heard += (await anext(stream)).decode()
    assert [f"第 {number} 条" in heard for number in range(8)] == [True] * 8
    assert site.updates.version == before.removesuffix("-0") + "-1"
    telling.cancel()
    site.close()


async def test_a_new_day_rewords_what_is_said_of_days_and_leaves_the_messages(
    live: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)
    live.shown["duty-room"] = replace(live.shown["duty-room"], upcoming=an_upcoming())
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        await until(events, "pieces", "1月30日 周六")
        live.time.jump(NOW + timedelta(days=1))
        assert "3 天后" in await until(events, "pieces", 'data-part="next-')
        await until(events, "pieces", "1月31日 周日")
