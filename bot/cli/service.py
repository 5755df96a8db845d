"""run, doctor: the bot itself, and what is set up, reachable, wrong."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click

from bot.app.admin.pause import pause_of
from bot.app.answering.answers import LinkAnswers
from bot.app.doctor import Finding, examine
from bot.app.live import LiveBot
from bot.app.logs import log_to
from bot.app.refused_calls import RefusedCalls
from bot.app.rehearsal.stage import RehearsalStage
from bot.app.routing import channels_of, lived_on, routes_of, stand_ins
from bot.app.run import Bot, start
from bot.app.safekeeping.restoring import open_or_recover
from bot.app.secret import secret_key
from bot.app.watch.metrics import Metrics
from bot.app.watch.watch import Watch
from bot.app.watch.watching import watching
from bot.channels.board import BoardChannel
from bot.cli.options import Call, Format, common, format_option, print_json
from bot.cli.tables import print_table
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.errors import GengfuError, StoreUnwritable
from bot.language import say
from bot.outbox.outcome import LIVED
from bot.planner.plan import season
from bot.web.answer import AnswerPages
from bot.web.callback import callback_of
from bot.web.listen import Listened, listen
from bot.web.ops import OpsPages
from bot.web.server import serve


@click.command(help=told("help-run"))
@common
def run(call: Call) -> int:
    """The bot, until it is told to stop."""
    log_to(sys.stderr, call.settings)
    asyncio.run(_run(call))
    return 0


@click.command(help=told("help-doctor"))
@common
@format_option
def doctor(call: Call, form: Format) -> int:
    """What is set up, what is reachable, what is wrong, and how to mend it."""
    findings = asyncio.run(examine(call.settings, SystemClock(), lambda address: listen(address).socket.close()))
    if form == "json":
        print_json([_plain(each, call) for each in findings])
    else:
        rows = [
            (_mark(each), say(each.what, call.lang), say(each.mend, call.lang) if each.mend else "")
            for each in findings
        ]
        print_table(["", call.say("doctor.found"), call.say("doctor.mend")], rows, "")
    return 0 if all(each.ok for each in findings) else 1


async def _run(call: Call) -> None:
    clock = SystemClock()
    store = await open_or_recover(call.settings.data, clock)
    try:
        channels = channels_of(call.settings, clock)
        bot = await start(call.settings, clock, store, channels)
        listener = listen(call.settings.web.listen)
    except BaseException:
        await store.close()
        raise
    spare_the_record()
    with suppress(StoreUnwritable):
        secret_key(call.settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    greet(call, bot, listener, lived_on(await store.marks(LIVED)))
    board = channels["board"]
    assert isinstance(board, BoardChannel)  # noqa: S101 - channels_of always gives it
    stage = RehearsalStage(call.settings, lambda: bot.in_force, clock)
    live = LiveBot(bot, board)
    watch = Watch(bot)
    callback = callback_of(channels, RefusedCalls(bot).tell)
    ops = OpsPages(watch, Metrics(bot, live, watch))
    try:
        async with asyncio.TaskGroup() as tasks, watching(bot, live, watch, os.environ):
            tasks.create_task(bot.run(stop))
            answers = AnswerPages(LinkAnswers(bot))
            await serve(live, listener, stop, stage, ops, call.settings.web.public_url, answers, callback)
    except BaseExceptionGroup as group:
        known = group.subgroup(GengfuError)
        raise (known.exceptions[0] if known else group) from None
    finally:
        await stage.end()
    click.echo(call.say("run.ended-unrecorded" if watch.is_refused else "run.ended"))


def spare_the_record() -> None:
    """Have the garbage collector leave alone what has been read: it stays, and to look through a year of it takes the
    loop from whoever sends.
    """
    gc.collect()
    gc.freeze()


def greet(call: Call, bot: Bot, listener: Listened, lived: Mapping[str, str]) -> None:
    """What it is, where it is, what comes next: printed as it starts."""
    schedule = bot.in_force.schedule
    now = bot.clock.now()
    click.echo(call.say("run.town", name=schedule.town.name))
    click.echo(call.say("run.board", url=listener.url))
    routes = routes_of(schedule, call.settings, bot.channels, lived)
    platforms = sorted({routes[chat.id].channel.name for chat in schedule.town.chats if chat.id in routes})
    click.echo(call.say("run.chats", count=len(schedule.town.chats), platforms=platforms))
    for platform, count in stand_ins(schedule, call.settings, lived).items():
        click.echo(call.say("run.stands-in", platform=platform, count=count))
    upcoming = next((each for each in season(schedule) if each.due > now), None)
    if upcoming is None:
        click.echo(call.say("run.nothing-to-come"))
    else:
        click.echo(call.say("run.next", due=upcoming.due, reminder=upcoming.reminder, reason=upcoming.reason))
    if pause := pause_of(call.settings.data):
        click.echo(call.say("doctor.paused", pause=pause.in_words()), err=True)
    if bot.trouble:
        click.echo(bot.trouble, err=True)
    click.echo(call.say("run.how-to-stop"))


def _mark(each: Finding) -> str:
    if not each.ok:
        return "✗"
    return "!" if each.mend else "✓"


def _plain(each: Finding, call: Call) -> dict[str, Any]:
    return {
        "ok": each.ok,
        "what": say(each.what, call.lang),
        "mend": say(each.mend, call.lang) if each.mend else None,
    }
