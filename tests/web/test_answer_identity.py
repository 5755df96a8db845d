"""By a link into a chat whose offices answer by their own people, one answers who proved in WeCom who they are."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from bot.app.answering.answers import LinkAnswers
from bot.channels.protocol import Channel
from bot.clock import Clock
from bot.errors import SendError
from bot.settings import Settings, WebSettings, WecomSettings
from bot.web.answer import AnswerPages
from bot.web.server import pages
from tests.app.stage import Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_town, an_office
from tests.fakes import FakeChannel, not_sent, refused
from tests.web.test_answer import PUBLIC, answers, the_link

WECOM = {"user-agent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 wxwork/4.1.20 MicroMessenger/7.0.1"}
POLICE, BOTH, STRANGER, ADMIN = "PoliceDuty", "LiMing", "WangWu", "ZhaiBan"


class App(FakeChannel):
    """The app, which knows whom a code names: the person's own name, once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, "wecom-app")
        self.fails: SendError | None = None
        self.exchanged: list[str] = []

    async def who(self, code: str) -> str:
        if self.fails:
            raise self.fails
        if code in self.exchanged:
            raise refused()
        self.exchanged.append(code)
        return code.removeprefix("code-")


class Corp(Stage):
    """A town that outsiders may reach, whose app is set up."""

    def __post_init__(self) -> None:
        self.app = App(self.clock)
        super().__post_init__()

    @property
    def settings(self) -> Settings:
        wecom = WecomSettings(
            corp_id="ww1", agent_id=7, app_secret=SecretStr("s" * 20), oauth_url="https://open.example/a"
        )
        return super().settings.model_copy(update={"web": WebSettings(public_url=PUBLIC), "wecom": wecom})

    def channels(self) -> dict[str, Channel]:
        return {**super().channels(), "wecom-app": self.app}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Corp]:
    made = Corp(tmp_path)
    offices = [
        an_office(name="派出所", members=[{"telegram": 2001}, {"wecom": POLICE}, {"wecom": BOTH}]),
        an_office("enforcement", name="综合执法大队", members=[{"telegram": 2002}, {"wecom": BOTH}]),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
    ]
    chats = [
        a_chat(name="消防安全工作群", address=-1001001),
        a_chat("village-room", address=-1001002, audiences=None, office="village-longmen"),
        a_chat("shared-room", address=-1001003, office="village-longmen"),
    ]
    town = a_town(offices=offices, chats=chats, admins=[{"telegram": 1001}, {"wecom": ADMIN}])
    made.write(a_duty_alert(on=on("08:02"), to={"offices": ["police", "enforcement", "village-longmen"]}), town=town)
    await made.run()
    await made.pass_to(at("08:02:00"))
    yield made
    await made.end()


@pytest.fixture
def phone(stage: Corp) -> httpx.AsyncClient:
    """WeCom's browser, which keeps cookies."""
    return a_browser(stage, **WECOM)


def a_browser(stage: Corp, **headers: str) -> httpx.AsyncClient:
    app = pages(None, "127.0.0.1", AnswerPages(LinkAnswers(stage.bot)).routes(), PUBLIC)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.5", 4_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers)


async def led_away(browser: httpx.AsyncClient, link: str) -> dict[str, str]:
    """Open the link; with what the browser is led to WeCom."""
    away = await browser.get(link)
    assert away.status_code == 302
    address = urlsplit(away.headers["location"])
    assert (address.netloc, address.fragment) == ("open.example", "wechat_redirect")
    return {name: values[0] for name, values in parse_qs(address.query).items()}


async def signs_in(browser: httpx.AsyncClient, link: str, person: str) -> httpx.Response:
    """Prove who one is, and come back; the page that is shown then."""
    asked = await led_away(browser, link)
    back = await browser.get(asked["redirect_uri"], params={"code": f"code-{person}", "state": asked["state"]})
    assert back.status_code == 303
    return await sent_on(browser, back)


