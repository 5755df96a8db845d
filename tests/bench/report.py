"""The record of a year of 50 offices as `gengfu report` gives it, from the start of the process to its end."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.app.in_force import InForce, once_in_force
from bot.app.sources import Sources, read_messages, write_sources
from bot.campaign.load import read
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry
from bot.outbox.issue import deliveries_of, issue
from bot.planner.plan import season
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.bench.line import Line
from tests.builders import Written, a_campaign, a_chat, a_duty, a_duty_alert, a_phase, a_town, an_office, as_yaml

TOWN = Path(__file__).parents[2]
OFFICES, ENTRIES = 50, 20_000
BOUNDS = {"json": 2_000, "table": 2_000, "xlsx": 2_000, "docx": 3_000}
RUNS = 5


def report() -> Iterator[Line]:
    """Each form of the report, as whole processes."""
    with TemporaryDirectory() as folder:
        town = Path(folder)
        entries = asyncio.run(a_year_on_record(town))
        for form, bound in BOUNDS.items():
            what = f"gengfu report --format {form}, a year of {OFFICES} offices, {entries:,} entries"
            yield Line(what, _median(town, form), "bound", bound)


async def a_year_on_record(town: Path) -> int:
    """Write such a town, with its record, to a folder; how many entries it has."""
    what = _in_force()
    write_sources(what.sources, town)
    issued = [issue(what.schedule, what.messages, each, each.due, what.version) for each in season(what.schedule)]
    sent = [_sent(each) for one in issued for each in deliveries_of(one)]
    entries = [entry for number, one in enumerate(issued) for entry in _of(one, number)]
    store = await open_store(town / "data", ManualClock(issued[-1].due.astimezone(UTC)))
    await store.commit(Change(issued=tuple(issued), deliveries=tuple(sent), entries=tuple(entries[:ENTRIES])))
    await store.close()
    return len(entries[:ENTRIES])


def _in_force() -> InForce:
    names = [f"office-{number:02}" for number in range(OFFICES)]
    offices = [an_office(each, name=f"单位{each[-2:]}", members=[{"telegram": 2001}]) for each in names]
    chats = [a_chat("duty-room", address=-1001001)]
    chats += [a_chat(f"{each}-chat", address=-1002000 - n, audiences=None, office=each) for n, each in enumerate(names)]
    files = {
        "town.yaml": as_yaml(a_town(offices=offices, chats=chats)),
        "key-dates.yaml": read(TOWN)["key-dates.yaml"],
        "year-2026.yaml": as_yaml(_a_year(names)),
    }
    found = once_in_force(Sources(files, read_messages(TOWN)), "zh")
    assert found is not None
    return found


def _a_year(names: list[str]) -> Written:
    """Asks of all offices twice a week."""
    rhythm = {"every": "week", "at": "10:00"}
    duties = [a_duty(f"duty-{n}", item=f"{n}", name=f"事项{n}", lead=[*names]) for n in range(4)]
    reminders = [
        a_duty_alert(f"on-{day}", on={**rhythm, "day": day}, to={"duty": f"duty-{n}"}, message="weekly-review")
        for n, day in enumerate(("mon", "thu"))
    ]
    phase = a_phase("year", name="全年", **{"from": "2026-01-01", "until": "2026-12-31"})
    return a_campaign("year-2026", title="2026 年", phases=[phase], duties=duties, reminders=reminders)


def _sent(each: Delivery) -> Delivery:
    return each.model_copy(update={"state": "sent", "sent_at": each.due, "text": "请落实", "tries": 1})


def _of(issued: Issued, number: int) -> Iterator[Entry]:
    """Sent to each; 收到 and 已落实, some after a reminder, some late, some for help, some never."""
    for chat in issued.chats:
        told = {"text": issued.bodies[""]}
        yield Entry(at=issued.due, kind="sent", occurrence=issued.occurrence, chat=chat, detail=told)
    for place, office in enumerate(issued.offices):
        came = [("received", place), ("done", 60 + place), ("evidence", 61 + place)]
        match (place + number) % 10:
            case 0:
                came = [("reminded", 60), ("late", 120), ("reminded", 121), ("escalated", 240), ("done", 300)]
            case 1:
                came = [("help", place)]
            case 2:
                came = [("reminded", 60), ("late", 120)]
            case _:
                pass
        for kind, minutes in came:
            by = "telegram:2001" if kind in {"received", "done", "help"} else None
            given = {"at": issued.due + timedelta(minutes=minutes), "kind": kind, "by": by, "office": office}
            yield Entry.model_validate(
                {
                    **given,
                    "occurrence": issued.occurrence,
                    "detail": {"file": "evidence/a.jpg"} if kind == "evidence" else {"name": "李值班"},
                }
            )


def _median(town: Path, form: str) -> float:
    out = () if form in {"json", "table"} else ("--out", str(town / f"report.{form}"))
    command = (sys.executable, "-m", "bot", "report", "--town", str(town), "--format", form, *out)

    def once() -> float:
        since = perf_counter()
        subprocess.run(command, cwd=TOWN, stdout=subprocess.DEVNULL, check=True)
        return (perf_counter() - since) * 1_000

    return median(once() for _ in range(RUNS))
