"""Who moves a rehearsal's clock: at a speed, or from one due moment to the next. Never past what is not done yet,
so that however fast it goes each message goes out at its own hour.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Literal

from bot.app.run import Bot
from bot.app.view.stage import Speed
from bot.clock import Clock, ManualClock
from bot.planner.plan import season

_FRAME = 0.04
"""Seconds of real time between two moves of the clock."""
_BREATH = 0.0005
"""Seconds of real time between two looks at whether everything is done."""
_SWIFT = 3.0
"""Seconds of real time that what is due may take before the clock goes on beside it."""
_TURNS = 20
_NUDGE = timedelta(seconds=1)
"""Further on, where what should have been looked at by now was not."""


class Conductor:
    """Moves `clock` to `last`; waits of the audience are counted on `real`. `run` goes on until it is cancelled: at
    the end of the span the clock stands still, and one may still look round.
    """

    def __init__(self, bot: Bot, clock: ManualClock, real: Clock, last: datetime, speed: Speed) -> None:
        self._bot, self._clock, self._real, self.last = bot, clock, real, last
        self.speed = speed
        self.ready = asyncio.Event()
        """Set once the bot runs and has done what was due at the first moment."""
        self.ended = asyncio.Event()
        self._playing = True
        self._stepping = False
        self._told = asyncio.Event()

    @property
    def state(self) -> Literal["playing", "paused", "ended"]:
        """What it is doing."""
        if self.ended.is_set():
            return "ended"
        return "playing" if self._playing or self._stepping else "paused"

    @property
    def upcoming(self) -> datetime | None:
        """When something is due next within the span."""
        now = self._clock.now()
        return next((each.due for each in season(self._bot.in_force.schedule) if now < each.due <= self.last), None)

    def play(self) -> None:
        """Go on."""
        self._playing = True
        self._told.set()

    def pause(self) -> None:
        """Stand still."""
        self._playing = self._stepping = False
        self._told.set()

    def step(self) -> None:
        """Go to the next due moment, do what is due, and stand still there."""
        self._playing, self._stepping = False, True
        self._told.set()

    def set_speed(self, speed: Speed) -> None:
        """Go so fast from here on."""
        self.speed = speed
        self._told.set()

    async def run(self) -> None:
        """Move the clock, as it is told, until cancelled."""
        await self._all_done()
        self.ready.set()
        while True:
            self._told.clear()
            if self._clock.now() >= self.last:
                self.ended.set()
            if self.state in {"paused", "ended"}:
                await self._told.wait()
            else:
                await self._go_on()

    async def _go_on(self) -> None:
        due = self.upcoming
        send = self._bot.sender.next_look
        waiting = None if send is None else self._clock.now() + timedelta(seconds=send - self._clock.monotonic())
        stop = min(each for each in (self._bot.next_look, waiting, self.last) if each is not None)
        if stop <= self._clock.now():
            stop = min(self._clock.now() + _NUDGE, self.last)
        if self._stepping or self.speed is None:
            self._clock.leap(stop)
        elif not await self._travel(stop, self.speed):
            return
        await self._all_done()
        if due is not None and self._clock.now() >= due:
            self._stepping = False

    async def _travel(self, stop: datetime, speed: float) -> bool:
        """Pass the time until `stop`; False where something else was asked on the way."""
        since = self._real.monotonic()
        while self._clock.now() < stop:
            remaining = (stop - self._clock.now()).total_seconds() / speed
            await _wait(self._told, self._real, min(remaining, _FRAME))
            now = self._real.monotonic()
            self._clock.leap(min(stop, self._clock.now() + timedelta(seconds=(now - since) * speed)))
            since = now
            if self._told.is_set():
                return False
        return True

    async def _all_done(self) -> None:
        """Wait until all that is due is done. What takes long (a full disk, a platform that asks to wait) takes its
        time on the rehearsal's clock too, second by second.
        """
        await ManualClock.settle(_TURNS)
        since = self._real.monotonic()
        while not self._bot.at_rest:
            await self._real.sleep(_BREATH)
            now = self._real.monotonic()
            if now - since > _SWIFT:
                self._clock.leap(self._clock.now() + timedelta(seconds=now - since))
                since = now - _SWIFT


async def _wait(told: asyncio.Event, real: Clock, seconds: float) -> None:
    """Let real time pass, or less of it where something is asked."""
    waits = [asyncio.ensure_future(told.wait()), asyncio.ensure_future(real.sleep(seconds))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
