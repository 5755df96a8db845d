"""Per occurrence and office: what was owed, by when, what was answered, and how that came about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.ledger.deliveries import Delivery, Issued, Owed, Owing, deadline_of
from bot.ledger.entries import Entry
from bot.ledger.standing import Standing, in_order
from bot.renderer.headline import headline

State = Literal["open", "received", "done", "help", "withdrawn"]
Outcome = Literal["in_time", "late", "help", "open", "overdue", "withdrawn"]
"""How an owed answer ended, or stands: given by its deadline or after it; help was asked for; still owed, in its time
or past it; owed no more since the ask was withdrawn.
"""


@dataclass(frozen=True)
class OwedAnswer:
    """One office's answer to one occurrence.

    `answered_at` and `by` tell which answer brought the office to its `state`; `given_at` when what is owed was
    given. `asked_at` is when the ask first reached the office, None where it never did; `took` the time from then
    to `given_at`, None where that was before: what was sent again in doubt had arrived. `late` is how long after
    the deadline it answered with what is owed or asked for help, or how long it has been owing since: 需协助 stops
    lateness, also of the 已落实 that follows. `reminders` counts what the office was sent because it owed, once where
    that went to several chats; `escalated` whether somebody was told: the next one up, or who can help. `name` is
    who answered, `on_behalf` the reason where that was an admin in the office's place; `evidence` are files in the
    data folder; `correction` is the reason of the last one where it was `corrected`. `duties` maps ids to items and
    names (“九.4 烟花爆竹…”); `version` names the schedule that the ask runs under.
    """

    occurrence: str
    office: str
    owed: Owed
    deadline: datetime
    state: State
    answered_at: datetime | None
    by: str | None
    reminders: int
    escalated: bool
    campaign: str
    reminder: str
    phase: str | None
    duties: Mapping[str, str]
    subject: str
    version: str
    due: datetime
    asked_at: datetime | None
    given_at: datetime | None
    took: timedelta | None
    late: timedelta | None
    name: str | None
    on_behalf: str | None
    evidence: tuple[str, ...]
    corrected: bool
    correction: str | None
    withdrawn: bool

    @property
    def was_asked(self) -> bool:
        """Whether it counts: a withdrawn ask that never reached the office was none."""
        return self.asked_at is not None or self.answered_at is not None

    @property
    def outcome(self) -> Outcome:
        """How it ended, or stands."""
        if self.given_at:
            return "late" if self.late else "in_time"
        if self.state == "help":
            return "help"
        if self.withdrawn:
            return "withdrawn"
        return "overdue" if self.late else "open"


@dataclass(frozen=True)
class _Came:
    """Where an office came to stand, which of its entries brought it there, since when what is owed is given, and
    since when nobody waits for it (given, or help asked for).
    """

    standing: Standing
    entry: Entry | None = None
    given_at: datetime | None = None
    heard_at: datetime | None = None


def owed_answers(
    issued: Issued, deliveries: Iterable[Delivery], entries: Iterable[Entry], order: Iterable[str], now: datetime
) -> Iterator[OwedAnswer]:
    """Every answer that is owed to an occurrence, as the offices stand in `order`.

    An office that no message reached was not asked, unless it answered all the same: what was missed or failed is not
    its silence.
    """
    if issued.owing is None:
        return
    told, said = reached(issued, deliveries), defaultdict[str, list[Entry]](list)
    for entry in entries:
        if entry.office is not None and entry.office in issued.offices:
            said[entry.office].append(entry)
    for office in order:
        if office in issued.offices:
            came = _came(office, issued.owing.expects, said[office])
            if issued.withdrawn or office in told or came.standing.state != "open":
                yield _owed(issued, issued.owing, told.get(office, ()), said[office], came, now)


def reached(issued: Issued, deliveries: Iterable[Delivery]) -> Mapping[str, Sequence[Delivery]]:
    """The offices that may have read an occurrence, with the deliveries by which they may."""
    told = defaultdict[str, list[Delivery]](list)
    for each in deliveries:
        if each.may_be_read:
            for office in issued.chats.get(each.chat, ()):
                told[office].append(each)
    return told


def heard_at(office: str, expects: Owed, entries: Iterable[Entry]) -> datetime | None:
    """Since when nobody waits for this office: what is owed is given, or help was asked for; None while it owes."""
    return _came(office, expects, (each for each in entries if each.office == office)).heard_at


def _came(office: str, expects: Owed, entries: Iterable[Entry]) -> _Came:
    came = _Came(Standing(office))
    for entry in in_order(entries):
        standing = came.standing.after(entry)
        if standing != came.standing:
            given = standing.has_given(expects)
            came = _Came(
                standing,
                entry,
                (came.given_at or entry.at) if given else None,
                (came.heard_at or entry.at) if given or standing.state == "help" else None,
            )
    return came


def _owed(
    issued: Issued, owing: Owing, told: Sequence[Delivery], entries: Sequence[Entry], came: _Came, now: datetime
) -> OwedAnswer:
    office, standing = came.standing.office, came.standing
    deadline = deadline_of(issued, office, told) or owing.deadline
    asked_at = min((each.sent_at or each.asked_at or each.due for each in told), default=None)
    ends = came.heard_at or (None if issued.withdrawn else now)
    corrections = [each for each in entries if each.kind == "corrected"]
    return OwedAnswer(
        occurrence=issued.occurrence,
        office=office,
        owed=owing.expects,
        deadline=deadline,
        state="withdrawn" if issued.withdrawn and standing.state == "open" else standing.state,
        answered_at=standing.answered_at,
        by=standing.by,
        reminders=len({_which(each, place) for place, each in enumerate(entries) if each.kind == "reminded"}),
        escalated=any(each.kind == "escalated" for each in entries),
        campaign=issued.campaign,
        reminder=issued.reminder,
        phase=issued.phase,
        duties=issued.duties,
        subject=headline(issued),
        version=issued.version,
        due=issued.due,
        asked_at=asked_at,
        given_at=came.given_at,
        took=came.given_at - asked_at if came.given_at and asked_at and came.given_at >= asked_at else None,
        late=ends - deadline if ends and ends > deadline else None,
        name=_said(came.entry, "name") if standing.by else None,
        on_behalf=_said(came.entry, "for") if standing.by else None,
        evidence=tuple(file for each in entries if each.kind == "evidence" and (file := _said(each, "file"))),
        corrected=bool(corrections),
        correction=_said(corrections[-1], "reason") if corrections else None,
        withdrawn=issued.withdrawn,
    )


def _which(entry: Entry, place: int) -> tuple[object, ...]:
    """Which message an entry is about: one that went to several chats has one number."""
    detail = entry.detail or {}
    return (detail.get("call"), detail["number"]) if detail.get("number") is not None else (place,)


def _said(entry: Entry | None, what: str) -> str | None:
    value = (entry.detail or {}).get(what) if entry else None
    return None if value is None else str(value)
