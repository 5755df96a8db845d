"""The beginning of a winter played from the page: what `gengfu simulate` lists stands in the chats, at its hour, word
for word; of the reminders those that no newer one took the place of.
"""

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
DAYS = ("2026-11-01", "2026-12-12")


async def test_the_weeks_played_from_the_page_are_those_that_were_simulated(tmp_path: Path) -> None:
    write_sources(read_sources(TOWN), tmp_path)
    environment = settings()
    days = ("--from", DAYS[0], "--until", DAYS[1])
    status, out, err = await gengfu("simulate", "--town", tmp_path, *days, "--format", "json", environment=environment)
    assert status == 0, err
    simulated, reminders = defaultdict[str, set[tuple[str, str]]](set), defaultdict[str, set[tuple[str, str]]](set)
    for event in json.loads(out):
        listed = reminders if event["kind"] == "remind" else simulated
        listed[event["chat"]].add((event["at"], str(to_html(f"【演练】\n\n{event['text']}"))))

    bot = await Gengfu.run(tmp_path, environment)
    async with httpx.AsyncClient(trust_env=False, base_url=bot.board, headers={"Origin": bot.board}) as browser:
        form = {"first": f"{DAYS[0]}T00:00", "last": f"{DAYS[1]}T23:59", "speed": "max"}
        assert (await browser.post("/rehearsal/begin", data=form)).status_code == 303

        async def played() -> bool:
            return "player-now ended" in (await browser.get("/rehearsal/health")).text

        await until(played, within=60)
        shown = {}
        for chat in (*simulated, *(reminders.keys() - simulated.keys())):
            page = (await browser.get(f"/rehearsal/chats/{chat}")).text
            shown[chat] = [(each["at"], each["words"]) for each in MESSAGE.finditer(page)]
        assert sum(map(len, shown.values())) > 60
        for chat, words in simulated.items():
            sent = [each for each in shown[chat] if each not in reminders[chat] and "总结草稿" not in each[1]]
            assert sorted(sent) == sorted(words)
        assert any(each in reminders["duty-room"] for each in shown["duty-room"])
        assert "【演练】" not in (await browser.get("/")).text
    assert await bot.terminate() < 10
