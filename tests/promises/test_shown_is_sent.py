"""What is shown is what is sent: a simulation, and the real bot playing the same winter, agree to the byte."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.rehearsal.rehearsal import begin
from bot.app.simulate import Event, simulate
from bot.app.sources import Sources, read_sources, write_sources
from bot.clock import SystemClock
from bot.settings import Settings, TelegramSettings, WecomSettings
from tests.app.rehearsal.theatre import in_force
from tests.app.stage import a_winter, on
from tests.builders import a_chat, a_duty_alert, a_town, an_office, some_files
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
    await _as_simulated(settings, tmp_path, days, at_least)


async def test_so_is_whom_a_robot_calls_by_name_beside_a_smart_bot(tmp_path: Path) -> None:
    chats = [
        a_chat(on="wecom-bot", address="wrk", mention_by="robot"),
        a_chat("robot", on="wecom-robot", address="0123456789abcdef0123", audiences=None),
        a_chat("homes", on="board", address=None, audiences=["residents"]),
    ]

    def answer() -> dict[str, object]:
        then = [{"after": "4h", "tell": ["fire-committee"]}]
        return {"within": "2h", "expects": "done", "remind_every": "30m", "then": then}

    committee = an_office("fire-committee", name="镇消防安全委员会", members=[{"wecom": "Chen"}])
    police = an_office("police", name="派出所", members=[{"wecom": "PoliceDuty"}])
    asks = [
        a_duty_alert(on=on("18:00", "2036-02-01"), answer=answer()),
        a_duty_alert("second", on=on("18:00", "2036-02-01"), answer=answer(), urgent=True),
    ]
    texts = some_files(town=a_town(offices=[police, committee], chats=chats), campaigns=[a_winter(*asks)])
    write_sources(Sources(texts, {"duty-alert.j2": "请检查 {{ occurrence.id }}".encode()}), tmp_path)
    wecom = WecomSettings(bot_id="bot", bot_secret=SecretStr("secret"))
    events = await _as_simulated(
        Settings(wecom=wecom, folder=tmp_path), tmp_path, (date(2036, 2, 1), date(2036, 2, 2)), 20
    )
    called = [each for each in events if each.kind == "mention"]
    assert {each.chat for each in called} == {"robot"}
    assert len(called) == sum(each.chat == "duty-room" for each in events)


async def _as_simulated(
    settings: Settings, tmp_path: Path, days: tuple[date, date], at_least: int
) -> tuple[Event, ...]:
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
    return events
