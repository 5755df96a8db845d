"""问题清单: what offices could not do alone, who sees to it, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.protocol import Button


@dataclass(frozen=True)
class Did:
    """Who did something, by name, and when."""

    name: str
    at: datetime


@dataclass(frozen=True)
class ShownProblem:
    """One office's problem with one ask; `number` counts this office's with that ask, from 1. `token` is the ask's.

    The buttons are pressed in the chat `press_in`, which is the admins' own; as one of the offices in `seats` in the
    chat that stands there.
    """

    token: str
    number: int
    office: str
    name: str
    ask: str
    due: datetime
    opened: Did
    need: str | None = None
    taken: Did | None = None
    closed: Did | None = None
    how: str | None = None
    press_in: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    seats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownProblems:
    """The open ones, the oldest first, then those closed in the last thirty days, the newest first."""

    open: tuple[ShownProblem, ...] = ()
    closed: tuple[ShownProblem, ...] = ()
