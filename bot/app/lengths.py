"""Whether each message fits where it goes, as long as it may become there: the lengths of a chat's own platform, and
where an ask has buttons the places of its card.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.acknowledgements.links import expiry, make
from bot.app.platforms import address_of, platform_named
from bot.campaign.model import Chat, Schedule
from bot.campaign.people import directory_of
from bot.campaign.problems import Place, Problem, Severity
from bot.channels.buttons import buttons_of, link_of
from bot.channels.protocol import Button, Fit, Message, Platform
from bot.errors import SettingsError
from bot.language import sentence
from bot.ledger.deliveries import Issued
from bot.outbox.rungs import campaign_ends
from bot.renderer.calls import calls_at_their_longest
from bot.renderer.compose import at_its_longest
from bot.renderer.templates import Messages, file_for
from bot.settings import Settings


@dataclass(frozen=True)
class Lengths:
    """What one look at a town's messages goes by. `mentions` are the people of each office."""

    schedule: Schedule
    messages: Messages
    settings: Settings
    mentions: Mapping[str, Iterable[str]]

    def problems(self, message: str, issued: Issued) -> Iterator[Problem]:
        """What of an occurrence, worded by this message, is too long somewhere: an error for what a platform refuses,
        a warning for an ask that goes out whole and yet fits no card, so that it must be answered by typing.

        Of what follows an ask that is no finding: a call that fits no card goes as text, and the ask has its buttons.
        """
        known_to_fit: set[tuple[str, str]] = set()
        carded: set[str] = set()
        for chat in map(self.schedule.chats.__getitem__, issued.chats):
            if (platform := platform_named(chat.on, self.settings)) is None:
                continue
            rows = buttons_of(issued, chat.id, self.settings.lang) if self._presses(chat, platform) else ()
            link = () if rows else self._link(issued, chat)
            text, *calls = self._at_their_longest(issued, chat, platform)
            for each in (text, *calls):
                if (platform.name, each) in known_to_fit or not (fit := _too_long(platform, Message(each, link))):
                    known_to_fit.add((platform.name, each))
                elif not (rows and platform.fit(Message(each, rows)).fits):
                    yield self._told("check.too-long", message, chat, issued, fit)
            if rows and platform.name not in carded:
                carded.add(platform.name)  # chats differ in their offices, whose lines are made to fit a card
                fit = platform.fit(Message(text, rows))
                if not fit.fits and platform.fit(Message(text)).fits:
                    yield self._told("check.too-long-for-a-card", message, chat, issued, fit, "warning")

    def _at_their_longest(self, issued: Issued, chat: Chat, platform: Platform) -> tuple[str, ...]:
        zone, lang, amends = self.schedule.town.zone, self.settings.lang, platform.amends
        of = (issued, chat.id, platform.name)
        text = at_its_longest(*of, amends=amends, zone=zone, mentions=self.mentions, lang=lang)
        return text, *calls_at_their_longest(*of, amends=amends, zone=zone, mentions=self.mentions, lang=lang)

    def _presses(self, chat: Chat, platform: Platform) -> bool:
        try:
            return platform.presses(address_of(chat, self.settings))
        except SettingsError:  # told by another check
            return platform.presses("")

    def _link(self, issued: Issued, chat: Chat) -> tuple[tuple[Button, ...], ...]:
        """A link as long as the one by which this would be answered; it is signed by nobody."""
        url = self.settings.web.public_url
        if url is None or not chat.on.startswith("wecom"):
            return ()
        expires = expiry(issued, campaign_ends(self.schedule, issued.campaign))
        link = make(b"", self.schedule.town.town, issued.token, chat.id, expires)
        return link_of(issued, chat.id, f"{url.rstrip('/')}/answer/{link}", self.settings.lang)

    def _told(
        self, key: str, message: str, chat: Chat, issued: Issued, fit: Fit, severity: Severity = "error"
    ) -> Problem:
        """At the file in which the wording stands; the one to write is one for all ways into this platform, where it
        has none yet.
        """
        stands, full = self.messages.file_of(message, chat.on), file_for(message, "")
        write = file_for(message, directory_of(chat.on)) if stands == full and "-" in chat.on else stands
        what = sentence(
            key,
            chat=chat.id,
            platform=chat.on,
            day=issued.due,
            used=fit.used,
            allowed=fit.allowed,
            unit=sentence(f"check.{fit.unit}"),
            file=f"messages/{write}",
        )
        return Problem(Place(f"messages/{stands}", 1, 1), what, severity)


def _too_long(platform: Platform, message: Message) -> Fit | None:
    """How much of it is too much. One that is short by far is not read for it: no platform's own form makes twice as
    many characters of a text, nor half as many bytes more.
    """
    at_most = max(2 * len(message.text), 3 * len(message.text.encode()) // 2)
    if not message.buttons and at_most <= platform.fit(Message("")).allowed:
        return None
    fit = platform.fit(message)
    return None if fit.fits else fit
