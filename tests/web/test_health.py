import re
from datetime import timedelta

from bot.app.health import ChatHealth
from tests.web.conftest import browser
from tests.web.live import NOW, InMemory, a_big_town, a_town, the_healths


async def health_of(live: InMemory) -> str:
    answer = await browser(live).get("/health")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def row(page: str, name: str) -> str:
    """A chat's row, without tags."""
    item = re.search(rf'<li class="([^"]*)"[^>]*> <h2>(?:<a [^>]*>)?{name}(?:</a>)?</h2>(.*?)</li>', page)
    assert item, name
    return f"{item[1]}: {' '.join(re.sub('<[^>]+>', ' ', item[2]).split())}"


async def test_each_chat_tells_where_it_is_and_what_was_last_sent() -> None:
    page = await health_of(a_town())
    assert row(page, "消防安全工作群") == "health: 代替 Telegram 最近发出 09:00"
    assert row(page, "清溪村工作群") == "health: Telegram 最近发出 09:00"
    assert row(page, "消安委办公室") == "health: 网页 还没有发过消息"
    assert '<a href="/#chat-' in page


async def test_one_in_trouble_is_marked_in_its_place_says_why_and_is_named_above() -> None:
    page = await health_of(a_town())
    assert row(page, "清溪村居民群") == (
        "health trouble: 企业微信群机器人 最近发出 1月26日 周二 09:12 最近失败 09:00 群机器人已被移出"
    )
    names = re.findall(r"<h2>(?:<a [^>]*>)?([^<]+)", page)
    assert names == [each.name for each in a_town().healths], "the town's order"
    above = page[page.index("<main") : page.index('<ul class="healths"')]
    assert re.search(r'1 个群有问题： <a href="#health-\w+">清溪村居民群</a>', above)


async def test_a_failure_that_is_mended_is_told_and_troubles_nobody() -> None:
    live = InMemory()
    live.healths = (ChatHealth("a", "群", "telegram", False, NOW, NOW - timedelta(days=1), None),)
    page = await health_of(live)
    assert row(page, "群") == "health: Telegram 最近发出 09:12 最近失败 昨天 09:12"
    assert "1 个群都正常" in page


async def test_a_town_without_chats_says_so() -> None:
    page = await health_of(InMemory())
    assert "还没有群" in page
    assert "<li class=" not in page[page.index("<main") :]


async def test_a_chat_far_down_is_linked_on_its_own_page_of_the_board() -> None:
    live = a_big_town(50, 0)
    live.healths = the_healths(*live.shown.values())
    page = await health_of(live)
    assert re.search(r'<a href="/\?page=3#chat-\w+">第 49 村工作群</a>', page)
    assert re.search(r'<a href="/#chat-\w+">第 23 村工作群</a>', page)
    assert re.search(r'<a href="/\?page=2#chat-\w+">第 24 村工作群</a>', page)


async def test_why_it_fails_cannot_bring_tags() -> None:
    evil = "<script>alert(1)</script>"
    live = InMemory()
    live.healths = (ChatHealth("a", evil, evil, False, None, NOW, evil),)
    page = await health_of(live)
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 4
