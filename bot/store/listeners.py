"""Who wants to know that a change has become durable."""

import logging
from collections.abc import Callable

from bot.store.protocol import Change

_log = logging.getLogger(__name__)


class Listeners:
    """Called in the order in which they came. One that fails is logged and stops neither the rest nor the commit."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def add(self, listener: Callable[[Change], None]) -> None:
        """Call this one too from now on."""
        self._listeners.append(listener)

    def tell(self, change: Change) -> None:
        """Tell all of them."""
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:  # noqa: BLE001 - a page that cannot be told is no reason to lose a record
                _log.exception("a listener failed after a commit", extra={"action": "commit-listener"})
