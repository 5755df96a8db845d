"""`make bench`: what things take, each beside the bound that it must keep or the peer that it is like.

Medians of several runs; a ratio below 1 keeps the bound. Nothing here passes or fails: a machine that is busy with
something else says more about that than about the code.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml

from bot.app.sources import read_sources, write_sources
from bot.calendar import lunar, solar, workdays
from bot.campaign.load import load, read
from bot.campaign.model import Campaign, Schedule
from bot.clock import SystemClock
from bot.ledger.deliveries import Delivery
from bot.planner.plan import plan_campaign
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.bench.burst import bursts
from tests.bench.cuts import cuts
from tests.bench.growth import growth
from tests.bench.line import Line
from tests.bench.pages import pages
from tests.bench.presses import presses
from tests.bench.report import report
from tests.bench.robots import robots
from tests.bench.served import served
from tests.builders import Written, a_duty_alert, a_phase, a_reminder, a_schedule

TOWN = Path(__file__).parents[2]
SEASON = ("--from", "2026-11-01", "--until", "2027-03-31")
RUNS = 5
COMMITS = 20


def main() -> None:
    """Print each measurement as soon as it is taken."""
    names = [each.__name__ for each in MEASUREMENTS]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=names, help="take this measurement alone")
    parser.add_argument("--quick", action="store_true", help="fewer groups and chats where they are very many")
    given = parser.parse_args()
    sys.stdout.write(
        f"{'what (median, where it says nothing else)':<78}{'took':>13}   {'held against':<34}{'':>13}{'ratio':>9}\n"
    )
    for measure in MEASUREMENTS:
        if given.only in (None, measure.__name__):
            for line in measure(quick=True) if given.quick and measure in (bursts, growth) else measure():
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()


def processes() -> Iterator[Line]:
    """A season planned and printed, from the start of the process to its end."""
    plan = (sys.executable, "-m", "bot", "plan", *SEASON)
    table, json = (_median(partial(_run, *plan, "--format", form)) for form in ("table", "json"))
    yield Line("gengfu plan, a season as a table, whole process", table, "bound", 1_000)
    yield Line("gengfu plan, a season as JSON, whole process", json, "bound", 1_000)
    yield Line("the same", json, "python -c pass", _median(partial(_run, sys.executable, "-c", "pass")))


def loading() -> Iterator[Line]:
    """The shipped town's schedules read and judged, beside the YAML library reading the same bytes."""
    files = read(TOWN)
    peer = _median(lambda: [yaml.safe_load(data) for data in files.values()])
    yield Line("the shipped town loaded and judged", _median(lambda: load(TOWN)), "yaml.safe_load of its files", peer)


def planning() -> Iterator[Line]:
    """One campaign planned: the shipped winter, a whole year, and how a year grows with its reminders."""
    schedule = load(TOWN).schedule
    assert schedule is not None
    winter = schedule.campaign("winter-2026")
    assert winter is not None
    count = f"{len(winter.reminders)} reminders"
    yield Line(f"winter-2026 planned, {count}", _planned(schedule, winter), "bound", 50)
    year = _stretched(winter)
    yield Line(f"the same over a whole year, {count}", _planned(schedule, year), "bound", 50)
    cold = _median(lambda: _planned_cold(schedule, year))
    yield Line("  the first time, no lunar date known yet", cold, "bound", 50)
    ten = None
    for number in (10, 100, 1_000):
        mixed = a_schedule(phases=[a_phase(**{"from": "2026-05-01", "until": "2027-04-30"})], reminders=_mixed(number))
        took = _planned(mixed, mixed.campaigns[0])
        ten = ten or took
        yield Line(
            f"a year of {number:,} mixed reminders planned", took, "10 reminders, times as many", ten * number / 10
        )


