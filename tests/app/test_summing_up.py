"""The day after a phase's last day its summing-up lies there, once, and who is to write it is told."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from docx import Document

from bot.app import drafts
from bot.app.drafts import FOLDER
from bot.app.in_force import InForce
from bot.app.sources import Sources
from bot.app.summing_up import SummingUp
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery
from bot.outbox.terms import Terms
from bot.renderer.templates import Messages
from bot.store import atomic
from bot.store.protocol import Change
from bot.store.tinydb import TinyStore, open_store
from tests.app.rehearsal.theatre import played
from tests.app.stage import Stage
from tests.builders import a_campaign, a_chat, a_duty_alert, a_phase, a_schedule, a_town
from tests.fakes import until
from tests.outbox.stage import SHANGHAI, TERMS, an_ask
from tests.store.test_disk import failing

PHASES = [
    a_phase("mobilise", name="部署发动", until="2027-02-05"),
    a_phase("sum-up", name="总结提升", from_="2027-02-06"),
]
OWN = a_chat("committee", address=-1009, audiences=None, office="fire-committee")
TOWN = a_schedule(town=a_town(chats=[*a_town()["chats"], OWN]), phases=PHASES)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"2027-{day}").replace(tzinfo=SHANGHAI)


@dataclass
class Bot:
    """What is in force."""

    in_force: InForce
    terms: Terms = field(default_factory=lambda: replace(TERMS, admins=("telegram:1001",)))


@dataclass
class Town:
    """A town whose phases are summed up."""

    path: Path
    clock: ManualClock
    store: TinyStore
    at_work: SummingUp

    @property
    def drafts(self) -> list[str]:
        return sorted(each.name for each in (self.path / FOLDER).glob("*"))

    async def rests(self) -> None:
        await until(lambda: bool(self.clock._sleepers))

    async def at(self, moment: datetime) -> None:
        """Let the time pass until then, as who moves a rehearsal's clock does."""
        await self.rests()
        self.clock.leap(moment)
        await self.clock.settle(20)
        await until(lambda: self.at_work.at_rest)
        await self.rests()

    async def told(self) -> dict[str, str]:
        return {each.chat: each.text or "" for each in await self.store.deliveries() if each.is_notice}


@asynccontextmanager
async def a_bot(path: Path, now: datetime, *, asked: bool = True) -> AsyncIterator[Town]:
    """A bot that begins now; an ask of the first phase went out on its last day, and 派出所 has answered."""
    clock = ManualClock(now)
    store = await open_store(path, clock)
    if asked:
        due = at("02-05T09:00")
        ask = an_ask("alert", due, occurrence="winter-2026/alert/date/1", campaign="winter-2026", phase="mobilise")
        sent = Delivery(occurrence=ask.occurrence, chat="duty-room", due=due, state="sent", sent_at=due)
        await store.commit(Change(issued=(ask,), deliveries=(sent,)))
    in_force = InForce(TOWN, Messages({}, "zh"), Sources({}, {}))
    at_work = SummingUp(store, path, clock, Bot(in_force))
    running = asyncio.create_task(at_work.run())
    try:
        yield Town(path, clock, store, at_work)
    finally:
        running.cancel()
        await asyncio.wait({running})
        await store.close()


