"""check, plan: what was written, judged; what it will send."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID

from bot.app.check import judge
from bot.app.routing import lived_on
from bot.app.sources import read_sources
from bot.campaign.load import load
from bot.campaign.model import Schedule
from bot.campaign.problems import Problem
from bot.cli.options import Call, Format, common, days_options, format_option, print_json, print_table, short
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.errors import ScheduleRefused
from bot.language import Lang, say, sentence
from bot.planner.occurrence import Occurrence
from bot.planner.plan import days_between
from bot.planner.plan import plan as planned
from bot.store.tinydb import open_reader

_PATIENCE = 1.0
_A_MONTH = timedelta(days=30)


@click.command(help=told("help-check"))
@common
@format_option
def check(call: Call, form: Format) -> int:
    """Judge the schedule and its messages: every error with file, line, column and how to mend it."""
    sources = read_sources(call.folder)
    lived = asyncio.run(_lived(call))
    with _progress() as progress:
        found = judge(sources, call.settings, SystemClock().now(), lived, progress)
    if form == "json":
        print_json(
            {
                "ok": not found.errors,
                "errors": [_problem(each, call.lang) for each in found.errors],
                "warnings": [_problem(each, call.lang) for each in found.warnings],
            }
        )
    else:
        for each in found.errors:
            click.echo(f"{call.say('cli.error')} {each.in_words(call.lang)}", err=True)
        for each in found.warnings:
            click.echo(f"{call.say('cli.warning')} {each.in_words(call.lang)}", err=True)
        key = "cli.check-failed" if found.errors else "cli.check-passed"
        click.echo(call.say(key, errors=len(found.errors), warnings=len(found.warnings)))
    return 1 if found.errors else 0


@click.command(help=told("help-plan"))
@common
@format_option
@days_options
def plan(call: Call, form: Format, first: date | None, last: date | None) -> int:
    """List what falls due in a span of days."""
    loaded = load(call.folder)
    if loaded.schedule is None:
        raise ScheduleRefused(sentence("cli.check-failed", errors=len(loaded.errors), warnings=0), loaded.errors)
    schedule = loaded.schedule
    first = first or SystemClock().now().astimezone(schedule.town.zone).date()
    last = last or first + _A_MONTH
    if last < first:
        raise click.BadParameter(f"{last} < {first}", param_hint="--until")
    occurrences = planned(schedule, *days_between(schedule, first, last))
    if form == "json":
        print_json([as_json(each, call.lang) for each in occurrences])
    else:
        headings = [call.say(f"cli.{name}") for name in ("due", "reminder", "reason", "to", "chats", "deadline")]
        print_table(
            headings, [_row(schedule, each, call.lang) for each in occurrences], call.say("cli.nothing-planned")
        )
    return 0


def as_json(each: Occurrence, lang: Lang) -> dict[str, object]:
    """An occurrence as programs read it."""
    return {
        "id": each.id,
        "campaign": each.campaign,
        "reminder": each.reminder,
        "due": each.due,
        "reason": say(each.reason, lang),
        "key_date": each.key_date,
        "phase": each.phase,
        "audiences": each.audiences,
        "offices": each.offices,
        "chats": [chat for chat, _ in each.chats],
        "message": each.message,
        "deadline": each.deadline,
        "provisional": each.provisional,
    }


def _row(schedule: Schedule, each: Occurrence, lang: Lang) -> tuple[str, ...]:
    weekday = say(sentence(f"plan.{each.due:%a}".lower()), lang)
    names = [*each.audiences, *(schedule.offices[office].name for office in each.offices)]
    shown = names if len(names) <= 4 else [*names[:3], f"… {len(names)}"]
    mark = f"（{say(sentence('plan.provisional'), lang)}）" if each.provisional else ""
    return (
        f"{short(each.due)} {weekday}",
        each.reminder,
        f"{say(each.reason, lang)}{mark}",
        "、".join(shown),
        str(len(each.chats)),
        short(each.deadline),
    )


def _problem(each: Problem, lang: Lang) -> dict[str, object]:
    return {
        "file": each.place.file,
        "line": each.place.line,
        "column": each.place.column,
        "message": say(each.sentence, lang),
    }


async def _lived(call: Call) -> dict[str, str]:
    store = await open_reader(call.settings.data)
    return lived_on(await store.marks("lived:"))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar that appears once the work has taken more than a second."""
    clock = SystemClock()
    since = clock.monotonic()
    with ExitStack() as stack:
        bars: list[tuple[Bar, TaskID]] = []

        def progress(done: int, total: int) -> None:
            if not bars and clock.monotonic() - since > _PATIENCE:
                bar = stack.enter_context(Bar(console=Console(file=sys.stderr), transient=True))
                bars.append((bar, bar.add_task("", total=total)))
            for bar, task in bars:
                bar.update(task, completed=done, total=total)

        yield progress
