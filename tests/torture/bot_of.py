"""`gengfu run` in a world of its own: at another pace than the platform's, less patient, or on a clock that is ahead.

Everything else is the real thing, started as `python -m tests.torture.bot_of --town DIR`.
"""

import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from bot import cli
from bot.app import routing
from bot.channels.protocol import Limits
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.channel import Patience
from bot.channels.wecom_app import WecomAppPlatform
from bot.channels.wecom_bot import WecomBotPlatform
from bot.cli import service
from bot.clock import SystemClock
from bot.outbox import outcome

PACE, PATIENCE, POLL, AHEAD = "TORTURE_PACE", "TORTURE_PATIENCE", "TORTURE_POLL", "TORTURE_AHEAD"
"""Settings of the environment: messages a second (else Telegram's pace), seconds to wait for an answer, and for
something to come in, seconds by which the wall clock is ahead of the machine's.
"""


_BURST = 3
_TRIED_AGAIN = timedelta(seconds=6)
"""The longest wait after what did not leave, which in life is minutes: who is killed often has failed often."""

_APART = 0.2
"""Seconds between two messages of the app's to one person, who in life has four."""


class Ahead(SystemClock):
    """The machine's clock, so much ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(os.environ.get(AHEAD, "0")))


class Telegram(TelegramChannel):
    """Telegram as the environment would have it."""

    def __init__(self, *args: object, **given: object) -> None:
        patience = {"answer": PATIENCE, "poll": POLL}
        waits = {name: float(os.environ[each]) for name, each in patience.items() if each in os.environ}
        given["patience"] = Patience(**{name: timedelta(seconds=each) for name, each in waits.items()})
        super().__init__(*args, **given)  # type: ignore[arg-type]
        if pace := os.environ.get(PACE):
            self.limits = Limits(per_second=float(pace), private_gap=0.0, group_per_minute=10_000, burst=_BURST)


def main() -> None:
    outcome._LONGEST_WAIT = _TRIED_AGAIN
    WecomAppPlatform.limits = replace(WecomAppPlatform.limits, private_gap=_APART)
    if AHEAD in os.environ:
        for platform in (WecomBotPlatform, WecomAppPlatform):
            platform.keeps = None  # hours that were leapt over are none in which nobody was heard
    for module, known, ours in ((routing, TelegramChannel, Telegram), (service, SystemClock, Ahead)):
        assert getattr(module, known.__name__) is known
        setattr(module, known.__name__, ours)
    sys.argv[1:1] = ["run"]
    cli.main()


if __name__ == "__main__":
    main()
