"""A part that breaks is begun afresh: nobody is at the computer on the eve of Spring Festival."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from bot.clock import Clock

_log = logging.getLogger(__name__)
_BEGIN_AFRESH = 5.0


async def kept(work: Callable[[], Coroutine[Any, Any, None]], name: str, clock: Clock) -> None:
    """Keep a part going until it returns. One that breaks is a bug: told loudly, and begun afresh a while later."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the watch goes on
            _log.exception("%s broke and is begun afresh", name)
            await clock.sleep(_BEGIN_AFRESH)
        else:
            return
