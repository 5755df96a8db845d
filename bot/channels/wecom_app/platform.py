"""What can be known of a self-built app without its secret: addresses, limits, lengths."""

from datetime import timedelta

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.wecom import addresses
from bot.channels.wecom.cards import card_of, fit_of
from bot.channels.wecom.markup import size, to_plain
from bot.language import sentence

MOST_TEXT = 2048
"""Bytes of a `text` message; the rest is cut."""

_MANY = "many"


class WecomAppPlatform:
    """People, parties, tags, and groups that the app has made. What is sent to them beyond a member's limits vanishes
    without an error (30 a minute, 1,000 an hour: facts: wecom, section 3), so the app stays below: 12 and 450 for what
    goes to one member, as many for what goes to many, and the rest for words to who presses.
    """

    name = "wecom-app"
    keeps: timedelta | None = timedelta(0)
    amends = False
    limits = Limits(
        per_second=20.0, private_gap=5.1, group_per_minute=12, edits_apart=0.0, minute=61.0, per_hour=450, burst=20
    )

    def __init__(self, *, hears: bool) -> None:
        """`hears`: its callback is set up, without which a card is refused."""
        self._hears = hears

    def read_address(self, written: object) -> str:
        """`user:ID`, `party:1`, `tag:1` or `chat:CHATID` of `{user: ID}` and so on. Raises `SettingsError`."""
        return addresses.read(written, ("user", "party", "tag", "chat"), sentence("wecom.app-address"))

    def fit(self, message: Message) -> Fit:
        """Places of a card where there are buttons to press, else bytes of text with its links."""
        buttons = [each for row in message.buttons for each in row]
        if any(not each.url for each in buttons):
            return fit_of(card_of(message))
        links = (f"\n{each.label}：{each.url}" for each in buttons)
        return Fit(size(to_plain(message.text)) + sum(map(size, links)), MOST_TEXT, "bytes")

    def is_group(self, address: str) -> bool:
        """Whether many read there."""
        return not address.startswith("user:")

    def place(self, address: str) -> str:
        """A member and a group by themselves; what goes to parties and tags counts for each of their members, so all
        of it counts together.
        """
        return _MANY if address.startswith(("party:", "tag:")) else address

    def presses(self, address: str) -> bool:
        """Where a card may be sent: not to a group, and not without a callback."""
        return self._hears and not address.startswith("chat:")
