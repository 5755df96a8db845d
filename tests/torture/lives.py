"""A bot's lives: each begins as soon as the one before was ended by kill -9, and is ended at a random moment."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from bot.clock import SystemClock
from bot.ledger.deliveries import UNFINISHED, Delivery
from bot.store.tinydb import open_reader
from tests.acceptance.forks import forked
from tests.acceptance.process import AFRESH, Gengfu, now
from tests.fakes import until
from tests.promises.evidence import Leap
from tests.servers.platforms import Platforms

_SOON = timedelta(seconds=8)
"""A wait that is not worth another life."""

Begin = Callable[[], Awaitable[Gengfu]]
_CLOCK = SystemClock()
_BETWEEN_READINGS = 0.3
"""Seconds: to read a whole record all the time would slow down who writes it."""


@dataclass
class Lives:
    """How it went: `kills`, and the seconds from each start to the first request that reached a platform, and to the
    first message. `bot` is the one that lives, or lived last.
    """

    platforms: Platforms
    begin: Begin
    rng: Random
    longest: float
    kills: int = 0
    to_first_request: list[float] = field(default_factory=list)
    to_first_message: list[float] = field(default_factory=list)
    bot: Gengfu | None = None

    async def live(self) -> None:
        """One life: up to `longest` seconds after its first message, where one goes out at all; one in five ends
        at any moment before, that of its start included.
        """
        since, sends = _CLOCK.monotonic(), self.platforms.messages
        async with killed(await self.begin()) as bot:
            self.bot = bot
            if self.rng.random() < 0.2:
                await _CLOCK.sleep(self.rng.uniform(0.2, 1.0))
            else:
                await self._up(since, sends, bot)
                await _CLOCK.sleep(self.rng.uniform(0, self.longest))
            assert not bot.ended, f"it ended by itself: {bot.err[-2000:]}"
        self.kills += 1

    async def _up(self, since: float, sends: int, bot: Gengfu) -> None:
        requests = self.platforms.requests
        try:
            await until(lambda: self.platforms.requests > requests or bot.ended, within=60)
        except AssertionError as error:
            raise AssertionError(f"no request within a minute; it stood at:\n{await bot.where_it_stands()}") from error
        self.to_first_request.append(_CLOCK.monotonic() - since)
        end = _CLOCK.monotonic() + 0.5
        await until(lambda: self.platforms.messages > sends or bot.ended or _CLOCK.monotonic() > end)
        if self.platforms.messages > sends:
            self.to_first_message.append(_CLOCK.monotonic() - since)


@asynccontextmanager
async def killed(bot: Gengfu) -> AsyncIterator[Gengfu]:
    """A bot that is ended by kill -9 in the end, whatever happens meanwhile."""
    try:
        yield bot
    finally:
        if not bot.ended:
            await bot.kill()


async def in_its_own_world(folder: Path, environment: Mapping[str, str], **world: float) -> Gengfu:
    """Start the bot of `bot_of`: its `pace`, its `patience`, how long a `poll` takes, how far it is `ahead`."""
    own = {**environment, **{f"TORTURE_{name.upper()}": f"{value}" for name, value in world.items()}}
    if environment.keys().isdisjoint(AFRESH):
        return Gengfu(await forked(("--town", folder), own, main="tests.torture.bot_of"))
    command = (sys.executable, "-X", "faulthandler", "-m", "tests.torture.bot_of", "--town", str(folder))
    return Gengfu(await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=own))


async def left_to_do(folder: Path, planned: int) -> str:
    """What `all_ended` still misses, for whom it may concern."""
    store = await open_reader(folder / "data")
    town = [each for each in await store.deliveries() if not each.is_notice]
    open_ = [
        f"{each.id} {each.state} {each.doubts=} {each.not_before} {each.why}"
        for each in town
        if each.state in UNFINISHED
    ]
    unheard = [each.key for each in await store.unhandled()]
    return "\n".join([f"{len(town)} of {planned}", *open_, *unheard])


async def last_lives(
    folder: Path, begin: Callable[..., Awaitable[Gengfu]], planned: int, ladder: float = 0.0
) -> tuple[Leap, ...]:
    """Lives that nobody disturbs, each on a clock further ahead, until everything has ended: what waits for a moment, a
    doubt for its repetition above all, has its moment at last. So many seconds after a message went out its `ladder`
    has been climbed; on a clock that was set ahead it is due at once.
    """
    leaps: list[Leap] = []
    for ahead in (timedelta(), timedelta(hours=1), timedelta(hours=2.5), timedelta(hours=4)):
        leaps.append((now(), ahead))
        async with killed(await begin(ahead=ahead.total_seconds())) as bot:
            try:
                await until(partial(_nothing_to_do, folder, planned, ahead), within=300)
                await _CLOCK.sleep(ladder if not ahead else 0)
                await until(partial(_nothing_to_do, folder, planned, ahead), within=300)
            except AssertionError:
                raise AssertionError(f"{await left_to_do(folder, planned)}\n{bot.err[-4_000:]}") from None
            assert await bot.terminate() < 10
        if await all_ended(folder, planned):
            return tuple(leaps)
    raise AssertionError(await left_to_do(folder, planned))


async def all_ended(folder: Path, planned: int) -> bool:
    """Whether the town's deliveries are all there, nothing is left to do for them by itself, and all were heard."""
    return await _left(folder, planned) == ()


async def _nothing_to_do(folder: Path, planned: int, ahead: timedelta) -> bool:
    """Whether all has ended or waits for a moment that is far yet."""
    left, soon = await _left(folder, planned), now() + ahead + _SOON
    return left is not None and all(each.not_before is not None and each.not_before > soon for each in left)


async def _left(folder: Path, planned: int) -> tuple[Delivery, ...] | None:
    """What is not at its end; None while not all of it has come due or somebody has not been heard."""
    await _CLOCK.sleep(_BETWEEN_READINGS)
    store = await open_reader(folder / "data")
    everything = await store.deliveries()
    if len([each for each in everything if not each.is_notice]) < planned or await store.unhandled():
        return None
    return tuple(each for each in everything if each.state in UNFINISHED and _is_awaited(each))


def _is_awaited(delivery: Delivery) -> bool:
    """Not a notice, nor how things stand, which is told once a minute has gathered what there is to tell."""
    return delivery.call.kind != "status" if delivery.call else not delivery.is_notice
