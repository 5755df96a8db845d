"""What can be known of a smart bot without its secret: addresses, limits, lengths."""

from datetime import timedelta

from bot.channels.protocol import Fit, Limits, Message
from bot.channels.wecom import addresses
from bot.channels.wecom.cards import card_of, fit_of
from bot.channels.wecom.markup import size, to_markdown
from bot.language import sentence

MOST_MARKDOWN = 20_480
"""Bytes of a `markdown` message."""


class WecomBotPlatform:
    """Groups (`chat:CHATID`) and people (`user:ID`) who have spoken to the bot. What it hears while it is away is lost;
    a card can be changed only right after a press. A chat gets 30 a minute and 1,000 an hour, replies included (facts:
    wecom, section 2): 22 and 880 for messages and edits, the rest for words to who presses.
    """

    name = "wecom-bot"
    keeps: timedelta | None = timedelta(0)
    amends = False
    limits = Limits(
        per_second=20.0, private_gap=2.8, group_per_minute=22, edits_apart=0.0, minute=61.0, per_hour=880, burst=20
    )

    def read_address(self, written: object) -> str:
        """`chat:CHATID` of an id alone, `user:ID` of `{user: ID}`. Raises `SettingsError`."""
        return addresses.read(written, ("chat", "user"), sentence("wecom.bot-address"), alone="chat")

    def fit(self, message: Message) -> Fit:
        """Places of a card where there are buttons to press, else bytes of markdown with its links."""
        buttons = [each for row in message.buttons for each in row]
        if any(not each.url for each in buttons):
            return fit_of(card_of(message))
        links = (f"\n\n[{each.label}]({each.url})" for each in buttons)
        return Fit(size(to_markdown(message.text)) + sum(map(size, links)), MOST_MARKDOWN, "bytes")

    def is_group(self, address: str) -> bool:
        """Whether many read there."""
        return address.startswith("chat:")

    def place(self, address: str) -> str:
        """Each chat by itself."""
        return address

    def presses(self, address: str) -> bool:
        """Always."""
        del address
        return True
