"""The stage that pages play on (`bot.app.view.stage.Stage`): at most one rehearsal at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.app.in_force import InForce
from bot.app.live import LiveBot
from bot.app.rehearsal.real_chats import RealChats
from bot.app.rehearsal.rehearsal import Rehearsal, begin
from bot.app.view.stage import Playing, Speed
from bot.clock import Clock
from bot.settings import Settings


class RehearsalStage:
    """Rehearses what `in_force` gives at the moment of beginning: on the board, beside a running bot or without one,
    or in the real chats where they are given.
    """

    def __init__(
        self, settings: Settings, in_force: Callable[[], InForce], real: Clock, outside: RealChats | None = None
    ) -> None:
        self._settings, self._in_force, self._real, self._outside = settings, in_force, real, outside
        self._changing = asyncio.Lock()
        self.rehearsal: Rehearsal | None = None

    @property
    def live(self) -> LiveBot | None:
        """The bot that is rehearsing."""
        return self.rehearsal.live if self.rehearsal else None

    def playing(self) -> Playing | None:
        """Where the rehearsal stands."""
        return self.rehearsal.playing if self.rehearsal else None

    async def begin(self, first: datetime, last: datetime, speed: Speed) -> None:
        """Begin one, ending what was there. Raises like `bot.app.rehearsal.rehearsal.begin`, and then nothing ends."""
        async with self._changing:
            following = await begin(self._settings, self._in_force(), first, last, speed, self._real, self._outside)
            before, self.rehearsal = self.rehearsal, following
            if before:
                await before.end()

    def play(self) -> None:
        """Go on."""
        if self.rehearsal:
            self.rehearsal.conductor.play()

    def pause(self) -> None:
        """Stand still."""
        if self.rehearsal:
            self.rehearsal.conductor.pause()

    def step(self) -> None:
        """Go to the next send."""
        if self.rehearsal:
            self.rehearsal.conductor.step()

    def set_speed(self, speed: Speed) -> None:
        """Go so fast."""
        if self.rehearsal:
            self.rehearsal.conductor.set_speed(speed)

    async def end(self) -> None:
        """End the rehearsal, if there is one."""
        async with self._changing:
            before, self.rehearsal = self.rehearsal, None
            if before:
                await before.end()
