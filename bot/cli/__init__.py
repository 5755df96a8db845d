"""The command line: `gengfu COMMAND`. Exit status 0 fine, 1 the answer is no, 2 wrong use."""

import sys
from importlib import import_module

import click

from bot.campaign.problems import Problem
from bot.cli.usage import explain, told
from bot.errors import GengfuError, ScheduleRefused

COMMANDS = {
    "check": "bot.cli.check",
    "plan": "bot.cli.schedule",
    "simulate": "bot.cli.preview",
    "diff": "bot.cli.diff",
    "run": "bot.cli.service",
    "pause": "bot.cli.pause",
    "resume": "bot.cli.pause",
    "rehearse": "bot.cli.rehearse",
    "doctor": "bot.cli.service",
    "ledger": "bot.cli.records",
    "report": "bot.cli.report",
    "chats": "bot.cli.records",
    "backup": "bot.cli.safekeeping",
    "restore": "bot.cli.safekeeping",
}
"""Each command and the module that has it; only the one that is called is imported."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is ours
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, help=told("help"))
@click.version_option(package_name="gengfu", prog_name="gengfu")
def gengfu() -> None:
    """The commands of interface.md; each takes `--town` and `--lang`."""


def main() -> None:
    """Run a command; say what went wrong in one line, in the reader's language."""
    words = explain(sys.argv[1:])
    try:
        status = gengfu.main(standalone_mode=False)
    except click.exceptions.Abort:
        status = 1
    except click.ClickException as error:
        click.echo(words.usage(error), err=True)
        status = 2
    except ScheduleRefused as error:
        for problem in error.problems:
            if isinstance(problem, Problem):
                click.echo(problem.in_words(words.lang), err=True)
        click.echo(error.in_words(words.lang), err=True)
        status = 1
    except GengfuError as error:
        click.echo(error.in_words(words.lang), err=True)
        status = 1
    except BrokenPipeError:
        sys.stderr.close()
        status = 1
    sys.exit(status if isinstance(status, int) else 0)