async def test_it_is_drafted_at_the_end_of_the_quiet_hours_after_the_last_day(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-05T20:00")) as town:
        await town.at(at("02-06T06:59"))
        assert town.drafts == []
        await town.at(at("02-06T07:00"))
        assert town.drafts == ["winter-2026-mobilise.docx", "winter-2026-mobilise.xlsx"]
        draft = Document(str(tmp_path / FOLDER / "winter-2026-mobilise.docx"))
        said = [each.text for each in draft.paragraphs]
        assert any("应回执1件：逾期未回执1件。" in each for each in said)
        assert any("截至2027年2月6日7时。" in each for each in said)


async def test_the_admins_and_who_supervises_are_told_the_main_figures_and_where_it_lies(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-06T08:00")) as town:
        await town.rests()
        told = await town.told()
        assert set(told) == {"telegram:1001", "committee"}
        assert len(set(told.values())) == 1
        assert "今冬明春部署发动阶段的总结草稿写好了" in told["committee"]
        assert "应回执 1 件：按时 0，逾期 0，请求协助 0，未回执 1" in told["committee"]
        assert str(tmp_path / FOLDER / "winter-2026-mobilise.docx") in told["committee"]


async def test_it_is_drafted_once_also_after_a_restart_and_when_the_clock_goes_back(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-06T08:00")) as town:
        await town.rests()
        for file in (tmp_path / FOLDER).iterdir():
            file.unlink()
        town.clock.jump(at("02-05T20:00"))
        await town.at(at("02-06T09:00"))
    async with a_bot(tmp_path, at("02-07T08:00"), asked=False) as town:
        await town.rests()
        assert town.drafts == []
        assert len(await town.told()) == 2


async def test_a_bot_that_was_down_on_that_day_drafts_it_when_it_is_back(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-20T12:00")) as town:
        await town.rests()
        assert town.drafts == ["winter-2026-mobilise.docx", "winter-2026-mobilise.xlsx"]


async def test_a_bot_that_is_back_at_night_wakes_nobody(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-20T23:00")) as town:
        await town.at(at("02-21T06:50"))
        assert town.drafts == []
        await town.at(at("02-21T07:00"))
        assert len(town.drafts) == 2


async def test_after_the_last_phase_the_whole_campaign_is_summed_up_in_one_notice(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-06T08:00")) as town:
        await town.at(at("04-01T07:00"))
        assert "winter-2026.docx" in town.drafts
        said = [each.text for each in Document(str(tmp_path / FOLDER / "winter-2026.docx")).paragraphs]
        assert said[0].endswith("\n总结")
        assert len([each for each in await town.store.deliveries(chat="committee") if each.is_notice]) == 2


async def test_of_what_nothing_is_on_record_nothing_is_drafted(tmp_path: Path) -> None:
    async with a_bot(tmp_path, at("02-06T08:00"), asked=False) as town:
        await town.at(at("04-01T08:00"))
        assert town.drafts == []
        assert await town.told() == {}


async def test_what_a_person_made_of_a_draft_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "winter-2026-mobilise.docx").write_bytes(b"mine")
    async with a_bot(tmp_path, at("02-06T08:00")) as town:
        await town.rests()
        assert (tmp_path / FOLDER / "winter-2026-mobilise.docx").read_bytes() == b"mine"
        assert "winter-2026-mobilise-2.docx" in town.drafts


async def test_a_full_disk_is_told_once_a_day_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = atomic._write

    def write(file: Path, content: bytes) -> None:
        if file.name.endswith(".xlsx.new"):
            raise OSError(errno.ENOSPC, "full", str(file))
        real(file, content)

    async with a_bot(tmp_path, at("02-05T20:00")) as town:
        with monkeypatch.context() as patched:
            patched.setattr(atomic, "_write", write)
            await town.at(at("02-06T07:00"))
            await town.at(at("02-06T07:10"))
            assert town.drafts == []
            told = await town.told()
            assert set(told) == {"telegram:1001"}
            assert "总结草稿没有写成，十分钟后再试" in told["telegram:1001"]
        await town.at(at("02-06T07:20"))
        assert town.drafts == ["winter-2026-mobilise.docx", "winter-2026-mobilise.xlsx"]


async def test_a_draft_of_which_nobody_could_be_told_is_made_again_and_leaves_no_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = atomic._write

    def write(file: Path, content: bytes) -> None:
        if file.name == "gengfu.json.new":
            raise OSError(errno.ENOSPC, "full", str(file))
        real(file, content)

    async with a_bot(tmp_path, at("02-05T20:00")) as town:
        with monkeypatch.context() as patched:
            patched.setattr(atomic, "_write", write)
            await town.at(at("02-06T07:00"))
            assert town.drafts == []
        await town.at(at("02-06T07:10"))
        assert town.drafts == ["winter-2026-mobilise.docx", "winter-2026-mobilise.xlsx"]
        assert set(await town.told()) == {"telegram:1001", "committee"}


async def test_a_part_that_breaks_holds_up_no_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("a bug")

    monkeypatch.setattr(drafts, "summing_up", broken)
    async with a_bot(tmp_path, at("02-05T20:00")) as town:
        await town.rests()
        town.clock.jump(at("02-06T08:00"))
        with pytest.raises(ValueError, match="a bug"):
            await town.at_work.run()
        assert town.at_work.at_rest


async def test_a_disk_that_takes_nothing_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_bot(tmp_path, at("02-05T20:00")) as town:
        with failing(atomic, "_write", errno.ENOSPC):
            await town.at(at("02-06T07:00"))
            assert "nor could the admins be told" in caplog.text
        await town.at(at("02-06T07:10"))
        assert len(town.drafts) == 2


async def test_a_rehearsed_phase_is_summed_up_on_the_rehearsals_clock(stage: Stage) -> None:
    phases = [
        a_phase("a", from_="2036-02-01", until="2036-02-05"),
        a_phase("b", from_="2036-02-06", until="2036-02-20"),
    ]
    alert = a_duty_alert(on={"date": "2036-02-05", "at": "09:00"})
    stage.write_campaign(a_campaign("winter-2036", phases=phases, reminders=[alert]))
    first, last = (datetime(2036, 2, day, 8, tzinfo=SHANGHAI) for day in (5, 22))
    it = await played(stage, first, last)
    folder = it.bot.settings.data / FOLDER
    assert sorted(each.stem for each in folder.glob("*.docx")) == ["winter-2036", "winter-2036-a"]
    told = [each for each in await it.bot.store.deliveries() if each.occurrence.startswith("notice/summing-up")]
    assert {each.due for each in told if "winter-2036-a" in each.occurrence} == {
        first.replace(hour=7) + timedelta(days=1)
    }
