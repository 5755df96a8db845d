"""What can be known of a group robot without its key: addresses, limits, lengths."""

import re
from datetime import timedelta

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.wecom.markup import size, to_calling
from bot.errors import SettingsError
from bot.language import sentence

MOST_MARKDOWN, MOST_TEXT = 4096, 2048
"""Bytes of a `markdown` and of a `text` message."""

_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
_OF_URL = re.compile(r"https?://\S+[?&]key=([0-9A-Za-z_-]+)\S*")


class WecomRobotPlatform:
    """A robot speaks to its own group alone, so its key is the chat's address: a secret. Nothing comes back from it: an
    answer needs a link, and what was sent stays as it is.
    """

    name = "wecom-robot"
    keeps: timedelta | None = None
    amends = False
    limits = Limits(per_second=50.0, private_gap=3.0, group_per_minute=20, edits_apart=0.0, minute=61.0)

    def read_address(self, written: object) -> str:
        """The key, also out of the whole address that WeCom's console shows. Raises `SettingsError`."""
        text = str(written or "").strip()
        if found := _OF_URL.fullmatch(text):
            text = found[1]
        if not _KEY.fullmatch(text):
            raise SettingsError(sentence("wecom.robot-address"))
        return text

    def fit(self, message: Message) -> Fit:
        """Bytes of the text with its links, as markdown."""
        links = (f"\n\n[{each.label}]({each.url})" for row in message.buttons for each in row if each.url)
        return Fit(size(to_calling(message.text)) + sum(map(size, links)), MOST_MARKDOWN)

    def is_group(self, address: str) -> bool:
        """A robot is always a group's."""
        del address
        return True

    def place(self, address: str) -> str:
        """All that a robot says counts together."""
        return address

    def presses(self, address: str) -> bool:
        """Never."""
        del address
        return False