async def sent_on(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    return await browser.get(answer.url.join(answer.headers["location"]))


def word_in(page: httpx.Response) -> str:
    return page.text.partition('name="form" value="')[2].partition('"')[0]


async def test_wecom_s_browser_is_led_to_prove_whose_it_is(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    asked = await led_away(phone, link)
    state = asked.pop("state")
    assert asked == {
        "appid": "ww1",
        "redirect_uri": f"{PUBLIC}{link}",
        "response_type": "code",
        "scope": "snsapi_base",
        "agentid": "7",
    }
    assert state.isalnum()
    assert len(state) <= 128


async def test_who_proved_it_answers_as_themselves(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, POLICE)
    assert "替 派出所 回执" in page.text
    assert "policeduty" in page.text
    assert page.url.query == b""
    page = await phone.post(link, data={"answer": "done", "form": word_in(page)})
    assert "已记录：派出所 已落实" in page.text
    assert await answers(stage) == [("done", "police", "wecom:policeduty")]


async def test_the_code_stays_nowhere_and_cookies_are_the_page_s_own(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    asked = await led_away(phone, link)
    back = await phone.get(asked["redirect_uri"], params={"code": "code-x", "state": asked["state"]})
    assert "code" not in back.headers["location"]
    kept = [each for each in back.headers.get_list("set-cookie") if "Max-Age=0" not in each]
    assert len(kept) == 1
    for flag in ("HttpOnly", "SameSite=lax", "Secure", f"Path={link}", "Max-Age=1800"):
        assert flag in kept[0]


async def test_outside_wecom_the_page_says_where_to_open_it_and_shows_the_ask(stage: Corp) -> None:
    page = await a_browser(stage).get(await the_link(stage, "duty-room"))
    assert page.status_code == 200
    assert "请在企业微信里打开" in page.text
    assert "请落实" in page.text
    assert "<form" not in page.text


async def test_who_is_of_several_offices_says_for_which(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, BOTH)
    form = {"answer": "received", "form": word_in(page)}
    assert "替哪个单位回执" in page.text
    assert "请选择哪一个" in (await phone.post(link, data=form)).text
    assert await answers(stage) == []
    await phone.post(link, data={**form, "office": "1"})
    assert await answers(stage) == [("received", "enforcement", "wecom:liming")]


async def test_a_stranger_is_refused_kindly_and_once_on_record(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, STRANGER)
    assert "把账号 wangwu 发给管理员" in page.text
    assert "<form" not in page.text
    await signs_in(a_browser(stage, **WECOM), link, STRANGER)
    assert await answers(stage) == [("refused", None, "wecom:wangwu")]


async def test_an_admin_looks_and_is_called_no_stranger_on_record(stage: Corp, phone: httpx.AsyncClient) -> None:
    await signs_in(phone, await the_link(stage, "duty-room"), ADMIN)
    assert await answers(stage) == []


async def test_what_is_forged_for_an_office_that_is_not_theirs_is_refused(
    stage: Corp, phone: httpx.AsyncClient
) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, POLICE)
    await phone.post(link, data={"answer": "done", "form": word_in(page), "office": "1"})
    assert await answers(stage) == [("done", "police", "wecom:policeduty")]
    page = await signs_in(other := a_browser(stage, **WECOM), link, STRANGER)
    word = LinkAnswers(stage.bot).proof.form_word(other.cookies["gengfu-answer"])
    assert (await other.post(link, data={"answer": "done", "form": word})).status_code == 200
    assert [kind for kind, _, _ in await answers(stage)] == ["done", "refused", "refused"]


async def test_a_state_of_another_browser_another_link_or_too_old_proves_nothing(
    stage: Corp, phone: httpx.AsyncClient
) -> None:
    link = await the_link(stage, "duty-room")
    foreign = (await led_away(a_browser(stage, **WECOM), link))["state"]
    own = (await led_away(phone, link))["state"]
    for state in (foreign, own[:-1] + ("0" if own[-1] != "0" else "1"), "", "火"):
        back = await phone.get(link, params={"code": "code-PoliceDuty", "state": state})
        assert back.headers["location"].endswith("?trouble=again")
    stage.clock.leap(at("08:08:00"))
    back = await phone.get(link, params={"code": "code-PoliceDuty", "state": own})
    page = await sent_on(phone, back)
    assert "没能确认您是谁" in page.text
    assert "再试一次" in page.text
    assert stage.app.exchanged == []


async def test_the_proof_for_one_link_is_none_for_another(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    await signs_in(phone, link, POLICE)
    proof = LinkAnswers(stage.bot).proof
    assert proof.person(link.rpartition("/")[2], phone.cookies["gengfu-answer"]) == "wecom:policeduty"
    assert proof.person("another", phone.cookies["gengfu-answer"]) is None
    assert proof.person(link.rpartition("/")[2], phone.cookies["gengfu-answer"][:-1] + "x") is None


async def test_after_half_an_hour_it_is_proved_anew_and_a_late_form_is_told_so(
    stage: Corp, phone: httpx.AsyncClient
) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, POLICE)
    stage.clock.leap(at("08:33:00"))
    late = await phone.post(link, data={"answer": "done", "form": word_in(page)})
    assert "离上次打开太久了" in late.text
    assert await answers(stage) == []
    assert (await phone.get(link)).status_code == 302


@pytest.mark.parametrize(("error", "words"), [(not_sent(), "企业微信暂时没有回应"), (refused(), "企业微信没有认出您")])
async def test_where_wecom_knows_nobody_the_page_says_so_and_leads_nobody_round_in_circles(
    stage: Corp, phone: httpx.AsyncClient, error: SendError, words: str
) -> None:
    stage.app.fails = error
    page = await signs_in(phone, await the_link(stage, "duty-room"), POLICE)
    assert (page.status_code, words in page.text) == (200, True)
    assert "<form" not in page.text


async def test_a_code_is_exchanged_once(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    asked = await led_away(phone, link)
    for _ in range(2):
        back = await phone.get(link, params={"code": "code-PoliceDuty", "state": asked["state"]})
        assert urlsplit(back.headers["location"]).query == ""
    assert stage.app.exchanged == ["code-PoliceDuty"]


async def test_a_form_sent_from_elsewhere_is_not_taken(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    page = await signs_in(phone, link, POLICE)
    form = {"answer": "done", "form": word_in(page)}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert (await phone.post(link, data=form, headers=headers)).status_code == 403
    assert (await phone.post(link, data={"answer": "done", "form": "guessed"})).status_code == 403
    assert await answers(stage) == []
    fine = {"origin": PUBLIC, "sec-fetch-site": "same-origin"}
    assert (await phone.post(link, data=form, headers=fine)).status_code == 200
    assert [kind for kind, _, _ in await answers(stage)] == ["done"]


async def test_without_an_app_there_is_no_link_to_an_office_of_its_own_people(stage: Corp) -> None:
    stage.bot.settings.wecom.app_secret = None
    ask = next(iter(await stage.store.all_issued()))
    assert stage.bot.terms.link_to(ask, "duty-room") is None


async def test_made_up_codes_do_not_use_up_what_the_app_may_ask(stage: Corp, phone: httpx.AsyncClient) -> None:
    link = await the_link(stage, "duty-room")
    state = (await led_away(phone, link))["state"]
    stage.app.fails = refused()
    told = [(await phone.get(link, params={"code": f"x{n}", "state": state})).headers["location"] for n in range(31)]
    assert [each.rpartition("=")[2] for each in told] == ["refused"] * 30 + ["down"]


async def test_nobody_is_sent_on_to_a_strange_place(stage: Corp, phone: httpx.AsyncClient) -> None:
    for strange in ("https:evil.example", "javascript:alert(1)"):
        back = await phone.get(f"/answer/{strange}", params={"code": "x", "state": "y"})
        assert back.url.join(back.headers["location"]).copy_with(path="/") == httpx.URL(f"{PUBLIC}/")


async def test_where_anybody_answers_for_the_chats_own_office_others_asked_there_prove_who_they_are(
    stage: Corp, phone: httpx.AsyncClient
) -> None:
    link = await the_link(stage, "shared-room")
    page = await phone.get(link)
    assert page.status_code == 200
    assert "替 龙门村委会 回执" in page.text
    assert f"{link.rpartition('/')[2]}?prove" in page.text
    page = await signs_in(phone, f"{link}?prove", POLICE)
    number = page.text.partition("派出所 <span")[0].rpartition('name="office" value="')[2].partition('"')[0]
    said = {"answer": "done", "form": word_in(page), "office": number}
    assert "已记录：派出所 已落实" in (await phone.post(link, data=said)).text
    assert await answers(stage) == [("done", "police", "wecom:policeduty")]


async def test_a_proof_that_is_over_lets_nobody_answer_for_the_office_of_the_chat_instead(
    stage: Corp, phone: httpx.AsyncClient
) -> None:
    link = await the_link(stage, "shared-room")
    page = await signs_in(phone, f"{link}?prove", POLICE)
    phone.cookies.clear()
    late = await phone.post(link, data={"answer": "done", "form": word_in(page), "office": "0"})
    assert "离上次打开太久了" in late.text
    assert await answers(stage) == []


async def test_in_a_chat_that_asks_nobody_else_there_is_nothing_to_prove(stage: Corp, phone: httpx.AsyncClient) -> None:
    page = await phone.get(f"{await the_link(stage, 'village-room')}?prove")
    assert page.status_code == 200
    assert "?prove" not in page.text
