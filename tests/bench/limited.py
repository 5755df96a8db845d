"""A local Telegram in a process of its own, at Telegram's limits or at none.

    python -m tests.bench.limited GROUPS [--wide]

It prints by what it is reached; when its input ends, what it saw.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tests.servers.telegram import TelegramServer
from tests.servers.telegram_rates import Rates


def group(number: int) -> int:
    """The id of the group of this number, from 0 on."""
    return -1_000_000_000_001 - number


@dataclass(frozen=True)
class Seen:
    """What the platform saw: each message that it took (group, text, monotonic moment); how often it asked to wait."""

    accepted: list[tuple[int, str, float]]
    refused: int

    @property
    def span(self) -> float:
        """Seconds from the first message to the last."""
        return self.accepted[-1][2] - self.accepted[0][2] if self.accepted else 0.0


@dataclass(frozen=True)
class Local:
    """Such a process as its parent has it."""

    process: subprocess.Popen[str]
    url: str
    token: str

    def seen(self) -> Seen:
        """What it saw, now that nobody sends any more; ends it."""
        out, _ = self.process.communicate()
        found = json.loads(out)
        return Seen([(chat, text, at) for chat, text, at in found["accepted"]], found["refused"])


@contextmanager
def a_telegram(groups: int, *, wide: bool = False) -> Iterator[Local]:
    """Start one, and end it."""
    command = [sys.executable, "-m", "tests.bench.limited", str(groups), *(["--wide"] if wide else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Local(process, **json.loads(process.stdout.readline()))
        if process.poll() is None:
            process.kill()


async def main(groups: int, wide: bool) -> None:
    """Serve until the input ends."""
    telegram = TelegramServer(limits=None if wide else Rates())
    for number in range(groups):
        telegram.group(group(number), f"{number} 组居民群")
    async with telegram:
        _print({"url": telegram.api_base, "token": telegram.token})
        await asyncio.to_thread(sys.stdin.read)
    accepted = [(each.chat, each.text, each.at) for each in telegram.accepted]
    _print(asdict(Seen(accepted, sum(each.status == 429 for each in telegram.asked))))


def _print(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), "--wide" in sys.argv))
