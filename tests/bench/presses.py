"""A thousand presses within one minute on one message: all on record, each answered soon, the message true in the end.

Twenty offices of twenty people each owe an answer in one group; everybody presses 收到, then 已落实, and half of them
once more, which adds nothing. The bot is a process of its own with its record on disk; the platform keeps Telegram's
limits, edits counted as messages.
"""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bot.clock import SystemClock
from tests.acceptance.process import DUTY_ROOM, Gengfu, alert, campaign, ledger, save, settings, soon
from tests.bench.line import Line
from tests.builders import a_chat, a_town, an_office, some_files
from tests.fakes import until
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_rates import Rates

OFFICES, PEOPLE, MINUTE = 20, 20, 60.0
ANSWERED = 2_000.0
"""Milliseconds within which a presser is answered."""
A_GROUP_S = 20
"""Messages and edits that a group takes in a minute."""


def presses() -> Iterator[Line]:
    """From the press to the answer on the presser's screen; whether all of it is on record, and the last edit true."""
    yield from asyncio.run(_pressed())


async def _pressed() -> list[Line]:
    clock = SystemClock()
    with TemporaryDirectory() as folder:
        town = Path(folder)
        _furnish(town)
        async with TelegramServer(limits=Rates()) as telegram:
            people = _people(telegram)
            bot = await Gengfu.run(town, settings(telegram))
            await until(lambda: any(each.buttons for each in telegram.accepted), within=30)
            (message,) = (each for each in telegram.accepted if each.buttons)
            data = [pressed for row in message.buttons for _, pressed in row]
            order = [(person, each) for each in data[:2] for person in people]
            order += [(person, data[1]) for person in people[: len(people) // 2]]
            began, queries = clock.monotonic(), dict[str, float]()
            for number, (person, pressed) in enumerate(order):
                if (wait := began + number * MINUTE / len(order) - clock.monotonic()) > 0:
                    await clock.sleep(wait)
                query = telegram.press(person, DUTY_ROOM, message.message_id, pressed)
                queries[query] = clock.now().timestamp()
            await until(lambda: len(telegram.toasts) == len(order), within=60)
            await until(lambda: _is_true(telegram), within=90)
            answered = {
                each.parameters["callback_query_id"]: each.at.timestamp()
                for each in telegram.asked
                if each.method == "answerCallbackQuery"
            }
            took = sorted((answered[query] - moment) * 1_000 for query, moment in queries.items())
            edits = [each for each in telegram.asked if each.method == "editMessageText"]
            refused = sum(not each.stands for each in edits)
            await bot.terminate()
            noted = [each for each in await ledger(town, settings(telegram)) if each["kind"] in {"received", "done"}]
    busiest = max((sum(0 <= (b.at - a.at).total_seconds() < MINUTE for b in edits) for a in edits), default=0)
    apart = min(((b.at - a.at).total_seconds() for a, b in pairwise(edits)), default=0.0)
    new = 2 * len(people)
    what = f"{len(order):,} presses in a minute on one message, {len(noted):,} of {new:,} new ones on record"
    return [
        Line(f"{what}: answered", median(took), "bound", ANSWERED),
        Line("  their 99th percentile", quantiles(took, n=100, method="inclusive")[-1], "bound", ANSWERED),
        Line("  the last of them", took[-1], "bound", ANSWERED),
        Line(f"  edits in the busiest minute, {refused} × 429, the last one true", busiest, "bound", A_GROUP_S, ""),
        Line("  the least between two edits", apart * 1_000, "no less than", 3_000),
    ]


def _furnish(folder: Path) -> None:
    offices = [
        an_office(f"office-{n}", members=[{"telegram": 10_000 + n * PEOPLE + each} for each in range(PEOPLE)])
        for n in range(OFFICES)
    ]
    town = a_town(offices=offices, chats=[a_chat(address=DUTY_ROOM)], quiet_hours={"from": "03:00", "until": "03:01"})
    ask = alert(soon(6), to={"offices": "all"}, answer={"within": "1h", "expects": "done"})
    for name, content in some_files(town=town, campaigns=[campaign(ask)]).items():
        save(folder, f"schedules/{name}", content)
    save(folder, "messages/duty-alert.j2", "**请落实**".encode())


def _people(telegram: TelegramServer) -> list[int]:
    """Everybody, one of each office after the other."""
    people = [10_000 + office * PEOPLE + each for each in range(PEOPLE) for office in range(OFFICES)]
    for person in people:
        telegram.person(person, f"成员 {person}")
    telegram.person(1001, "管理员")
    telegram.group(DUTY_ROOM, "消防安全工作群", members=people)
    return people


def _is_true(telegram: TelegramServer) -> bool:
    """Whether the message shows that every office has answered."""
    (shown,) = (each for each in telegram.shown(DUTY_ROOM) if "请落实" in each.text and each.buttons)
    return shown.text.count("✅") == OFFICES
