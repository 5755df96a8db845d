"""What a rehearsal came to: counted as it goes."""

from collections import Counter
from dataclasses import dataclass, field

from bot.ledger.deliveries import Issued
from bot.ledger.entries import ANSWERS, Entry
from bot.store.protocol import Change

LOST = ("missed", "failed", "uncertain")


@dataclass
class Tally:
    """So many messages `sent` (the bot's notices to the admins apart), answers `owed` and offices that gave one; how
    often offices were `reminded`, the naming of the late included, and for how many others were told (`escalated`);
    `passed` occurrences fell due; `lost` are the entries of what was missed, failed or uncertain.
    """

    sent: int = 0
    passed: int = 0
    owed: int = 0
    reminded: int = 0
    escalated: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: list[Entry] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many owed answers have been given, in whatever words."""
        return len(self.answers)

    def heard(self, change: Change) -> None:
        """Count one commit."""
        for issued in change.issued:
            self._fell_due(issued)
        for entry in change.entries:
            if entry.kind in {"sent", "merged"} and entry.occurrence:
                self.sent += 1
            elif entry.kind in ANSWERS and entry.occurrence and entry.office:
                self.answers[entry.occurrence, entry.office] += 1
            elif entry.kind == "reminded":
                self.reminded += 1
            elif entry.kind == "escalated":
                self.escalated += 1
            elif entry.kind in LOST:
                self.lost.append(entry)

    def _fell_due(self, issued: Issued) -> None:
        self.passed += 1
        if issued.owing is not None:
            self.owed += len(issued.offices)
