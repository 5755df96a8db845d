"""What it costs that so many deliveries are open, as a process of its own.

python -m tests.bench.waiting COUNT
"""

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.clock import turn
from tests.bench.outbox import Outbox, a_warning, an_alert, an_outbox

LOOKS = 20


@dataclass(frozen=True)
class Cost:
    """Bytes of memory of the whole process; milliseconds of the sender's look at everything, and of its look at what
    one commit brought.
    """

    memory: int
    afresh: float
    news: float


def cost_of(count: int) -> Cost:
    """Let such a process measure."""
    command = [sys.executable, "-m", "tests.bench.waiting", str(count)]
    return Cost(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


async def main(count: int) -> Cost:
    """So many deliveries are due, to a platform that asked to be left alone."""
    async with an_outbox("http://127.0.0.1:9", "10001:made-up", count + 1) as outbox:
        outbox.sender.pace(outbox.channel).hold(None, outbox.clock.monotonic() + 3_600)
        await outbox.fall_due(a_warning(count, outbox.clock.now()))
        await outbox.sender.turn()
        memory = _memory()

        async def everything(number: int) -> None:
            outbox.sender.wake()

        async def an_alert_in_one_chat(number: int) -> None:
            await outbox.fall_due(an_alert(f"alert-{number}", count, outbox.clock.now()))

        return Cost(memory, await _look(outbox, everything), await _look(outbox, an_alert_in_one_chat))


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def _look(outbox: Outbox, happens: Callable[[int], Awaitable[None]]) -> float:
    """Milliseconds of a look, the median of some, something having happened before each."""
    took = []
    for number in range(LOOKS):
        await happens(number)
        await turn()
        since = perf_counter()
        await outbox.sender.turn()
        took.append((perf_counter() - since) * 1_000)
    return median(took)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(main(int(sys.argv[1]))))))
