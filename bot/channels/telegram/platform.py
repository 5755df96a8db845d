"""What can be known of Telegram without a token: addresses, limits, lengths."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.telegram import markup
from bot.errors import SettingsError
from bot.language import sentence

_WRITTEN = re.compile(r"(?P<chat>-?[1-9][0-9]{0,15})(?:/(?P<topic>[1-9][0-9]{0,15}))?")
_GENERAL = 1


@dataclass(frozen=True)
class Place:
    """A chat and, in a forum, a topic of it. The General topic is none: Telegram refuses its id."""

    chat: int
    topic: int | None = None

    def __str__(self) -> str:
        return f"{self.chat}/{self.topic}" if self.topic else f"{self.chat}"

    @classmethod
    def read(cls, address: str) -> Self:
        """From the canonical form. Raises ValueError for anything else."""
        found = _WRITTEN.fullmatch(address.strip())
        if found is None:
            raise ValueError("not a Telegram address")
        topic = int(found["topic"] or 0)
        return cls(int(found["chat"]), topic if topic > _GENERAL else None)


class TelegramPlatform:
    """Telegram's addresses, limits and lengths (facts: telegram, "Limits and errors"); the limits a hair below."""

    name = "telegram"
    keeps: timedelta | None = timedelta(hours=24)
    amends = True
    limits = Limits(per_second=29.6, private_gap=1.05, group_per_minute=19, burst=22)

    def read_address(self, written: object) -> str:
        """`-1001003`, or `-1001003/7` for `{chat: -1001003, topic: 7}`. Raises `SettingsError` for anything else."""
        try:
            match written:
                case Mapping() if "chat" in written and written.keys() <= {"chat", "topic"}:
                    return str(Place.read("/".join(str(written[key]) for key in ("chat", "topic") if key in written)))
                case str() | int():
                    return str(Place.read(str(written)))
                case _:
                    raise SettingsError(sentence("telegram.address"))
        except ValueError:
            raise SettingsError(sentence("telegram.address")) from None

    def fit(self, message: Message) -> Fit:
        """Measured in UTF-16 units of the text after parsing, against 4096."""
        return Fit(markup.length(message.text), markup.MOST_UNITS)

    def is_group(self, address: str) -> bool:
        """Groups have negative ids."""
        return address.startswith("-")

    def place(self, address: str) -> str:
        """The chat, whatever its topic."""
        return address.partition("/")[0]

    def presses(self, address: str) -> bool:
        """Everywhere."""
        del address
        return True
