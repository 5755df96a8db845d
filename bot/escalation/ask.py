"""An ask as the ladder sees it: what is on record of it, and until when it reminds."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.campaign.model import QuietHours
from bot.ledger.deliveries import ASKED, Call, Delivery, Issued, Owing, asked_of, deadline_of, reminds_until
from bot.ledger.entries import Entry
from bot.ledger.standing import Standing, standings
from bot.planner.plan import end_of_quiet


@dataclass(frozen=True)
class Ask:
    """One occurrence that owes answers: as it fell due, its deliveries, its entries, and what of the ladder was planned
    (`calls`). `ends` is when the same reminder's next occurrence falls due or the campaign ends, whichever comes first;
    None where neither is known.
    """

    issued: Issued
    owing: Owing
    deliveries: tuple[Delivery, ...]
    entries: tuple[Entry, ...]
    calls: tuple[Delivery, ...]
    ends: datetime | None
    campaign_ends: datetime | None
    quiet: QuietHours
    zone: ZoneInfo

    @cached_property
    def stands(self) -> Mapping[str, Standing]:
        """Where each office stands."""
        return {each.office: each for each in standings(self.issued.offices, self.entries)}

    @cached_property
    def deadlines(self) -> Mapping[str, datetime]:
        """By when each office owes that a message reached; who was not reached was not asked. One that is sent again
        because nobody knows whether it arrived asks nobody yet: nobody is called late for what they may not have.
        """
        found: dict[str, datetime] = {}
        told = [each for each in self.deliveries if each.state in ASKED]
        for office in self.issued.offices:
            deadline = deadline_of(self.issued, office, told)
            if deadline and asked_of(self.issued, office, told):
                found[office] = deadline.astimezone(UTC)
        return found

    def base(self, office: str) -> datetime:
        """From when this office's time counts: the due moment, for 补发 the one at which it really went out."""
        return self.deadlines[office] - self.owing.within

    def stops(self, office: str) -> datetime:
        """From when this office is reminded no more (interface.md, "Answers"): the last `then` step, without one a day
        after the deadline, the same reminder's next occurrence, the campaign's end.
        """
        last = reminds_until(self.owing, self.deadlines[office])
        return min([last, *([self.ends.astimezone(UTC)] if self.ends else [])])

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it falls in; an urgent ask waits for nothing."""
        if self.issued.urgent:
            return moment
        return end_of_quiet(self.quiet, moment.astimezone(self.zone)).astimezone(UTC)

    def may_be_asked(self, office: str, at: datetime) -> bool:
        """Whether this office may be asked again at that moment, as it stands."""
        return self.stands[office].may_be_asked(self.owing.expects, overdue=at >= self.deadlines[office])

    @cached_property
    def _calls(self) -> Mapping[tuple[str, str], list[tuple[Delivery, Call]]]:
        found: dict[tuple[str, str], list[tuple[Delivery, Call]]] = defaultdict(list)
        for each in self.calls:
            if each.call and each.state != "withdrawn":
                for office in each.call.offices:
                    found[each.call.kind, office].append((each, each.call))
        return found

    def called(self, kind: str, office: str, number: int | None = None) -> tuple[Delivery, ...]:
        """What of the ladder went, or is to go, out about this office."""
        return tuple(each for each, call in self._calls.get((kind, office), ()) if number in (None, call.number))
