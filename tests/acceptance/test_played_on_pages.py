"""The winter played from the page: what `gengfu simulate` lists stands in the chats, at its hour, word for word."""

import json
import re
from collections import defaultdict
from pathlib import Path

import httpx

from bot.app.sources import read_sources, write_sources
from bot.web.markup import to_html
from tests.acceptance.process import Gengfu, gengfu, settings
from tests.fakes import until
from tests.seasons.timetable import TOWN

MESSAGE = re.compile(
    r'<li class="message.*?<time datetime="(?P<at>[^"]+)">.*?<div class="words">(?P<words>.*?)</div>', re.DOTALL
)
DAYS = ("2026-11-01", "2027-03-31")


async def test_a_winter_played_from_the_page_is_the_one_that_was_simulated(tmp_path: Path) -> None:
    write_sources(read_sources(TOWN), tmp_path)
    environment = settings()
    days = ("--from", DAYS[0], "--until", DAYS[1])
    status, out, err = await gengfu("simulate", "--town", tmp_path, *days, "--format", "json", environment=environment)
    assert status == 0, err
    simulated: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for event in json.loads(out):
        simulated[event["chat"]].append((event["at"], str(to_html(f"【演练】\n\n{event['text']}"))))

    bot = await Gengfu.run(tmp_path, environment)
    async with httpx.AsyncClient(trust_env=False, base_url=bot.board, headers={"Origin": bot.board}) as browser:
        form = {"first": f"{DAYS[0]}T00:00", "last": f"{DAYS[1]}T23:59", "speed": "max"}
        assert (await browser.post("/rehearsal/begin", data=form)).status_code == 303

        async def played() -> bool:
            return "player-now ended" in (await browser.get("/rehearsal/health")).text

        await until(played, within=60)
        shown = {}
        for chat in simulated:
            page = (await browser.get(f"/rehearsal/chats/{chat}")).text
            shown[chat] = [(each["at"], each["words"]) for each in MESSAGE.finditer(page)]
        assert sum(map(len, shown.values())) > 300
        assert {chat: sorted(each) for chat, each in shown.items()} == {
            chat: sorted(each) for chat, each in simulated.items()
        }
        assert "【演练】" not in (await browser.get("/")).text
    assert await bot.terminate() < 10
