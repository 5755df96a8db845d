"""The player: a rehearsal that pages begin, play, pause, step through and end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.app.view.protocol import Live

Speed = float | None
"""How many times as fast as real time; None is `max`: from one due moment to the next without waiting."""


@dataclass(frozen=True)
class Playing:
    """Where a rehearsal stands. `first` and `last` are the ends of its span, all moments bear the town's zone;
    `upcoming` is the next send. `sent`, `asked` and `answered` count messages, owed answers and given ones so far,
    `total` the occurrences of the whole span, `passed` those of them that fell due. `lost` is how many messages were
    missed, failed or uncertain.
    """

    name: str
    first: datetime
    last: datetime
    now: datetime
    state: Literal["playing", "paused", "ended"]
    speed: Speed
    upcoming: datetime | None
    passed: int
    total: int
    sent: int
    asked: int
    answered: int
    lost: int = 0


class Stage(Protocol):
    """Where a rehearsal is played, at most one at a time. It never touches the town's own record or chats."""

    @property
    def live(self) -> Live | None:
        """The bot that is rehearsing, None while there is no rehearsal."""

    def playing(self) -> Playing | None:
        """Where it stands."""

    async def begin(self, first: datetime, last: datetime, speed: Speed) -> None:
        """Begin a rehearsal of this span, playing; one that was there before ends.

        Raises `bot.errors.RehearsalRefused` where the span ends before it begins or the schedule cannot be played.
        """

    def play(self) -> None:
        """Go on."""

    def pause(self) -> None:
        """Stand still; one may read, press and type meanwhile."""

    def step(self) -> None:
        """Go to the next send, send it, and pause there."""

    def set_speed(self, speed: Speed) -> None:
        """Go so fast from here on."""

    async def end(self) -> None:
        """End it; its record stays in `data/rehearsals/NAME`."""
