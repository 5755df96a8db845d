"""What machines ask of a running bot, and by which name they may."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.app.watch.metrics import Metrics
from bot.app.watch.watch import Watch
from bot.web.ops import OpsPages
from bot.web.server import pages
from bot.web.site import Site
from tests.app.stage import Stage
from tests.fakes import not_sent
from tests.web.conftest import ELSEWHERE, HERE

PUBLIC = "gengfu.jinlong.example"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    yield made
    await made.end()


@pytest.fixture
async def asking(stage: Stage) -> httpx.AsyncClient:
    stage.telegram.refuses_to_open.extend([not_sent()] * 2)
    bot = await stage.run()
    await stage.look()
    watch = Watch(bot)
    ops = OpsPages(watch, Metrics(bot, stage.live, watch))
    app = pages(Site(stage.live), "127.0.0.1", ops.routes(), f"https://{PUBLIC}:8443/")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=HERE), base_url="http://127.0.0.1:8765")


async def test_healthz_says_part_by_part_whether_all_is_well(stage: Stage, asking: httpx.AsyncClient) -> None:
    answer = await asking.get("/healthz")
    parts = {"planner": True, "ladder": True, "outbox": True, "channels": True, "disk": True, "sending": True}
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "checks": parts})
    await stage.clock.advance(60)
    answer = await asking.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "checks": {**parts, "planner": False}})
    assert answer.headers["cache-control"] == "no-store"


async def test_readyz_waits_for_every_platform(stage: Stage, asking: httpx.AsyncClient) -> None:
    answer = await asking.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": ["telegram"]})
    await stage.clock.advance(30)
    answer = await asking.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


async def test_metrics_are_text_as_prometheus_reads_it(asking: httpx.AsyncClient) -> None:
    answer = await asking.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'gengfu_well{part="planner"} 1.0' in answer.text


@pytest.mark.parametrize("host", [PUBLIC, f"{PUBLIC}:443", PUBLIC.upper()])
async def test_by_the_public_name_one_reaches_these_and_nothing_else(asking: httpx.AsyncClient, host: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await asking.get(path, headers={"Host": host})).status_code in (200, 503)
    for path in ("/", "/asks", "/chats/duty-room", "/static/board.css", "/healthz/", "//healthz", "/rehearsal"):
        answer = await asking.get(path, headers={"Host": host})
        assert answer.status_code == 404, path
        assert "金龙镇" not in answer.text, "it does not even say whose it is"
    assert (await asking.post("/speaker", data={"office": "police"}, headers={"Host": host})).status_code == 404


async def test_other_strangers_names_reach_nothing(asking: httpx.AsyncClient) -> None:
    assert (await asking.get("/healthz", headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost", None])
async def test_the_machines_own_names_stay_its_own_whatever_is_set(stage: Stage, url: str | None) -> None:
    await stage.run()
    app = pages(Site(stage.live), "0.0.0.0", (), url)
    here = httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=HERE), base_url="http://127.0.0.1:8765")
    assert (await here.get("/")).status_code == 200


async def test_where_the_public_name_is_an_address_it_reaches_no_more(stage: Stage) -> None:
    await stage.run()
    app = pages(Site(stage.live), "0.0.0.0", (), "http://192.168.1.2:8765")
    there = httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=ELSEWHERE), base_url="http://192.168.1.2")
    assert (await there.get("/")).status_code == 404
