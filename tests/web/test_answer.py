"""The page of a signed link: it shows, and only its form changes anything; outsiders reach it and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bot.app.answering.answers import LinkAnswers
from bot.app.live.amending import Amending
from bot.ledger.deliveries import Issued
from bot.settings import Settings, WebSettings
from bot.web.answer import AnswerPages
from bot.web.server import pages
from tests.app.stage import Stage, at, on
from tests.builders import a_duty_alert, a_schedule, a_town, an_office

PUBLIC = "https://huo.jinlong.example"


class Outside(Stage):
    """A town that outsiders may reach."""

    @property
    def settings(self) -> Settings:
        return super().settings.model_copy(update={"web": WebSettings(public_url=PUBLIC)})


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Outside]:
    made = Outside(tmp_path)
    made.write(a_duty_alert(on=on("08:02"), to={"offices": ["police", "village-longmen"]}))
    await made.run()
    await made.pass_to(at("08:02:00"))
    yield made
    await made.end()


@pytest.fixture
def outsider(stage: Outside) -> httpx.AsyncClient:
    app = pages(None, "127.0.0.1", AnswerPages(LinkAnswers(stage.bot)).routes(), PUBLIC)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.5", 4_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC)


async def the_ask(stage: Stage) -> Issued:
    return next(each for each in await stage.store.all_issued() if each.owing)


async def the_link(stage: Stage, chat: str = "longmen-office") -> str:
    url = stage.bot.terms.link_to(await the_ask(stage), chat)
    assert url is not None
    assert url.startswith(f"{PUBLIC}/answer/")
    return urlsplit(url).path


async def answers(stage: Stage) -> list[tuple[str, str | None, str | None]]:
    kinds = {"received", "done", "help", "refused", "need"}
    return [(each.kind, each.office, each.by) for each in await stage.store.entries() if each.kind in kinds]


async def test_to_look_shows_the_ask_and_changes_nothing(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    for method in ("GET", "HEAD"):
        page = await outsider.request(method, link)
        assert page.status_code == 200
    page = await outsider.get(link)
    for words in ("请落实", "龙门村委会", "待回执", "替 龙门村委会 回执", "收到", "已落实", "需协助"):
        assert words in page.text
    assert "派出所" not in page.text
    assert "<script" not in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
    assert await answers(stage) == []


async def test_who_was_asked_in_short_reads_the_whole_on_the_page(tmp_path: Path) -> None:
    made = Outside(tmp_path)
    ask = a_duty_alert(on=on("08:02"), to={"offices": ["village-longmen"]})
    made.write(ask, messages={"duty-alert.j2": "**请落实** 一条一条说全", "duty-alert.telegram.j2": "**请落实** 简要"})
    await made.run()
    await made.pass_to(at("08:02:00"))
    assert "简要" in made.telegram.texts("-1001002")[-1]
    shown = await LinkAnswers(made.bot).shown((await the_link(made)).removeprefix("/answer/"))
    assert shown.text == "**请落实** 一条一条说全"
    await made.end()


async def test_a_press_is_an_answer_of_the_chat_for_its_office(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    page = await outsider.post(link, data={"answer": "done", "name": " 李 主任 ", "why": ""})
    assert "已记录：龙门村委会 已落实" in page.text
    (entry,) = [each for each in await stage.store.entries() if each.kind == "done"]
    assert (entry.office, entry.by, entry.chat) == ("village-longmen", "link:longmen-office", "longmen-office")
    assert entry.detail == {"name": "李 主任"}


async def test_what_was_recalled_is_shown_as_such_and_cannot_be_answered(
    stage: Outside, outsider: httpx.AsyncClient
) -> None:
    link, ask = await the_link(stage), await the_ask(stage)
    await Amending(stage.bot).recall(ask.token, "")
    page = (await outsider.get(link)).text
    assert "这条提醒已经撤回，请忽略，不用回执" in page
    assert "<form" not in page
    assert "已经撤回" in (await outsider.post(link, data={"answer": "help"})).text
    assert await answers(stage) == []


async def test_a_name_steers_no_terminal(stage: Outside, outsider: httpx.AsyncClient) -> None:
    await outsider.post(await the_link(stage), data={"answer": "done", "name": "\x1b[2J李\u202e主任"})
    (entry,) = [each for each in await stage.store.entries() if each.kind == "done"]
    assert entry.detail == {"name": "[2J李 主任"}


async def test_who_is_late_is_shown_so_and_may_answer_all_the_same(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    stage.clock.leap(at("11:00:00"))
    assert "逾期" in (await outsider.get(link)).text
    page = await outsider.post(link, data={"answer": "done"})
    assert "已过回执时限" in page.text
    assert "逾期后回执" in page.text


async def test_it_is_safe_to_repeat(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    found = [await outsider.post(link, data={"answer": "received"}) for _ in range(3)]
    assert ["已经答过" in page.text for page in found] == [False, True, True]
    assert await answers(stage) == [("received", "village-longmen", "link:longmen-office")]


async def test_help_says_what_is_needed_and_fetches_it(stage: Outside, outsider: httpx.AsyncClient) -> None:
    await outsider.post(await the_link(stage), data={"answer": "help", "why": "缺两台灭火器"})
    assert [kind for kind, _, _ in await answers(stage)] == ["help", "need"]
    assert [each.call.kind for each in await stage.store.calls((await the_ask(stage)).occurrence) if each.call] == [
        "help"
    ]


async def test_an_office_of_its_own_people_has_no_link(stage: Outside) -> None:
    assert stage.bot.terms.link_to(await the_ask(stage), "duty-room") is None
    assert stage.bot.terms.link_to(await the_ask(stage), "longmen-residents") is None


async def test_should_the_office_answer_by_its_people_by_now_the_page_says_who_and_where(
    stage: Outside, outsider: httpx.AsyncClient
) -> None:
    link = await the_link(stage)
    offices = [an_office(name="派出所"), an_office("village-longmen", name="龙门村委会")]
    stage.bot.in_force = replace(stage.bot.in_force, schedule=a_schedule(town=a_town(offices=offices)))
    page = await outsider.get(link)
    assert "这里只能查看" in page.text
    assert "<form" not in page.text
    await outsider.post(link, data={"answer": "done"})
    assert [kind for kind, _, _ in await answers(stage)] == ["refused"]


async def test_a_bent_link_is_told_kindly_and_answers_nothing(stage: Outside, outsider: httpx.AsyncClient) -> None:
    for link in ((await the_link(stage))[:-2], "/answer/favicon.ico", "/answer/%E7%81%AB"):
        for page in (await outsider.get(link), await outsider.post(link, data={"answer": "done"})):
            assert (page.status_code, "不完整或已被改动" in page.text) == (404, True)
    assert await answers(stage) == []


async def test_a_stale_one_is_gone(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    await stage.end()
    stage.clock.leap(stage.clock.now().replace(year=2037))
    page = await outsider.get(link)
    assert (page.status_code, "已过期" in page.text) == (410, True)


@pytest.mark.parametrize(("form", "status"), [({"answer": "yes"}, 400), ({}, 400), ({"name": "x" * 9_000}, 413)])
async def test_a_form_that_no_page_has_is_refused(
    stage: Outside, outsider: httpx.AsyncClient, form: dict[str, str], status: int
) -> None:
    assert (await outsider.post(await the_link(stage), data=form)).status_code == status
    assert await answers(stage) == []


async def test_a_disk_that_takes_nothing_is_said_and_nothing_is_claimed(
    stage: Outside, outsider: httpx.AsyncClient
) -> None:
    link = await the_link(stage)
    stage.store.full = lambda change: bool(change.handled)
    page = await outsider.post(link, data={"answer": "done"})
    assert (page.status_code, "暂时记不下来" in page.text) == (503, True)


async def test_outsiders_reach_the_page_and_its_style_alone(stage: Outside, outsider: httpx.AsyncClient) -> None:
    assert (await outsider.get("/answer/answer.css")).headers["content-type"].startswith("text/css")
    for path in ("/", "/asks", "/static/board.css", "/answer", "/answers/x"):
        assert (await outsider.get(path)).status_code == 404


async def test_help_without_a_line_is_asked_for_it_on_the_page_and_nowhere_else(
    stage: Outside, outsider: httpx.AsyncClient
) -> None:
    link = await the_link(stage)
    page = await outsider.post(link, data={"answer": "help", "why": ""})
    assert "可以在下面补写一句" in page.text
    assert not [each for each in await stage.store.deliveries() if each.question]
    assert "会一并转告" in (await outsider.post(link, data={"answer": "help", "why": "缺灭火器"})).text
    assert [kind for kind, _, _ in await answers(stage)] == ["help", "need"]


async def test_help_and_done_by_turns_call_nobody_all_day_long(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    found = [await outsider.post(link, data={"answer": each}) for each in ("help", "done") * 4]
    assert [each.status_code for each in found] == [200] * 6 + [429] * 2
    assert "急事请直接打电话" in found[-1].text
    assert len(await answers(stage)) == 6
    stage.clock.leap(stage.clock.now() + timedelta(minutes=5))
    assert (await outsider.post(link, data={"answer": "help"})).status_code == 200
    assert (await outsider.post(link, data={"answer": "done"})).status_code == 429


async def test_to_say_the_same_again_is_never_too_often(stage: Outside, outsider: httpx.AsyncClient) -> None:
    link = await the_link(stage)
    assert {(await outsider.post(link, data={"answer": "done"})).status_code for _ in range(12)} == {200}
    assert (await outsider.post(link, data={"answer": "help"})).status_code == 200


async def test_a_form_that_another_page_sends_is_refused(stage: Outside, outsider: httpx.AsyncClient) -> None:
    foreign = {"origin": "https://evil.example"}
    assert (await outsider.post(await the_link(stage), data={"answer": "done"}, headers=foreign)).status_code == 403
    assert await answers(stage) == []
