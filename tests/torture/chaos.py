"""A town through many kills: waves of messages come due, the platform misbehaves, people answer; then the checker."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from bot.clock import SystemClock
from tests.acceptance.process import AFRESH, Gengfu, now, settings, soon
from tests.promises.checker import check
from tests.promises.evidence import evidence, plan_of
from tests.promises.kinds import KINDS
from tests.promises.logs import Evidence, Violation
from tests.servers.platforms import Platforms
from tests.torture.in_wecom import InWecom
from tests.torture.lives import Lives, in_its_own_world, killed, last_lives
from tests.torture.town import CLIMBED, QUICK, a_big_town
from tests.torture.trouble import Trouble

_A_LIFE = 1.3
"""Seconds that one takes, about: its start, and what it sends before it is killed."""

_SENDING = 0.5
"""Seconds for which it sends at most."""

_OF_THE_TIME = 0.8
"""The share of the whole time in which messages come due."""

_TIMES_THE_NEED = 2.0
"""How much faster it may send than it has to, so that it can catch up."""

_PATIENCE = 3.0
_TOLD_EVERY = 50


@dataclass(frozen=True)
class Chaos:
    """What it came to."""

    evidence: Evidence
    broken: tuple[Violation, ...]
    lives: Lives
    seconds: float


async def chaos(folder: Path, kills: int, deliveries: int, seed: int, say: Callable[[str], None]) -> Chaos:
    """So many deliveries in waves that come due while the bot is killed so often; one minute of it is quiet."""
    rng, clock = Random(seed), SystemClock()
    chats = min(max(deliveries // 20, 50), 500)
    waves, begins = max(deliveries // chats, 2), soon(15)
    apart = timedelta(seconds=int(_OF_THE_TIME * kills * _A_LIFE / waves))
    moments = [begins + number * apart for number in range(waves)]
    quiet = (begins + timedelta(minutes=1)).replace(second=0)
    rooms = chats // 5
    town = a_big_town(
        folder,
        rooms=rooms,
        homes=chats - rooms,
        alerts=moments,
        warnings=moments,
        quiet=quiet,
        answer=QUICK,
        kinds=KINDS,
    )
    async with Platforms() as platforms:
        town.on_all(platforms)
        environment = settings() | AFRESH | platforms.environment
        plan = await plan_of(folder, environment)
        async with killed(await Gengfu.run(folder, environment)):
            assert now() < begins, "this machine is too slow for a beginning in 15 s"
        say(f"{len(plan):,} deliveries in {chats} chats, {waves} waves {apart.total_seconds():.0f} s apart")
        pace = _TIMES_THE_NEED * len(plan) / kills / _SENDING
        begin = partial(in_its_own_world, folder, environment, pace=pace, patience=_PATIENCE, poll=1)
        lives = Lives(platforms, begin, rng, _SENDING, kills=1)
        trouble, in_wecom = Trouble(platforms.telegram, town, rng), InWecom(platforms, town, rng, lives)
        meanwhile = [
            asyncio.create_task(each) for each in (trouble.keep_on(0.2, faults=1, presses=1), in_wecom.keep_on(0.2))
        ]
        since = clock.monotonic()
        while lives.kills < kills:
            await lives.live()
            if lives.kills % _TOLD_EVERY == 0:
                say(f"  {lives.kills:,} kills, {platforms.messages:,} messages asked for, {now():%H:%M:%S}")
        seconds = clock.monotonic() - since
        for task in meanwhile:
            assert task.cancel(), task.exception()
        platforms.heal()
        await trouble.end()
        await in_wecom.end()

        leaps = await last_lives(folder, begin, len(plan), CLIMBED)
        presses = (*trouble.presses, *in_wecom.presses)
        found = await evidence(folder, environment, plan, platforms.asked, presses, leaps=leaps)
        return Chaos(found, check(found), lives, seconds)
