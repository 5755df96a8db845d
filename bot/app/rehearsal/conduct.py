"""Who moves a rehearsal's clock: at a speed, or from one due moment to the next. Never past what is not done yet,
so that however fast it goes each message goes out at its own hour.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Literal

from bot.app.run import Bot
from bot.app.view.stage import Speed
from bot.clock import Clock, ManualClock, sleep_until
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
        self._orders = 0
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
        self._obey()

    def pause(self) -> None:
        """Stand still."""
        self._playing = self._stepping = False
        self._obey()

    def step(self) -> None:
        """Go to the next due moment, do what is due, and stand still there."""
        self._playing, self._stepping = False, True
        self._obey()

    def set_speed(self, speed: Speed) -> None:
        """Go so fast from here on."""
        self.speed = speed
        self._obey()

    async def run(self) -> None:
        """Move the clock, as it is told, until cancelled."""
        await self._all_done()
        self.ready.set()
        while True:
            if self._clock.now() >= self.last:
                self.ended.set()
            if self.state in {"paused", "ended"}:
                await self._told.wait()
                self._told.clear()
            else:
                await self._go_on()

    def _obey(self) -> None:
        self._orders += 1
        self._told.set()

    async def _go_on(self) -> None:
        due = self.upcoming
        send = self._bot.sender.next_look
        waiting = None if send is None else self._clock.now() + timedelta(seconds=send - self._clock.monotonic())
        looks = (self._bot.lookout.next, self._bot.summing_up.next_look, waiting, self.last)
        stop = min(each for each in looks if each is not None)
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
        since, orders = self._real.monotonic(), self._orders
        while self._clock.now() < stop:
            remaining = (stop - self._clock.now()).total_seconds() / speed
            await sleep_until(self._told, self._real, min(remaining, _FRAME))
            now = self._real.monotonic()
            self._clock.leap(min(stop, self._clock.now() + timedelta(seconds=(now - since) * speed)))
            since = now
            if self._orders != orders:
                return False
        return True

    async def _all_done(self) -> None:
        """Wait until all that is due is done. What takes long (a full disk, a platform that asks to wait) takes its
        time on the rehearsal's clock too, second by second.
        """
        await ManualClock.settle(_TURNS)
        swift_until = self._real.monotonic() + _SWIFT
        while not self._bot.at_rest:
            since = self._real.monotonic()
            await self._real.sleep(_BREATH)
            if (now := self._real.monotonic()) > swift_until:
                self._clock.leap(self._clock.now() + timedelta(seconds=now - since))
