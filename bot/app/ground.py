"""What hearing and answering stand on."""

from datetime import datetime
from typing import Protocol

from bot.app.admin.pausing import Pausing
from bot.app.in_force import InForce
from bot.channels.protocol import Channel
from bot.errors import SendError, StoreError
from bot.language import Lang
from bot.outbox.pace import Pace
from bot.outbox.terms import Terms
from bot.settings import Settings


class Ground(Protocol):
    """What hearing stands on: the schedule and the terms in force may change while it runs."""

    settings: Settings
    in_force: InForce
    terms: Terms
    lang: Lang
    out_of_reach: dict[str, SendError | StoreError]
    """Platforms that do not answer at present, and what was met."""
    heard: dict[str, float]
    """When each platform last answered: seconds on the monotonic clock. The board only does when somebody is there."""
    caught_up: dict[str, datetime]
    """The moment of which all that was said by then on a platform has come in and was dealt with."""
    pausing: Pausing | None
    """By which sends are held; a rehearsal's are not."""

    def pace(self, channel: Channel) -> Pace:
        """How fast this platform may be spoken to, whoever speaks."""
