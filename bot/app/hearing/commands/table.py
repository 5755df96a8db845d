"""Every command: who may use it, and what it does."""

from collections.abc import Mapping

from bot.app.hearing.commands.asker import Role
from bot.app.hearing.commands.command import Command
from bot.app.hearing.commands.correct import correct
from bot.app.hearing.commands.help import help_
from bot.app.hearing.commands.late import late
from bot.app.hearing.commands.numbers import numbers
from bot.app.hearing.commands.owed import open_
from bot.app.hearing.commands.pausing import pause, resume
from bot.app.hearing.commands.problems import problems
from bot.app.hearing.commands.recall import recall
from bot.app.hearing.commands.remind import remind
from bot.app.hearing.commands.today import today
from bot.app.hearing.commands.who import who

_ANYONE: frozenset[Role] = frozenset({"anyone"})
_OFFICES: frozenset[Role] = frozenset({"office", "supervisor", "admin"})
_OWN: frozenset[Role] = frozenset({"office", "admin"})
_ABOVE: frozenset[Role] = frozenset({"supervisor", "admin"})
_ADMINS: frozenset[Role] = frozenset({"admin"})

COMMANDS: Mapping[str, Command] = {
    each.word: each
    for each in (
        Command("today", _ANYONE, today, open_=True),
        Command("open", _OFFICES, open_),
        Command("who", _OFFICES, who),
        Command("late", _ABOVE, late),
        Command("problems", _OFFICES, problems),
        Command("correct", _OWN, correct),
        Command("remind", _ABOVE, remind),
        Command("recall", _ADMINS, recall),
        Command("pause", _ADMINS, pause, open_=True),
        Command("resume", _ADMINS, resume, open_=True),
        Command("help", _ANYONE, help_, open_=True),
        Command("id", _ANYONE, numbers, open_=True),
    )
}
"""By the word, in the order in which `/help` and the menus show them."""


def commands_for(roles: frozenset[Role], *, before_residents: bool) -> tuple[Command, ...]:
    """Those that who has these roles may use there."""
    return tuple(each for each in COMMANDS.values() if each.is_for(roles, before_residents=before_residents))
