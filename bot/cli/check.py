"""check: what was written, judged."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID

from bot.app.check import Judged, Progress, judge
from bot.app.routing import lived_on
from bot.app.sources import read_sources
from bot.campaign.problems import Problem
from bot.cli.options import Call, Format, common, format_option, print_json
from bot.cli.usage import told
from bot.clock import Clock, SystemClock
from bot.language import Lang, say
from bot.outbox.outcome import LIVED
from bot.store.tinydb import open_reader

_PATIENCE = 1.0


@click.command(help=told("help-check"))
@common
@format_option
def check(call: Call, form: Format) -> int:
    """Judge the schedule and its messages: every error with file, line, column and how to mend it."""
    sources = read_sources(call.folder)
    lived = asyncio.run(_lived(call))
    clock = SystemClock()
    with progress_bar(clock) as progress:
        found = judge(sources, call.settings, clock.now(), lived, progress)
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
        click.echo(call.say(_verdict(found), errors=len(found.errors), warnings=len(found.warnings)))
    return 1 if found.errors else 0


def _verdict(found: Judged) -> str:
    if not found.errors:
        return "cli.check-passed"
    return "cli.check-partly" if found.in_force else "cli.check-failed"


def _problem(each: Problem, lang: Lang) -> dict[str, object]:
    return {
        "file": each.place.file,
        "line": each.place.line,
        "column": each.place.column,
        "message": say(each.sentence, lang),
    }


async def _lived(call: Call) -> dict[str, str]:
    store = await open_reader(call.settings.data)
    return lived_on(await store.marks(LIVED))


@contextmanager
def progress_bar(clock: Clock) -> Iterator[Progress]:
    """A progress bar on standard error that appears once the work has taken more than a second."""
    since = clock.monotonic()
    with ExitStack() as stack:
        bars: list[tuple[Bar, TaskID]] = []

        def progress(done: int, total: int) -> None:
            if not bars and clock.monotonic() - since > _PATIENCE:
                bar = stack.enter_context(Bar(console=Console(file=sys.stderr), transient=True))
                bars.append((bar, bar.add_task("check", total=total)))
            for bar, task in bars:
                bar.update(task, completed=done, total=total)

        yield progress
