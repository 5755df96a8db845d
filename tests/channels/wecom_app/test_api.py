"""The app's token is one, however many ask; and the app learns who somebody is."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from bot.channels.wecom.wire import Wire
from bot.channels.wecom_app.api import SEND, WHO, Api, Keys, sign_in_url
from bot.channels.wecom_app.token import PATH
from bot.clock import ManualClock
from bot.errors import ChannelDown, NotSent, Refused
from tests.channels.wecom_app.conftest import NO_TLS, PATIENCE
from tests.servers import wecom_faults as fault
from tests.servers.wecom import WeComServer
from tests.servers.wecom_corp import Corp


def saying(corp: Corp, text: str) -> dict[str, object]:
    return {"touser": "policeduty", "agentid": corp.agent_id, "msgtype": "text", "text": {"content": text}}


async def test_many_who_ask_at_once_share_one_request_for_the_token(wecom: WeComServer, corp: Corp, api: Api) -> None:
    await asyncio.gather(*(api.post(SEND, saying(corp, f"值守 {n}")) for n in range(20)))
    assert wecom.calls[PATH] == 1
    assert len(corp.accepted) == 20


async def test_a_token_is_kept_for_as_long_as_wecom_says(
    wecom: WeComServer, corp: Corp, api: Api, clock: ManualClock
) -> None:
    await api.post(SEND, saying(corp, "一"))
    await clock.advance(7199)
    await api.post(SEND, saying(corp, "二"))
    assert wecom.calls[PATH] == 1
    await clock.advance(1)
    await api.post(SEND, saying(corp, "三"))
    assert (wecom.calls[PATH], len(corp.tokens_given)) == (2, 2)


@pytest.mark.parametrize("end", [Corp.end_tokens, Corp.forget_tokens])
async def test_one_that_ended_while_many_send_is_renewed_once_and_all_arrive(
    wecom: WeComServer, corp: Corp, api: Api, end: object
) -> None:
    await api.post(SEND, saying(corp, "先"))
    assert callable(end)
    end(corp)
    await asyncio.gather(*(api.post(SEND, saying(corp, f"值守 {n}")) for n in range(20)))
    assert wecom.calls[PATH] == 2
    assert len(corp.accepted) == 21


async def test_one_that_is_refused_again_at_once_is_not_renewed_for_ever(
    wecom: WeComServer, corp: Corp, api: Api
) -> None:
    wecom.order(fault.says(42001), path=SEND, times=9)
    with pytest.raises(NotSent):
        await api.post(SEND, saying(corp, "值守"))
    assert wecom.calls[SEND] == 2


async def test_who_gives_up_waiting_takes_the_token_from_nobody(wecom: WeComServer, corp: Corp, api: Api) -> None:
    wecom.order(fault.held(), path=PATH)
    first = asyncio.create_task(api.post(SEND, saying(corp, "一")))
    second = asyncio.create_task(api.post(SEND, saying(corp, "二")))
    while not wecom.calls[PATH]:
        await asyncio.wait([first], timeout=0.01)
    first.cancel()
    wecom.release()
    await second
    assert [each.text for each in corp.accepted] == ["二"]
    assert wecom.calls[PATH] == 1


async def test_a_token_that_does_not_come_is_asked_for_anew_by_the_next(
    wecom: WeComServer, corp: Corp, api: Api
) -> None:
    wecom.order(fault.reset(0), path=PATH)
    with pytest.raises(NotSent):
        await api.post(SEND, saying(corp, "值守"))
    await api.post(SEND, saying(corp, "值守"))
    assert len(corp.accepted) == 1


@pytest.mark.parametrize(("wrong", "code"), [({"secret": SecretStr("x")}, "APP_SECRET"), ({"corp_id": "x"}, "CORP_ID")])
async def test_wrong_keys_stop_the_app_with_the_setting_to_look_at(
    wecom: WeComServer, keys: Keys, clock: ManualClock, wrong: dict[str, Any], code: str
) -> None:
    wire = Wire(wecom.api_base, patience=PATIENCE, httpx_kwargs=NO_TLS)
    with pytest.raises(ChannelDown, match=code):
        await Api(wire, replace(keys, **wrong), clock).token.get()
    await wire.close()


async def test_an_address_that_wecom_does_not_trust_is_named_with_where_to_add_it(
    wecom: WeComServer, corp: Corp, api: Api
) -> None:
    corp.is_trusted = False
    with pytest.raises(ChannelDown, match=r"203\.0\.113\.7"):
        await api.post(SEND, saying(corp, "值守"))


async def test_the_authorise_page_leads_back_with_a_code_that_tells_once_who_it_is(
    wecom: WeComServer, corp: Corp, api: Api, keys: Keys
) -> None:
    corp.reader = "PoliceDuty"
    url = sign_in_url(f"{wecom.api_base}/connect/oauth2/authorize", keys, "https://t.example.org/answer/x?y=1", "s/1")
    assert url.endswith("#wechat_redirect")
    async with httpx.AsyncClient(trust_env=False, verify=False) as phone:
        back = urlsplit((await phone.get(url)).headers["location"])
    said = parse_qs(back.query)
    assert (back.hostname, back.path, said["y"], said["state"]) == ("t.example.org", "/answer/x", ["1"], ["s/1"])
    assert await api.who(said["code"][0]) == "policeduty"
    with pytest.raises(Refused, match="重新打开"):
        await api.who(said["code"][0])


async def test_a_code_lasts_five_minutes_and_tells_nothing_of_who_is_no_member(
    corp: Corp, api: Api, clock: ManualClock
) -> None:
    code = corp.code_of("PoliceDuty")
    await clock.advance(300)
    with pytest.raises(Refused):
        await api.who(code)
    with pytest.raises(Refused, match="没有您的账号"):
        await api.who(corp.code_of(None))


async def test_who_cannot_be_asked_now_may_be_asked_again(wecom: WeComServer, corp: Corp, api: Api) -> None:
    wecom.order(fault.page(), path=WHO)
    code = corp.code_of("LiuWei")
    with pytest.raises(NotSent):
        await api.who(code)
    assert await api.who(code) == "liuwei"
