"""What the outbox must know of the schedule in force; replaced at each edit."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.campaign.model import QuietHours, Schedule
from bot.language import Lang


@dataclass(frozen=True)
class Terms:
    """Quiet hours and zone; who may answer for an office (`telegram:2001`); the admins' chats; the language."""

    quiet: QuietHours
    zone: ZoneInfo
    mentions: Mapping[str, tuple[str, ...]]
    admins: tuple[str, ...]
    lang: Lang


def terms_of(schedule: Schedule, admins: tuple[str, ...], lang: Lang) -> Terms:
    """The terms that a schedule sets."""
    return Terms(
        quiet=schedule.town.quiet_hours,
        zone=schedule.town.zone,
        mentions={office.id: tuple(map(str, office.members)) for office in schedule.town.offices},
        admins=admins,
        lang=lang,
    )
