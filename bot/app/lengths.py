"""Whether each message fits where it goes, as long as it may become there: the lengths of a chat's own platform, and
where an ask has buttons the places of its card.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

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

_MARKS = re.compile(r">|(?:[-*+]|\d[.)])(?=\s|$)")
"""What may begin a quote or a point of a list."""


@dataclass(frozen=True)
class Ruler:
    """A platform with what is asked of it again and again: how long a `whole` message may be, and whether one with
    buttons has another measure, since it is a card.
    """

    platform: Platform
    whole: Fit
    shows_cards: bool

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """As the platform measures."""
        whole, card = platform.fit(Message("")), platform.fit(Message("", ((Button("好", "好"),),)))
        return cls(platform, whole, card.allowed != whole.allowed)

    def _at_most(self, text: str) -> int:
        """No platform's own form makes twice as many characters of a text. In bytes a list's dot may have three more
        than the mark for which it stands, a line have two more for each list or quote to which it belongs, and the
        brackets round a link's address two more.
        """
        if self.whole.unit == "characters":
            return 2 * len(text)
        marks = sum(1 for _ in _MARKS.finditer(text))
        return len(text.encode()) + 3 * marks + 2 * marks * text.count("\n") + 2 * text.count("](")

    def over(self, message: Message) -> Fit | None:
        """How much of it is too much. What surely fits is not read for it."""
        if not message.buttons and self._at_most(message.text) <= self.whole.allowed:
            return None
        fit = self.platform.fit(message)
        return None if fit.fits else fit


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
            if (ruler := self._rulers.get(chat.on)) is None:
                continue
            rows = buttons_of(issued, chat.id, self.settings.lang) if self._shows_card(chat, ruler) else ()
            link = () if rows else self._link(issued, chat)
            text, *calls = self._at_their_longest(issued, chat, ruler.platform)
            for each in (text, *calls):
                if (chat.on, each) in known_to_fit or not (fit := ruler.over(Message(each, link))):
                    known_to_fit.add((chat.on, each))
                elif not (rows and not ruler.over(Message(each, rows))):
                    yield self._told("check.too-long", message, chat, issued, fit)
            if rows and chat.on not in carded:
                carded.add(chat.on)  # chats differ in their offices, whose lines are made to fit a card
                if (fit := ruler.over(Message(text, rows))) and not ruler.over(Message(text)):
                    yield self._told("check.too-long-for-a-card", message, chat, issued, fit, "warning")

    @cached_property
    def _rulers(self) -> Mapping[str, Ruler]:
        used = {chat.on for chat in self.schedule.town.chats}
        return {on: Ruler.of(platform) for on in used if (platform := platform_named(on, self.settings))}

    def _at_their_longest(self, issued: Issued, chat: Chat, platform: Platform) -> tuple[str, ...]:
        zone, lang, amends = self.schedule.town.zone, self.settings.lang, platform.amends
        of = (issued, chat.id, platform.name)
        text = at_its_longest(*of, amends=amends, zone=zone, mentions=self.mentions, lang=lang)
        return text, *calls_at_their_longest(*of, amends=amends, zone=zone, mentions=self.mentions, lang=lang)

    def _shows_card(self, chat: Chat, ruler: Ruler) -> bool:
        if not ruler.shows_cards:
            return False
        try:
            return ruler.platform.presses(address_of(chat, self.settings))
        except SettingsError:  # told by another check
            return ruler.platform.presses("")

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
