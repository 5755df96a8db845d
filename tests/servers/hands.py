"""A local platform by itself, driven by what somebody types: each method of a class of hands is a word."""

import asyncio
import inspect
import shlex
import sys
from collections.abc import AsyncIterator
from typing import Any


class Hands:
    """What a hand can have people and server do, a method a word; its parameters are texts, numbers or `float`s. A
    method may be a coroutine.
    """

    notes: str = ""
    """What `help` says besides."""

    def help(self) -> str:
        calls = [f"{name} {' '.join(_parameters(do))}" for name, do in _words(type(self)).items()]
        return "\n".join([*calls, *filter(None, [self.notes])])

    async def do(self, line: str) -> str:
        """One line as it was typed; what came of it."""
        try:
            word, *given = shlex.split(line)
            do = _words(type(self))[word]
            values = [
                _read(value, each.annotation) for value, each in zip(given, _parameters(do).values(), strict=False)
            ]
            came = getattr(self, word)(*values)
            return str((await came if inspect.isawaitable(came) else came) or "")
        except Exception as error:  # noqa: BLE001 - a slip of the hand must not end the server
            return f"{error!r}; try help"


async def typed() -> AsyncIterator[str]:
    """What is typed, line by line, until the input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode()


def say(text: str) -> None:
    """Print it at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _words(kind: type) -> dict[str, Any]:
    found = {name: getattr(kind, name) for each in reversed(kind.__mro__[:-1]) for name in vars(each)}
    return {name: do for name, do in found.items() if callable(do) and not name.startswith("_") and name != "do"}


def _parameters(do: Any) -> dict[str, inspect.Parameter]:
    return dict(list(inspect.signature(do).parameters.items())[1:])


def _read(value: str, kind: Any) -> str | int | float:
    return value if kind is str else float(value) if kind is float else int(value)
