"""What to do with an unsent delivery now: send it, wait, or record it as missed. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.campaign.model import QuietHours
from bot.ledger.deliveries import Delivery, Issued
from bot.planner.plan import end_of_quiet

_NOTICE_LATE = timedelta(days=3)


@dataclass(frozen=True)
class Decision:
    """What to do; `at` is when to look again for `wait`."""

    what: Literal["send", "wait", "miss"]
    at: datetime


def decide(delivery: Delivery, issued: Issued | None, now: datetime, quiet: QuietHours, zone: ZoneInfo) -> Decision:
    """Decide about a delivery that is planned or to be tried again.

    A broadcast wakes nobody in quiet hours and these do not count toward its `late`; a duty alert goes at its
    time. What is later than `late` is missed, unless an admin told to send it. A notice to the admins (no `issued`) is
    worth telling for three days; a call wakes nobody unless it says so, nor does a word that is no alert (a campaign is
    closed). The rest before a new try ends where the clock was set back to before the last one.
    """
    broadcast = _wakes_nobody(delivery, issued)
    late = issued.late if issued else _NOTICE_LATE
    start = now
    if broadcast:
        start = end_of_quiet(quiet, now.astimezone(zone))
    if not delivery.by_hand and overdue(delivery.due, start, quiet if broadcast else None, zone) > late:
        return Decision("miss", now)
    set_back = delivery.asked_at is not None and delivery.asked_at > now
    rest = None if set_back else delivery.not_before
    start = max(start, rest or start, delivery.due)
    return Decision("send" if start <= now else "wait", start)


def _wakes_nobody(delivery: Delivery, issued: Issued | None) -> bool:
    if delivery.call:
        return not delivery.call.wakes
    return not delivery.duty_alert if issued is None else issued.owing is None


def overdue(due: datetime, now: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> timedelta:
    """How late it is, quiet hours taken out where they are given."""
    late = now.astimezone(UTC) - due.astimezone(UTC)
    if quiet is None or late <= timedelta():
        return late
    moment = due.astimezone(zone)
    end = now.astimezone(zone)
    day = timedelta(days=1)
    while moment < end:
        over = end_of_quiet(quiet, moment)
        if over > moment:
            late -= min(over, end).astimezone(UTC) - moment.astimezone(UTC)
            moment = over
            continue
        night = datetime.combine(moment.date(), quiet.from_, zone)
        moment = night if night > moment else datetime.combine(moment.date() + day, quiet.from_, zone)
    return late
