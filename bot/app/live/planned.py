"""What a schedule plans, by id and by chat: worked out once a schedule."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot.campaign.model import Schedule
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season


@dataclass(frozen=True)
class Planned:
    """Every occurrence of a schedule by its id; for each chat its due moments in order, and the occurrences to them."""

    by_id: Mapping[str, Occurrence]
    moments: Mapping[str, Sequence[datetime]]
    by_chat: Mapping[str, Sequence[Occurrence]]

    def after(self, chat: str, now: datetime) -> Iterator[Occurrence]:
        """What is planned for a chat later than now, in order."""
        found = self.by_chat.get(chat, ())
        first = bisect_right(self.moments.get(chat, ()), now.astimezone(UTC))
        return (found[number] for number in range(first, len(found)))


@lru_cache(maxsize=4)
def planned(schedule: Schedule) -> Planned:
    """What this schedule plans. Moments are in UTC, in which they compare fastest."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    by_chat: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in season(schedule):
        due = occurrence.due.astimezone(UTC)
        for chat, _ in occurrence.chats:
            moments[chat].append(due)
            by_chat[chat].append(occurrence)
    return Planned({each.id: each for each in season(schedule)}, dict(moments), dict(by_chat))
