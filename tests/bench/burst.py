"""A warning in very many groups at Telegram's limits, duty alerts in the midst of it; what others make of the same."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.bench.limited import Seen, a_telegram, group
from tests.bench.line import Line
from tests.bench.outbox import WARNING
from tests.bench.sends import Took, gengfu_sends
from tests.servers.telegram_rates import Rates

TOWN = Path(__file__).parents[2]
PEERS = {"aioratelimiter": "AIORateLimiter", "aiogram": "a plain aiogram loop"}
GROUPS, QUICK = 1_000, 600
FEW, MANY, QUITE_MANY = 100, 10_000, 2_000
ALERTS = 40
DUTY = 5_000.0
"""Milliseconds within which a duty alert is out, whatever else is waiting."""


@dataclass(frozen=True)
class Peer:
    """What another way of sending took, as `tests.bench.peers` says it, and what the platform saw of it."""

    name: str
    processor: float
    memory: int
    unsent: int
    seen: Seen

    def __str__(self) -> str:
        lost = f", {self.unsent} lost" if self.unsent else ""
        return f"{self.name}, {self.seen.refused} × 429{lost}"


def bursts(*, quick: bool = False) -> Iterator[Line]:
    """The burst beside its peers, one after the other; then duty alerts as fewer and more are waiting."""
    groups, alerts = (QUICK, ALERTS // 4) if quick else (GROUPS, ALERTS)
    seen, took = _gengfu(groups, alerts)
    number = len(seen.accepted)
    sends = f"{number:,} messages to {groups:,} groups"
    yield Line(f"{sends}, {seen.refused} × 429: span", seen.span * 1_000, "bound", 1_040 * _least(number))
    yield from _lateness(seen, took, f"{groups:,} groups")
    each = took.processor / number * 1_000
    for peer in (_peer(name, groups, number) for name in PEERS):
        yield Line("  the span", seen.span * 1_000, str(peer), peer.seen.span * 1_000)
        theirs = peer.processor / len(peer.seen.accepted) * 1_000
        yield Line("  processor a message, on record and durable", each, f"{peer.name}, no record", theirs)
        yield Line("  the most memory", took.memory / 1e6, peer.name, peer.memory / 1e6, "MB")
    for others in (FEW, QUITE_MANY if quick else MANY):
        yield from _lateness(*_gengfu(others, min(alerts, others // 10), to_the_end=False), f"{others:,} groups")


def _gengfu(groups: int, alerts: int, *, to_the_end: bool = True) -> tuple[Seen, Took]:
    """The alerts fall due while there is something left to send, at most as long as for a thousand groups."""
    within = min(_least(groups), _least(GROUPS))
    with a_telegram(groups) as telegram:
        took = gengfu_sends(telegram, groups, alerts=alerts, within=within, until_alerted=not to_the_end)
        return telegram.seen(), took


def _lateness(seen: Seen, took: Took, where: str) -> Iterator[Line]:
    at = {text.split()[0]: moment for _, text, moment in seen.accepted}
    late = sorted((at[name] - due) * 1_000 for name, due in took.due.items())
    yield Line(f"  {len(late)} duty alerts in the midst of {where}: from due to accepted", median(late), "bound", DUTY)
    yield Line("    their 99th percentile", quantiles(late, n=100, method="inclusive")[-1], "bound", DUTY)
    yield Line("    the last of them", late[-1], "bound", DUTY)


def _peer(name: str, groups: int, number: int) -> Peer:
    """So many of the same messages to the same groups, round and round."""
    messages = json.dumps([(group(each % groups), WARNING) for each in range(number)])
    with a_telegram(groups) as telegram:
        python = str(TOWN / ".venv/peers/bin/python")
        command = [python, "-P", "tests/bench/peers.py", name, telegram.url, telegram.token]
        done = subprocess.run(command, cwd=TOWN, input=messages, capture_output=True, text=True, check=True)
        return Peer(PEERS[name], **json.loads(done.stdout), seen=telegram.seen())


def _least(messages: int) -> float:
    """Seconds that Telegram's limits make so many messages take."""
    rates = Rates()
    return (messages - rates.at_once) / rates.per_second
