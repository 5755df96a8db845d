"""Whether each platform that there are keys for answers, and whether the admins can be told anything there."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from bot.app.doctor.finding import Finding
from bot.app.hearing.deaf import HEARD, LOST
from bot.campaign.people import Person
from bot.channels.protocol import Channel
from bot.errors import SendError
from bot.language import sentence

_HEARD_WITHIN = timedelta(minutes=3)
"""A bot writes down once a minute that it heard a platform."""


async def reaching(
    channels: Mapping[str, Channel],
    admins: Iterable[Person],
    marks: Mapping[str, str],
    now: datetime,
    zone: tzinfo | None = None,
    *,
    running: bool,
) -> AsyncIterator[Finding]:
    """Connect to each, but never beside a `running` bot where that would push it out: there it is asked of the record
    (`marks`) when the bot last heard the platform, and whether it has the connection still. Moments are told in `zone`,
    or in this machine's.
    """
    for name, channel in channels.items():
        if name == "wecom-robot":  # each has a key of its own, and nothing in common that could be reached
            continue
        if running and channel.exclusive:
            yield _by_the_bot(name, marks, now, zone)
            continue
        try:
            await channel.open()
            yield Finding(True, sentence("doctor.reachable", platform=name))
            for admin in admins:
                if (own := channel.own_chat(str(admin))) is not None and not await channel.reachable(own):
                    yield Finding(False, sentence("doctor.admin-deaf", admin=str(admin)), sentence("doctor.admin-mend"))
        except SendError as error:
            yield Finding(False, sentence("doctor.unreachable", platform=name), error.sentence)
        finally:
            await channel.close()


def _by_the_bot(name: str, marks: Mapping[str, str], now: datetime, zone: tzinfo | None) -> Finding:
    if lost := marks.get(f"{LOST}{name}"):
        since, _, why = lost.partition(" ")
        at = datetime.fromisoformat(since).astimezone(zone)
        what = sentence("doctor.lost-by-the-bot", platform=name, at=at, why=why)
        return Finding(False, what, sentence("doctor.unheard-mend"))
    last = marks.get(f"{HEARD}{name}")
    heard = datetime.fromisoformat(last).astimezone(zone) if last else None
    if heard is not None and abs(now - heard) <= _HEARD_WITHIN:
        return Finding(True, sentence("doctor.heard-by-the-bot", platform=name, at=heard))
    key = "doctor.unheard-by-the-bot" if heard else "doctor.never-heard-by-the-bot"
    return Finding(False, sentence(key, platform=name, at=heard), sentence("doctor.unheard-mend"))