def rehearsing() -> Iterator[Line]:
    """The whole shipped winter simulated, and played by the real bot with a record on disk, as whole processes."""
    bot = (sys.executable, "-m", "bot")
    yield Line(
        "gengfu simulate, a season as JSON, whole process",
        _median(partial(_run, *bot, "simulate", *SEASON, "--format", "json")),
        "bound",
        2_000,
    )
    with TemporaryDirectory() as folder:
        write_sources(read_sources(TOWN), Path(folder))
        played = partial(_run, *bot, "rehearse", "--town", folder, *SEASON, "--speed", "max")
        yield Line("gengfu rehearse --speed max, the whole winter", _median(played, 3), "bound", 20_000)


def storing() -> Iterator[Line]:
    """Commits one after another, durable each, with so many deliveries on disk."""
    least: float | None = None
    for documents in (1_000, 10_000):
        with TemporaryDirectory() as folder:
            took = asyncio.run(_committed(Path(folder), documents))
        least = least or took
        what = f"a commit on top of {documents:,} deliveries ({1_000 / took:,.0f} a second)"
        yield Line(what, took, "on top of 1,000, times as many", least * documents / 1_000)


def _median(work: Callable[[], object], runs: int = RUNS) -> float:
    def once() -> float:
        since = perf_counter()
        work()
        return (perf_counter() - since) * 1_000

    return median(once() for _ in range(runs))


def _run(*command: str) -> None:
    subprocess.run(command, cwd=TOWN, stdout=subprocess.DEVNULL, check=True)


def _planned(schedule: Schedule, campaign: Campaign) -> float:
    """Planned anew each time; the calendar's own days may be remembered, as in the running bot."""
    return _median(lambda: plan_campaign(schedule, campaign))


def _planned_cold(schedule: Schedule, campaign: Campaign) -> None:
    for module in (lunar, solar, workdays):
        for each in vars(module).values():
            if callable(forget := getattr(each, "cache_clear", None)):
                forget()
    plan_campaign(schedule, campaign)


def _stretched(campaign: Campaign) -> Campaign:
    """The campaign with its last phase made so long that the whole lasts a year, its rhythms all through it."""
    *phases, last = campaign.phases
    end = campaign.first_day + timedelta(days=364)
    reminders = [
        each.model_copy(update={"on": each.on.model_copy(update={"during": None})})
        if hasattr(each.on, "during")
        else each
        for each in campaign.reminders
    ]
    return campaign.model_copy(
        update={"phases": (*phases, last.model_copy(update={"until": end})), "reminders": tuple(reminders)}
    )


def _mixed(number: int) -> list[Written]:
    """So many reminders, a fifth of each kind of rule; every other one a duty alert."""
    rules: list[Written] = [
        {"key_date": "spring-festival", "days": [-7, -3, -1, 0]},
        {"watch": "two-sessions"},
        {"phase": "carry-out", "days": [-7, -3, -1, 0]},
        {"every": "week", "day": "mon", "shift": "next-workday"},
        {"date": "2026-12-20"},
    ]
    make = (a_reminder, a_duty_alert)
    return [make[each % 2](f"r{each}", on=deepcopy({**rules[each % 5], "at": "09:00"})) for each in range(number)]


async def _committed(folder: Path, documents: int) -> float:
    """The median time of one commit."""
    clock = SystemClock()
    store = await open_store(folder, clock)
    due = clock.now()
    known = tuple(Delivery(occurrence=f"winter/r/{each}", chat="duty-room", due=due) for each in range(documents))
    await store.commit(Change(planned=known))
    took = []
    for delivery in known[:COMMITS]:
        since = perf_counter()
        await store.commit(Change(deliveries=(delivery.model_copy(update={"state": "intended"}),)))
        took.append((perf_counter() - since) * 1_000)
    await store.close()
    return median(took)


MEASUREMENTS: tuple[Callable[..., Iterator[Line]], ...] = (
    processes,
    loading,
    planning,
    rehearsing,
    storing,
    report,
    pages,
    served,
    bursts,
    robots,
    cuts,
    presses,
    growth,
)

if __name__ == "__main__":
    main()
