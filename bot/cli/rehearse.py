"""rehearse: a span of the season played by the real bot, on the board or in the real chats."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from math import inf, isinf
from typing import Literal

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.app.in_force import InForce
from bot.app.logs import log_to
from bot.app.rehearsal.real_chats import RealChats, must_be_real, real_chats
from bot.app.rehearsal.rehearsal import Rehearsal
from bot.app.rehearsal.stage import RehearsalStage
from bot.app.view.stage import Speed
from bot.cli.judged import in_force_of
from bot.cli.options import Call, Moment, common, in_zone
from bot.cli.usage import in_this_call, told
from bot.clock import SystemClock
from bot.errors import PortInUse
from bot.language import sentence
from bot.ledger.deliveries import Delivery
from bot.planner.plan import plan, season
from bot.web.callback import callback_of
from bot.web.listen import Listener, listen
from bot.web.server import serve

_LOOK = 0.1
_MOST_LOST = 10


class SpeedType(click.ParamType[float]):
    """How many times as fast: a number above 0, or `max`, which is told as infinity."""

    name = "N|max"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it, or fail as wrong use."""
        try:
            speed = inf if value == "max" else float(str(value))
        except ValueError:
            speed = 0.0
        if not speed > 0 or (isinf(speed) and value != "max"):
            self.fail(in_this_call(sentence("rehearsal.no-speed", speed=str(value))), param, ctx)
        return speed


@click.command(help=told("help-rehearse"))
@common
@click.option("--from", "first", type=Moment(), default=None, help=told("help-rehearse-from"))
@click.option("--until", "last", type=Moment(last=True), default=None, help=told("help-rehearse-until"))
@click.option("--speed", type=SpeedType(), default=60.0, help=told("help-speed"))
@click.option("--real-chats", "outdoors", is_flag=True, help=told("help-real-chats"))
@click.option("--yes", is_flag=True, help=told("help-yes"))
def rehearse(call: Call, first: datetime | None, last: datetime | None, speed: float, outdoors: bool, yes: bool) -> int:
    """Play a span of the season on a fast clock; nothing of it touches the town's own record."""
    log_to(sys.stderr, call.settings, logging.ERROR)
    what = in_force_of(call)
    zone = what.schedule.town.zone
    begin = in_zone(first, zone) if first else SystemClock().now().astimezone(zone)
    end = in_zone(last, zone) if last else max((each.due for each in season(what.schedule)), default=begin)
    if outdoors:
        must_be_real(call.settings, what.schedule)
        if not yes:
            _ask(call, what, begin, end)
    pace: Speed = None if speed == inf else speed
    return asyncio.run(_rehearse(call, what, begin, end, pace, "real" if outdoors else "board"))


def _ask(call: Call, what: InForce, first: datetime, last: datetime) -> None:
    occurrences = plan(what.schedule, first, last)
    chats = {chat for each in occurrences for chat, _ in each.chats}
    sends = sum(len(each.chats) for each in occurrences)
    click.confirm(call.say("rehearsal.really", chats=len(chats), sends=sends), abort=True, err=True)


async def _rehearse(
    call: Call, what: InForce, first: datetime, last: datetime, speed: Speed, where: Literal["board", "real"]
) -> int:
    clock = SystemClock()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _outside(call, what, where) as outside:
        listener = _listener(call)
        stage = RehearsalStage(call.settings, lambda: what, clock, outside)
        callback = callback_of(outside.platforms) if outside else None
        public_url = call.settings.web.public_url
        pages = asyncio.create_task(serve(None, listener, stop, stage, public_url=public_url, callback=callback))
        try:
            await stage.begin(first, last, speed)
            rehearsal = stage.rehearsal
            assert rehearsal is not None  # noqa: S101 - it has just begun
            click.echo(call.say("rehearsal.begun", name=rehearsal.name, first=first, last=last))
            click.echo(call.say("rehearsal.board", url=listener.url))
            await _watch(call, stage, rehearsal, stop)
            waiting = await rehearsal.waiting()
        finally:
            stop.set()
            await stage.end()
            await pages
    return _summary(call, rehearsal, waiting)


@asynccontextmanager
async def _outside(call: Call, what: InForce, where: Literal["board", "real"]) -> AsyncIterator[RealChats | None]:
    if where == "board":
        yield None
        return
    async with real_chats(call.settings, what.schedule, SystemClock()) as found:
        yield found


def _listener(call: Call) -> Listener:
    """The board's address, or where the running bot has it any other port beside it."""
    address = call.settings.web.listen
    try:
        return listen(address)
    except PortInUse:
        return listen(f"{address.rpartition(':')[0]}:0")


async def _watch(call: Call, stage: RehearsalStage, rehearsal: Rehearsal, stop: asyncio.Event) -> None:
    """A bar that moves until the span has been played, somebody stops it, or another rehearsal takes its place."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=None), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=rehearsal.playing.total)
        ended = asyncio.ensure_future(rehearsal.until_ended())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not (ended.done() or stopped.done()) and stage.rehearsal is rehearsal:
                _move(call, bar, task, rehearsal)
                await asyncio.wait({ended, stopped}, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
            _move(call, bar, task, rehearsal)
            if ended.done():
                await ended
        finally:
            ended.cancel()
            stopped.cancel()


def _move(call: Call, bar: Progress, task: TaskID, rehearsal: Rehearsal) -> None:
    playing = rehearsal.playing
    bar.update(task, completed=playing.passed, description=call.say("rehearsal.under-way", now=playing.now))


def _summary(call: Call, rehearsal: Rehearsal, waiting: tuple[Delivery, ...]) -> int:
    playing, tally = rehearsal.playing, rehearsal.tally
    lost = [_line(each.occurrence, each.chat, call.say(f"cli.kind-{each.kind}"), each.detail) for each in tally.lost]
    lost += [_line(each.occurrence, each.chat, call.say("rehearsal.waits"), {"why": each.why}) for each in waiting]
    click.echo(call.say(f"rehearsal.{'played' if playing.state == 'ended' else 'stopped'}", now=playing.now))
    click.echo(call.say("rehearsal.sent", sent=playing.sent, passed=playing.passed))
    click.echo(call.say("rehearsal.answered", asked=playing.asked, answered=playing.answered))
    click.echo(call.say("rehearsal.followed-up", reminded=tally.reminded, escalated=tally.escalated))
    click.echo(call.say("rehearsal.lost", count=len(lost)) if lost else call.say("rehearsal.nothing-lost"))
    for line in lost[:_MOST_LOST]:
        click.echo(line)
    if len(lost) > _MOST_LOST:
        click.echo(f"- … {len(lost) - _MOST_LOST}")
    click.echo(call.say("rehearsal.record", name=rehearsal.name))
    return 1 if lost else 0


def _line(occurrence: str | None, chat: str | None, kind: str, detail: Mapping[str, object] | None) -> str:
    return " ".join(str(part) for part in ("-", occurrence, chat, kind, (detail or {}).get("why")) if part)
