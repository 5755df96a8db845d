"""Wrong use of the command line, in the reader's language."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from bot.language import Lang, Sentence, say, sentence


@dataclass(frozen=True)
class Words:
    """Which language errors are told in before a command has read its own options."""

    lang: Lang

    def usage(self, error: click.ClickException) -> str:
        """What was wrong with the call, and where to read more."""
        match error:
            case click.NoSuchOption(option_name=name):
                what = sentence("cli.no-such-option", name=name)
            case click.MissingParameter(param=param):
                what = sentence("cli.missing", name=_named(param))
            case click.BadParameter(param=param, param_hint=hint):
                what = sentence("cli.bad-value", name=hint or _named(param), why=error.message)
            case click.UsageError() if "No such command" in error.message:
                what = sentence("cli.no-such-command", name=error.message.split("'")[1])
            case _:
                what = sentence("cli.wrong-use", why=error.format_message())
        return say(what, self.lang)


def explain(arguments: Sequence[str]) -> Words:
    """Find the language in the arguments or the environment, Chinese if neither says."""
    wanted = os.environ.get("GENGFU_LANG", "zh")
    for before, value in zip(("", *arguments), arguments, strict=False):
        if before == "--lang":
            wanted = value
        elif value.startswith("--lang="):
            wanted = value.removeprefix("--lang=")
    return Words("en" if wanted == "en" else "zh")


def told(key: str) -> str:
    """A sentence of `cli.toml` in the language of this call, for help texts."""
    return in_this_call(sentence(f"cli.{key}"))


def in_this_call(what: Sentence) -> str:
    """A sentence in the language of this call."""
    return say(what, explain(sys.argv[1:]).lang)


def _named(param: click.Parameter | None) -> str:
    return max(param.opts, key=len) if param and param.opts else "?"
