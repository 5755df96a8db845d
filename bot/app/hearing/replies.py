"""What people are told of what they did, beside the hearing: nobody's press waits until somebody else was told.

Best effort, for what counts is on disk already. What is said in a chat is a message like any and keeps the outbox's
pace; a word on the presser's own screen is none. What the platform will not take now is let be, and the chat gets
the rest that was asked for.
"""

import asyncio
import logging

from bot.app.ground import Ground
from bot.channels.protocol import Button, Channel
from bot.clock import Clock
from bot.errors import SendError, Throttled
from bot.language import Sentence, say
from bot.ledger.inbound import Inbound

_log = logging.getLogger(__name__)
_MOST = 100
"""So many may be under way. Where more pile up the platform does not answer, and who pressed has long looked away."""


class Replies:
    """The replies of one channel that are under way, each in its own task."""

    def __init__(self, channel: Channel, clock: Clock, ground: Ground) -> None:
        self._channel, self._clock, self._ground = channel, clock, ground
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

    async def _in_turn(self, address: str) -> None:
        pace, place = self._ground.pace(self._channel), self._channel.place(address)
        while (wait := pace.wait(place, self._channel.is_group(address), self._clock.monotonic())) > 0:
            await self._clock.sleep(wait)
        pace.took(place, self._clock.monotonic())

    async def _answer(self, inbound: Inbound, told: Sentence, buttons: tuple[tuple[Button, ...], ...]) -> None:
        stands_in_chat = inbound.kind != "press" or bool(buttons)
        try:
            if stands_in_chat:
                await self._in_turn(inbound.address)
            text = self._ground.terms.headed(say(told, self._ground.lang))
            await self._channel.answer(inbound, text, buttons)
        except SendError as error:
            _log.info("%s could not be told: %s", inbound.person, error)
            if isinstance(error, Throttled) and stands_in_chat:
                until = self._clock.monotonic() + error.retry_after.total_seconds()
                self._ground.pace(self._channel).hold(self._channel.place(inbound.address), until)
        except Exception:  # noqa: BLE001 - nobody waits for this task: what breaks in it must be said here
            _log.exception("%s could not be told", inbound.person)
