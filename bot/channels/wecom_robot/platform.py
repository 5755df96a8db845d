"""What can be known of a group robot without speaking to it: addresses, limits, lengths."""

from datetime import timedelta

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.wecom.markup import size
from bot.channels.wecom_robot import address as addresses
from bot.channels.wecom_robot.forms import MOST_MARKDOWN, calling
from bot.errors import SettingsError
from bot.language import sentence


class WecomRobotPlatform:
    """A robot speaks to its own group alone, so its key is the chat's address: a secret. Nothing comes back from it: an
    answer needs a link, and what was sent stays as it is.
    """

    name = "wecom-robot"
    keeps: timedelta | None = None
    amends = False
    limits = Limits(per_second=50.0, private_gap=3.0, group_per_minute=20, edits_apart=0.0, minute=61.0)

    def read_address(self, written: object) -> str:
        """The key, also out of the whole address that WeCom's console shows; what comes of it reads as a digest and
        opens the way for this process's channel alone. Raises `SettingsError`.
        """
        try:
            return addresses.read(written if isinstance(written, str) else "")
        except ValueError:
            raise SettingsError(sentence("wecom.robot-address")) from None

    def fit(self, message: Message) -> Fit:
        """Bytes of the text with its links, as markdown: the form that takes the most."""
        return Fit(size(calling(message)), MOST_MARKDOWN, "bytes")

    def is_group(self, address: str) -> bool:
        """A robot is always a group's."""
        del address
        return True

    def place(self, address: str) -> str:
        """All that a robot says counts together, by its key's digest."""
        return address

    def presses(self, address: str) -> bool:
        """Never."""
        del address
        return False
