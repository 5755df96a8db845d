"""What is shown is what is sent: a simulation, and the real bot playing the same winter, agree to the byte."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.rehearsal.rehearsal import begin
from bot.app.simulate import simulate
from bot.app.sources import read_sources, write_sources
from bot.clock import SystemClock
from bot.settings import Settings, TelegramSettings
from tests.app.rehearsal.theatre import in_force
from tests.seasons.timetable import TOWN

HEAD = "【演练】\n\n"
WINTER = (date(2026, 11, 1), date(2027, 3, 31))
ITS_BEGINNING = (date(2026, 11, 1), date(2026, 12, 12))


@pytest.mark.parametrize(
    ("days", "token", "at_least"),
    [(WINTER, SecretStr("10001:AAtokenThatNobodyMaySee"), 900), (ITS_BEGINNING, None, 80)],
    ids=["winter", "board"],
)
async def test_it_is_sent_as_it_was_simulated_word_for_word(
    tmp_path: Path, days: tuple[date, date], token: SecretStr | None, at_least: int
) -> None:
    write_sources(read_sources(TOWN), tmp_path)
    settings = Settings(telegram=TelegramSettings(token=token), folder=tmp_path)
    what = in_force(tmp_path)
    events = simulate(what, settings, *days)
    simulated = [(each.at, each.id, each.chat, each.text) for each in events]
    zone = what.schedule.town.zone
    first, last = datetime.combine(days[0], time(), zone), datetime.combine(days[1], time(23, 59, 59), zone)
    it = await begin(settings, what, first, last, None, SystemClock())
    await it.until_ended()
    await it.end()
    every = await it.bot.store.deliveries()
    texts = {each.id: each.text or "" for each in every}
    sent = [
        (each.sent_at, each.call.of if each.call else each.occurrence, each.chat, texts[each.carried_by or each.id])
        for each in every
        if (each.call or not each.is_notice) and each.chat in what.schedule.chats
    ]
    assert all(text.startswith(HEAD) for *_, text in sent)
    unheaded = [(at, occurrence, chat, text.removeprefix(HEAD)) for at, occurrence, chat, text in sent]
    assert len(simulated) > at_least
    assert sorted(unheaded, key=lambda each: each[:3]) == sorted(simulated, key=lambda each: each[:3])
    assert it.tally.lost == []
