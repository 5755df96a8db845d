import pytest

from tests.web.conftest import ELSEWHERE, browser
from tests.web.live import InMemory, a_chat


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "localhost", "[::1]:9000", "127.0.0.1:9000"])
async def test_the_machines_own_names_open_the_board(live: InMemory, host: str) -> None:
    assert (await browser(live).get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1.evil.example", "192.168.1.2:8765", "", "[", "a@b"])
async def test_a_foreign_name_does_not(live: InMemory, host: str) -> None:
    answer = await browser(live).get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "http://127.0.0.1:8765" in answer.text
    assert "消防安全工作群" not in answer.text


async def test_listening_everywhere_one_may_call_by_address_but_not_by_a_strangers_name(live: InMemory) -> None:
    everywhere = browser(live, host="0.0.0.0", client=ELSEWHERE)
    assert (await everywhere.get("/", headers={"Host": "192.168.1.2:8765"})).status_code == 200
    assert (await everywhere.get("/", headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8765"},
    ],
)
async def test_a_form_on_a_foreign_page_does_nothing(live: InMemory, headers: dict[str, str]) -> None:
    form = {"message": "m1", "data": "r:token"}
    answer = await browser(live).post("/chats/duty-room/press", data=form, headers=headers)
    assert answer.status_code == 403
    assert live.asked == []


async def test_a_form_on_our_own_page_is_taken(live: InMemory) -> None:
    headers = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    form = {"message": "m1", "data": "r:token"}
    assert (await browser(live).post("/chats/duty-room/press", data=form, headers=headers)).status_code == 303
    assert live.asked == [("duty-room", "m1", "r:token", None)]


async def test_from_elsewhere_one_may_read_and_is_told_why_not_more(live: InMemory) -> None:
    elsewhere = browser(live, host="0.0.0.0", client=ELSEWHERE)
    page = (await elsewhere.get("/")).text
    assert "消防安全工作群" in page
    assert "按钮和打字只能在运行更夫的那台机器上使用" in page
    assert "<button" not in page
    for path in ("/speaker", "/chats/duty-room/press", "/chats/duty-room/say", "/chats/duty-room/test"):
        answer = await elsewhere.post(path, data={"office": "police", "text": "收到", "data": "r:token"})
        assert answer.status_code == 403
    assert live.asked == []


async def test_who_comes_through_a_proxy_on_this_machine_is_elsewhere(live: InMemory) -> None:
    answer = await browser(live).post("/chats/duty-room/test", headers={"X-Forwarded-For": "127.0.0.1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["gengfu.jinlong.example", "192.168.1.2:8765"])
async def test_so_is_who_comes_through_one_that_says_nothing_of_it_by_another_name(live: InMemory, host: str) -> None:
    through = browser(live, host=host.partition(":")[0])
    page = await through.get("/", headers={"Host": host})
    assert page.status_code == 200
    assert "<button" not in page.text
    form = {"message": "m1", "data": "r:token"}
    assert (await through.post("/chats/duty-room/press", data=form, headers={"Host": host})).status_code == 403
    assert live.asked == []


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:9000", "[::1]:8765"])
async def test_by_a_name_that_means_this_machine_one_may_press(live: InMemory, host: str) -> None:
    form = {"message": "m1", "data": "r:token"}
    pressed = await browser(live).post("/chats/duty-room/press", data=form, headers={"Host": host})
    assert pressed.status_code == 303
    assert len(live.asked) == 1


@pytest.mark.parametrize("path", ["/", "/chats/duty-room", "/nowhere", "/static/board.css"])
async def test_a_browser_may_load_nothing_inline_and_nothing_from_elsewhere(live: InMemory, path: str) -> None:
    headers = (await browser(live).get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_a_page_that_breaks_says_so_without_a_traceback_and_guarded_too() -> None:
    live = InMemory(a_chat())

    async def broken() -> tuple[()]:
        raise RuntimeError("secret inside")

    live.heads = broken  # type: ignore[method-assign]
    answer = await browser(live).get("/")
    assert answer.status_code == 500
    assert "这一页出错了" in answer.text
    assert "secret inside" not in answer.text
    assert "content-security-policy" in answer.headers
