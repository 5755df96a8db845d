"""Which part of the record is asked for."""

from dataclasses import dataclass
from datetime import datetime

from bot.ledger.deliveries import Issued


@dataclass(frozen=True)
class Wanted:
    """Which occurrences a record is of: due at or after `since` and before `until`, of one campaign, or one alone."""

    since: datetime | None = None
    until: datetime | None = None
    campaign: str | None = None
    occurrence: str | None = None

    def has(self, issued: Issued) -> bool:
        """Whether it is of this one."""
        return (
            self.spans(issued.due)
            and self.campaign in (None, issued.campaign)
            and self.occurrence in (None, issued.occurrence)
        )

    def spans(self, moment: datetime) -> bool:
        """Whether a moment lies in the span."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)

    @property
    def is_narrow(self) -> bool:
        """Whether it is less than all that happened in the span."""
        return self.campaign is not None or self.occurrence is not None
