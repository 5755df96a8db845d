import re
from dataclasses import replace

from bot.app.view.asks import ShownAsks
from tests.web.conftest import browser
from tests.web.live import NOW, OFFICES, InMemory, a_town, an_answer, an_ask

ALERT = "烟花爆竹安全管理"


def tidy(html: str) -> str:
    return re.sub(r"\s+", " ", html)


async def asks_of(live: InMemory) -> str:
    answer = await browser(live).get("/asks")
    assert answer.status_code == 200
    return tidy(answer.text)


def office(page: str, name: str) -> str:
    """What stands of an office, without tags."""
    item = re.search(rf'<li class="([^"]*)"> <span class="office">{name}</span>(.*?)</li>', page)
    assert item, name
    return f"{item[1]}: {' '.join(re.sub('<[^>]+>', ' ', item[2]).split())}"


def owed(*asks: object, answered: tuple[object, ...] = (), more: int = 0) -> InMemory:
    live = InMemory()
    live.owed = ShownAsks(asks, answered, more)  # type: ignore[arg-type]
    return live


async def test_an_ask_tells_what_it_is_about_since_when_and_by_when() -> None:
    page = await asks_of(owed(an_ask("a1", ALERT, an_answer("police"))))
    assert ALERT in page
    assert "09:00 发出" in page
    assert '<span class="by-hour">11:00</span>' in page
    assert ">还有 1 小时 48 分钟</span>" in page
    assert "1 个单位，还差 1 个" in page
    assert "等待回执 1 件" in page


async def test_each_office_tells_where_it_stands_since_when_and_whether_it_owes_or_is_late() -> None:
    page = await asks_of(
        owed(
            an_ask(
                "a1",
                ALERT,
                an_answer("police"),
                an_answer("emergency", "received", 5),
                an_answer("enforcement", "done", 60 * 24),
                an_answer("market", "help", 60 * 72, late=True),
                an_answer("culture", "done", 3, late=True),
            )
        )
    )
    assert office(page, "派出所") == "sign-open owes: 待回执"
    assert office(page, "应急办") == "sign-received owes: 收到 09:07 待落实"
    assert office(page, "综合执法大队") == "sign-done: 已落实 昨天 09:12"
    assert office(page, "市监所") == "sign-help owes late: 需协助 1月27日 周三 09:12 已逾期"
    assert office(page, "文化服务中心") == "sign-done late: 已落实 09:09 逾期后回执"


async def test_a_deadline_that_has_passed_says_how_long_ago() -> None:
    page = await asks_of(owed(an_ask("a1", ALERT, an_answer("police", late=True), ago=60 * 74, within=60 * 24)))
    assert '<span class="by-day">1月28日 周四</span>' in page
    assert ">已过 2 天</span>" in page


async def test_offices_stand_in_the_towns_order_whoever_answered_first() -> None:
    page = await asks_of(owed(an_ask("a1", ALERT, *(an_answer(each, "done", len(each)) for each in OFFICES))))
    assert re.findall(r'<span class="office">([^<]+)</span>', page) == list(OFFICES.values())


async def test_asks_stand_as_they_are_given_and_lead_to_their_own_page() -> None:
    late = an_ask("late", "先到期", an_answer("police"), ago=60 * 24)
    page = await asks_of(owed(late, an_ask("soon", "后到期", an_answer("police")), more=3))
    assert page.index("先到期") < page.index("后到期")
    assert f'<a href="/asks/{late.token}">先到期</a>' in page
    assert "等待回执 5 件" in page
    assert "还有 3 件截止较晚，没有列出" in page


async def test_what_was_lately_answered_follows_with_who_answered_folded_away() -> None:
    done = an_ask("d1", "昨天的", an_answer("police", "done", 60 * 20), ago=60 * 24)
    page = await asks_of(owed(an_ask("a1", ALERT, an_answer("police")), answered=(done,)))
    assert page.index(ALERT) < page.index("最近已回齐") < page.index("昨天的")
    answered = page[page.index("最近已回齐") :]
    assert "1 个单位都已回执" in answered
    assert "<details" in answered
    assert office(answered, "派出所") == "sign-done: 已落实 昨天 13:12"
    assert 'data-part="left-' not in answered


async def test_where_nothing_is_owed_it_says_so() -> None:
    page = await asks_of(owed())
    assert "没有未完成的回执" in page
    assert "<article" not in page
    done = an_ask("d1", "昨天的", an_answer("police", "done", 60 * 20), ago=60 * 24)
    page = await asks_of(owed(answered=(done,)))
    assert "没有未完成的回执" in page
    assert "昨天的" in page


async def test_what_an_ask_says_cannot_bring_tags() -> None:
    evil = "<script>alert(1)</script>"
    page = await asks_of(owed(an_ask("a1", evil, an_answer("police", name=evil))))
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2


async def test_in_english_no_chinese_is_left_but_names_and_the_answers() -> None:
    live = a_town()
    english = InMemory(lang="en")
    english.owed = live.owed
    page = await asks_of(english)
    assert "needs help yesterday 13:12" in re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    assert "1 h 48 min left" in page
    main = re.sub("<[^>]+>", " ", page[page.index("<main") :])
    names = {*OFFICES.values(), *(each.subject for each in (*live.owed.open, *live.owed.answered)), "已落实"}
    for name in sorted(names, key=len, reverse=True):
        main = main.replace(name, "")
    assert re.findall("[\u4e00-\u9fff]+", main) == []
    assert NOW.year == 2027


async def test_whom_no_message_has_reached_is_named_and_nothing_says_that_all_have_answered() -> None:
    ask = replace(an_ask("a1", ALERT, an_answer("police", "done", 5)), unreached=("龙门村委会", "清溪村委会"))
    page = await asks_of(owed(ask))
    assert "还没有送到：龙门村委会、清溪村委会" in page
    assert "都已回执" not in page
    assert office(page, "派出所").startswith("sign-done")
