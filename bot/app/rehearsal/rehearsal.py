"""One rehearsal: the real bot, its own clock, its own record, and who moves the clock."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.app.in_force import InForce
from bot.app.live import LiveBot
from bot.app.rehearsal.conduct import Conductor
from bot.app.rehearsal.real_chats import RealChats
from bot.app.rehearsal.records import at, new_record
from bot.app.rehearsal.tally import Tally
from bot.app.rehearsal.timer import PlayedTimer
from bot.app.run import Bot
from bot.app.view.stage import Playing, Speed
from bot.channels.board import BoardChannel
from bot.clock import Clock, ManualClock
from bot.errors import RehearsalRefused
from bot.language import sentence
from bot.ledger.deliveries import Delivery
from bot.outbox.tick import WATERMARK
from bot.planner.plan import plan
from bot.settings import Settings
from bot.store.protocol import Change, Store
from bot.store.tinydb import open_store

_INSTANT = timedelta(microseconds=1)
_LAST_WAIT = 0.25


class Rehearsal:
    """A rehearsal under way, as `begin` makes it."""

    def __init__(
        self,
        name: str,
        bot: Bot,
        board: BoardChannel,
        clock: ManualClock,
        conductor: Conductor,
    ) -> None:
        self.name, self.bot, self.conductor = name, bot, conductor
        self.tally = Tally()
        self.live = LiveBot(bot, board)
        self._first = clock.now()
        self._clock = clock
        self._stop = asyncio.Event()
        self._total = len(plan(bot.in_force.schedule, self._first, conductor.last + _INSTANT))
        bot.store.on_commit(self.tally.heard)
        self._playing = asyncio.create_task(bot.run(self._stop), name=f"rehearsal {name}")
        self._conducting = asyncio.create_task(conductor.run(), name=f"conductor {name}")

    @property
    def playing(self) -> Playing:
        """Where it stands."""
        zone, conductor = self.live.town.zone, self.conductor
        upcoming = conductor.upcoming
        return Playing(
            name=self.name,
            first=self._first.astimezone(zone),
            last=conductor.last.astimezone(zone),
            now=self._clock.now().astimezone(zone),
            state=conductor.state,
            speed=conductor.speed,
            upcoming=upcoming and upcoming.astimezone(zone),
            passed=self.tally.passed,
            total=self._total,
            sent=self.tally.sent,
            asked=self.tally.owed,
            answered=self.tally.answered,
            lost=len(self.tally.lost),
        )

    async def until_ready(self) -> None:
        """Wait until the bot runs and has done what was due at the first moment. Raises what kept it from it."""
        await self._until(self.conductor.ready)

    async def until_ended(self) -> None:
        """Wait until the span has been played to its end, or somebody ended it. Raises what broke it before."""
        await self._until(self.conductor.ended)

    async def waiting(self) -> tuple[Delivery, ...]:
        """What is due and has not gone out: a chat that has no way out, a platform out of reach."""
        now = self._clock.now()
        return tuple(each for each in await self.bot.store.deliveries(unfinished=True) if each.due <= now)

    async def end(self) -> None:
        """End in order what is under way; the record stays."""
        self._conducting.cancel()
        with suppress(asyncio.CancelledError):
            await self._conducting
        self._stop.set()
        await _let_end(self._playing, self._clock)

    async def _until(self, event: asyncio.Event) -> None:
        waiting = asyncio.ensure_future(event.wait())
        done, _ = await asyncio.wait({waiting, self._playing, self._conducting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for over in done & {self._playing, self._conducting}:
            if not over.cancelled():
                over.result()


async def begin(
    settings: Settings,
    in_force: InForce,
    first: datetime,
    last: datetime,
    speed: Speed,
    real: Clock,
    outside: RealChats | None = None,
) -> Rehearsal:
    """Begin to play a span of the season, on the board or, where they are given, in the real chats.

    Raises `RehearsalRefused` where the span ends before it begins or the speed is none, `StoreUnwritable` where its
    record cannot be written.
    """
    if last <= first:
        raise RehearsalRefused(sentence("rehearsal.ends-before", first=first, last=last))
    if speed is not None and not 0 < speed < float("inf"):
        raise RehearsalRefused(sentence("rehearsal.no-speed", speed=speed))
    clock = ManualClock(first)
    board = BoardChannel(clock)
    name = new_record(settings, real.now().astimezone(in_force.schedule.town.zone))
    own = at(settings, name)
    store: Store = await open_store(own.data, real)
    try:
        await store.commit(Change(marks={**(outside.marks if outside else {}), WATERMARK: clock.now().isoformat()}))
        channels = {**(outside.channels(clock, real) if outside else {}), "board": board}
        bot = Bot(own, clock, store, channels, in_force, timer=PlayedTimer, rehearsal=True)
    except BaseException:
        await store.close()
        raise
    rehearsal = Rehearsal(name, bot, board, clock, Conductor(bot, clock, real, last, speed))
    try:
        await rehearsal.until_ready()
    except BaseException:
        await rehearsal.end()
        raise
    return rehearsal


async def _let_end(bot: asyncio.Task[None], clock: ManualClock) -> None:
    """What is under way at the end may wait by a clock that nobody moves any more: then that goes on by the second."""
    while not (await asyncio.wait({bot}, timeout=_LAST_WAIT))[0]:
        await clock.advance(_LAST_WAIT)
    with suppress(asyncio.CancelledError):
        await bot
