"""`python -m tests.torture [--kills 1000] [--deliveries 10000] [--seed N]`: nothing twice, nothing missed, at length.

First a town that is killed again and again while the platform misbehaves and people answer, judged by the checker; then
how long it takes to be back with so many deliveries open, and to show a press under load. Exit status 1 where anything
was lost or repeated in silence, or any other promise was broken.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from tests.promises.checker import told
from tests.promises.logs import Evidence, Violation
from tests.torture.chaos import Chaos, chaos
from tests.torture.measures import Back, back_with_all_open, shown_after_a_press

_LOST, _REPEATED = {"ends", "lost", "unnamed"}, {"repeated"}
BACK, SHOWN = 10.0, 2.0
"""Seconds in which it must be back, and show a press."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    sys.exit(asyncio.run(_tortured(given.kills, given.deliveries, given.seed)))


async def _tortured(kills: int, deliveries: int, seed: int) -> int:
    _say(f"seed {seed} (--seed {seed} makes the same choices again)")
    with TemporaryDirectory() as folder:
        found = await chaos(Path(folder), kills, deliveries, seed, _say)
    _report(found)
    with TemporaryDirectory() as folder:
        back = await back_with_all_open(Path(folder), deliveries)
    _report_back(back, deliveries)
    with TemporaryDirectory() as folder:
        shown = await shown_after_a_press(Path(folder), seed)
    _say(f"{'a press shown under load':<28}{_percentiles(shown)}   of {len(shown)}, must be ≤ {SHOWN:g} s")
    good = not found.broken and back.first_request <= BACK and back.first_message <= BACK and max(shown) <= SHOWN
    _say("every promise kept" if good else "NOT every promise kept")
    return 0 if good else 1


def _report(found: Chaos) -> None:
    evidence, broken = found.evidence, found.broken
    states = Counter(evidence.states.values())
    _say(
        f"{'deliveries':<28}{len(evidence.plan):,} planned; {', '.join(f'{n:,} {each}' for each, n in states.items())}"
    )
    _say(f"{'kill -9':<28}{found.lives.kills:,} in {found.seconds / 60:.1f} minutes")
    _say(
        f"{'accepted by the platform':<28}{len(evidence.accepted):,} messages, {_repetitions(evidence):,} named repeats"
    )
    _say(f"{'answers':<28}{len(evidence.presses):,} pressed")
    called = Counter(call.kind for message in evidence.accepted for call in message.calls)
    _say(f"{'what followed asks':<28}{', '.join(f'{n:,} {each}' for each, n in called.items()) or 'nothing'}")
    _say(f"{'lost':<28}{_count(broken, _LOST)}")
    _say(f"{'repeated in silence':<28}{_count(broken, _REPEATED)}")
    _say(f"{'uncertain':<28}{states['uncertain']:,} left to the admins")
    others = [each for each in broken if each.promise not in _LOST | _REPEATED]
    _say(f"{'other promises broken':<28}{len(others)}")
    _say(f"{'start to first request':<28}{_percentiles(found.lives.to_first_request)}")
    _say(f"{'start to first message':<28}{_percentiles(found.lives.to_first_message)}")
    if broken:
        _say(told(broken))


def _report_back(back: Back, deliveries: int) -> None:
    what = f"back with {deliveries:,} open"
    times = f"first request {back.first_request:.1f} s, first message {back.first_message:.1f} s"
    _say(f"{what:<28}{times}   must be ≤ {BACK:g} s; memory {back.megabytes:.0f} MB")


def _count(broken: Sequence[Violation], kinds: set[str]) -> int:
    return len({(each.occurrence, each.chat) for each in broken if each.promise in kinds})


def _repetitions(evidence: Evidence) -> int:
    told_of = Counter((each, message.chat) for message in evidence.accepted for each in message.occurrences)
    return sum(times - 1 for times in told_of.values())


def _percentiles(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.99))
    return f"p50 {p50:.2f} s, p99 {p99:.2f} s, max {ordered[-1]:.2f} s"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
