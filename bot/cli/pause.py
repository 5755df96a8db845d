"""pause, resume: hold all sends and let them go again, beside a running bot or before one is started."""

import click

from bot.app.admin.pause import LONGEST_WHY, Said
from bot.app.admin.pause import pause as hold
from bot.app.admin.pause import resume as let_go
from bot.campaign.load import load
from bot.cli.options import Call, command_line_user, common
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.store.hold import holder


@click.command(help=told("help-pause"))
@common
@click.option("--why", default="", help=told("help-why"))
def pause(call: Call, why: str) -> int:
    """Hold all sends but notices to the admins. Raises `PauseRefused` where they are held already: exit status 1."""
    said = _said(call)
    hold(call.settings.data, said.model_copy(update={"why": why.strip()[:LONGEST_WHY] or None}))
    click.echo(call.say("cli.paused" if holder(call.settings.data) else "cli.paused-ahead"))
    return 0


@click.command(help=told("help-resume"))
@common
def resume(call: Call) -> int:
    """Let sends go again. Raises `PauseRefused` where nothing was held: exit status 1."""
    before = let_go(call.settings.data, _said(call))
    click.echo(call.say("cli.resumed" if holder(call.settings.data) else "cli.resumed-ahead", pause=before.in_words()))
    return 0


def _said(call: Call) -> Said:
    """Who gives the command, and when: in the town's zone, or the machine's where the schedule cannot be read.

    Raises `TownMissing` where the folder is no town.
    """
    schedule = load(call.folder).schedule
    return Said(by=command_line_user(), at=SystemClock().now().astimezone(schedule.town.zone if schedule else None))
