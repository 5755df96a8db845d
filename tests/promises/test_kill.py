"""Nothing twice, nothing missed, though the bot is ended by kill -9, at random or at the worst moment (promise 1)."""

import asyncio
import math
import os
import sys
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

from bot.clock import SystemClock
from bot.store.tinydb import open_reader
from tests.acceptance.process import Gengfu, ledger, now, settings, soon, texts
from tests.fakes import until
from tests.promises.checker import check, told
from tests.promises.evidence import evidence, occurrences_in, plan_of
from tests.promises.kinds import KINDS
from tests.servers.platforms import Platforms
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import held, stalled
from tests.torture.in_wecom import InWecom
from tests.torture.lives import Lives, all_ended, in_its_own_world, killed, last_lives
from tests.torture.town import CLIMBED, QUICK, a_big_town
from tests.torture.trouble import Trouble

KILLS = 25
AN_HOUR = timedelta(hours=1)
SEED = "KILL_SEED"
"""The environment variable that has a run repeat another's choices; what they meet depends on the machine too."""


async def test_killed_25_times_under_faults_it_loses_nothing_and_repeats_nothing_in_silence(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED) or SystemRandom().randrange(1_000_000))
    sys.stdout.write(f"{SEED}={seed}\n")
    rng, due = Random(seed), soon(4)
    town = a_big_town(
        tmp_path,
        rooms=20,
        homes=60,
        alerts=[due, due],
        warnings=[due] * 5,
        answer=QUICK,
        kinds=KINDS,
    )
    async with Platforms() as platforms:
        town.on_all(platforms)
        environment = settings() | platforms.environment
        async with killed(await Gengfu.run(tmp_path, environment)):
            plan = await plan_of(tmp_path, environment)
        assert len(plan) == 2 * 20 + 5 * 60
        await SystemClock().sleep((due - now()).total_seconds() - 0.5)
        begin = partial(in_its_own_world, tmp_path, environment, poll=1)
        lives = Lives(platforms, begin, rng, longest=0.25, kills=1)
        trouble, in_wecom = Trouble(platforms.telegram, town, rng), InWecom(platforms, town, rng, lives)
        meanwhile = [
            asyncio.create_task(each) for each in (trouble.keep_on(0.1, faults=1, presses=1), in_wecom.keep_on(0.1))
        ]
        while lives.kills < KILLS:
            await lives.live()
        amid = platforms.messages
        for task in meanwhile:
            assert task.cancel(), task.exception()
        platforms.heal()
        await trouble.end()
        await in_wecom.end()

        leaps = await last_lives(tmp_path, begin, len(plan), CLIMBED)
        presses = (*trouble.presses, *in_wecom.presses)
        found = await evidence(tmp_path, environment, plan, platforms.asked, presses, leaps=leaps)
        sent = f"{platforms.messages} sent, {amid} of them amid kills"
        called = Counter(call.kind for message in found.accepted for call in message.calls)
        sys.stdout.write(f"{sent}, {Counter(found.states.values())}, {called}, {len(found.presses)} presses\n")
        broken = check(found)
        assert not broken, told(broken)


async def test_what_kill_9_leaves_in_doubt_is_shown_as_such_and_on_doubt_decides(tmp_path: Path) -> None:
    """Whether the platform had it (fault 1) or never got it (fault 2), nobody can tell after a kill: an alert goes out
    again, late and marked so, a broadcast is left to the admins. One that never left stays out until they say so.
    """
    due = soon(3)
    town = a_big_town(tmp_path, rooms=2, homes=2, alerts=[due], warnings=[due])
    (room, lost_room), (home, lost_home) = town.rooms, town.homes
    async with TelegramServer() as telegram:
        town.on(telegram)
        environment = settings(telegram)
        for chat, fault in ((room, held()), (home, held()), (lost_room, stalled()), (lost_home, stalled())):
            telegram.order(fault, chat=chat, times=math.inf)
        async with killed(await Gengfu.run(tmp_path, environment)):
            plan = await plan_of(tmp_path, environment)
            await until(lambda: telegram.calls["sendMessage"] == 4, within=40)
            assert [len(texts(telegram, chat)) for chat in (room, lost_room, home, lost_home)] == [1, 0, 1, 0]
        telegram.heal()

        leaps = ((now(), AN_HOUR),)
        async with killed(await in_its_own_world(tmp_path, environment, ahead=AN_HOUR.total_seconds())) as bot:
            await until(lambda: len(texts(telegram, room)) == 2 and len(texts(telegram, lost_room)) == 1, within=40)
            await until(partial(all_ended, tmp_path, len(plan)), within=40)
            late = f"【补发】原定 {due:%H:%M} 发出" if due.day == (due + AN_HOUR).day else "【补发】原定"
            assert texts(telegram, room)[1].startswith(late)
            assert texts(telegram, lost_room)[0].startswith(late)
            kinds = [(each["kind"], each["chat"]) for each in await ledger(tmp_path, environment)]
            for named, expected in (
                ("room-000", ["uncertain", "sent"]),
                ("room-001", ["uncertain", "sent"]),
                ("home-000", ["uncertain"]),
                ("home-001", ["uncertain"]),
            ):
                assert [kind for kind, where in kinds if where == named] == expected
            told_to = [
                each.text or "" for each in await (await open_reader(tmp_path / "data")).deliveries(chat=":admins")
            ]
            assert all(
                any("不能确定" in text and each in text for text in told_to) for each in ("home-000", "home-001")
            )

            # The first of the two messages can still be answered: its button names the ask, not the message.
            trouble, first = Trouble(telegram, town, Random(0)), next(m for m in telegram.accepted if m.chat == room)
            query = trouble.press(
                town.rooms[room], room, first.message_id, occurrences_in(first.text)[0], first.data("已落实")
            )
            await until(lambda: query in telegram.toasts, within=20)
            assert "已落实" in telegram.toasts[query].text
            assert await bot.terminate() < 10
        assert [len(texts(telegram, chat)) for chat in (room, lost_room, home, lost_home)] == [2, 1, 1, 0]
        broken = check(await evidence(tmp_path, environment, plan, telegram.asked, trouble.presses, leaps=leaps))
        assert not broken, told(broken)
