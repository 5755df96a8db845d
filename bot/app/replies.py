"""What people are told of what they did, beside the hearing: nobody's press waits until somebody else was told.

Best effort, for what counts is on disk already. Replies are requests to the platform like messages; the outbox's pace
does not count them.
"""

import asyncio
import logging

from bot.app.ground import Ground
from bot.channels.protocol import Button, Channel
from bot.errors import SendError
from bot.language import Sentence, say
from bot.ledger.inbound import Inbound

_log = logging.getLogger(__name__)
_MOST = 100
"""So many may be under way. Where more pile up the platform does not answer, and who pressed has long looked away."""


class Replies:
    """The replies of one channel that are under way, each in its own task."""

    def __init__(self, channel: Channel, ground: Ground) -> None:
        self._channel, self._ground = channel, ground
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, inbound: Inbound, told: Sentence, buttons: tuple[tuple[Button, ...], ...] = ()) -> None:
        """Begin to tell whoever sent this, and do not wait for it."""
        if len(self._under_way) >= _MOST:
            _log.warning("%s is not told: %d replies are under way already", inbound.person, _MOST)
            return
        task = asyncio.create_task(self._answer(inbound, told, buttons), name=f"reply {inbound.key}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Let go of those under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _answer(self, inbound: Inbound, told: Sentence, buttons: tuple[tuple[Button, ...], ...]) -> None:
        try:
            text = self._ground.terms.headed(say(told, self._ground.lang))
            await self._channel.answer(inbound, text, buttons)
        except SendError as error:
            _log.info("%s could not be told: %s", inbound.person, error)
        except Exception:  # noqa: BLE001 - nobody waits for this task: what breaks in it must be said here
            _log.exception("%s could not be told", inbound.person)
