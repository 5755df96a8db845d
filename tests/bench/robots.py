"""Very many group robots at WeCom's limits, and what a plain loop makes of the same.

    python -m tests.bench.robots wecom|gengfu|loop URL < given.json

Each is a process of its own: a local WeCom that keeps the limit, Gengfu's outbox, and the loop that people write.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from bot.channels.wecom_robot import WecomRobotChannel
from bot.clock import SystemClock
from bot.store.protocol import Change
from tests.bench.line import Line
from tests.bench.outbox import WARNING, a_warning, outbox_of
from tests.bench.peers import processor
from tests.servers.wecom import WeComServer
from tests.servers.wecom_webhook import PER_MINUTE, SEND, TOO_FAST

ROBOTS, EACH = 300, 25
GRACE = 10.0
"""Seconds beyond what the limits allow, within which all is out."""


@dataclass(frozen=True)
class Given:
    """So many messages that are due at one moment, for each of these robots."""

    keys: list[str]
    each: int


@dataclass(frozen=True)
class Seen:
    """What the local WeCom saw: how many messages it took, in how many seconds from the first, how often it refused."""

    accepted: int
    span: float
    refused: int


def robots() -> Iterator[Line]:
    """One message a robot, then more than go in a minute, all due at one moment: the span beside what the limits allow
    and a grace, and beside the loop's.
    """
    for number in (1, EACH):
        given = Given([f"robot-key-{each:012}" for each in range(ROBOTS)], number)
        seen, took = _measured("gengfu", given)
        bound = 60.0 * ((number - 1) // PER_MINUTE) + GRACE
        what = f"{number} each by {ROBOTS} group robots, {seen.accepted:,} messages, {seen.refused} × {TOO_FAST}: span"
        yield Line(what, seen.span * 1_000, "bound", bound * 1_000)
        theirs, taken = _measured("loop", given)
        loop = f"httpx loops, {theirs.refused} × {TOO_FAST}"
        yield Line("  the span", seen.span * 1_000, loop, theirs.span * 1_000)
        each, other = took / seen.accepted * 1_000, taken / theirs.accepted * 1_000
        yield Line("  processor a message, on record and durable", each, "the loops, no record", other)


def _measured(sender: str, given: Given) -> tuple[Seen, float]:
    """What WeCom saw of a sender, and the seconds of processor that it took."""
    with _begun("wecom", "", given) as wecom:
        assert wecom.stdin is not None
        assert wecom.stdout is not None
        url = json.loads(wecom.stdout.readline())
        with _begun(sender, url, given) as sending:
            out, _ = sending.communicate()
        assert sending.returncode == 0
        said, _ = wecom.communicate()
        return Seen(**json.loads(said)), json.loads(out)


@contextmanager
def _begun(what: str, url: str, given: Given) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.robots", what, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(f"{json.dumps(asdict(given))}\n")
        process.stdin.flush()
        yield process
        if process.poll() is None:
            process.kill()


async def wecom(url: str, given: Given) -> Any:
    """Serve until the input ends."""
    del url
    moments: list[float] = []
    server = WeComServer(limits=True)
    server.robots.on_accepted = lambda _: moments.append(server.clock.monotonic())
    for key in given.keys:
        server.robots.robot(key)
    async with server:
        _say(server.api_base)
        await asyncio.to_thread(sys.stdin.read)
    refused = sum(each.errcode == TOO_FAST for each in server.asked)
    return asdict(Seen(len(moments), moments[-1] - moments[0], refused))


async def gengfu(url: str, given: Given) -> Any:
    """As many broadcasts to all, each of which falls due as at a tick."""
    channel = WecomRobotChannel(api_base=url)
    left, out = len(given.keys) * given.each, asyncio.Event()

    def heard(change: Change) -> None:
        nonlocal left
        left -= sum(each.state in {"sent", "merged"} for each in change.deliveries)
        if left <= 0:
            out.set()

    async with outbox_of(channel, [channel.read_address(key) for key in given.keys]) as outbox:
        outbox.store.on_commit(heard)
        since, due = processor(), outbox.clock.now()
        for number in range(given.each):
            await outbox.fall_due(a_warning(len(given.keys), due, f"warning-{number}"))
        sending = asyncio.create_task(outbox.sender.run())
        await out.wait()
        await outbox.sender.stop()
        await sending
        return processor() - since


async def loop(url: str, given: Given) -> Any:
    """One message after the other for each robot, all robots at once; told to slow down it waits and tries again."""
    since = processor()
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        await asyncio.gather(*(_in_turn(client, key, given.each) for key in given.keys))
    return processor() - since


async def _in_turn(client: httpx.AsyncClient, key: str, messages: int) -> None:
    clock = SystemClock()
    for _ in range(messages):
        while True:
            body = {"msgtype": "markdown", "markdown": {"content": WARNING}}
            answer = await client.post(SEND, params={"key": key}, json=body)
            if answer.json()["errcode"] != TOO_FAST:
                break
            await clock.sleep(60)


def _say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


PROCESSES: dict[str, Callable[[str, Given], Awaitable[Any]]] = {each.__name__: each for each in (wecom, gengfu, loop)}


async def _main(arguments: Sequence[str]) -> None:
    name, url = arguments
    _say(await PROCESSES[name](url, Given(**json.loads(sys.stdin.readline()))))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
