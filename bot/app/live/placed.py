"""Every occurrence on the one day on which it went out or will: by the record where it is on it, else by the plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.ledger.deliveries import Issued
from bot.planner.occurrence import Occurrence


@dataclass(frozen=True)
class Placed:
    """An occurrence and when it fell or falls due, in the town's zone.

    What is on record is settled: `provisional` is a plan's only. `withdrawn` is what nobody ever read.
    """

    occurrence: str
    campaign: str
    due: datetime
    duty_alert: bool
    provisional: bool = False
    withdrawn: bool = False


def placed(
    plan: Iterable[Occurrence], issued: Mapping[str, Issued], zone: ZoneInfo
) -> Mapping[date, tuple[Placed, ...]]:
    """The days on which there is something, in order, each with its occurrences in order of due time, then id."""
    found: dict[date, list[Placed]] = defaultdict(list)
    for each in plan:
        if each.id not in issued:
            at = each.due
            found[at.date()].append(Placed(each.id, each.campaign, at, each.is_duty_alert, each.provisional))
    for on_record in issued.values():
        at, id_ = on_record.due.astimezone(zone), on_record.occurrence
        asks, withdrawn = on_record.owing is not None, on_record.withdrawn
        found[at.date()].append(Placed(id_, on_record.campaign, at, asks, withdrawn=withdrawn))
    return {day: tuple(sorted(found[day], key=lambda each: (each.due, each.occurrence))) for day in sorted(found)}
