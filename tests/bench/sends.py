"""Gengfu sends to many groups, as a process of its own.

    python -m tests.bench.sends URL TOKEN GROUPS [--alerts COUNT] [--within SECONDS] [--until-alerted] [--wide]

A broadcast falls due in the groups, and at random moments of so many seconds duty alerts fall due: half of them in
groups of their own (the last ones), half where the broadcast may still be waiting. When all is out, or with
`--until-alerted` the last alert, it prints what that took.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
from dataclasses import asdict, dataclass

from bot.store.protocol import Change
from tests.bench.limited import Local
from tests.bench.outbox import Outbox, a_warning, an_alert, an_outbox
from tests.bench.peers import most_memory, processor

SEED = 20271


@dataclass(frozen=True)
class Took:
    """What sending took: seconds of processor, for so many messages; the most memory, in bytes; and at which
    monotonic moment each alert fell due, by what its text begins with.
    """

    processor: float
    sent: int
    memory: int
    due: dict[str, float]


def gengfu_sends(
    telegram: Local,
    groups: int,
    *,
    alerts: int = 0,
    within: float = 0.0,
    until_alerted: bool = False,
    wide: bool = False,
) -> Took:
    """Let such a process send, and hear what it took."""
    command = [sys.executable, "-m", "tests.bench.sends", telegram.url, telegram.token, str(groups)]
    command += ["--alerts", str(alerts), "--within", str(within)]
    command += [name for name, wanted in (("--until-alerted", until_alerted), ("--wide", wide)) if wanted]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Took(**json.loads(done.stdout))


class Out:
    """Counts what is out; `enough` is set once so much is, of all or of alerts alone."""

    def __init__(self, wanted: int, *, alerts_alone: bool) -> None:
        self.count = 0
        self.enough = asyncio.Event()
        self._left, self._alerts_alone = wanted, alerts_alone

    def heard(self, change: Change) -> None:
        out = [each for each in change.deliveries if each.state == "sent"]
        self.count += len(out)
        self._left -= sum(each.duty_alert or not self._alerts_alone for each in out)
        if self._left <= 0:
            self.enough.set()


async def sends(given: argparse.Namespace) -> Took:
    """Send it all."""
    async with an_outbox(given.url, given.token, given.groups, wide=given.wide) as outbox:
        await outbox.channel.open()
        broadcast = given.groups - given.alerts // 2
        out = Out(given.alerts + (0 if given.until_alerted else broadcast), alerts_alone=given.until_alerted)
        outbox.store.on_commit(out.heard)
        working = [asyncio.create_task(each.run()) for each in (outbox.sender, outbox.edits)]
        since = processor()
        await outbox.fall_due(a_warning(broadcast, outbox.clock.now()))
        due = await asyncio.gather(*(_alert(outbox, *each) for each in _moments(given, broadcast)))
        await out.enough.wait()
        took = processor() - since
        outbox.edits.stop()
        await outbox.sender.stop()
        await asyncio.gather(*working)
        return Took(took, out.count, most_memory(), dict(due))


def _moments(given: argparse.Namespace, broadcast: int) -> list[tuple[int, int, float]]:
    """For each alert its number, its group and after how many seconds it falls due."""
    dice = random.Random(SEED)
    own = range(broadcast, given.groups)
    return [
        (number, own[number] if number < len(own) else dice.randrange(broadcast), dice.uniform(0, given.within))
        for number in range(given.alerts)
    ]


async def _alert(outbox: Outbox, number: int, group: int, after: float) -> tuple[str, float]:
    await outbox.clock.sleep(after)
    name, due = f"alert-{number:03}", outbox.clock.monotonic()
    await outbox.fall_due(an_alert(name, group, outbox.clock.now()))
    return name, due


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("groups", type=int)
    parser.add_argument("--alerts", type=int, default=0)
    parser.add_argument("--within", type=float, default=0.0)
    parser.add_argument("--until-alerted", action="store_true")
    parser.add_argument("--wide", action="store_true")
    sys.stdout.write(json.dumps(asdict(asyncio.run(sends(parser.parse_args())))))


if __name__ == "__main__":
    main()
