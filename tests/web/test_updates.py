import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import httpx
import pytest
from markupsafe import Markup

from bot.app.view.asks import ShownAsks
from bot.app.view.protocol import Changed
from bot.web.listen import listen
from bot.web.server import serve
from bot.web.site import Site
from bot.web.templating import Templating
from bot.web.words import key
from tests.fakes import until as comes_to_hold
from tests.web.conftest import served
from tests.web.live import NOW, InMemory, a_chat, a_message, a_town, an_answer, an_ask, an_upcoming

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


class Looked:
    """Pages of a site whose changes are told, without a socket; each reads all that it is told of one change."""

    def __init__(self, site: Site, *sees: str, may_press: bool = True) -> None:
        self._site = site
        self._stream = site.updates.stream(site.updates.version, sees, may_press=may_press)

    async def opened(self) -> "Looked":
        await anext(self._stream)
        return self

    async def hears(self) -> str:
        heard = ""
        async with asyncio.timeout(3):
            while "event: version" not in heard:
                heard += (await anext(self._stream)).decode()
        return heard


@asynccontextmanager
async def told_by(site: Site) -> AsyncIterator[None]:
    telling = asyncio.create_task(site.run())
    try:
        yield
    finally:
        telling.cancel()
        site.close()


async def test_of_owed_answers_only_the_ask_that_was_answered_travels() -> None:
    live = InMemory()
    quiet, busy = an_ask("a1", "一件", an_answer("police")), an_ask("a2", "另一件", an_answer("police"))
    live.owed = ShownAsks((quiet, busy), (), 0)
    site = Site(live)
    page = await Looked(site, "asks").opened()
    async with told_by(site):
        live.tell(Changed(asks=True))
        assert 'data-part="asks"' in await page.hears(), "what the page had is not known"
        live.owed = ShownAsks((quiet, replace(busy, offices=(an_answer("police", "received", 1),))), (), 0)
        live.tell(Changed(asks=True))
        heard = await page.hears()
        assert "另一件" in heard
        assert "收到" in heard
        assert "一件<" not in heard.replace("另一件<", "")
        live.owed = ShownAsks((quiet,), (replace(busy, offices=(an_answer("police", "done", 0),)),), 0)
        live.tell(Changed(asks=True))
        assert "最近已回齐" in await page.hears()


async def test_a_minute_later_an_ask_says_what_is_left_and_who_has_become_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)
    live = InMemory()
    live.owed = ShownAsks((an_ask("a1", "一件", an_answer("police")),), (), 0)
    site = Site(live)
    page = await Looked(site, "asks").opened()
    async with told_by(site):
        live.tell(Changed(asks=True))
        assert "还有 1 小时 48 分钟" in await page.hears()
        live.time.jump(NOW + timedelta(minutes=1))
        heard = await page.hears()
        assert "还有 1 小时 47 分钟" in heard
        assert "event: reload" not in heard
        assert "一件" not in heard, "the ask itself is as it was"
        live.owed = ShownAsks((replace(live.owed.open[0], offices=(an_answer("police", late=True),)),), (), 0)
        live.time.jump(NOW + timedelta(hours=2))
        heard = await page.hears()
        assert "已逾期" in heard
        assert "已过 12 分钟" in heard


async def test_of_the_chats_health_only_the_rows_that_changed_travel() -> None:
    live = a_town()
    site = Site(live)
    page = await Looked(site, "health").opened()
    async with told_by(site):
        live.change("duty-room")
        assert "消防安全工作群" in await page.hears()
        live.healths = tuple(replace(each, why=None) if each.why else each for each in live.healths)
        live.change("qingxi-residents")
        heard = await page.hears()
        assert "清溪村居民群" in heard
        assert "消防安全工作群" not in heard
        assert "7 个群都正常" in heard


async def test_a_calendar_loads_itself_anew_when_something_was_sent_and_no_other_page_does(live: InMemory) -> None:
    site = Site(live)
    calendar = await Looked(site, "calendar").opened()
    board = await Looked(site, "state", ROOM).opened()
    async with told_by(site):
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        assert "event: reload" in await calendar.hears()
        assert "event: reload" not in await board.hears()


async def test_a_piece_is_rendered_once_for_all_and_not_at_all_where_nobody_looks(
    live: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render = Templating.piece

    def counting(self: Templating, name: str, **values: object) -> Markup:
        rendered.append(name)
        return render(self, name, **values)

    live.shown["other"] = a_chat("other", "另一个群")
    site = Site(live)
    boards = [await Looked(site, "state", ROOM).opened() for _ in range(5)]
    monkeypatch.setattr(Templating, "piece", counting)
    async with told_by(site):
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        live.arrive("other", a_message("m3", "**别处**"))
        for board in boards:
            assert "春节提醒" in await board.hears()
    assert rendered.count("message.html") == 1
    assert rendered.count("piece-round.html") == 1
    assert "piece-asks.html" not in rendered


async def test_readers_elsewhere_are_told_the_same_without_buttons(live: InMemory) -> None:
    site = Site(live)
    here = await Looked(site, ROOM).opened()
    elsewhere = await Looked(site, ROOM, may_press=False).opened()
    async with told_by(site):
        live.arrive("duty-room", a_message("m2", "**春节提醒**"))
        assert "<button" in await here.hears()
        heard = await elsewhere.hears()
        assert "春节提醒" in heard
        assert "<button" not in heard


async def test_extra_parts_are_told_to_every_page_at_each_beat_when_they_changed(live: InMemory) -> None:
    bar = iter(("走", "走", "停"))
    now = ""

    def parts() -> dict[str, str]:
        nonlocal now
        now = next(bar, now)
        return {"player": f'<p data-part="player">{now}</p>'}

    site = Site(live, "/rehearsal", parts=parts, beat=0.01)
    stream = site.updates.stream(site.updates.version, (), may_press=True)
    await anext(stream)
    heard = ""
    async with told_by(site), asyncio.timeout(3):
        while "停" not in heard:
            heard += (await anext(stream)).decode()
    assert heard.count("走") == 1
    assert heard.count("停") == 1


async def test_a_new_year_loads_pages_anew_since_days_may_bear_their_year(
    live: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.updates.BEAT", 0.01)
    site = Site(live)
    page = await Looked(site, ROOM).opened()
    async with told_by(site):
        live.time.jump(NOW + timedelta(days=365))
        assert "event: reload" in await page.hears()


async def test_a_message_that_was_taken_down_goes_from_open_pages(live: InMemory) -> None:
    async with served(live) as at, opened(at.url, await version_of(at.url)) as events:
        taken = live.shown["duty-room"].messages[0]
        live.shown["duty-room"] = replace(live.shown["duty-room"], messages=())
        live.change(**{"duty-room": taken.id})
        assert f'<li data-key="{key(taken.id)}" data-gone></li>' in await until(events, "pieces", "data-list")
