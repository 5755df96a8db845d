"""An ask as the record has it, and what each step of its ladder comes to: entries, messages, reminders overtaken."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from bot.campaign.model import Schedule
from bot.escalation.ask import Ask
from bot.escalation.ladder import Step
from bot.escalation.upward import upward
from bot.ledger.deliveries import UNFINISHED, Call, Delivery, Issued, called
from bot.ledger.entries import Entry
from bot.outbox.terms import Terms
from bot.planner.plan import season
from bot.renderer.compose import LATE_AFTER
from bot.store.protocol import Change, Reader


async def ask_of(store: Reader, schedule: Schedule, terms: Terms, issued: Issued) -> Ask | None:
    """An ask as it stands on record; None where nothing is owed (any more)."""
    if issued.owing is None or issued.withdrawn:
        return None
    return Ask(
        issued=issued,
        owing=issued.owing,
        deliveries=await store.deliveries(occurrence=issued.occurrence),
        entries=await store.entries(occurrence=issued.occurrence),
        calls=await store.calls(issued.occurrence),
        ends=ends_of(schedule, issued),
        campaign_ends=campaign_ends(schedule, issued.campaign),
        quiet=terms.quiet,
        zone=terms.zone,
    )


def ends_of(schedule: Schedule, issued: Issued) -> datetime | None:
    """When reminding of an ask ends whatever its plan says: its reminder's next occurrence, or the campaign's end."""
    of_it = _dues(schedule).get((issued.campaign, issued.reminder), ())
    later = (due for occurrence, due in of_it if due > issued.due and occurrence != issued.occurrence)
    found = [next(later, None), campaign_ends(schedule, issued.campaign)]
    return min((each for each in found if each), default=None)


def campaign_ends(schedule: Schedule, campaign: str) -> datetime | None:
    """The midnight after a campaign's last day; None where the schedule no longer has it."""
    known = schedule.campaign(campaign)
    return known.ends(schedule.town.zone) if known else None


@lru_cache(maxsize=8)
def _dues(schedule: Schedule) -> Mapping[tuple[str, str], list[tuple[str, datetime]]]:
    found: dict[tuple[str, str], list[tuple[str, datetime]]] = {}
    for each in season(schedule):
        found.setdefault((each.campaign, each.reminder), []).append((each.id, each.due))
    return found


def planned(ask: Ask, step: Step, schedule: Schedule, admins: tuple[str, ...], now: datetime) -> Change:
    """What a step comes to: that somebody is late goes on record, everything else becomes messages. Pure.

    A message that is late for its own moment is due now, so that the next one does not follow at its heels.
    """
    occurrence, wakes = ask.issued.occurrence, ask.issued.urgent
    due = (step.at if now - step.at <= LATE_AFTER else now).astimezone(ask.zone)
    match step.kind:
        case "overdue":
            return Change(entries=tuple(_late(ask, office, now) for office in step.offices))
        case "escalate":
            told = upward(schedule, ask.owing.then[step.number].tell, step.offices, admins)
            call = Call(kind="escalate", of=occurrence, offices=step.offices, number=step.number, wakes=wakes)
            return Change(planned=told.called(call, _sequence(ask, "escalate"), due))
        case "remind" | "late" as kind:
            sequence = _sequence(ask, kind)
            found: list[Delivery] = []
            for chat, offices in _chats(ask, step.offices, schedule).items():
                call = Call(
                    kind=kind,
                    of=occurrence,
                    offices=offices,
                    number=step.number,
                    until=step.until,
                    wakes=wakes,
                )
                found += called(call, sequence, (chat,), due)
            before = _unsent(ask, {each.chat for each in found})
            gone = tuple(each.become("withdrawn") for each in before)
            return Change(planned=tuple(found), deliveries=gone, given=before)


def _late(ask: Ask, office: str, now: datetime) -> Entry:
    deadline = ask.deadlines[office].astimezone(ask.zone)
    detail = {"deadline": deadline.isoformat()}
    return Entry(at=now, kind="late", occurrence=ask.issued.occurrence, office=office, detail=detail)


def _chats(ask: Ask, offices: tuple[str, ...], schedule: Schedule) -> dict[str, tuple[str, ...]]:
    """Where these offices were told, as far as the town still has it, with those of them that each chat carries."""
    found: dict[str, tuple[str, ...]] = {}
    for each in ask.deliveries:
        carried = ask.issued.chats.get(each.chat, ())
        here = tuple(office for office in carried if office in offices)
        if here and each.may_be_read and each.chat in schedule.chats:
            found[each.chat] = here
    return found


def _unsent(ask: Ask, chats: set[str]) -> tuple[Delivery, ...]:
    """Reminders that nobody can have read, in chats that get a newer one."""
    return tuple(
        each
        for each in ask.calls
        if each.call
        and each.call.kind == "remind"
        and each.chat in chats
        and each.state in UNFINISHED
        and not each.may_be_read
    )


def _sequence(ask: Ask, kind: str) -> int:
    """How many messages of a kind this ask has had, and one."""
    return len({each.occurrence for each in ask.calls if each.call and each.call.kind == kind}) + 1
