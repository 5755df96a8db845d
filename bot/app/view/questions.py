"""What waits for an admin's word: deliveries in doubt, and chats that were given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.channels.protocol import Button


@dataclass(frozen=True)
class ShownQuestion:
    """One thing to decide: whether a message arrived (`settle`: what it says first, when it was due, since when it is
    in doubt), or whether a chat is tried again (`revive`). `title` is the chat's, `why` what happened; the buttons are
    pressed in the chat `press_in`, which is the admins' own.
    """

    kind: Literal["settle", "revive"]
    of: str
    title: str
    why: str | None
    press_in: str
    buttons: tuple[tuple[Button, ...], ...]
    subject: str | None = None
    due: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class ShownQuestions:
    """The oldest of them, and how many more there are (after a backup was restored there may be very many)."""

    first: tuple[ShownQuestion, ...] = ()
    more: int = 0

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.first) + self.more
