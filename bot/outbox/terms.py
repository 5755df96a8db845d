"""What the outbox must know of the schedule in force; replaced at each edit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.campaign.model import QuietHours, Schedule
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Issued
from bot.renderer.compose import headed_rehearsal

LinkTo = Callable[[Issued, str], str | None]
"""The address by which an ask is answered for whom it asks in a chat, by its id; None where it cannot be."""


def no_link(_issued: Issued, _chat: str) -> None:
    """Nothing can be answered by a link."""


@dataclass(frozen=True)
class Terms:
    """Quiet hours and zone; who may answer for an office (`telegram:2001`); the admins' chats; the language; whether
    it is a rehearsal, whose every message says so; the names of the town's chats by id; by which link an ask is
    answered from a chat that takes no presses; which robot calls people by name beside which chat; when each campaign
    is over.
    """

    quiet: QuietHours
    zone: ZoneInfo
    mentions: Mapping[str, tuple[str, ...]]
    admins: tuple[str, ...]
    lang: Lang
    rehearsal: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    link_to: LinkTo = no_link
    mention_by: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, datetime] = field(default_factory=dict)

    def named(self, chat: str) -> str:
        """A chat as admins know it: by its name in the town, and by its id, by which it is found in the YAML."""
        title = self.titles.get(chat, chat)
        return chat if title == chat else say(sentence("service.chat-named", title=title, chat=chat), self.lang)

    def headed(self, text: str) -> str:
        """A message as it is sent: headed 【演练】 in a rehearsal."""
        return headed_rehearsal(text, self.lang) if self.rehearsal else text


def terms_of(
    schedule: Schedule, admins: tuple[str, ...], lang: Lang, *, rehearsal: bool = False, link_to: LinkTo = no_link
) -> Terms:
    """The terms that a schedule sets."""
    return Terms(
        quiet=schedule.town.quiet_hours,
        zone=schedule.town.zone,
        mentions={office.id: tuple(map(str, office.members)) for office in schedule.town.offices},
        admins=admins,
        lang=lang,
        rehearsal=rehearsal,
        titles={chat.id: chat.title for chat in schedule.town.chats},
        link_to=link_to,
        mention_by=schedule.mention_by,
        ends={each.id: each.ends(schedule.town.zone) for each in schedule.campaigns},
    )
